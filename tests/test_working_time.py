"""Working time: what a working day is, and how long is long on it; by hand, and for any hours and any zone."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlmodel import Session

from db.models import Role
from services import company, delivery, working_time
from services.errors import Invalid, NotAllowed
from services.work import Actor, Work
from services.working_time import WorkingTime
from tests import make

BERLIN = ZoneInfo("Europe/Berlin")
OFFICE = ((540, 1020),) * 5 + ((0, 0),) * 2
WEEK = WorkingTime(BERLIN, OFFICE, "DE", "BE", frozenset({date(2026, 12, 24)}))


def local(text: str, zone: ZoneInfo = BERLIN) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC)


@pytest.mark.parametrize(
    ("start", "minutes", "end"),
    [
        ("2026-03-02 12:00", 60, "2026-03-02 13:00"),
        ("2026-03-02 16:30", 60, "2026-03-03 09:30"),  # Monday evening to Tuesday morning
        ("2026-03-06 16:30", 60, "2026-03-09 09:30"),  # over the weekend
        ("2026-03-07 11:00", 30, "2026-03-09 09:30"),  # written on a Saturday
        ("2026-03-02 03:00", 480, "2026-03-02 17:00"),  # a whole day ends in the evening, not in the next morning
        ("2026-04-02 16:00", 120, "2026-04-07 10:00"),  # Good Friday and Easter Monday
        ("2026-12-23 16:00", 120, "2026-12-28 10:00"),  # a closed day of one's own, then Christmas
        ("2026-03-27 16:00", 120, "2026-03-30 10:00"),  # the clocks go forward on the Sunday between
    ],
)
def test_an_end_is_counted_in_hours_on_which_somebody_works(start: str, minutes: int, end: str) -> None:
    assert WEEK.add_minutes(local(start), minutes) == local(end)
    assert WEEK.minutes_between(local(start), local(end)) == minutes


def test_a_part_of_a_country_has_holidays_of_its_own() -> None:
    womens_day = date(2027, 3, 8)  # a Monday, kept in Berlin alone of these two
    assert not WEEK.is_working_day(womens_day)
    assert WorkingTime(BERLIN, OFFICE, "DE", "HB").is_working_day(womens_day)


def test_a_night_shift_is_an_hour_shorter_when_the_clocks_go_forward() -> None:
    day_and_night = WorkingTime(BERLIN, ((0, 1440),) * 7)
    assert day_and_night.minutes_between(local("2026-03-29 00:00"), local("2026-03-30 00:00")) == 23 * 60
    assert day_and_night.minutes_between(local("2026-10-25 00:00"), local("2026-10-26 00:00")) == 25 * 60


days = st.tuples(st.integers(0, 1439), st.integers(1, 1440)).map(lambda p: p if p[0] < p[1] else (0, 0))
weeks = st.lists(days, min_size=7, max_size=7).map(tuple).filter(lambda week: any(a < b for a, b in week))
calendars = st.builds(
    WorkingTime,
    st.sampled_from([BERLIN, ZoneInfo("America/New_York"), ZoneInfo("Australia/Lord_Howe"), ZoneInfo("UTC")]),
    weeks,
    st.sampled_from(["", "DE", "US"]),
)
instants = st.datetimes(datetime(2025, 12, 1), datetime(2027, 4, 1), timezones=st.just(UTC))  # noqa: DTZ001 - the strategy wants bounds without a zone and adds it


@settings(max_examples=150, deadline=None)
@given(calendars, instants, st.integers(1, 5000))
def test_what_is_added_lies_between(calendar: WorkingTime, start: datetime, minutes: int) -> None:
    end = calendar.add_minutes(start, minutes)
    assert calendar.minutes_between(start, end) == minutes
    assert calendar.minutes_between(start, end - timedelta(seconds=1)) == minutes - 1
    assert end - start >= timedelta(minutes=minutes)


@settings(max_examples=150, deadline=None)
@given(calendars, instants, st.integers(0, 2000), st.integers(0, 2000))
def test_two_waits_are_as_long_as_both_together(calendar: WorkingTime, start: datetime, one: int, two: int) -> None:
    assert calendar.add_minutes(calendar.add_minutes(start, one), two) == calendar.add_minutes(start, one + two)


@pytest.fixture
def admin(session: Session, work_as: Callable[[Actor], Work]) -> Work:
    return work_as(make.actor(session, Role.ADMIN))


def test_the_administrator_says_when_the_company_works_and_delivery_keeps_to_it(admin: Work) -> None:
    thursday = datetime(2026, 4, 2, 10, tzinfo=UTC)  # before Good Friday
    assert delivery.promised_on(thursday, 1, working_time.of(admin)) == date(2026, 4, 3)
    working_time.change_hours(admin, OFFICE, country="DE", part="BE", closed_days=[date(2026, 4, 7)])
    assert delivery.promised_on(thursday, 1, working_time.of(admin)) == date(2026, 4, 8)
    minutes = working_time.working_minutes_between(admin, thursday, datetime(2026, 4, 8, 10, tzinfo=UTC))
    assert minutes == 8 * 60
    assert company.read(admin.session).holidays_part == "BE"


def test_a_week_without_work_and_unknown_holidays_are_refused(
    admin: Work, work_as: Callable[[Actor], Work], session: Session
) -> None:
    plain = {"country": "", "part": "", "closed_days": []}
    for hours in (((0, 0),) * 7, OFFICE[:5], ((600, 540), *OFFICE[1:]), ((0, 1441), *OFFICE[1:])):
        with pytest.raises(Invalid):
            working_time.change_hours(admin, hours, **plain)  # type: ignore[arg-type]  # spread for brevity
    for wrong in ({"country": "XX"}, {"country": "DE", "part": "NY"}):
        with pytest.raises(Invalid):
            working_time.change_hours(admin, OFFICE, **(plain | wrong))  # type: ignore[arg-type]  # as above
    with pytest.raises(Invalid, match=r"24\.12"):
        working_time.days_in("2026-12-24\n24.12.2026")
    with pytest.raises(NotAllowed):
        working_time.change_hours(work_as(make.actor(session)), OFFICE, **plain)  # type: ignore[arg-type]  # as above
