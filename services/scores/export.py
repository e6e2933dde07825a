"""The list of who buys again as a table for files."""

from datetime import UTC, datetime, time

import pandas as pd

from db.models import Role
from services import company, scores
from services.errors import NotFound
from services.exports import MOST_ROWS, About, Column, Kind, Table
from services.scores import lists, words
from services.scores.lists import Filters
from services.text import _
from services.work import Work


def _columns() -> tuple[Column, ...]:
    share = {30: "p_buy_30", 90: "p_buy_90", 365: "p_buy_365"}
    return (
        Column("customer_id", _("Number"), Kind.COUNT),
        Column("name", _("Customer")),
        Column("p_alive", _("Still active"), Kind.SHARE),
        *(Column(c, _("Buys within {time}").format(time=words.horizon(d)), Kind.SHARE) for d, c in share.items()),
        Column("expected_90", _("Purchases in 90 days"), Kind.NUMBER),
        Column("expected_lo", _("Purchases, at least"), Kind.COUNT),
        Column("expected_hi", _("Purchases, at most"), Kind.COUNT),
        Column("next_from", _("Next purchase from"), Kind.DATE),
        Column("next_median", _("Next purchase about"), Kind.DATE),
        Column("next_to", _("Next purchase to"), Kind.DATE),
        Column("decile", _("Tenth"), Kind.COUNT),
        Column("purchases", _("Days bought"), Kind.COUNT),
        Column("first_on", _("First bought"), Kind.DATE),
        Column("last_on", _("Last bought"), Kind.DATE),
        Column("usual_gap", _("Usually every so many days"), Kind.NUMBER),
    )


def table(w: Work, asked: Filters) -> Table:
    """All that the filters let through, 100,000 at most. Managers only. Raises NotFound, Invalid."""
    w.require(Role.MANAGER)
    version = scores.current(w)
    if version is None or version.as_of is None:
        raise NotFound(_("scoring run"))
    columns = _columns()
    rows = [
        [one.customer_id, one.name, *(getattr(one.score, c.name) for c in columns[2:])]
        for one in lists.listed(w, version, asked, most=MOST_ROWS)
    ]
    frame = pd.DataFrame(rows, columns=[c.name for c in columns], dtype=object)
    at = version.finished_at or datetime.combine(version.as_of, time(), UTC)
    filters = [(_("Tenth"), str(asked.tenth))] if asked.tenth else []
    filters += [(_("Segment"), asked.segment)] if asked.segment else []
    title = _("Who buys again within {time}").format(time=words.horizon(asked.days))
    source = _("Forecasts of the scoring run, from purchases up to {day}").format(day=version.as_of.isoformat())
    return Table(frame, columns, About(title, source, "", at, company.of(w).zone, tuple(filters)))
