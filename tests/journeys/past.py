"""What a customer has behind them when an evening begins: an order of two years ago, and one that is not packed yet."""

from dataclasses import dataclass, replace
from datetime import timedelta

from sqlmodel import col, func, select

from db.models import Customer, CustomerAddress, CustomerEmail, Person, Product, Role
from services import orders, payments
from services.delivery_fees import fee_cents
from services.orders import NewLine, NewOrder, NewParcel
from services.work import SYSTEM, Actor, Work, work
from tests import make

YEARS = timedelta(days=730)
CENTS = 2500


@dataclass(frozen=True)
class Past:
    """Who it is, and the ids of what they have. `kept` was re-priced since, `leaving` can still be had."""

    name: str
    email: str
    old_order: int
    open_order: int
    year: int
    kept: int
    leaving: int


def somebody() -> Past:
    """A customer of the demonstration who never had a sign-in, with both orders."""
    with work(SYSTEM) as w:
        customer_id, name, email, address = _without_sign_in(w)
        kept = make.product(w.session, "Copper kettle", cents=CENTS)
        leaving = make.product(w.session, "Whistling pot", cents=CENTS)
        buyer = Actor(role=Role.CUSTOMER, name=name, email=email, customer_id=customer_id)
        then = replace(w, now=w.now - YEARS)
        old = _placed(then, buyer, address, kept, leaving)
        orders.pick(then, old)
        orders.ship(then, old, NewParcel(carrier="Parcel Post"))
        orders.deliver(replace(then, now=then.now + timedelta(days=2)), old)
        payments.receive(
            replace(then, now=then.now + timedelta(days=9)), old, orders.detail(w, old).summary.total_cents
        )
        fresh = _placed(replace(w, now=w.now - timedelta(hours=2)), buyer, address, leaving, payment="transfer")
        payments.receive(w, fresh, orders.detail(w, fresh).summary.total_cents)
        kept.list_price_cents = CENTS + 500
        w.session.add(kept)
    return Past(name, email, old, fresh, then.now.year, kept.id, leaving.id)


def withdrawn(product_id: int) -> None:
    """It is taken off the shelf, whoever has it in a basket."""
    with work(SYSTEM) as w:
        row = w.session.get_one(Product, product_id)
        row.active = False
        w.session.add(row)


def repriced(product_id: int) -> None:
    """It costs a euro more from now on."""
    with work(SYSTEM) as w:
        row = w.session.get_one(Product, product_id)
        row.list_price_cents = (row.list_price_cents or 0) + 100
        w.session.add(row)


def _without_sign_in(w: Work) -> tuple[int, str, str, CustomerAddress]:
    known = select(Person.customer_id).where(col(Person.customer_id).is_not(None))
    wanted = (
        select(Customer.id, Customer.name, CustomerEmail.email, CustomerAddress)
        .join(CustomerEmail, col(CustomerEmail.customer_id) == col(Customer.id))
        .join(CustomerAddress, col(CustomerAddress.customer_id) == col(Customer.id))
        .where(col(Customer.id).not_in(known), CustomerEmail.is_primary, func.length(Customer.name) < 30)
        .order_by(col(Customer.id).desc())
    )
    found = w.session.exec(wanted).first()
    assert found
    customer_id, name, email, address = found
    assert name
    return customer_id, name, email, address


def _placed(w: Work, buyer: Actor, address: CustomerAddress, *products: Product, payment: str = "on_account") -> int:
    new = NewOrder(
        idempotency_key=f"{buyer.email} {w.now}",
        lines=[NewLine(product_id=p.id, quantity=1, price_cents=CENTS) for p in products],
        shipping_cents=fee_cents(w, CENTS * len(products), address.country or "", goods=True),
        address_id=address.id,
        payment=payment,
    )
    return orders.place(replace(w, actor=buyer), new).id
