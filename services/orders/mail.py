"""The mails about an order. They go to the address of the person who placed it, as we have it stored."""

from sqlmodel import col, select

from db.models import CustomerEmail, Order, Person
from services import company, outbox
from services.search import order_number
from services.text import _, local_date, money, speaking
from services.work import Work


def confirmation(w: Work, order: Order, lines: list[tuple[str, int, int]]) -> None:
    """We have the order: number, lines (name, quantity, cents), delivery, total."""
    home = company.of(w)
    with speaking(w.actor.language):
        number = order_number(order.id)
        rows = [f"{quantity} × {name}: {money(cents, home.currency)}" for name, quantity, cents in lines]
        rows += [
            _("Delivery: {price}").format(price=money(order.shipping_cents, home.currency)),
            _("Total: {price}").format(price=money(order.total_cents, home.currency)),
        ]
        body = [_("thank you for your order {number}.").format(number=number), "\n".join(rows)]
        if order.promised_at:
            day = local_date(order.promised_at, home.zone)
            body.append(_("It will be with you by {day}.").format(day=day))
        body.append(_("You find it, and can cancel it until it is packed, here:"))
        body.append(outbox.link("orders", order=str(order.id)))
        subject = _("Your order {number}").format(number=number)
        outbox.post(w, "order-placed", w.actor.email, subject, body, customer_id=order.customer_id)


def cancelled(w: Work, order: Order) -> None:
    """The order is off."""
    to, language = recipient(w, order)
    if not to:
        return
    with speaking(language):
        number = order_number(order.id)
        body = [
            _("your order {number} is cancelled. Nothing will be sent and nothing is to be paid.").format(number=number)
        ]
        subject = _("Order {number} is cancelled").format(number=number)
        outbox.post(w, "order-cancelled", to, subject, body, customer_id=order.customer_id)


def recipient(w: Work, order: Order) -> tuple[str, str]:
    """Address and language of whoever placed the order, or of its customer; empty where none is known."""
    placed_by = w.session.get(Person, order.placed_by_id) if order.placed_by_id else None
    if placed_by is not None:
        return placed_by.email, placed_by.language
    of_customer = (
        select(CustomerEmail.email)
        .where(CustomerEmail.customer_id == order.customer_id)
        .order_by(col(CustomerEmail.is_primary).desc(), col(CustomerEmail.id))
    )
    return w.session.exec(of_customer.limit(1)).first() or "", w.actor.language
