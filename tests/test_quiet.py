"""Customers nobody has an eye on: each is listed once, page by page, however few fit."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlmodel import Session

from db.models import Channel, Interaction, Order, OrderStatus
from services import follow_ups, quiet
from services.errors import Invalid
from services.work import Actor, Work
from tests import make
from tests.test_today import planned

NOON, DAY = make.NOON, timedelta(days=1)


@pytest.fixture
def desk(session: Session, work_as: Callable[[Actor], Work]) -> Work:
    return work_as(make.actor(session))


def ordered(w: Work, customer_id: int, days: int) -> None:
    w.session.add(Order(customer_id=customer_id, ordered_at=NOON - days * DAY, status=OrderStatus.DELIVERED))
    w.session.flush()


def test_nothing_planned_lists_each_customer_once_newest_business_first(
    desk: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = [make.customer(desk.session, f"Customer {n}") for n in range(6)]
    for n, who in enumerate(people):
        ordered(desk, who.id, n)
        ordered(desk, who.id, n + 10)
    follow_ups.done(desk, planned(desk, people[1].id).id)
    planned(desk, people[2].id)
    monkeypatch.setattr(quiet, "PAGE", 2)
    monkeypatch.setattr(quiet, "WINDOW", 3)
    found, after = [], ""
    for _page in range(20):
        page = quiet.nothing_planned(desk, after)
        found += [row.customer_id for row in page.rows]
        after = page.after
        if not after:
            break
    assert found == [people[n].id for n in (0, 1, 3, 4, 5)]
    assert quiet.nothing_planned(desk, "nonsense").rows[0].customer_id == people[0].id


def test_not_contacted_lists_the_silent_and_those_never_spoken_with(
    desk: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    fresh, silent, _never = (make.customer(desk.session, name) for name in ("Fresh", "Silent", "Never"))
    for who, days in ((fresh, 400), (fresh, 10), (silent, 31)):
        at = NOON - days * DAY
        desk.session.add(
            Interaction(customer_id=who.id, channel=Channel.PHONE, summary="x", happened_at=at, logged_at=at)
        )
    desk.session.flush()
    monkeypatch.setattr(quiet, "PAGE", 1)
    first = quiet.not_contacted(desk, 30)
    second = quiet.not_contacted(desk, 30, first.after)
    assert [(r.customer, r.at) for r in (*first.rows, *second.rows)] == [
        ("Never", None), ("Silent", NOON - 31 * DAY)
    ]  # fmt: skip
    assert "Fresh" not in {r.customer for r in quiet.not_contacted(desk, 30, second.after).rows}
    with pytest.raises(Invalid):
        quiet.not_contacted(desk, 0)
