"""Days and times of what is planned: months keep their ends, clock changes lose and double no follow-up."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.models import Every
from services.due_times import MORNING, Snooze, following, instant, nth, put_off

BERLIN, HOWE = ZoneInfo("Europe/Berlin"), ZoneInfo("Australia/Lord_Howe")
DAYS = st.dates(date(2000, 1, 1), date(2060, 12, 31))
ZONES = st.sampled_from(["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu"])
RHYTHMS = st.tuples(st.sampled_from(list(Every)), st.integers(1, 40))


def test_the_last_of_a_month_comes_back_after_a_short_one() -> None:
    days = [nth(date(2027, 11, 30), Every.MONTH, 1, n) for n in range(5)]
    assert [d.isoformat() for d in days] == ["2027-11-30", "2027-12-30", "2028-01-30", "2028-02-29", "2028-03-30"]


@given(DAYS, RHYTHMS, st.integers(0, 60))
def test_what_follows_is_the_next_of_the_series_wherever_one_looks_from(
    first: date, rhythm: tuple[Every, int], n: int
) -> None:
    unit, every = rhythm
    this, after = nth(first, unit, every, n), nth(first, unit, every, n + 1)
    assert following(first, unit, every, this) == after
    assert following(first, unit, every, after - timedelta(days=1)) == after
    assert following(first, unit, every, first - timedelta(days=1)) == first


@given(DAYS, st.times(), ZONES)
def test_a_time_on_the_wall_is_kept_or_moves_on_by_less_than_a_clock_change(day: date, at: time, name: str) -> None:
    zone, at = ZoneInfo(name), at.replace(second=0, microsecond=0)
    shown = instant(day, at, zone).astimezone(zone).replace(tzinfo=None)
    moved = shown - datetime.combine(day, at, None)
    assert timedelta() <= moved <= timedelta(hours=1)


@pytest.mark.parametrize(
    ("day", "at", "shown"),
    [
        (date(2026, 3, 29), time(2, 30), "2026-03-29T03:30:00+02:00"),  # left out in spring
        (date(2026, 10, 25), time(2, 30), "2026-10-25T02:30:00+02:00"),  # twice in autumn: the first
    ],
)
def test_on_a_clock_change_a_time_is_found(day: date, at: time, shown: str) -> None:
    assert instant(day, at, BERLIN).astimezone(BERLIN).isoformat() == shown


@given(st.builds(datetime.combine, DAYS, st.times(), st.just(UTC)), ZONES)
def test_put_off_is_later_and_mornings_are_mornings_there(now: datetime, name: str) -> None:
    zone = ZoneInfo(name)
    assert put_off(now, Snooze.HOUR, zone) == now + timedelta(hours=1)
    tomorrow, monday = (put_off(now, how, zone).astimezone(zone) for how in (Snooze.TOMORROW, Snooze.NEXT_WEEK))
    assert (tomorrow.date() - now.astimezone(zone).date()).days == 1
    assert monday.weekday() == 0
    assert 1 <= (monday.date() - now.astimezone(zone).date()).days <= 7
    assert tomorrow.time() == monday.time() == MORNING


def test_half_an_hour_of_clock_change_moves_by_half_an_hour() -> None:
    assert instant(date(2026, 10, 4), time(2, 15), HOWE).astimezone(HOWE).time() == time(2, 45)
