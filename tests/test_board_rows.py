"""The rows behind a mark of the board add up to it exactly, on every day of every calendar."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, event
from sqlmodel import Session

from db.models import Channel, Order, OrderStatus, Role
from services import company, rollup_check, rollups
from services.board import live, marks, rows
from services.board.live import Asked
from services.board.marks import Mark
from services.board.periods import Choice, Grain
from services.work import SYSTEM, Actor, Work
from tests import make
from tests.conftest import counted
from tests.make_sales import case, contact, order

WorkAs = Callable[[Actor], Work]
NOON = make.NOON  # a Monday


@pytest.fixture
def boss(session: Session, work_as: WorkAs) -> Work:
    return work_as(make.actor(session, Role.MANAGER))


def _live_in(work_as: WorkAs, zone: str) -> None:
    company.save(work_as(SYSTEM), time_zone=zone)


def every_row(w: Work, view: live.View, mark: Mark, named: tuple[str, ...] = (), limit: int = 2) -> list[rows.Behind]:
    """All pages behind a mark."""
    pages: list[rows.Behind] = []
    after = None
    while not pages or after:
        page = rows.behind(w, view, mark, named, after=after, limit=limit)
        assert page is not None
        pages.append(page)
        after = page.following
    return pages


@pytest.mark.parametrize(
    ("zone", "day"),
    [
        ("Europe/Berlin", date(2025, 10, 26)),  # 25 hours
        ("Europe/Berlin", date(2025, 3, 30)),  # 23 hours
        ("America/New_York", date(2025, 11, 2)),
        ("Antarctica/Troll", date(2025, 10, 26)),  # two hours back at once
        ("Asia/Kolkata", date(2025, 7, 1)),  # half an hour beside the full one
    ],
)
def test_the_rows_add_up_to_every_mark_also_when_the_clocks_change(
    boss: Work, work_as: WorkAs, zone: str, day: date
) -> None:
    _live_in(work_as, zone)
    start = datetime.combine(day, datetime.min.time(), UTC) - timedelta(hours=15)
    for n in range(60):
        contact(boss, start + timedelta(minutes=53 * n), list(Channel)[n % 3])
    for asked in (
        Asked(Choice.RANGE, (day, day)),
        Asked(Choice.RANGE, (day - timedelta(days=1), day + timedelta(days=1))),
        Asked(Choice.RANGE, (day - timedelta(days=1), day), grain=Grain.HOUR),
    ):
        board = live.board(boss, asked)
        for bar in board.contacts.itertuples():
            pages = every_row(boss, board.view, Mark(marks.CONTACTS, str(bar.bucket), str(bar.series)), limit=3)
            ids = [i for page in pages for i in page.rows["id"]]
            assert len(ids) == len(set(ids)) == bar.contacts == pages[0].total
        whole = [i for page in every_row(boss, board.view, Mark(marks.CONTACTS), limit=7) for i in page.rows["at"]]
        assert len(whole) == board.contacts["contacts"].sum()
        assert whole == sorted(whole, reverse=True)
    assert rollup_check.mismatches(boss) == []


def test_the_orders_behind_a_bar_add_up_to_its_revenue(boss: Work) -> None:
    order(boss, NOON - timedelta(hours=12), cents=300)  # midnight: the first instant of the day
    order(boss, NOON - timedelta(hours=12, microseconds=1), cents=5000)  # the last one of the day before
    order(boss, NOON, cents=700)
    boss.session.add(Order(ordered_at=NOON, status=OrderStatus.CANCELLED, lines_cents=99))
    boss.session.flush()
    board = live.board(boss, Asked())
    for bar in board.orders.itertuples():
        found = rows.behind(boss, board.view, Mark(marks.ORDERS, str(bar.bucket), ""))
        assert found is not None
        assert (found.total, found.cents) == (bar.orders, bar.revenue_cents)
        assert found.rows["lines_cents"].sum() == bar.revenue_cents
    everything = rows.behind(boss, board.view, Mark(marks.ORDERS))
    assert everything is not None
    assert (everything.total, everything.cents) == (2, 1000)


def test_the_lines_behind_a_category_add_up_to_it_returns_and_unknown_products_too(boss: Work) -> None:
    for n in range(11):
        product = make.product(boss.session, category=f"C{n:02}")
        order(boss, NOON - timedelta(days=20 * n), (product, 1000 + n), (product, -50))
    order(boss, NOON, cents=77)
    board = live.board(boss, Asked())
    assert board.revenue.rest
    for bar in board.revenue.frame.itertuples():
        mark = Mark(marks.REVENUE, str(bar.bucket), str(bar.series))
        pages = every_row(boss, board.view, mark, board.revenue.named)
        assert (pages[0].total, pages[0].cents) == (bar.lines, bar.revenue_cents)
        assert sum(int(p.rows["line_total_cents"].sum()) for p in pages) == bar.revenue_cents
        assert sum(len(p.rows) for p in pages) == bar.lines
    filtered = live.board(boss, Asked(categories=["C03", ""]))
    assert filtered.revenue.named == ("", "C03")
    whole = rows.behind(boss, filtered.view, Mark(marks.REVENUE), filtered.revenue.named)
    assert whole is not None
    assert whole.cents == filtered.revenue.frame["revenue_cents"].sum() == 1003 - 50 + 77


def test_new_customers_and_open_cases_open_as_well(boss: Work) -> None:
    ada = make.customer(boss.session, "Ada")
    rollups.joined(boss, NOON)
    first = case(boss, NOON - timedelta(days=9))
    second = case(boss, NOON - timedelta(days=8))
    rollups.joined(boss, NOON)
    rollups.joined(boss, NOON)
    board = live.board(boss, Asked())
    assert board.joined == 3
    found = rows.behind(boss, board.view, Mark(marks.CUSTOMERS, NOON.date().isoformat(), ""))
    assert found is not None
    assert (found.total, ada.id in set(found.rows["customer_id"])) == (3, True)
    pages = every_row(boss, board.view, Mark(marks.CASES, "d30", ""), limit=1)
    assert [i for p in pages for i in p.rows["id"]] == [first.id, second.id]
    for bar in board.cases.frame.itertuples():
        behind = rows.behind(boss, board.view, Mark(marks.CASES, str(bar.bucket)))
        assert behind is not None
        assert behind.total == len(behind.rows) == bar.cases


def test_a_mark_that_the_view_does_not_have_opens_nothing(boss: Work) -> None:
    view = live.board(boss, Asked()).view
    for text in ("contacts.2026-13", "contacts.1999-01-01.phone", "orders.h24", "cases.d2", "revenue.h07.Kitchen"):
        mark = marks.parse(text)
        assert mark is not None
        found = rows.behind(boss, view, mark)
        assert found is None or (found.total, len(found.rows)) == (0, 0)


def test_the_board_asks_as_few_questions_of_much_as_of_little(boss: Work, connection: Connection) -> None:
    order(boss, NOON - timedelta(weeks=8))  # so that there are weeks to compare with
    sent: list[int] = []
    for round_ in range(2):
        for n in range(3 + 30 * round_):
            contact(boss, NOON - timedelta(hours=n), list(Channel)[n % 8])
            order(boss, NOON - timedelta(hours=7 * n), (make.product(boss.session, category=f"C{n}"), 100))
            case(boss, NOON - timedelta(days=n))
        company.forget()  # its row is read again every two seconds, by whatever comes first
        with counted(connection) as statements:
            board = live.board(boss, Asked())
            for chart in marks.CHARTS:
                rows.behind(boss, board.view, Mark(chart), board.revenue.named)
        sent.append(len(statements))
    assert sent[0] == sent[1] <= 40
    assert max(map(len, (board.contacts, board.orders, board.revenue.frame, board.customers))) < 2000


@pytest.mark.parametrize("engines", ["sqlite"], indirect=True)
def test_no_question_of_the_board_walks_through_a_large_table(boss: Work, connection: Connection) -> None:
    for n in range(40):
        contact(boss, NOON - timedelta(days=n))
        order(boss, NOON - timedelta(days=n), (make.product(boss.session, category=f"C{n % 3}"), 100))
        case(boss, NOON - timedelta(days=n))
    plans: list[str] = []

    def explained(c: Connection, _cursor: Any, statement: str, values: Any, *_rest: Any) -> None:
        if not statement.startswith("EXPLAIN") and "EXISTS" not in statement:  # that one stops at the first row
            plans.extend(str(row[3]) for row in c.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values))

    event.listen(connection, "before_cursor_execute", explained)
    try:
        board = live.board(boss, Asked(Choice.MONTH, grain=Grain.HOUR))
        for mark in (*map(Mark, marks.CHARTS), Mark(marks.CONTACTS, "h12", "phone"), Mark(marks.REVENUE, "all", "C1")):
            assert rows.behind(boss, board.view, mark, board.revenue.named, limit=5)
    finally:
        event.remove(connection, "before_cursor_execute", explained)
    walks = [p for p in plans if (p.startswith("SCAN") and "CONSTANT" not in p) or "AUTOMATIC" in p]
    large = ("interaction", "sales_order", "order_line", "customer", "product")
    assert [p for p in walks if "AUTOMATIC" in p or p.split()[1] in large] == []
    assert any("ix_case_open" in p for p in plans)
    assert any("ix_interaction_time" in p for p in plans)
