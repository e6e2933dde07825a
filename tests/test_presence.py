"""Who else is on the same customer or case is seen, and is forgotten soon after leaving."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlmodel import Session, func, select

from db.models import Person, Presence, Role
from services import presence
from services.errors import NotAllowed, NotFound
from services.presence import Here
from services.work import Actor, Work
from tests import make

WorkAs = Callable[[Actor], Work]


@pytest.fixture
def place(session: Session) -> str:
    return f"customer:{make.customer(session).id}"


def later(w: Work, seconds: float) -> Work:
    return replace(w, now=w.now + timedelta(seconds=seconds))


def test_a_colleague_is_seen_and_oneself_is_not(session: Session, work_as: WorkAs, place: str) -> None:
    mine, hers = work_as(make.actor(session)), work_as(make.actor(session, Role.MANAGER))
    presence.beat(mine, place)
    presence.beat(hers, place, editing=True)
    assert presence.here(mine, place) == [Here(hers.actor.name, editing=True)]
    assert presence.here(hers, place) == [Here(mine.actor.name, editing=False)]
    presence.beat(hers, place)
    assert presence.here(mine, place) == [Here(hers.actor.name, editing=False)]
    assert presence.here(mine, "customer:999999") == []


def test_who_left_is_gone_before_45_seconds_and_who_stays_tells_it_in_time(
    session: Session, work_as: WorkAs, place: str
) -> None:
    mine, hers = work_as(make.actor(session)), work_as(make.actor(session))
    presence.beat(hers, place)
    tick = timedelta(seconds=5)
    assert presence.here(later(mine, (presence.BEAT + tick).total_seconds()), place)
    assert presence.here(later(mine, 45), place) == []


def test_an_open_page_writes_no_more_often_than_every_20_seconds() -> None:
    told = make.NOON
    assert presence.due(None, told)
    ticks = [n for n in range(5, 65, 5) if presence.due(told, told + timedelta(seconds=n))]
    assert ticks[0] == 20
    assert presence.due(told, told - timedelta(hours=1)), "a clock that went back keeps nobody silent"


def test_one_row_a_person_and_place_and_old_ones_go(session: Session, work_as: WorkAs, place: str) -> None:
    w = work_as(make.actor(session))
    presence.beat(w, place)
    presence.beat(later(w, 30), place)
    other = f"customer:{make.customer(session).id}"
    presence.beat(later(w, 2 * 3600), other)
    assert session.exec(select(func.count()).select_from(Presence)).one() == 1


def test_somebody_whose_sign_in_was_closed_is_not_here(session: Session, work_as: WorkAs, place: str) -> None:
    mine, hers = work_as(make.actor(session)), work_as(make.actor(session))
    presence.beat(hers, place)
    person = session.get_one(Person, hers.actor.person_id)
    person.disabled_at = make.NOON
    session.add(person)
    session.flush()
    assert presence.here(mine, place) == []


def test_only_staff_and_only_pages_that_exist(session: Session, work_as: WorkAs, place: str) -> None:
    own = work_as(make.actor(session, Role.CUSTOMER, of=make.customer(session)))
    with pytest.raises(NotAllowed):
        presence.beat(own, place)
    with pytest.raises(NotAllowed):
        presence.here(own, place)
    for wrong in ("customer:999999", "case:999999", "x:1", "customer:1;drop", ""):
        with pytest.raises(NotFound):
            presence.beat(work_as(make.actor(session)), wrong)
