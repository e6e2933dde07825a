"""A price that was planned comes into force by itself, at its time, wherever something is sold."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlmodel import Session

from db.engine import Engines
from db.models import Product, Role
from services import baskets, catalogue, clock, orders, prices
from services.baskets import Wanted
from services.catalogue import Filters, Sort
from services.errors import Invalid, NotAllowed, NotFound
from services.orders import OrderChanged
from services.work import SYSTEM, Actor, Work, reading, work
from tests import make
from tests.make import NOON
from tests.ordering import asked, shopper

WorkAs = Callable[[Actor], Work]
LATER = NOON + timedelta(hours=3)
JUST_BEFORE = LATER - timedelta(microseconds=1)


@pytest.fixture
def head(session: Session) -> Actor:
    return make.actor(session, Role.MANAGER)


def at(w: Work, instant: datetime) -> Work:
    return replace(w, now=instant)


def test_a_planned_price_is_read_everywhere_from_its_very_instant_without_any_worker(
    work_as: WorkAs, session: Session, head: Actor
) -> None:
    kettle, pot = make.product(session, cents=2500), make.product(session, "Pot", cents=2600)
    ada = shopper(session)
    prices.plan(work_as(head), kettle.id, 2700, LATER)
    baskets.put(work_as(ada), [Wanted(product_id=kettle.id, quantity=2)])
    shown = asked(work_as(ada), (kettle, 1))
    for instant, cents, dearest in ((JUST_BEFORE, 2500, pot), (LATER, 2700, kettle)):
        w = at(work_as(ada), instant)
        assert catalogue.detail(w, kettle.id).price_cents == cents
        shelf = catalogue.browse(w, Filters(sort=Sort.DEAREST)).offers
        assert shelf[0].product_id == dearest.id
        [line] = baskets.view(w).lines
        assert (line.price_cents, line.total_cents) == (cents, 2 * cents)
        assert (line.was_cents is None) == (cents == 2500), "the basket names the new price"
    with pytest.raises(OrderChanged):
        orders.place(at(work_as(ada), LATER), shown)
    assert orders.place(at(work_as(ada), JUST_BEFORE), shown).lines_cents == 2500
    session.refresh(kettle)
    assert kettle.list_price_cents == 2500, "nobody has written it yet"


def test_of_several_planned_prices_the_one_whose_time_it_is_counts(
    work_as: WorkAs, session: Session, head: Actor
) -> None:
    kettle, ada = make.product(session, cents=2500), shopper(session)
    for days, cents in ((3, 1900), (1, 2700), (2, 2100)):
        prices.plan(work_as(head), kettle.id, cents, NOON + timedelta(days=days))
    for days, cents in ((0, 2500), (1, 2700), (2, 2100), (3, 1900), (30, 1900)):
        w = at(work_as(ada), NOON + timedelta(days=days))
        assert catalogue.detail(w, kettle.id).price_cents == cents


def test_the_worker_writes_due_prices_into_the_products_once(
    fresh_engines: Engines, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOON)
    with work(SYSTEM) as w:
        kettle = make.product(w.session, cents=2500).id
        prices.plan(w, kettle, 2700, LATER)
        prices.plan(w, kettle, 2900, LATER + timedelta(days=1))
    assert prices.apply_due() == 0
    monkeypatch.setattr(clock, "now", lambda: LATER)
    assert (prices.apply_due(), prices.apply_due()) == (1, 0)
    with reading(SYSTEM) as w:
        row = w.session.get_one(Product, kettle)
        assert (row.list_price_cents, row.price_due_at) == (2700, LATER + timedelta(days=1))
        assert row.updated_at == LATER


def test_a_price_of_today_does_not_undo_what_is_planned(work_as: WorkAs, session: Session, head: Actor) -> None:
    kettle, ada = make.product(session, cents=2500), shopper(session)
    prices.plan(work_as(head), kettle.id, 2700, LATER)
    prices.change(at(work_as(head), NOON + timedelta(hours=1)), kettle.id, 2300)
    assert catalogue.detail(at(work_as(ada), JUST_BEFORE), kettle.id).price_cents == 2300
    assert catalogue.detail(at(work_as(ada), LATER), kettle.id).price_cents == 2700
    # After it came due, a new price of that moment counts, not the planned one.
    prices.change(at(work_as(head), LATER + timedelta(minutes=1)), kettle.id, 2400)
    assert catalogue.detail(at(work_as(ada), LATER + timedelta(days=1)), kettle.id).price_cents == 2400


def test_a_planned_price_can_be_taken_back_until_it_is_in_force(work_as: WorkAs, session: Session, head: Actor) -> None:
    kettle, ada = make.product(session, cents=2500), shopper(session)
    first = prices.plan(work_as(head), kettle.id, 2700, LATER)
    second = prices.plan(work_as(head), kettle.id, 2900, LATER + timedelta(days=1))
    with pytest.raises(NotFound):
        prices.take_back(at(work_as(head), LATER), kettle.id, first.id)
    prices.take_back(work_as(head), kettle.id, second.id)
    assert catalogue.detail(at(work_as(ada), LATER + timedelta(days=2)), kettle.id).price_cents == 2700
    told = [(p.cents, p.planned) for p in prices.history(work_as(head), kettle.id)]
    assert told == [(2700, True)]


def test_only_managers_change_prices_and_staff_do_not_see_what_goods_cost_us(
    work_as: WorkAs, session: Session, head: Actor
) -> None:
    kettle = make.product(session, cents=2500)
    prices.change(work_as(head), kettle.id, 2600, cost_cents=1300)
    for role in (Role.STAFF, Role.CUSTOMER):
        w = work_as(make.actor(session, role))
        for act in (
            lambda w=w: prices.change(w, kettle.id, 1),
            lambda w=w: prices.plan(w, kettle.id, 1, LATER),
            lambda w=w: prices.take_back(w, kettle.id, 1),
        ):
            with pytest.raises(NotAllowed):
                act()
    [seen] = prices.history(work_as(make.actor(session)), kettle.id)
    assert (seen.cents, seen.cost_cents) == (2600, None)
    assert prices.history(work_as(head), kettle.id)[0].cost_cents == 1300


def test_prices_that_cannot_be_are_refused(work_as: WorkAs, session: Session, head: Actor) -> None:
    kettle = make.product(session, cents=2500)
    w = work_as(head)
    for cents in (-1, True, 10**12, 1.5):
        with pytest.raises(Invalid):
            prices.change(w, kettle.id, cents)  # type: ignore[arg-type]  # what a browser may send
    for when in (NOON, NOON - timedelta(days=1), NOON + timedelta(days=3000), LATER.replace(tzinfo=None)):
        with pytest.raises(Invalid):
            prices.plan(w, kettle.id, 2600, when)
    prices.plan(w, kettle.id, 2600, LATER)
    with pytest.raises(Invalid, match="already"):
        prices.plan(w, kettle.id, 2700, LATER)
