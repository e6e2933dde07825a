"""Following an order by its link: where it stands, and nothing about the person."""

import dataclasses
from collections.abc import Callable

import pytest
from sqlmodel import Session, col, select

from db.models import OrderStatus, OutboxEntry, Role
from services import orders, throttle
from services.errors import NotFound, TooMany
from services.orders import NewParcel, tracking
from services.work import Actor, Work
from tests import make
from tests.ordering import asked, shopper

WorkAs = Callable[[Actor], Work]
STRANGER = Actor(name="visitor", address="192.0.2.7")


@pytest.fixture
def order_id(session: Session, work_as: WorkAs) -> int:
    customer, staff = work_as(shopper(session)), work_as(make.actor(session, Role.STAFF))
    order = orders.place(customer, asked(customer, (make.product(session), 2)))
    orders.pick(staff, order.id)
    orders.ship(staff, order.id, NewParcel(carrier="Post", tracking_code="RR123"))
    session.commit()
    return order.id


def test_the_link_of_the_mails_shows_the_order_and_nothing_about_the_person(session: Session, order_id: int) -> None:
    bodies = session.exec(select(OutboxEntry.body).order_by(col(OutboxEntry.id))).all()
    address = tracking.link(order_id)
    assert [address in body for body in bodies] == [True, True]
    seen = tracking.look(STRANGER, str(order_id), address.partition("&t=")[2])
    assert (seen.status, seen.lines) == (OrderStatus.SHIPPED, [("Kettle", 2)])
    assert [(p.carrier, p.tracking_code) for p in seen.parcels] == [("Post", "RR123")]
    told = str(dataclasses.asdict(seen))
    assert not [word for word in ("Ada", "Lovelace", "James", "London", "@", "cents") if word in told]


@pytest.mark.parametrize("token", ["", "x", "ä", "\ud800", "A" * 22, "A" * 10_000])
def test_a_wrong_token_answers_like_an_order_that_is_not_there(order_id: int, token: str) -> None:
    for number in (str(order_id), "99999999", "-1", "٣", "1" * 40, "x", ""):
        with pytest.raises(NotFound) as refusal:
            tracking.look(STRANGER, number, token)
        assert str(refusal.value) == "There is no such order under this link."


def test_the_token_of_one_order_opens_no_other(session: Session, order_id: int) -> None:
    with pytest.raises(NotFound):
        tracking.look(STRANGER, str(order_id), tracking.token(order_id + 1))
    with pytest.raises(NotFound):  # the right token of an order that does not exist
        tracking.look(STRANGER, "99999999", tracking.token(99999999))


def test_whoever_guesses_has_to_wait_and_others_have_not(order_id: int) -> None:
    right = tracking.token(order_id)
    for _ in range(throttle.BRAKES["tracking"].free):
        with pytest.raises(NotFound):
            tracking.look(STRANGER, str(order_id), "guess")
    with pytest.raises(TooMany):
        tracking.look(STRANGER, str(order_id), right)
    assert tracking.look(Actor(address="192.0.2.8"), str(order_id), right).lines == [("Kettle", 2)]
