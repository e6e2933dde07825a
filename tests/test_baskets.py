"""A basket belongs to a person, lives on the server and tells what has changed since something was put in."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlmodel import Session, select

from db.models import Basket, Role
from services import baskets
from services.baskets import State
from services.errors import Conflict, Invalid, NotAllowed, NotFound
from services.work import Actor, Work
from tests import make

WorkAs = Callable[[Actor], Work]


@pytest.fixture
def w(session: Session, work_as: WorkAs) -> Work:
    return work_as(make.actor(session, Role.CUSTOMER, of=make.customer(session)))


def test_a_basket_survives_signing_out_and_is_the_same_on_every_device(w: Work, work_as: WorkAs) -> None:
    baskets.add(w, make.product(w.session).id, 2)
    again = work_as(replace(w.actor, session_id="another browser"))
    assert [(n.name, n.quantity) for n in baskets.view(again).lines] == [("Kettle", 2)]


def test_the_total_shows_price_and_delivery_before_anything_is_ordered(w: Work) -> None:
    kettle, cup = make.product(w.session), make.product(w.session, "Cup", cents=700)
    baskets.add(w, kettle.id)
    assert baskets.add(w, cup.id, 2) == 3
    view = baskets.view(w)
    assert (view.lines_cents, view.shipping_cents, view.total_cents) == (3900, 490, 4390)
    assert view.delivery_on is not None
    assert view.delivery_on.isoformat() == "2026-03-05"
    baskets.set_quantity(w, kettle.id, 2)
    assert (baskets.view(w).shipping_cents, baskets.view(w).total_cents) == (0, 6400)


def test_more_of_the_same_adds_up(w: Work) -> None:
    kettle = make.product(w.session)
    baskets.add(w, kettle.id, 2)
    baskets.add(w, kettle.id, 3)
    assert [n.quantity for n in baskets.view(w).lines] == [5]


def test_a_changed_price_is_named(w: Work) -> None:
    kettle = make.product(w.session)
    baskets.add(w, kettle.id)
    kettle.list_price_cents = 2700
    w.session.flush()
    [line] = baskets.view(w).lines
    assert (line.price_cents, line.was_cents, line.total_cents) == (2700, 2500, 2700)
    baskets.set_quantity(w, kettle.id, 2)
    assert baskets.view(w).lines[0].was_cents is None


def test_what_cannot_be_ordered_is_not_charged(w: Work) -> None:
    ready, short, out, gone = (make.product(w.session, n) for n in ("Ready", "Short", "Out", "Gone"))
    for product in (ready, short, out, gone):
        baskets.add(w, product.id, 4)
    short.stock, out.stock, gone.active = 3, 0, False
    w.session.flush()
    view = baskets.view(w)
    assert {n.name: (n.state, n.left) for n in view.lines} == {
        "Ready": (State.READY, None),
        "Short": (State.SHORT, 3),
        "Out": (State.OUT, None),
        "Gone": (State.GONE, None),
    }
    assert (view.lines_cents, view.ready) == (10000, False)


def test_taking_out_empties_the_line(w: Work) -> None:
    kettle = make.product(w.session)
    baskets.add(w, kettle.id)
    baskets.set_quantity(w, kettle.id, 0)
    baskets.remove(w, kettle.id)
    assert baskets.view(w).lines == []
    assert baskets.count(w) == 0


@pytest.mark.parametrize("quantity", [0, -1, 1000, True])
def test_only_whole_positive_quantities_go_in(w: Work, quantity: int) -> None:
    with pytest.raises(Invalid):
        baskets.add(w, make.product(w.session).id, quantity)
    assert baskets.count(w) == 0


def test_what_is_not_for_sale_does_not_go_in(w: Work) -> None:
    off, free = make.product(w.session), make.product(w.session, "Part", cents=None)
    off.active = False
    w.session.flush()
    with pytest.raises(NotFound):
        baskets.add(w, off.id)
    with pytest.raises(Conflict):
        baskets.add(w, free.id)


def test_nobody_reaches_into_another_basket(w: Work, work_as: WorkAs) -> None:
    kettle = make.product(w.session)
    baskets.add(w, kettle.id, 2)
    other = work_as(make.actor(w.session, Role.CUSTOMER, of=make.customer(w.session, "Bob")))
    baskets.remove(other, kettle.id)
    with pytest.raises(Conflict):
        baskets.set_quantity(other, kettle.id, 7)
    assert baskets.count(w) == 2
    with pytest.raises(NotAllowed):
        baskets.view(work_as(make.actor(w.session)))


def test_every_state_of_a_basket_has_a_key_of_its_own(w: Work) -> None:
    kettle = make.product(w.session)
    keys = [baskets.view(w).key]
    for quantity in (1, 2, 1):  # the clock stands still in this test
        baskets.put(w, [baskets.Wanted(product_id=kettle.id, quantity=quantity)])
        keys.append(baskets.view(w).key)
    baskets.remove(w, kettle.id)
    keys.append(baskets.view(w).key)
    assert len(set(keys)) == 5
    assert baskets.view(w).key == keys[-1]
    assert len(w.session.exec(select(Basket)).all()) == 1


def test_a_basket_has_an_end(w: Work) -> None:
    many = [make.product(w.session, f"P{n}").id for n in range(baskets.MOST_LINES + 1)]
    with pytest.raises(Conflict, match="at most 100"):
        baskets.put(w, [baskets.Wanted(product_id=i, quantity=1) for i in many])
