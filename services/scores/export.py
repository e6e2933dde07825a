"""The list of who buys again as a CSV file."""

import csv
import io

from db.models import Role
from services import scores
from services.errors import NotFound
from services.scores import lists
from services.scores.lists import Filters
from services.text import _
from services.work import Work

COLUMNS = (
    "p_alive", "p_buy_30", "p_buy_90", "p_buy_365", "expected_90", "expected_lo", "expected_hi", "next_from",
    "next_median", "next_to", "decile", "purchases", "first_on", "last_on", "usual_gap",
)  # fmt: skip


def as_csv(w: Work, asked: Filters) -> bytes:
    """All that the filters let through, in UTF-8 with a byte order mark. Managers only. Raises NotFound, Invalid.

    A text that a spreadsheet would take for a formula is made one that it does not.
    """
    w.require(Role.MANAGER)
    version = scores.current(w)
    if version is None:
        raise NotFound(_("scoring run"))
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["customer_id", "name", *COLUMNS, "as_of"])
    for one in lists.listed(w, version, asked, most=lists.MOST_EXPORTED):
        figures = [getattr(one.score, name) for name in COLUMNS]
        name = f"'{one.name}" if one.name[:1] in "=+-@\t\r" else one.name
        writer.writerow([one.customer_id, name, *("" if v is None else v for v in figures), version.as_of])
    return out.getvalue().encode("utf-8-sig")
