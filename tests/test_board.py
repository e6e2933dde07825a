"""The manager's board: every figure is right at once, for the company's own days and hours."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import Session

from db.models import Channel, Order, OrderStatus, Role
from services import rollups
from services.board import live, marks, periods, rows, spans, sums
from services.board.live import Asked
from services.board.marks import Mark
from services.board.periods import Choice, Grain, Period
from services.errors import NotAllowed
from services.work import Actor, Work
from tests import make
from tests.make_sales import case, contact, order

WorkAs = Callable[[Actor], Work]
NOON = make.NOON  # a Monday
ZONES = ["UTC", "Europe/Berlin", "America/St_Johns", "Australia/Lord_Howe", "Antarctica/Troll", "Pacific/Apia"]


@pytest.fixture
def boss(session: Session, work_as: WorkAs) -> Work:
    return work_as(make.actor(session, Role.MANAGER))


@pytest.mark.parametrize("zone", ZONES)
@given(minute=st.integers(0, 12 * 366 * 24 * 60))
def test_every_instant_lies_in_the_local_hour_and_day_it_belongs_to_and_in_no_other(zone: str, minute: int) -> None:
    at = datetime(2005, 1, 1, tzinfo=UTC) + timedelta(minutes=minute)
    here = at.astimezone(ZoneInfo(zone))
    for n in range(-26, 27):
        day, hour = divmod(here.hour + n, 24)
        there = here.date() + timedelta(days=day)
        inside = any(a <= at < b for a, b in spans.of_hour(there, hour, ZoneInfo(zone)))
        assert inside == (n == 0), (there, hour)
    for n in (-1, 0, 1):
        inside = any(a <= at < b for a, b in spans.of_day(here.date() + timedelta(days=n), ZoneInfo(zone)))
        assert inside == (n == 0)


def test_an_hour_that_comes_twice_has_both_and_one_that_is_skipped_has_none() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    [(start, end)] = spans.of_hour(date(2025, 10, 26), 2, berlin)
    assert end - start == timedelta(hours=2)
    assert spans.of_hour(date(2025, 3, 30), 2, berlin) == []
    assert [b - a for a, b in spans.of_day(date(2025, 3, 30), berlin)] == [timedelta(hours=23)]


@pytest.mark.parametrize(
    ("period", "wanted", "grain"),
    [
        (Period(date(2026, 3, 2), date(2026, 3, 2)), Grain.MONTH, Grain.HOUR),
        (Period(date(2026, 3, 1), date(2026, 3, 7)), None, Grain.DAY),
        (Period(date(2026, 3, 1), date(2026, 3, 7)), Grain.HOUR, Grain.HOUR),
        (Period(date(2025, 3, 1), date(2026, 3, 7)), Grain.DAY, Grain.MONTH),
        (Period(date(1990, 3, 1), date(2026, 3, 7)), Grain.MONTH, Grain.YEAR),
    ],
)
def test_bars_are_never_finer_than_can_be_read(period: Period, wanted: Grain | None, grain: Grain) -> None:
    assert periods.grain_of(period, wanted) is grain
    assert len(periods.buckets(period, grain)) <= 120


@given(st.text(max_size=30))
def test_a_made_up_mark_in_an_address_is_no_mark(text: str) -> None:
    found = marks.parse(text)
    assert found is None or str(found) == text
    assert periods.days_of(text, Period(date(2026, 1, 1), date(2026, 1, 2))) is None or text == "all"


def test_a_range_given_backwards_is_the_same_range() -> None:
    ends = (date(2026, 3, 9), date(2026, 3, 2))
    assert periods.chosen(Choice.RANGE, NOON.date(), None, ends) == Period(date(2026, 3, 2), date(2026, 3, 9))


def test_a_logged_call_raises_the_bar_of_its_hour_and_channel(boss: Work) -> None:
    before = live.board(boss, Asked())
    contact(boss, NOON - timedelta(hours=2))
    after = live.board(boss, Asked())
    changed = after.contacts[after.contacts["contacts"] != before.contacts["contacts"]]
    assert changed.to_dict("records") == [{"bucket": "h10", "series": "phone", "contacts": 1}]
    assert before.quiet
    assert not after.quiet


def test_the_channel_filter_leaves_the_other_channels_out(boss: Work) -> None:
    contact(boss, NOON, Channel.PHONE)
    contact(boss, NOON, Channel.LETTER)
    board = live.board(boss, Asked(channels=["letter"]))
    assert set(board.contacts["series"]) == {"letter"}
    assert board.contacts["contacts"].sum() == 1


def test_today_is_compared_with_the_same_weekdays_up_to_the_same_minute(boss: Work) -> None:
    for week, cents in ((1, 1000), (2, 3000), (3, 0), (4, 0)):
        if cents:
            order(boss, NOON - timedelta(weeks=week, hours=1), cents=cents)
    order(boss, NOON - timedelta(weeks=1, seconds=1), cents=4)  # in this hour: only the rows know the minute
    order(boss, NOON - timedelta(weeks=1) + timedelta(minutes=1), cents=500)  # later in the day
    order(boss, NOON - timedelta(weeks=40))  # the company sold long before
    order(boss, NOON - timedelta(days=1))  # another weekday
    order(boss, NOON - timedelta(hours=3), cents=700)
    board = live.board(boss, Asked())
    usual = board.usual
    assert usual is not None
    assert (board.orders["orders"].sum(), board.orders["revenue_cents"].sum()) == (1, 700)
    assert (usual.orders, usual.revenue_cents, usual.weeks, usual.so_far) == (3 / 4, 4004 / 4, 4, True)
    assert (usual.last_orders, usual.last_revenue_cents) == (3, 1504)
    assert usual.by_hour is not None
    assert usual.by_hour.set_index("bucket")["orders"]["h11"] == 3 / 4


def test_within_the_running_hour_the_minute_decides(session: Session, work_as: WorkAs) -> None:
    half_past = Work(session, make.actor(session, Role.MANAGER), NOON + timedelta(minutes=30))
    order(half_past, NOON - timedelta(weeks=1) + timedelta(minutes=29, seconds=59))
    order(half_past, NOON - timedelta(weeks=1) + timedelta(minutes=30))
    order(half_past, NOON - timedelta(weeks=1) + timedelta(minutes=5), status=OrderStatus.PLACED)
    session.add(Order(ordered_at=NOON - timedelta(weeks=1), status=OrderStatus.CANCELLED, lines_cents=99))
    session.flush()
    usual = live.board(half_past, Asked()).usual
    assert usual is not None
    assert (usual.orders, usual.last_orders, usual.weeks) == (2, 3, 1)


def test_a_young_company_is_compared_with_the_weeks_it_has(boss: Work) -> None:
    order(boss, NOON - timedelta(weeks=2, hours=1), cents=600)
    usual = live.board(boss, Asked()).usual
    assert usual is not None
    assert (usual.weeks, usual.revenue_cents) == (2, 300)
    assert live.board(boss, Asked(Choice.RANGE, (date(2020, 1, 1), date(2020, 1, 1)))).usual is None


def test_a_range_is_compared_with_as_many_days_before(boss: Work) -> None:
    order(boss, NOON - timedelta(days=6), cents=100)
    order(boss, NOON - timedelta(days=7), cents=250)
    order(boss, NOON - timedelta(days=13), cents=250)
    order(boss, NOON - timedelta(days=14), cents=9999)
    usual = live.board(boss, Asked(Choice.WEEK)).usual
    assert usual is not None
    assert (usual.orders, usual.revenue_cents, usual.weeks) == (2, 500, 0)


def test_many_categories_are_shown_as_the_largest_and_the_rest(boss: Work) -> None:
    for n in range(12):
        order(boss, NOON, (make.product(boss.session, category=f"C{n:02}"), 1000 + n))
    found = sums.revenue(boss, periods.month_of(NOON.date()), Grain.MONTH)
    assert found.named == tuple(f"C{n:02}" for n in range(5, 12))
    assert found.rest
    assert found.frame["revenue_cents"].sum() == sum(1000 + n for n in range(12))
    assert list(found.frame["series"].unique()) == [*found.named, sums.REST]


def test_open_cases_are_counted_by_age_and_late_answers_named(boss: Work) -> None:
    case(boss, NOON - timedelta(hours=1), answer_by=NOON + timedelta(days=1))
    case(boss, NOON - timedelta(days=1))
    case(boss, NOON - timedelta(days=400), answer_by=NOON - timedelta(days=399))
    case(boss, NOON - timedelta(days=2), closed=True)
    found = sums.open_cases(boss)
    assert (found.total, found.overdue) == (3, 1)
    assert dict(zip(found.frame["bucket"], found.frame["cases"], strict=True)) == {
        "d1": 1,
        "d3": 1,
        "d7": 0,
        "d30": 0,
        "older": 1,
    }


def test_old_data_are_found_and_what_was_taken_back_is_not(boss: Work) -> None:
    assert live.board(boss, Asked()).extent.period is None
    old = datetime(2011, 9, 30, 12, 50, tzinfo=UTC)
    order(boss, old)
    rollups.contacted(boss, NOON, "phone")
    rollups.contacted(boss, NOON, "phone", sign=-1)
    found = live.board(boss, Asked())
    assert found.extent.period == Period(old.date(), old.date())
    assert found.extent.anybody
    assert found.quiet
    assert live.board(boss, Asked(Choice.EVERYTHING)).view.period == Period(old.date(), old.date())


def test_only_managers_see_the_board(session: Session, work_as: WorkAs) -> None:
    for role in (Role.STAFF, Role.CUSTOMER):
        w = work_as(make.actor(session, role, of=make.customer(session) if role is Role.CUSTOMER else None))
        with pytest.raises(NotAllowed):
            live.board(w, Asked())
        view = live.view_of(w, Asked(), sums.Extent(None, None, anybody=False))
        with pytest.raises(NotAllowed):
            rows.behind(w, view, Mark(marks.CONTACTS))
