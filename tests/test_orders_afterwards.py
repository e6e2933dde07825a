"""After an order was placed: looking at it, cancelling it, ordering the same again."""

from collections.abc import Callable

import pytest
from sqlmodel import Session, select

from db.models import (
    Order,
    OrderLine,
    OrderStatus,
    OutboxEntry,
    Product,
    Role,
)
from services import baskets, orders, rollup_check
from services.errors import Conflict, NotFound
from services.orders import Change
from services.work import SYSTEM, Actor, Work
from tests import make
from tests.ordering import asked, shopper

WorkAs = Callable[[Actor], Work]


@pytest.fixture
def w(session: Session, work_as: WorkAs) -> Work:
    return work_as(shopper(session))


def stock_of(w: Work, product: Product) -> int | None:
    w.session.refresh(product)
    return product.stock


def test_cancelling_gives_everything_back_once(w: Work) -> None:
    kettle, repair = make.product(w.session), make.product(w.session, "Repair", stock=None)
    order = orders.place(w, asked(w, (kettle, 3), (repair, 1)))
    for _again in range(2):
        assert orders.cancel(w, order.id, reason="wrong colour").status is OrderStatus.CANCELLED
    assert (stock_of(w, kettle), stock_of(w, repair)) == (10, None)
    assert rollup_check.mismatches(w) == []
    kinds = w.session.exec(select(OutboxEntry.kind)).all()
    assert sorted(kinds) == ["order-cancelled", "order-placed"]


def test_what_is_being_packed_cannot_be_cancelled(w: Work) -> None:
    kettle = make.product(w.session)
    order = orders.place(w, asked(w, (kettle, 1)))
    stored = w.session.get_one(Order, order.id)
    stored.status = OrderStatus.PICKED
    w.session.flush()
    with pytest.raises(Conflict, match="Being packed"):
        orders.cancel(w, order.id)
    assert stock_of(w, kettle) == 9


def test_an_imported_order_gives_no_stock_back(w: Work) -> None:
    kettle = make.product(w.session)
    row = Order(customer_id=w.actor.customer_id, ordered_at=w.now, status=OrderStatus.PLACED, source="shop")
    w.session.add(row)
    w.session.flush()
    w.session.add(OrderLine(order_id=row.id, line_no=1, product_id=kettle.id, quantity=4, line_total_cents=0))
    w.session.flush()
    rollup_check.rebuild(w)
    orders.cancel(w, row.id)
    assert stock_of(w, kettle) == 10
    assert rollup_check.mismatches(w) == []


def test_somebody_elses_order_answers_like_no_order(w: Work, work_as: WorkAs) -> None:
    order = orders.place(w, asked(w, (make.product(w.session), 1)))
    stranger = work_as(make.actor(w.session, Role.CUSTOMER, of=make.customer(w.session, "Bob")))
    for attempt in (orders.detail, orders.cancel, orders.again):
        with pytest.raises(NotFound, match="no such order"):
            attempt(stranger, order.id)
        with pytest.raises(NotFound, match="no such order"):
            attempt(stranger, 10**9)
    with pytest.raises(NotFound):
        orders.listing(stranger, before=order.id)
    with pytest.raises(NotFound):
        orders.listing(stranger, w.actor.customer_id)
    assert w.session.get_one(Order, order.id).status is OrderStatus.PLACED


def test_the_list_goes_on_where_it_stopped(w: Work) -> None:
    kettle = make.product(w.session, stock=None)
    placed = [orders.place(w, asked(w, (kettle, 1), key=str(n))).id for n in range(5)]
    first = orders.listing(w, most=2)
    second = orders.listing(w, before=first[-1].order_id, most=2)
    third = orders.listing(w, before=second[-1].order_id, most=2)
    assert [s.order_id for s in (*first, *second, *third)] == placed[::-1]
    assert first[0].contents == "Kettle"


def test_staff_see_the_list_of_a_customer(w: Work, work_as: WorkAs) -> None:
    order = orders.place(w, asked(w, (make.product(w.session), 1)))
    staff = work_as(make.actor(w.session))
    assert [s.order_id for s in orders.listing(staff, w.actor.customer_id)] == [order.id]


def test_the_detail_shows_what_was_charged(w: Work) -> None:
    cups = [make.product(w.session, f"Cup {n}", cents=700) for n in range(4)]
    order = orders.place(w, asked(w, *((cup, 2) for cup in cups)))
    seen = orders.detail(w, order.id)
    assert (seen.lines[0].name, seen.lines[0].quantity, seen.lines[0].total_cents) == ("Cup 0", 2, 1400)
    assert seen.summary.contents == "Cup 0, Cup 1, 2 more"
    assert (seen.lines_cents, seen.shipping_cents, seen.cancellable) == (5600, 0, True)
    assert seen.address == ["St. James's Square 12", "London"]


def test_ordering_again_names_every_difference_first(w: Work) -> None:
    names = ("Same", "Dearer", "Short", "Out", "Gone")
    same, dearer, short, out, gone = (make.product(w.session, name, stock=20) for name in names)
    order = orders.place(w, asked(w, *((p, 4) for p in (same, dearer, short, out, gone))))
    dearer.list_price_cents, short.stock, out.stock, gone.active = 2600, 3, 0, False
    w.session.flush()
    shown = orders.again(w, order.id)
    assert {n.name: (n.change, n.quantity) for n in shown.lines} == {
        "Same": (Change.NONE, 4),
        "Dearer": (Change.PRICE, 4),
        "Short": (Change.SHORT, 3),
        "Out": (Change.OUT, 0),
        "Gone": (Change.GONE, 0),
    }
    assert baskets.count(w) == 0
    orders.put_again(w, order.id, shown)
    view = baskets.view(w)
    assert [(n.name, n.quantity, n.was_cents) for n in view.lines] == [
        ("Same", 4, None),
        ("Dearer", 4, None),
        ("Short", 3, None),
    ]
    assert view.ready


def test_nothing_left_to_order_again_is_said(w: Work) -> None:
    kettle = make.product(w.session)
    order = orders.place(w, asked(w, (kettle, 1)))
    kettle.active = False
    w.session.flush()
    with pytest.raises(Conflict, match="Nothing of this order"):
        orders.put_again(w, order.id, orders.again(w, order.id))


def test_open_orders_are_those_of_which_something_is_expected(w: Work) -> None:
    kettle = make.product(w.session)
    waiting, off = (orders.place(w, asked(w, (kettle, 1), key=key)) for key in ("a", "b"))
    orders.cancel(w, off.id)
    assert [s.order_id for s in orders.opened(w)] == [waiting.id]


def test_no_order_can_lower_the_stock_below_nothing(session: Session, work_as: WorkAs) -> None:
    """The last belt: the database itself refuses."""
    kettle = make.product(session, stock=1)
    kettle.stock = -1
    with pytest.raises(Exception, match="product_stock_not_negative"):
        work_as(SYSTEM).session.flush()
