"""An order is placed once, whole, at the price and from the stock that were shown, or it is refused and says why."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func
from sqlmodel import Session, col, select

from db.models import (
    AuditEntry,
    CustomerAddress,
    Order,
    OrderLine,
    OutboxEntry,
    Product,
    Role,
)
from services import delivery, orders, rollup_check
from services.company import Company
from services.errors import Conflict, Invalid, NotAllowed
from services.orders import OrderChanged
from services.work import Actor, Work
from services.working_time import WorkingTime
from tests import make
from tests.ordering import asked, shopper

WorkAs = Callable[[Actor], Work]


@pytest.fixture
def w(session: Session, work_as: WorkAs) -> Work:
    return work_as(shopper(session))


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
    ordered = select(OrderLine).where(OrderLine.order_id == order.id).order_by(col(OrderLine.line_no))
    lines = w.session.exec(ordered).all()
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
    assert delivery.promised_on(now, days, WorkingTime(ZoneInfo("Asia/Tokyo"), Company().hours)) == expected


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
