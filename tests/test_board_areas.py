"""The live board for one area of the company: its parts are those of the whole, and behind each mark stand its rows."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from sqlmodel import Session

from db.columnar.copy import Copy
from db.models import Channel, Customer, CustomerAddress, Promise, Role
from services import company, rollup_check
from services.board import live, marks, rows
from services.board.live import Asked, Board
from services.board.marks import Mark
from services.board.periods import Choice
from services.work import SYSTEM, Work
from tests import make, make_sales

AREAS = [{"name": "North", "country": "DE", "postal": "20-25"}, {"name": "North", "country": "SE"}]
EVERY = ("North", "Bayern", "")


@pytest.fixture
def boss(session: Session, work_as: Callable[..., Work], copied: Callable[[], Copy]) -> Iterator[Work]:
    """Two weeks of sales, contacts, cases and promises of customers in two areas and in none."""
    w = work_as(make.actor(session, Role.MANAGER))
    company.save(Work(session, SYSTEM, make.NOON), areas=AREAS, time_zone="Europe/Berlin")
    goods = [make.product(session, f"thing {c}", category=c) for c in ("Kitchen", "Garden")]
    for n, who in enumerate([*_customers(session), None]):
        for back in (0, 1, 8, 15, 22, 29, 36):
            at = make.NOON - timedelta(days=back, hours=n)
            sold = make_sales.order(w, at, (goods[n % 2], 1000 + n))
            sold.customer_id = who.id if who else None
            called = make_sales.contact(w, at, list(Channel)[n], customer_id=sold.customer_id, again=n == 1)
            session.add_all([sold, called])
        if who is not None:
            case = make_sales.case(w, make.NOON - timedelta(days=n + 1))
            case.customer_id, case.first_answered_at, case.first_answer_minutes = who.id, make.NOON, 10 * n
            due = (make.NOON - timedelta(days=2)).date()
            session.add_all([case, Promise(customer_id=who.id, what="call", due_on=due, made_at=make.NOON)])
            who.joined_at = make.NOON - timedelta(days=n)
    session.flush()
    rollup_check.rebuild(Work(session, SYSTEM, make.NOON))
    copied()
    yield w
    company.forget()


def _customers(session: Session) -> list[Customer]:
    found = []
    for code, country, region in (
        ("20095", "DE", ""),
        ("2 4103", "DE", "x"),
        ("80331", "DE", "Bayern"),
        ("", "SE", "y"),
    ):
        one = make.customer(session)
        session.add(CustomerAddress(customer_id=one.id, country=country, region=region, postal_code=code))
        found.append(one)
    found.append(make.customer(session))  # without an address
    session.flush()
    return found


def figures(board: Board) -> dict[str, float]:
    """Everything on the board that adds up."""
    told = {
        f.code: f.value or 0 for f in board.figures if f.code in ("contacts", "orders", "revenue", "opened", "solved")
    }
    before = {f"{f.code} before": f.before or 0 for f in board.figures if f.code in ("contacts", "orders", "revenue")}
    sums = {
        "bars of orders": board.orders["revenue_cents"].sum(), "bars of contacts": board.contacts["contacts"].sum(),
        "categories": board.revenue.frame["revenue_cents"].sum(), "joined": board.customers["joined"].sum(),
        "again": board.again["again"].sum(), "open": board.cases.total,
        "answered": sum(board.service.minutes.values()), "promises": sum(board.service.promises.values()),
        "usual": board.usual.orders if board.usual else 0,
    }  # fmt: skip
    return told | before | sums


@pytest.mark.parametrize("choice", [Choice.TODAY, Choice.MONTH, Choice.EVERYTHING])
def test_the_areas_together_are_the_whole(boss: Work, choice: Choice) -> None:
    whole = figures(live.board(boss, Asked(choice)))
    parts = [figures(live.board(boss, Asked(choice, regions=[name]))) for name in EVERY]
    assert {k: sum(p[k] for p in parts) for k in whole} == pytest.approx(whole)
    assert figures(live.board(boss, Asked(choice, regions=EVERY))) == pytest.approx(whole)
    assert parts[0]["orders"] not in (0, whole["orders"])


def test_behind_each_mark_of_an_area_stand_rows_that_add_up_to_it(boss: Work) -> None:
    board = live.board(boss, Asked(Choice.MONTH, regions=["North"]))
    assert board.usual is not None
    for chart, frame, value in (
        (marks.ORDERS, board.orders, "orders"), (marks.CONTACTS, board.contacts, "contacts"),
        (marks.REVENUE, board.revenue.frame, "lines"), (marks.CUSTOMERS, board.customers, "joined"),
        (marks.AGAIN, board.again, "again"), (marks.CASES, board.cases.frame, "cases"),
    ):  # fmt: skip
        for bucket, series, n in frame[["bucket", "series", value]].itertuples(index=False):
            named = None if chart in (marks.ORDERS, marks.CUSTOMERS, marks.CASES) else series
            found = rows.behind(boss, board.view, Mark(chart, bucket, named), board.revenue.named)
            assert (found.total if found else 0) == n, (chart, bucket, series)
            assert found is None or len(found.rows) == n
    for chart in (marks.OPENED, marks.ANSWERS, marks.PROMISES):
        found = rows.behind(boss, board.view, Mark(chart), ())
        assert found is not None
        assert found.total == len(found.rows) == 3, chart


def test_the_rows_of_an_area_come_in_pages(boss: Work) -> None:
    view = live.board(boss, Asked(Choice.EVERYTHING, regions=["North"])).view
    seen, after = [], None
    while True:
        page = rows.behind(boss, view, Mark(marks.REVENUE), (), after=after, limit=4)
        assert page is not None
        seen += page.rows["order_id"].tolist()
        after = page.following
        if after is None:
            break
    assert len(seen) == len(set(seen)) == page.total == 21
