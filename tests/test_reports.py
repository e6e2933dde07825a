"""Reports: the same figures on the page, on paper and in the workbook."""

from collections.abc import Callable
from datetime import timedelta
from io import BytesIO

import pytest
from openpyxl import load_workbook
from pypdf import PdfReader
from sqlmodel import Session

from db.columnar.copy import Copy
from db.models import Order, OrderLine, OrderStatus, Role
from services import company, cube, explore, reports, saved_views
from services.charts import parts
from services.cube_view import View, checked
from services.documents.content import issuer
from services.errors import NotAllowed
from services.exports import as_xlsx
from services.reports import Mark, Report, paper, shown
from services.work import Work
from tests import make, make_sales
from tests.make import NOON

THIS_YEAR = {"period": "2026-01-01..2026-12-31"}


@pytest.fixture
def w(session: Session, work_as: Callable[..., Work], copied: Callable[[], Copy]) -> Work:
    manager = work_as(make.actor(session, Role.MANAGER))
    two_weeks(manager)
    copied()
    return manager


def two_weeks(w: Work) -> None:
    """NOON is a Monday: two orders last week (30 and 20), one the week before (40), one of today; a formula to sell."""
    ada = make.customer(w.session)
    goods = [make.product(w.session, name, category=name) for name in ("Kitchen", "=1+1", "Grüße 漢字")]
    for days, cents, product in ((3, 3000, goods[0]), (7, 2000, goods[1]), (8, 4000, goods[2]), (0, 9900, goods[0])):
        at = NOON - timedelta(days=days)
        made = Order(customer_id=ada.id, ordered_at=at, status=OrderStatus.PLACED, lines_cents=cents)
        w.session.add(made)
        w.session.flush()
        w.session.add(OrderLine(order_id=made.id, line_no=1, product_id=product.id, quantity=1, line_total_cents=cents))
    make_sales.contact(w, NOON - timedelta(days=2))
    make_sales.case(w, NOON - timedelta(days=10))
    w.session.flush()


def view(**values: object) -> View:
    return checked({"measures": ["revenue", "orders"], **values})


def texts(report: Report) -> list[list[str]]:
    return [[shown(cell, report.currency) for cell in row] for row in report.rows]


def pdf_text(report: Report, w: Work) -> str:
    reader = PdfReader(BytesIO(paper.printed(report, issuer(w))))
    return "\n".join(page.extract_text() for page in reader.pages)


def test_the_monday_report_sets_last_week_against_the_week_before(w: Work) -> None:
    found = saved_views.opened(w, reports.monday_report(w))
    assert found.definition is not None
    report = reports.made(w, found.name, found.definition)
    assert report.heads == ("Measure", "Last week", "Before", "Change")
    assert texts(report) == [
        ["Revenue", "€50.00", "€40.00", "+25%"],
        ["Orders", "2", "1", "+100%"],
        ["Contacts", "1", "0", ""],
        ["Cases", "0", "1", "-100%"],
        ["New customers", "0", "1", "-100%"],
    ]
    [plan] = reports.listed(w)
    assert (plan.rhythm, plan.to) == ("every Monday at 7:00\u202fAM", (w.actor.name,))
    assert plan.due_at == NOON + timedelta(days=6, hours=19)


def test_its_figures_are_those_of_the_page(w: Work) -> None:
    """A page asks the cube for the days of the same name."""
    definition = view(by=[], period="last_week", compare="before")
    report = reports.made(w, "Monday report", definition)
    on_page = cube.ask(w, definition.question(NOON.date())).whole
    assert {"revenue": report.rows[0][1].value, "orders": report.rows[1][1].value} == on_page
    daily = report.bars.frame if report.bars else None
    assert daily is not None
    assert daily.groupby("series", sort=False)["value"].sum().tolist() == [40.0, 50.0]
    assert daily["place"].tolist()[:2] == ["Monday", "Tuesday"]


def test_parts_and_whole_stand_in_the_table(w: Work) -> None:
    report = reports.made(w, "By category", view(by=["category"], **THIS_YEAR))
    assert report.heads == ("Category", "Revenue", "Orders")
    assert texts(report) == [
        ["=1+1", "€20.00", "1"],
        ["Grüße 漢字", "€40.00", "1"],
        ["Kitchen", "€129.00", "2"],
    ]
    assert report.whole is not None
    assert [shown(c, "EUR") for c in report.whole] == ["Altogether", "€189.00", "4"]


def test_paper_says_what_it_is_about_and_as_of_when(w: Work) -> None:
    report = reports.made(w, "Sales of the year", view(by=["category"], only={"category": ["Kitchen"]}, **THIS_YEAR))
    told = pdf_text(report, w)
    for words in (
        "Sales of the year",
        "Thu, Jan 1, 2026 – Thu, Dec 31, 2026",
        "Category: Kitchen",
        "As of Mar 2, 2026, 12:00:00 (UTC)",
        "€129.00",
        "Altogether",
        "Page 1 of 1",
    ):
        assert words in told
    pages = PdfReader(BytesIO(paper.printed(report, issuer(w)))).pages
    assert len(pages[0].images) == 1, "the chart"


def test_paper_has_a_bound_and_the_workbook_has_all(w: Work, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paper, "MOST_ROWS", 2)
    report = reports.made(w, "By category", view(by=["category"], **THIS_YEAR))
    told = pdf_text(report, w)
    assert "first 2 of 3 rows" in told
    assert "€189.00" in told, "the whole is the whole of all rows"
    assert load_workbook(BytesIO(as_xlsx(report.table())))["Numbers"].max_row == 5


def test_a_long_table_is_on_numbered_pages_with_its_heads_on_each(w: Work) -> None:
    report = reports.made(w, "Days", view(by=["day"], **THIS_YEAR))
    long = Report(**{**vars(report), "rows": report.rows * 30, "bars": None})
    pages = PdfReader(BytesIO(paper.printed(long, issuer(w)))).pages
    assert len(pages) > 1
    for n, page in enumerate(pages, 1):
        assert f"Page {n} of {len(pages)}" in page.extract_text()
        assert "Revenue" in page.extract_text()


def test_the_workbook_has_figures_to_calculate_with_and_no_formulas(w: Work) -> None:
    report = reports.made(w, "By category", view(by=["category"], **THIS_YEAR))
    book = load_workbook(BytesIO(as_xlsx(report.table())))
    rows = [[cell.value for cell in row] for row in book["Numbers"].iter_rows()]
    assert rows == [
        ["Category", "Revenue (EUR)", "Orders"],
        ["'=1+1", 20, 1],
        ["Grüße 漢字", 40, 1],
        ["Kitchen", 129, 2],
        ["Altogether", 189, 4],
    ]
    assert book["Numbers"]["A2"].data_type == "s", "what somebody called a category is never a formula"
    assert book["About"]["B1"].value == "By category"


def test_nothing_to_show_is_said(w: Work) -> None:
    empty = {"period": "2001-01-01..2001-01-31"}
    report = reports.made(w, "Nothing", view(by=["category"], **empty))
    assert report.rows == []
    assert "nothing to show" in pdf_text(report, w)
    assert as_xlsx(report.table())


def test_a_report_is_read_with_the_rights_of_its_reader(w: Work, work_as: Callable[..., Work]) -> None:
    with pytest.raises(NotAllowed):
        reports.made(work_as(make.actor(w.session, Role.STAFF)), "Sales", view())


def _sum_behind(w: Work, mark: Mark | None) -> float:
    assert mark is not None
    rows = explore.behind(w, mark.view, mark.view.measures[0], mark.cell).rows
    return float(rows["part"].sum())


@pytest.mark.parametrize(
    "asked",
    [
        {"by": ["category"], **THIS_YEAR},
        {"by": ["month", "category"], **THIS_YEAR},
        {"by": ["category"], "most": 1, **THIS_YEAR},
        {"by": [], "period": "last_week", "compare": "before"},
    ],
    ids=["one dimension", "two", "the small ones in one", "against the week before"],
)
def test_the_rows_behind_each_bar_and_row_add_up_to_it(w: Work, asked: dict[str, object]) -> None:
    report = reports.made(w, "Mine", view(**asked))
    assert report.bars is not None
    for bar in report.bars.frame[report.bars.frame["value"] > 0].to_dict("records"):
        mark = report.behind_bar(bar["bucket"], bar["part"])
        assert _sum_behind(w, mark) == bar["value"] * 100, bar
    whole = report.whole is not None
    for n, row in enumerate([*report.rows, *([report.whole] if report.whole else [])]):
        figure = next(cell.value for cell in row if cell.unit is not None)
        assert _sum_behind(w, report.behind_row(n)) == figure, (n, whole)


def test_a_bar_that_is_not_there_any_more_has_nothing_behind_it(w: Work) -> None:
    report = reports.made(w, "Mine", view(by=["category"], **THIS_YEAR))
    assert report.behind_bar("Garden", "revenue") is None
    assert report.behind_bar("Kitchen", "orders") is None


def test_of_many_parts_the_smaller_ones_share_a_colour_and_open_nothing(
    w: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    report = reports.made(w, "Mine", view(by=["month", "category"], **THIS_YEAR))
    monkeypatch.setattr(parts, "PARTS", 0)
    fewer = reports.made(w, "Mine", view(by=["month", "category"], **THIS_YEAR))
    assert report.bars is not None
    assert fewer.bars is not None
    assert len(report.bars.series) > 1
    assert fewer.bars.series == ("All others",)
    assert fewer.bars.frame["value"].sum() == report.bars.frame["value"].sum()
    assert all(fewer.behind_bar(bucket, parts.REST) is None for bucket in fewer.bars.frame["bucket"])


def test_what_is_behind_a_mark_leaves_out_what_its_reader_may_not_see(w: Work, work_as: Callable[..., Work]) -> None:
    company.save(work_as(make.actor(w.session, Role.ADMIN)), costs_for_admins=True)
    report = reports.made(w, "Mine", view(measures=["profit", "revenue"], by=["category"], **THIS_YEAR))
    behind = [report.behind_row(n).view.measures for n in range(len(report.rows) + 1)]
    assert behind == [["revenue"]] * 4
