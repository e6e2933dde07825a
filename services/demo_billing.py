"""How the demonstration company bills: taxes, fees, a letterhead, a voucher, invoices; money that is open, a return.

The orders of a few customers become orders of our own: they have taxes, names on their lines, and papers that were made
on the day the parcel left. All others stay what an import makes of them.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlmodel import col

from db.models import (
    Customer,
    Order,
    OrderLine,
    OrderStatus,
    OutboxEntry,
    OutboxState,
    Payment,
    PaymentState,
    Person,
    Product,
    Role,
    Shipment,
)
from services import audit, clock, company, demo_prices, demo_products, documents, outbox, returns, taxes
from services.accounts import approval
from services.files import Thing, checked, keep
from services.orders import Pieces, mail
from services.pricing import main_rate
from services.returns import NewReturn
from services.work import Actor, Work

#: Ways to pay of the import and ours.
METHODS = {"invoice": "on_account", "bank transfer": "transfer", "card": "provider", "wallet": "provider"}
CUSTOMER = 0  # row of the table of customers: whoever can sign in
WISH = "Johanna Sommer-Falk"
TORN = "CO-101"
NOTE = "One bag came with a tear, half of the beans are in the parcel."


def of_people(a: Any) -> dict[str, int]:
    """All of it, once the persons are there; how many of each."""
    w: Work = a.w
    newest = w.session.execute(select(col(OutboxEntry.id)).order_by(col(OutboxEntry.id).desc()).limit(1)).scalar() or 0
    counts = {"taxes, fees, vouchers": demo_prices.set_up(a)}
    customer_id = int(a.customers([CUSTOMER])[0])
    hero = w.session.execute(select(Person).where(col(Person.customer_id) == customer_id)).scalar_one()
    own = _orders(w, col(Order.customer_id) == customer_id)
    owed = {order.id: method for order, method in _owing(w, customer_id)}
    owed |= {order.id: "on_account" for order in _arrived(own)[-1:]}
    ours = {o.id: o for o in (*own, *_orders(w, col(Order.id).in_(owed)))}
    counts["invoices and delivery notes"] = _billed(a, list(ours.values()), owed)
    counts["open payments"] = _open_money(w, [ours[i] for i in owed])
    counts["returns under way"] = _sent_back(w, hero, own)
    counts["wishes for a change"] = _wish(w, hero)
    _mailed(w, newest)
    w.session.flush()
    audit.record(w, "demo.billing", "sales_order", after=dict(counts))
    return counts


def _orders(w: Work, *conditions: Any) -> list[Order]:
    """Of the import, by the day the parcel left; those that have not left come last."""
    rows = select(Order).where(*conditions).order_by(col(Order.ordered_at), col(Order.id))
    found = list(w.session.execute(rows).scalars())
    return sorted(found, key=lambda o: (o.shipped_at is None, o.shipped_at or o.ordered_at, o.id))


def _arrived(own: Sequence[Order]) -> list[Order]:
    return [o for o in own if o.status is OrderStatus.DELIVERED and o.shipped_at]


def _owing(w: Work, but: int) -> list[tuple[Order, str]]:
    """Orders of companies: one overdue, one to be paid soon, and one that waits for a transfer; with the way to pay."""
    firms = select(col(Customer.id)).where(col(Customer.company).is_not(None), col(Customer.id) != but)
    mine, days, left = col(Order.customer_id).in_(firms), timedelta(days=1), col(Order.shipped_at)
    arrived = col(Order.status).in_((OrderStatus.DELIVERED, OrderStatus.COMPLETED))
    by_invoice = mine, arrived, col(Order.payment_method) == "invoice"
    found: list[tuple[Order, str]] = []
    for method, conditions in (
        ("on_account", (*by_invoice, left.between(w.now - 45 * days, w.now - 20 * days))),
        ("on_account", (*by_invoice, left > w.now - 12 * days)),
        ("transfer", (mine, col(Order.status) == OrderStatus.PLACED, col(Order.promised_at).is_not(None))),
    ):
        found += [(order, method) for order in _orders(w, *conditions)[-1:]]
    return found


def _billed(a: Any, orders: Sequence[Order], owed: dict[int, str]) -> int:
    """Make them our own, then their papers in the order of time, for the numbers of a year go up with it."""
    w = a.w
    of_run = select(Product).where(col(Product.import_run_id) == a.run_id)
    products = {p.id: p for p in w.session.execute(of_run).scalars()}
    lines, parcels = _by_order(w, OrderLine, orders), _by_order(w, Shipment, orders)
    for order in orders:
        order.source = order.source_id = None
        order.payment_method = owed.get(order.id) or METHODS.get(order.payment_method or "", "on_account")
        if order.discount_cents:
            order.voucher_code = demo_prices.CODE
        _taxed(w, order, lines.get(order.id, []), products)
    w.session.flush()
    n = 0
    for order in sorted((o for o in orders if o.shipped_at), key=lambda o: (o.shipped_at, o.id)):
        then = replace(w, now=order.shipped_at)
        n += documents.invoice(then, order) is not None
        n += sum(documents.delivery_note(then, order, parcel) is not None for parcel in parcels.get(order.id, []))
    return n


def _by_order(w: Work, model: Any, orders: Sequence[Order]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = {}
    rows = select(model).where(model.order_id.in_([o.id for o in orders]))
    for row in w.session.execute(rows).scalars():
        found.setdefault(row.order_id, []).append(row)
    return found


def _taxed(w: Work, order: Order, lines: Sequence[OrderLine], products: dict[int, Product]) -> None:
    """Names and taxes of an order, as `pricing.price` and `orders.place` would have written them."""
    rates = taxes.on(w, order.ordered_at.date())
    known = [(line, products[line.product_id or 0]) for line in lines]
    for line, product in known:
        line.name = product.name or ""
        w.session.add(line)
    basis = [rates.of(product.tax_class) for _line, product in known]
    set_rates = [bp for bp in basis if bp is not None]
    if not known or len(set_rates) < len(known):
        return
    totals = [line.line_total_cents for line in lines]
    order.shipping_tax_bp = main_rate(totals, set_rates)
    found = taxes.of_parts([*zip(totals, set_rates, strict=True), (order.shipping_cents, order.shipping_tax_bp)])
    for line, bp, tax in zip(lines, set_rates, found.taxes[:-1], strict=True):
        line.tax_bp, line.tax_cents = bp, tax
    order.shipping_tax_cents, order.tax_cents = found.taxes[-1], found.tax_cents


def _open_money(w: Work, orders: Sequence[Order]) -> int:
    """Invoices and a transfer that are waited for."""
    known = _by_order(w, Payment, orders)
    for order in orders:
        row = next(iter(known.get(order.id, [])), None)
        row = row or Payment(order_id=order.id, seq=1, amount_cents=order.total_cents)
        row.method, row.state, row.paid_at = order.payment_method, PaymentState.OPEN, None
        bill = documents.invoice_of(w, order.id)
        home = company.of(w)
        row.due_on = bill.due_on if bill else clock.day_of(w.now, home.zone) + timedelta(days=home.payment_days)
        w.session.add(row)
    w.session.flush()
    return len(orders)


def _sent_back(w: Work, hero: Person, own: Sequence[Order]) -> int:
    """The newest order that has arrived: its mails, and yesterday one piece of it was announced to come back."""
    newest = _arrived(own)[-1:]
    for order in newest:
        lines = _by_order(w, OrderLine, [order])[order.id]
        goods = [(i.name, i.quantity, i.line_total_cents + i.discount_cents) for i in lines]
        mail.confirmation(_as(w, hero, order.ordered_at), order, goods, taxes.of_order(order, lines))
        for parcel in _by_order(w, Shipment, [order]).get(order.id, []):
            mail.shipped(replace(w, now=parcel.shipped_at), order, parcel, 0)
            mail.delivered(replace(w, now=parcel.delivered_at or parcel.shipped_at), order)
        torn = next((i for i in lines if i.product_code == TORN), lines[0])
        then = _as(w, hero, max(order.delivered_at or order.ordered_at, w.now - timedelta(days=1)))
        new = NewReturn(lines=[Pieces(line_no=torn.line_no, quantity=1)], reason="damaged", note=NOTE)
        made = returns.ask(then, order.id, new)
        keep(then, checked("bag.png", demo_products.torn_bag()), Thing.RETURN, made.id)
    return len(newest)


def _wish(w: Work, hero: Person) -> int:
    """A new name, which staff have to accept."""
    then = _as(w, hero, w.now - timedelta(hours=20))
    change = {"verb": "set", "value": WISH}
    approval.ask(then, hero.customer_id or 0, "name", change, old=hero.name, new=WISH)
    return 1


def _as(w: Work, person: Person, at: datetime) -> Work:
    """The customer acts, at another time."""
    own = Actor(person_id=person.id, role=Role.CUSTOMER, name=person.name, email=person.email,
                customer_id=person.customer_id, language=person.language)  # fmt: skip
    return replace(w, actor=own, now=at)


def _mailed(w: Work, since: int) -> None:
    """What was written here lies long in a mailbox: nobody is sent it now."""
    rows = w.session.execute(select(OutboxEntry).where(col(OutboxEntry.id) > since)).scalars()
    for row in rows:
        row.state, row.sent_at, row.body = OutboxState.SENT, row.created_at, outbox.struck(row.body)
        w.session.add(row)
