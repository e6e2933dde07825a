"""People who order, and whether the books hold afterwards: shared by the tests of orders and of faults."""

from sqlmodel import Session, col, func, select

from db.models import Customer, CustomerAddress, Order, OrderLine, OrderStatus, Product, Role
from services import delivery, rollup_check, stock
from services.orders import NewLine, NewOrder
from services.work import SYSTEM, Actor, Work, reading, work
from tests import make


def shopper(session: Session, name: str = "Ada Lovelace") -> Actor:
    """A signed-in customer with one address."""
    customer: Customer = make.customer(session, name)
    customer.joined_at = None  # made without the service that counts new customers
    session.add(CustomerAddress(customer_id=customer.id, street="St. James's Square 12", city="London"))
    session.flush()
    return make.actor(session, Role.CUSTOMER, of=customer)


def address_of(w: Work) -> int:
    owner = CustomerAddress.customer_id == w.actor.customer_id
    return w.session.exec(select(CustomerAddress.id).where(owner)).one()


def asked(w: Work, *lines: tuple[Product, int], key: str = "first", shipping: int | None = None) -> NewOrder:
    """An order at the prices of now."""
    worth = sum((p.list_price_cents or 0) * n for p, n in lines)
    return NewOrder(
        idempotency_key=key,
        lines=[NewLine(product_id=p.id, quantity=n, price_cents=p.list_price_cents or 0) for p, n in lines],
        shipping_cents=delivery.fee_cents(worth, "EUR", goods=True) if shipping is None else shipping,
        address_id=address_of(w),
    )


def shoppers(count: int) -> list[Actor]:
    """Customers with an address and a login, committed."""
    with work(SYSTEM) as w:
        return [shopper(w.session, f"Shopper {number}") for number in range(count)]


def products(*stocks: int | None) -> list[int]:
    """Products at 25.00 with these stocks, committed."""
    with work(SYSTEM) as w:
        return [make.product(w.session, f"Product {n}", stock=s).id for n, s in enumerate(stocks)]


def asked_by(actor: Actor, key: str, *lines: tuple[int, int]) -> NewOrder:
    """An order of (product id, quantity) at 25.00 each, made in a transaction of its own."""
    with reading(actor) as w:
        address_id = address_of(w)
    worth = sum(2500 * quantity for _id, quantity in lines)
    return NewOrder(
        idempotency_key=key,
        lines=[NewLine(product_id=i, quantity=n, price_cents=2500) for i, n in lines],
        shipping_cents=delivery.fee_cents(worth, "EUR", goods=True),
        address_id=address_id,
    )


def unsound() -> list[str]:
    """What is wrong in the books: stock and sales, sums of the orders, roll-ups. See `remember_start`."""
    with reading(SYSTEM) as w:
        wrong = [*rollup_check.mismatches(w), *stock.mismatches(w)]
        sold = dict(
            w.session.exec(
                select(OrderLine.product_id, func.sum(OrderLine.quantity))
                .join(Order, col(Order.id) == OrderLine.order_id)
                .where(Order.status != OrderStatus.CANCELLED)
                .group_by(col(OrderLine.product_id))
            ).all()
        )
        for product in w.session.exec(select(Product).where(col(Product.stock).is_not(None))):
            start = int(product.attributes.get("start", -1))
            if start >= 0 and (product.stock or 0) + sold.get(product.id, 0) != start:
                wrong.append(f"{product.name}: {product.stock} left, {sold.get(product.id, 0)} sold of {start}")
        sums = dict(
            w.session.exec(
                select(OrderLine.order_id, func.sum(OrderLine.line_total_cents)).group_by(col(OrderLine.order_id))
            ).all()
        )
        wrong += [
            f"order {order.id}: {order.lines_cents} + {order.shipping_cents} is not {order.total_cents}"
            for order in w.session.exec(select(Order))
            if order.lines_cents != sums.get(order.id) or order.total_cents != order.lines_cents + order.shipping_cents
        ]
    return wrong


def remember_start() -> None:
    """Note with every product how many pieces there are now."""
    with work(SYSTEM) as w:
        for product in w.session.exec(select(Product)):
            product.attributes = {"start": product.stock} if product.stock is not None else {}
            w.session.add(product)
