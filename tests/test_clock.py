"""Leap days, clock changes, New Year, the far future and a clock that goes back: nothing fails, days stay right."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import Session, select

from db.models import Channel, Direction, HourlyContacts, LoginSession, Role
from services import clock, company, interactions, orders, rollup_check, sessions
from services.interactions import NewInteraction
from services.work import SYSTEM, Actor, Work
from tests import make
from tests.ordering import asked, shopper

BERLIN = ZoneInfo("Europe/Berlin")
INSTANTS = {
    "leap day": datetime(2028, 2, 29, 12, tzinfo=UTC),
    "before the clocks go forward": datetime(2026, 3, 29, 0, 59, 59, tzinfo=UTC),
    "after the clocks went forward": datetime(2026, 3, 29, 1, 0, 1, tzinfo=UTC),
    "the first half past two": datetime(2026, 10, 25, 0, 30, tzinfo=UTC),
    "the second half past two": datetime(2026, 10, 25, 1, 30, tzinfo=UTC),
    "New Year in Berlin, still the old one in UTC": datetime(2026, 12, 31, 23, 30, tzinfo=UTC),
    "eleven years on": datetime(2037, 11, 22, 9, tzinfo=UTC),
}


@pytest.mark.parametrize("instant", INSTANTS.values(), ids=INSTANTS)
def test_orders_and_contacts_fall_on_the_companys_day(session: Session, instant: datetime) -> None:
    company.save(Work(session, SYSTEM, instant), time_zone="Europe/Berlin")
    buyer = shopper(session)
    kettle = make.product(session)
    w = Work(session, buyer, instant)
    placed = orders.place(w, asked(w, (kettle, 1)))
    staff = Work(session, make.actor(session, Role.STAFF), instant)
    assert buyer.customer_id is not None
    said = NewInteraction(
        channel=Channel.PHONE, direction=Direction.IN, reason="delivery", summary="When?", idempotency_key="one"
    )
    interactions.log(staff, buyer.customer_id, said)
    assert placed.promised_at is not None
    assert placed.promised_at > instant
    [row] = session.exec(select(HourlyContacts)).all()
    local = instant.astimezone(BERLIN)
    assert (row.day, row.hour, row.contacts) == (local.date(), local.hour, 1)
    assert rollup_check.mismatches(w) == []


@given(st.dates(date(2000, 1, 1), date(2060, 1, 1)), st.sampled_from(["UTC", "Europe/Berlin", "Pacific/Kiritimati",
       "Pacific/Pago_Pago", "Asia/Kolkata", "America/St_Johns", "Australia/Lord_Howe"]))  # fmt: skip
def test_days_follow_each_other_without_gap_or_overlap(day: date, name: str) -> None:
    zone = ZoneInfo(name)
    start, end = clock.day_bounds(day, zone)
    assert clock.day_of(start, zone) == day
    assert clock.day_of(end - timedelta(microseconds=1), zone) == day
    assert clock.day_bounds(day + timedelta(days=1), zone)[0] == end
    assert timedelta(hours=22) <= end - start <= timedelta(hours=26)


def test_a_clock_that_went_back_signs_out_rather_than_in(
    session: Session, work_as: Callable[[Actor], Work], monkeypatch: pytest.MonkeyPatch
) -> None:
    w = work_as(SYSTEM)
    person = make.person(session, Role.STAFF)
    sessions.begin(w, person, user_agent="", address="")
    session.flush()
    sid = session.exec(select(LoginSession.id)).one()
    assert sessions.is_live(sid)
    monkeypatch.setattr(clock, "now", lambda: make.NOON - timedelta(days=1))
    assert not sessions.is_live(sid)
    monkeypatch.setattr(clock, "now", lambda: make.NOON + timedelta(days=365 * 11))
    assert not sessions.is_live(sid)


def test_zones_that_python_knows_can_be_chosen_and_no_others() -> None:
    assert {"Europe/Berlin", "America/Sao_Paulo", "UTC"} <= clock.zone_names()
    assert "Europe/Atlantis" not in clock.zone_names()
