"""Figures as files: numbers stay numbers, nothing becomes a formula, and nobody takes a file without a trace."""

import csv
import io
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import altair as alt
import numpy as np
import openpyxl
import pandas as pd
import pytest
from PIL import Image
from sqlmodel import Session, select

from db.models import AuditEntry, Role
from services.errors import Invalid, NotAllowed, Unavailable
from services.exports import MOST_ROWS, About, Column, Form, Kind, Table, as_csv, as_png, as_xlsx, given_out
from services.work import Work
from tests import make

ZONE = ZoneInfo("Europe/Berlin")
AT = datetime(2026, 7, 1, 10, 30, tzinfo=UTC)
HOSTILE = ["=1+1", "+49 30", "-2", "@SUM(A1)", "\tx", "\rx", "  =1", "＝1", "http://x.example", "12"]


def table(frame: pd.DataFrame, *columns: Column) -> Table:
    about = About("Sales", "Lines of sales", "2026", AT, ZONE, (("Region", "=north"),))
    return Table(frame, columns, about)


@pytest.fixture
def sold() -> Table:
    frame = pd.DataFrame(
        {"who": ["Ada", None], "n": [3.0, np.nan], "cents": [123456, -5], "share": [0.25, np.nan],
         "day": pd.Series(["2026-02-01", None], dtype="datetime64[ns]"),
         "at": pd.Series([AT, None], dtype="datetime64[ns, UTC]"), "hidden": [1, 2]}
    )  # fmt: skip
    kinds = [("who", Kind.TEXT), ("n", Kind.COUNT), ("share", Kind.SHARE), ("day", Kind.DATE), ("at", Kind.INSTANT)]
    return table(frame, *(Column(n, n, k) for n, k in kinds), Column("cents", "Amount", Kind.MONEY, "EUR"))


def test_a_csv_file_reads_the_same_in_every_country(sold: Table) -> None:
    content = as_csv(sold)
    assert content.startswith(b"\xef\xbb\xbf")
    assert list(csv.reader(io.StringIO(content.decode("utf-8-sig")))) == [
        ["who", "n", "share", "day", "at", "Amount (EUR)"],
        ["Ada", "3", "0.25", "2026-02-01", "2026-07-01T12:30:00+02:00", "1234.56"],
        ["", "", "", "", "", "-0.05"],
    ]


def test_a_workbook_has_numbers_as_numbers_and_says_where_they_are_from(sold: Table) -> None:
    book = openpyxl.load_workbook(io.BytesIO(as_xlsx(sold)))
    numbers, about = book.worksheets
    assert [c.value for c in numbers[2]] == [
        "Ada", 3, 0.25, datetime(2026, 2, 1), datetime(2026, 7, 1, 12, 30), 1234.56,  # noqa: DTZ001 - a spreadsheet has no zones
    ]  # fmt: skip
    told = {row[0].value: row[1].value for row in about.rows}
    assert (told["From what"], told["Over what time"], told["Region"]) == ("Lines of sales", "2026", "'=north")
    assert "12:30" in str(told["As of"])


def test_no_cell_of_a_file_becomes_a_formula_or_a_link() -> None:
    given = table(pd.DataFrame({"x": HOSTILE}), Column("x", "=heading"))
    read = [row[0] for row in csv.reader(io.StringIO(as_csv(given).decode("utf-8-sig"), newline=""))]
    cells = [row[0] for row in openpyxl.load_workbook(io.BytesIO(as_xlsx(given))).worksheets[0].rows]
    assert {c.data_type for c in cells} == {"s"}
    assert not any(c.hyperlink for c in cells)
    assert read[0] == cells[0].value == "'=heading"
    assert read[1:] == [f"'{v}" for v in HOSTILE[:8]] + HOSTILE[8:]


def test_yen_have_no_minor_units() -> None:
    given = table(pd.DataFrame({"x": [1200]}), Column("x", "Amount", Kind.MONEY, "JPY"))
    assert b"\r\n1200\r\n" in as_csv(given)


@pytest.mark.parametrize("write", [as_csv, as_xlsx])
def test_more_rows_than_anybody_can_open_are_refused(write: Callable[[Table], bytes]) -> None:
    with pytest.raises(Invalid, match="at most"):
        write(table(pd.DataFrame({"x": range(MOST_ROWS + 1)}), Column("x", "x", Kind.COUNT)))


def test_a_picture_shows_marks_and_words_and_asks_nothing_of_the_net() -> None:
    marks = pd.DataFrame({"a": ["one", "two"], "b": [1, 2]})
    spec = alt.Chart(marks).mark_bar().encode(x="a:N", y="b:Q").to_dict()
    spec.pop("datasets")
    picture = Image.open(io.BytesIO(as_png(spec, marks, "Sales"))).convert("L")
    bare = Image.open(io.BytesIO(as_png(spec, marks, ""))).convert("L")
    dark = [int((np.asarray(p) < 80).sum()) for p in (picture, bare)]
    assert dark[0] > dark[1] + 200, "the title is drawn"
    with pytest.raises(Unavailable):
        as_png({"layer": [{"data": {"url": "http://127.0.0.1:9/x.csv"}, "mark": "bar"}]}, marks, "")


def test_only_who_may_see_the_figure_takes_it_and_an_entry_stays(
    session: Session, work_as: Callable[..., Work], sold: Table
) -> None:
    manager, staff = (make.actor(session, role) for role in (Role.MANAGER, Role.STAFF))
    with pytest.raises(NotAllowed):
        given_out(staff, Form.CSV, sold)
    assert given_out(manager, Form.CSV, lambda _w: sold) == as_csv(sold)
    (entry,) = session.exec(select(AuditEntry).where(AuditEntry.action == "export")).all()
    assert entry.actor_id == manager.person_id
    assert entry.after == {"title": "Sales", "form": "csv", "rows": 2, "period": "2026", "filters": "Region: =north"}


def test_a_page_that_exports_nothing_does_not_pay_for_it() -> None:
    code = "import sys, services.exports; print({'xlsxwriter', 'vl_convert'} & sys.modules.keys())"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_days_are_days() -> None:
    given = table(pd.DataFrame({"x": [date(2026, 1, 2)]}), Column("x", "Day", Kind.DATE))
    assert b"2026-01-02" in as_csv(given)
