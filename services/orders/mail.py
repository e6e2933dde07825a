"""The mails about an order. They go to the address of the person who placed it, as we have it stored."""

from sqlmodel import col, func, select
from sqlmodel.sql.expression import SelectOfScalar

from db.models import CustomerEmail, Order, OrderLine, Person, Refund, Shipment
from services import company, outbox
from services.orders.tracking import link
from services.search import order_number
from services.taxes import RateSum
from services.text import _, local_date, money, ngettext, percent, speaking
from services.work import Work


def confirmation(w: Work, order: Order, lines: list[tuple[str, int, int]], rates: list[RateSum]) -> None:
    """We have the order: number, lines (name, quantity, cents before discount), voucher, delivery, total, taxes."""
    home = company.of(w)
    with speaking(w.actor.language):
        number = order_number(order.id)
        rows = [f"{quantity} × {name}: {money(cents, home.currency)}" for name, quantity, cents in lines]
        if order.discount_cents:
            off = money(-order.discount_cents, home.currency)
            rows.append(_("Voucher {code}: {price}").format(code=order.voucher_code, price=off))
        rows += [
            _("Delivery: {price}").format(price=money(order.shipping_cents, home.currency)),
            _("Total: {price}").format(price=money(order.total_cents, home.currency)),
        ]
        taxed = _("{rate} tax contained: {price}")
        rows += [taxed.format(rate=percent(r.basis_points), price=money(r.tax_cents, home.currency)) for r in rates]
        body = [_("Thank you for your order {number}.").format(number=number), "\n".join(rows)]
        if order.promised_at:
            day = local_date(order.promised_at, home.zone)
            body.append(_("It will be with you by {day}.").format(day=day))
        body.append(_("You find it, and can cancel it until it is packed, here:"))
        body.append(outbox.link("orders", order=str(order.id)))
        body += _follow(order)
        subject = _("Your order {number}").format(number=number)
        outbox.post(w, "order-placed", w.actor.email, subject, body, customer_id=order.customer_id)


def _follow(order: Order) -> list[str]:
    return [_("Where it is, without a sign-in:"), link(order.id)]


def shipped(w: Work, order: Order, parcel: Shipment, rest: int) -> None:
    """A parcel is on its way: what is in it, who carries it, and how many pieces (`rest`) still follow."""
    to, language = recipient(w, order)
    if not to:
        return
    names = {i.line_no: i.name or i.product_code for i in w.session.exec(_lines_of(order))}
    with speaking(language):
        number = order_number(order.id)
        told = _("A part of your order {number} is on its way.") if rest else _("Your order {number} is on its way.")
        body = [told.format(number=number)]
        body.append("\n".join(f"{i['quantity']} × {names.get(i['line_no'], '')}" for i in parcel.lines))
        if parcel.carrier:
            body.append(_("Carried by: {carrier}").format(carrier=parcel.carrier))
        if parcel.tracking_code:
            body.append(_("Parcel number: {code}").format(code=parcel.tracking_code))
        if rest:
            body.append(ngettext("{n} piece follows in another parcel.", "{n} pieces follow in another parcel.", rest))
        subject = _("Your order {number} is on its way").format(number=number)
        body += _follow(order)
        outbox.post(w, "order-shipped", to, subject, body, customer_id=order.customer_id)


def delivered(w: Work, order: Order) -> None:
    """It has arrived; where to turn to when something is wrong with it."""
    to, language = recipient(w, order)
    if not to:
        return
    with speaking(language):
        number = order_number(order.id)
        body = [
            _("Your order {number} has been delivered.").format(number=number),
            _("If something is not as it should be, you can ask for a return here:"),
            outbox.link("orders", order=str(order.id)),
        ]
        subject = _("Order {number} has arrived").format(number=number)
        outbox.post(w, "order-delivered", to, subject, body, customer_id=order.customer_id)


def _lines_of(order: Order) -> SelectOfScalar[OrderLine]:
    return select(OrderLine).where(OrderLine.order_id == order.id).order_by(col(OrderLine.line_no))


def cancelled(w: Work, order: Order, reason: str = "") -> None:
    """The order is off; `reason` is given where staff called it off."""
    to, language = recipient(w, order)
    if not to:
        return
    with speaking(language):
        number = order_number(order.id)
        body = [
            _("Your order {number} is cancelled. Nothing will be sent and nothing is to be paid.").format(number=number)
        ]
        if reason:
            body.append(_("The reason: {reason}").format(reason=reason))
        body += _money_back(w, order)
        subject = _("Order {number} is cancelled").format(number=number)
        outbox.post(w, "order-cancelled", to, subject, body, customer_id=order.customer_id)


def _money_back(w: Work, order: Order) -> list[str]:
    """What becomes of money that came in, or that may be on its way."""
    paid = select(func.coalesce(func.sum(Refund.amount_cents), 0)).where(Refund.order_id == order.id)
    if back := int(w.session.exec(paid).one()):
        told = _("You have paid already: {sum} goes back to you the way it came.")
        return [told.format(sum=money(back, company.of(w).currency))]
    if order.payment_method == "transfer":
        return [_("If your transfer is on its way already, we send the money back to you.")]
    return []


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
