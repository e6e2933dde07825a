"""Placing an order: one transaction, in which it happens whole or not at all, and once however often it is asked.

The order of the steps keeps parallel orders apart on PostgreSQL too: basket, then products by rising id are locked,
then the key is looked up, then all is judged, and only then anything is written. SQLite has one writer at a time
anyway. The path is written in Core statements, for the ORM would cost more than the disk.
"""

from typing import Any

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import SQLModel, col
from sqlmodel.sql.sqltypes import UTCDateTime

from db.models import CustomerAddress, Order, OrderStatus, Product, StockReason
from services import access, audit, baskets, payments, prices, rollups, stock, vouchers
from services.catalogue.offer import shown_name
from services.errors import Conflict, Invalid
from services.orders.judging import judge, priced_now, promised_at
from services.orders.mail import confirmation
from services.orders.new import NewLine, NewOrder, checked, stored_key
from services.pricing import Priced
from services.search import order_number
from services.text import _
from services.work import Work

CHANNEL = "portal"
# The statements are made once: putting them together costs more than sending them.
_PRODUCTS = select(
    col(Product.id),
    col(Product.name),
    col(Product.sku),
    col(Product.category),
    col(Product.tax_class),
    prices.in_force(bindparam("now", type_=UTCDateTime())).label("list_price_cents"),
    col(Product.unit_cost_cents),
    col(Product.stock),
    col(Product.delivery_days),
    col(Product.is_service),
    col(Product.active),
)
_PRODUCTS = (
    _PRODUCTS.where(col(Product.id).in_(bindparam("ids", expanding=True)))
    .order_by(col(Product.id))
    .with_for_update(key_share=True)
)
_KNOWN = select(col(Order.id)).where(col(Order.idempotency_key) == bindparam("key"))
_ADDRESS = select(
    col(CustomerAddress.street),
    col(CustomerAddress.city),
    col(CustomerAddress.region),
    col(CustomerAddress.postal_code),
    col(CustomerAddress.country),
).where(col(CustomerAddress.id) == bindparam("address"), col(CustomerAddress.customer_id) == bindparam("owner"))
_ORDERS, _LINES = SQLModel.metadata.tables["sales_order"], SQLModel.metadata.tables["order_line"]
#: Write an order, unless its key is taken.
_ONCE = {
    name: dialect.insert(_ORDERS).on_conflict_do_nothing(index_elements=["idempotency_key"]).returning(_ORDERS.c.id)
    for name, dialect in {"sqlite": sqlite, "postgresql": postgresql}.items()
}
_WRITE_LINES = insert(_LINES)
_TAKE = (
    update(Product)
    .where(col(Product.id) == bindparam("number"), col(Product.stock) >= bindparam("pieces"))
    .values(stock=col(Product.stock) - bindparam("pieces"))
)
Row = Any  # a row of _PRODUCTS


def place(w: Work, new: NewOrder) -> Order:
    """Order what was shown, at the price that was shown, or refuse and say what changed.

    Returns the order; the same request sent again gets the same order. Takes the stock, counts the sale, queues the
    confirmation and takes the ordered products out of the basket. Raises Invalid, Conflict and, where price, stock or
    delivery differ from what was shown, OrderChanged; then nothing was written.
    """
    customer_id = access.own_ordering(w)
    lines, note = checked(new)
    key = stored_key(w, new)
    basket = baskets.locked(w) if new.basket_key else None
    products = _locked(w, [line.product_id for line in lines])
    known = _known(w, key)
    if known is not None:
        return _same(known, new)
    if new.basket_key and baskets.key_of(basket) != new.basket_key:
        raise Conflict(_("Your basket was changed in another window. Please look again and confirm."))
    judge(w, lines, products)
    address = _address(w, customer_id, new.address_id, needed=_goods(products))
    priced = priced_now(w, new, customer_id, lines, products, address)
    order = _order(w, new, customer_id, key, products, address, priced)
    order.note, order.payment_method = note, payments.chosen(w, new.payment)
    if not _inserted(w, order):  # the same key in another transaction that was a moment faster
        known = _known(w, key)
        if known is None:
            raise Conflict(_("Please try again."))
        return _same(known, new)
    _write_lines(w, order, lines, products, priced)
    payments.opened(w, order)
    if priced.voucher is not None:
        vouchers.use(w, order, priced.voucher)
    if basket is not None:
        baskets.take_out(w, basket, [line.product_id for line in lines])
    _tell(w, order, lines, products, priced)
    w.session.flush()
    # Last, for these rows are the same for all orders of the hour: whoever holds them keeps all others waiting.
    sold = [(products[i.product_id].category, i.quantity, c) for i, c in zip(lines, priced.lines, strict=True)]
    rollups.sold(w, order.ordered_at, order.channel, sold)
    return order


def _locked(w: Work, product_ids: list[int]) -> dict[int, Row]:
    """The products as they are now, kept from other transactions until this one ends."""
    return {row.id: row for row in w.session.connection().execute(_PRODUCTS, {"ids": product_ids, "now": w.now})}


def _known(w: Work, key: str) -> Order | None:
    number = w.session.connection().execute(_KNOWN, {"key": key}).scalar_one_or_none()
    return None if number is None else w.session.get_one(Order, number)


def _same(known: Order, new: NewOrder) -> Order:
    if known.attributes.get("asked") == new.digest():
        return known
    raise Conflict(
        _("This was ordered a moment ago, with other details: it is order {number}.").format(
            number=order_number(known.id)
        )
    )


def _goods(products: dict[int, Row]) -> bool:
    return any(not product.is_service for product in products.values())


def _order(
    w: Work,
    new: NewOrder,
    customer_id: int,
    key: str,
    products: dict[int, Row],
    address: dict[str, str],
    priced: Priced,
) -> Order:
    return Order(
        customer_id=customer_id,
        ordered_at=w.now,
        status=OrderStatus.PLACED,
        channel=CHANNEL,
        placed_by_id=w.actor.person_id,
        lines_cents=priced.lines_cents,
        discount_cents=priced.discount_cents,
        shipping_cents=priced.shipping_cents,
        total_cents=priced.total_cents,
        tax_cents=priced.tax_cents,
        shipping_tax_bp=priced.shipping_tax_bp,
        shipping_tax_cents=priced.shipping_tax_cents,
        voucher_code=priced.voucher.code if priced.voucher else "",
        delivery_address=address,
        requested_on=new.requested_on,
        promised_at=promised_at(w, new.requested_on, products),
        idempotency_key=key,
        # `taken` are the products whose stock was lowered: only those are put back when the order is cancelled.
        attributes={"asked": new.digest(), "taken": [p.id for p in products.values() if p.stock is not None]},
    )


def _address(w: Work, customer_id: int, address_id: int | None, *, needed: bool) -> dict[str, str]:
    if address_id is None and not needed:
        return {}
    asked = {"address": address_id, "owner": customer_id}
    found = w.session.connection().execute(_ADDRESS, asked).mappings().one_or_none()
    if found is None:
        raise Invalid(_("Delivery address"), _("choose one of your addresses, or add one to your account"))
    return {str(k): v for k, v in found.items()}


def _inserted(w: Work, order: Order) -> bool:
    """Write the order and set its id; False where its key is already taken."""
    row = order.model_dump(exclude={"id"})
    number = w.session.connection().execute(_ONCE[w.dialect], row).scalar_one_or_none()
    if number is None:
        return False
    order.id = number
    return True


def _write_lines(w: Work, order: Order, lines: list[NewLine], products: dict[int, Row], priced: Priced) -> None:
    """Take the stock and write the lines."""
    connection = w.session.connection()
    counted = [line for line in lines if products[line.product_id].stock is not None]
    if counted:
        taken = connection.execute(_TAKE, [{"number": c.product_id, "pieces": c.quantity} for c in counted])
        if taken.rowcount != len(counted):
            raise Conflict(_("The stock changed a moment ago. Nothing was ordered; please look again and confirm."))
        stock.moved(w, ((c.product_id, -c.quantity) for c in counted), StockReason.ORDERED, order_id=order.id)
    connection.execute(
        _WRITE_LINES,
        [
            {
                "order_id": order.id,
                "line_no": number,
                "product_id": line.product_id,
                "product_code": (product := products[line.product_id]).sku or "",
                "name": shown_name(product.name, product.sku, product.id),
                "quantity": line.quantity,
                "unit_price_cents": product.list_price_cents,
                "discount_cents": priced.discounts[number - 1],
                "line_total_cents": priced.lines[number - 1],
                "unit_cost_cents": product.unit_cost_cents,
                "tax_bp": priced.rates_bp[number - 1],
                "tax_cents": priced.taxes[number - 1],
            }
            for number, line in enumerate(lines, 1)
        ],
    )


def _tell(w: Work, order: Order, lines: list[NewLine], products: dict[int, Row], priced: Priced) -> None:
    """Audit entry and confirmation mail."""
    audit.record(
        w,
        "orders.place",
        "order",
        order.id,
        customer_id=order.customer_id,
        after={
            "status": order.status,
            "total_cents": order.total_cents,
            "lines": [[line.product_id, line.quantity, line.price_cents] for line in lines],
        },
    )
    names = [shown_name(p.name, p.sku, p.id) for p in (products[line.product_id] for line in lines)]
    goods = [(n, i.quantity, i.quantity * i.price_cents) for n, i in zip(names, lines, strict=True)]
    confirmation(w, order, goods, priced.rates)
