"""The board about service: counted by the company's days, opened row by row, compared with what is usual."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from alembic import command
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection, event
from sqlmodel import Session

from db import schema
from db.engine import Engines
from db.models import Case, Channel, Direction, Promise, Role
from services import company, promises, rollup_check
from services.board import live, marks, periods, rows
from services.board.live import Asked, Board
from services.board.marks import Mark
from services.board.periods import Choice, Grain
from services.board.service import median
from services.cases import clocks
from services.work import SYSTEM, Actor, Work, work
from tests import make
from tests.make_sales import case, contact, order

WorkAs = Callable[[Actor], Work]
NOON, DAY = make.NOON, timedelta(days=1)  # a Monday


@pytest.fixture
def boss(session: Session, work_as: WorkAs) -> Work:
    return work_as(make.actor(session, Role.MANAGER))


def _case(w: Work, opened: datetime, team: int | None = None, **more: Any) -> Case:
    row = case(w, opened)
    row.team_id = team
    for name, value in more.items():
        setattr(row, name, value)
    w.session.flush()
    return row


def _promise(w: Work, days: int, **more: Any) -> Promise:
    day = (NOON + days * DAY).date()
    row = Promise(customer_id=make.customer(w.session).id, what="a part", due_on=day, made_at=NOON - 60 * DAY, **more)
    w.session.add(row)
    w.session.flush()
    return row


def _some(w: Work) -> tuple[int, int]:
    """A bit of everything; returns two teams."""
    north, south = (make.team(w.session, name).id for name in ("North", "South"))
    for n, team in enumerate((north, north, south, None)):
        _case(w, NOON - n * DAY, team, closed_at=NOON - n * DAY / 2, first_answered_at=NOON, first_answer_minutes=n)
    _case(w, NOON - 40 * DAY, north)
    _promise(w, -1, kept_at=NOON - 2 * DAY)
    _promise(w, -1, kept_at=NOON, kept_late=True)
    _promise(w, -2, broken_at=NOON)
    _promise(w, -3)
    _promise(w, 0)
    _promise(w, 0, due_at=NOON - timedelta(minutes=1))
    contact(w, NOON - DAY, Channel.EMAIL, again=True)
    contact(w, NOON - DAY, Channel.PHONE)
    contact(w, NOON, Channel.PHONE, direction=Direction.OUT)
    return north, south


def _of(board: Board, code: str) -> Any:
    return next(f for f in board.figures if f.code == code)


def test_the_figures_count_what_happened_in_the_days(boss: Work) -> None:
    _some(boss)
    board = live.board(boss, Asked(Choice.WEEK))
    assert {f.code: f.value for f in board.figures} == {
        "contacts": 3,
        "orders": 0,
        "revenue": 0,
        "opened": 4,
        "solved": 4,
        "answers": 1.5,
        "promises": 1 / 5,
        "again": 1 / 2,
    }
    assert (_of(board, "promises").of, _of(board, "again").of) == (5, 2)
    assert board.cases.total == 1


def test_a_team_sees_its_own_cases_and_the_promises_of_its_people(boss: Work) -> None:
    north, south = _some(boss)
    mine = make.person(boss.session).staff_id or 0
    team = make.team(boss.session, "West", mine)
    _promise(boss, -1, owner_id=mine, kept_at=NOON - 2 * DAY)
    assert _of(live.board(boss, Asked(Choice.WEEK, teams=(north,))), "opened").value == 2
    assert _of(live.board(boss, Asked(Choice.WEEK, teams=(north, south))), "opened").value == 3
    assert live.board(boss, Asked(Choice.WEEK, teams=(south,))).cases.total == 0
    assert (_of(live.board(boss, Asked(Choice.WEEK, teams=(team.id,))), "promises").of) == 1


@pytest.mark.parametrize("choice", [Choice.TODAY, Choice.WEEK, Choice.MONTH, Choice.YEAR])
def test_the_rows_behind_every_mark_add_up_to_it(boss: Work, choice: Choice) -> None:
    company.save(Work(boss.session, SYSTEM, NOON), time_zone="Asia/Tokyo")
    _some(boss)
    rollup_check.rebuild(boss)
    board = live.board(boss, Asked(choice))
    view, service = board.view, board.service
    for chart, counts in ((marks.OPENED, service.opened), (marks.SOLVED, service.solved)):
        _adds_up(boss, board, chart, {(b[1:], s): n for (b, s), n in counts.items() if b.startswith("b")})
    _adds_up(boss, board, marks.PROMISES, {(b[1:], s): n for (b, s), n in service.promises.items() if b[0] == "b"})
    again = board.again[board.again["again"] > 0][["bucket", "series", "again"]].values.tolist()
    _adds_up(boss, board, marks.AGAIN, {(bucket, series): n for bucket, series, n in again})
    for bucket in periods.buckets(view.daily, view.daily_grain):
        found = rows.behind(boss, view, Mark(marks.ANSWERS, bucket, ""))
        assert found is not None
        minutes = found.rows["first_answer_minutes"].tolist()
        assert service.median(f"b{bucket}") == median({m: minutes.count(m) for m in minutes})


def _adds_up(w: Work, board: Board, chart: str, counts: dict[tuple[str, str], int]) -> None:
    assert sum(counts.values())
    for (bucket, series), n in counts.items():
        found = rows.behind(w, board.view, Mark(chart, bucket, series))
        assert found is not None
        assert (found.total, len(found.rows)) == (n, n)
    whole = rows.behind(w, board.view, Mark(chart))
    assert whole is not None
    assert whole.total == sum(counts.values())


def test_the_rows_are_turned_page_by_page_without_loss(boss: Work) -> None:
    for n in range(5):
        _promise(boss, -(n // 2))
    view = live.board(boss, Asked(Choice.WEEK)).view
    after, seen = None, []
    for _page in range(4):
        found = rows.behind(boss, view, Mark(marks.PROMISES), after=after, limit=2)
        assert found is not None
        seen += found.rows["id"].tolist()
        after = found.following
        if after is None:
            break
    assert len(seen) == len(set(seen)) == 5


@pytest.mark.parametrize(
    "text", ["opened.2026-03-02.x", "promises.2026-03-02.gone", "answers.h10.", "solved.2026-03.²"]
)
def test_a_made_up_mark_has_nothing_behind_it(boss: Work, text: str) -> None:
    mark = marks.parse(text)
    assert mark is not None
    assert rows.behind(boss, live.board(boss, Asked(Choice.WEEK)).view, mark) is None


def test_a_figure_is_held_against_the_period_before_and_its_usual_range(boss: Work) -> None:
    for week in range(1, 7):
        for n in range(4):
            _case(boss, NOON - week * 7 * DAY - timedelta(hours=n))
        _case(boss, NOON - week * 7 * DAY + timedelta(hours=1))  # later in the day does not count yet
        contact(boss, NOON - week * 7 * DAY)
    for _n in range(20):
        _case(boss, NOON - timedelta(hours=1))
    opened = _of(live.board(boss, Asked()), "opened")
    assert (opened.value, opened.before, opened.periods) == (20, 4, 6)
    assert opened.usual is not None
    assert (opened.usual.low, opened.usual.high) == (1, 9)
    assert opened.unusual


def test_without_enough_history_there_is_no_usual_range(boss: Work) -> None:
    for week in range(4):
        order(boss, NOON - week * 7 * DAY - timedelta(hours=1))
    orders = _of(live.board(boss, Asked()), "orders")
    assert (orders.before, orders.usual, orders.unusual) == (1, None, False)


def test_the_first_answer_is_measured_in_working_time(session: Session, work_as: WorkAs) -> None:
    w = work_as(make.actor(session))
    row = _case(w, NOON - 3 * DAY)  # Friday noon
    clocks.answered(w, row)
    assert row.first_answer_minutes == 5 * 60 + 3 * 60


@pytest.mark.parametrize(("days", "late"), [(0, False), (3, False), (-1, True)])
def test_a_promise_kept_after_its_day_is_kept_late(session: Session, work_as: WorkAs, days: int, late: bool) -> None:
    w = work_as(make.actor(session))
    row = _promise(w, days)
    assert promises.kept(w, row.id).kept_late is late


@given(st.lists(st.integers(0, 5), min_size=1))
def test_the_median_is_the_middle_of_the_sorted_values(given_: list[int]) -> None:
    ordered, n = sorted(given_), len(given_)
    assert median({v: given_.count(v) for v in given_}) == (ordered[(n - 1) // 2] + ordered[n // 2]) / 2


def test_what_was_written_before_is_counted_by_the_migration(fresh_engines: Engines) -> None:
    with work(SYSTEM) as w:
        company.save(w, time_zone="America/St_Johns")
        contact(w, NOON, again=True)
        contact(w, NOON - DAY, direction=Direction.OUT)
        rollup_check.rebuild(w)
        late, early = _promise(w, -5, kept_at=NOON).id, _promise(w, 5, kept_at=NOON).id
    config = schema._config()
    with fresh_engines.write.connect() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "0019")
        connection.commit()
    schema.migrate(fresh_engines.write)
    with work(SYSTEM) as w:
        assert [m for m in rollup_check.mismatches(w) if m.startswith("HourlyContacts")] == []
        assert [w.session.get_one(Promise, n).kept_late for n in (late, early)] == [True, False]


@pytest.mark.parametrize("engines", ["sqlite"], indirect=True)
def test_counting_touches_no_case_and_no_promise_outside_of_the_days(boss: Work, connection: Connection) -> None:
    _some(boss)
    plans: list[str] = []

    def explained(c: Connection, _cursor: Any, statement: str, values: Any, *_rest: Any) -> None:
        if "stretch" in statement and not statement.startswith("EXPLAIN"):
            plans.extend(str(row[3]) for row in c.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values))

    event.listen(connection, "before_cursor_execute", explained)
    try:
        live.board(boss, Asked(Choice.MONTH, grain=Grain.DAY))
    finally:
        event.remove(connection, "before_cursor_execute", explained)
    used = " ".join(plans)
    for index in ("ix_case_opened", "ix_case_settled", "ix_case_answered", "ix_promise_due"):
        assert f"USING COVERING INDEX {index}" in used, plans
    assert "AUTOMATIC" not in used
