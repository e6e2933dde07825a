"""An order is placed once, whole, at the price and from the stock that were shown, or it is refused and says why."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func
from sqlmodel import Session, select

from db.models import (
    AuditEntry,
    Customer,
    CustomerAddress,
    Order,
    OrderLine,
    OrderStatus,
    OutboxEntry,
    Product,
    Role,
)
from services import baskets, delivery, orders, rollup_check
from services.errors import Conflict, Invalid, NotAllowed, NotFound
from services.orders import Change, NewLine, NewOrder, OrderChanged
from services.work import SYSTEM, Actor, Work
from tests import make

WorkAs = Callable[[Actor], Work]


@pytest.fixture
def ada(session: Session) -> Customer:
    customer = make.customer(session)
    customer.joined_at = None  # made without the service that counts new customers
    session.add(CustomerAddress(customer_id=customer.id, street="St. James's Square 12", city="London"))
    session.flush()
    return customer


@pytest.fixture
def w(session: Session, work_as: WorkAs, ada: Customer) -> Work:
    return work_as(make.actor(session, Role.CUSTOMER, of=ada))


def address_of(w: Work) -> int:
    owner = w.actor.customer_id
    return w.session.exec(select(CustomerAddress.id).where(CustomerAddress.customer_id == owner)).one()


def asked(w: Work, *lines: tuple[Product, int], key: str = "first", shipping: int | None = None) -> NewOrder:
    worth = sum((p.list_price_cents or 0) * n for p, n in lines)
    return NewOrder(
        idempotency_key=key,
        lines=[NewLine(product_id=p.id, quantity=n, price_cents=p.list_price_cents or 0) for p, n in lines],
        shipping_cents=delivery.fee_cents(worth, "EUR", goods=True) if shipping is None else shipping,
        address_id=address_of(w),
    )


def nothing_written(w: Work) -> bool:
    w.session.expire_all()
    return w.session.exec(select(func.count()).select_from(Order)).one() == 0


def stock_of(w: Work, product: Product) -> int | None:
    w.session.refresh(product)
    return product.stock


def test_an_order_takes_stock_counts_the_sale_and_sends_a_confirmation(w: Work) -> None:
    kettle, cup = make.product(w.session), make.product(w.session, "Cup", cents=700, category="Table")
    order = orders.place(w, asked(w, (kettle, 1), (cup, 3)))
    assert (order.lines_cents, order.shipping_cents, order.total_cents) == (4600, 490, 5090)
    assert (stock_of(w, kettle), stock_of(w, cup)) == (9, 7)
    lines = w.session.exec(select(OrderLine).where(OrderLine.order_id == order.id)).all()
    assert [(n.name, n.quantity, n.line_total_cents, n.unit_cost_cents) for n in lines] == [
        ("Kettle", 1, 2500, 1250),
        ("Cup", 3, 2100, 350),
    ]
    assert order.delivery_address["city"] == "London"
    assert rollup_check.mismatches(w) == []
    mail = w.session.exec(select(OutboxEntry)).one()
    assert mail.recipient == w.actor.email
    assert "3 × Cup: €21.00" in mail.body
    assert w.session.exec(select(AuditEntry.action)).all() == ["orders.place"]


def test_delivery_is_promised_in_working_days_of_the_company(w: Work) -> None:
    order = orders.place(w, asked(w, (make.product(w.session), 1)))  # a Monday at noon, three working days
    assert order.promised_at == datetime(2026, 3, 5, 18, tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "days", "expected"),
    [
        (datetime(2026, 3, 6, 12, tzinfo=UTC), 1, date(2026, 3, 9)),  # Friday to Monday
        (datetime(2026, 3, 7, 12, tzinfo=UTC), 0, date(2026, 3, 9)),  # never on a Saturday
        (datetime(2026, 3, 5, 16, tzinfo=UTC), 1, date(2026, 3, 9)),  # already Friday in Tokyo
        (datetime(2026, 3, 2, 12, tzinfo=UTC), 5, date(2026, 3, 9)),
    ],
)
def test_working_days_skip_the_weekend(now: datetime, days: int, expected: date) -> None:
    assert delivery.promised_on(now, days, ZoneInfo("Asia/Tokyo")) == expected


@pytest.mark.parametrize(
    ("cents", "currency", "goods", "fee"),
    [
        (4999, "EUR", True, 490),
        (5000, "EUR", True, 0),
        (100, "EUR", False, 0),
        (100, "JPY", True, 600),
        (49, "KRW", True, 4),
    ],
)
def test_delivery_is_flat_until_it_is_free(cents: int, currency: str, goods: bool, fee: int) -> None:
    assert delivery.fee_cents(cents, currency, goods=goods) == fee


def test_a_price_that_changed_meanwhile_is_named_and_nothing_is_ordered(w: Work) -> None:
    kettle = make.product(w.session)
    new = asked(w, (kettle, 1))
    kettle.list_price_cents = 2700
    w.session.flush()
    with pytest.raises(OrderChanged, match=r"Kettle costs €27\.00 now, not €25\.00") as refused:
        orders.place(w, new)
    [difference] = refused.value.differences
    assert (difference.product_id, difference.old_cents, difference.new_cents) == (kettle.id, 2500, 2700)
    assert nothing_written(w)
    assert stock_of(w, kettle) == 10


def test_every_line_that_changed_is_named_at_once(w: Work) -> None:
    kettle, cup, pot = (make.product(w.session, name, stock=5) for name in ("Kettle", "Cup", "Pot"))
    new = asked(w, (kettle, 3), (cup, 1), (pot, 1))
    kettle.stock, cup.stock, pot.active = 2, 0, False
    w.session.flush()
    with pytest.raises(OrderChanged) as refused:
        orders.place(w, new)
    assert "Of Kettle only 2 are left, you asked for 3. Cup has just been sold out. Pot is not sold any more." in str(
        refused.value
    )
    assert nothing_written(w)


def test_a_dearer_delivery_is_named_before_it_is_charged(w: Work) -> None:
    with pytest.raises(OrderChanged, match=r"Delivery costs €4\.90 now, not €0\.00"):
        orders.place(w, asked(w, (make.product(w.session), 1), shipping=0))
    assert nothing_written(w)


def test_a_second_click_gets_the_same_order(w: Work) -> None:
    kettle = make.product(w.session, stock=1)
    new = asked(w, (kettle, 1))
    first, second = orders.place(w, new), orders.place(w, new)
    assert (first.id, first.total_cents) == (second.id, second.total_cents)
    assert stock_of(w, kettle) == 0
    assert len(w.session.exec(select(OutboxEntry)).all()) == 1


def test_a_key_with_other_contents_is_refused(w: Work) -> None:
    kettle = make.product(w.session)
    first = orders.place(w, asked(w, (kettle, 1)))
    with pytest.raises(Conflict, match=f"order O{first.id:07d}"):
        orders.place(w, asked(w, (kettle, 2)))


def test_keys_of_two_people_do_not_meet(w: Work, work_as: WorkAs) -> None:
    kettle = make.product(w.session)
    mine = orders.place(w, asked(w, (kettle, 1), key="same"))
    bob = make.customer(w.session, "Bob")
    w.session.add(CustomerAddress(customer_id=bob.id, city="Leeds"))
    w.session.flush()
    other = work_as(make.actor(w.session, Role.CUSTOMER, of=bob))
    theirs = orders.place(other, asked(other, (kettle, 1), key="same"))
    assert theirs.id != mine.id
    assert theirs.customer_id == bob.id


@pytest.mark.parametrize("quantity", [0, -1, 1000, 10**12])
def test_only_whole_positive_quantities_are_taken(w: Work, quantity: int) -> None:
    with pytest.raises(Invalid, match="Quantity"):
        orders.place(w, asked(w, (make.product(w.session), quantity)))
    assert nothing_written(w)


def test_a_product_named_twice_is_refused(w: Work) -> None:
    kettle = make.product(w.session)
    with pytest.raises(Invalid, match="name each product once"):
        orders.place(w, asked(w, (kettle, 1), (kettle, 1)))


def test_somebody_elses_address_is_no_address(w: Work, session: Session) -> None:
    stranger = make.customer(session, "Bob")
    address = CustomerAddress(customer_id=stranger.id, city="Leeds")
    session.add(address)
    session.flush()
    new = asked(w, (make.product(session), 1))
    new.address_id = address.id
    with pytest.raises(Invalid, match="choose one of your addresses"):
        orders.place(w, new)
    assert nothing_written(w)


def test_a_service_needs_no_address_and_no_delivery(w: Work) -> None:
    repair = make.product(w.session, "Repair", stock=None)
    repair.is_service = True
    w.session.flush()
    new = asked(w, (repair, 1), shipping=0)
    new.address_id = None
    order = orders.place(w, new)
    assert (order.shipping_cents, order.delivery_address) == (0, {})


def test_staff_do_not_order_for_themselves_and_strangers_not_at_all(w: Work, work_as: WorkAs) -> None:
    new = asked(w, (make.product(w.session), 1))
    for actor in (make.actor(w.session, Role.STAFF), Actor()):
        with pytest.raises(NotAllowed):
            orders.place(work_as(actor), new)
    assert nothing_written(w)


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
