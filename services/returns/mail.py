"""The mails about a return, to whoever placed the order."""

from db.models import Order, ReasonKind, Return
from services import company, outbox, reasons
from services.orders.mail import recipient
from services.search import order_number
from services.text import _, money, speaking
from services.work import Work


def asked(w: Work, order: Order, made: Return) -> None:
    """We have the request."""
    to, language = recipient(w, order)
    with speaking(language):
        number, why = (
            order_number(order.id),
            reasons.in_words(ReasonKind.RETURN, made.reason, reasons.labels(w, ReasonKind.RETURN)),
        )
        body = [
            _("We have your request to return goods of your order {number}.").format(number=number),
            _("The reason: {reason}").format(reason=why),
            _("We write to you as soon as the goods are with us, or when something stands in the way."),
        ]
        _post(w, order, to, "return-asked", _("Return for order {number}").format(number=number), body)


def received(w: Work, order: Order) -> None:
    """The goods are back."""
    to, language = recipient(w, order)
    with speaking(language):
        number = order_number(order.id)
        body = [
            _("The goods of your order {number} that you sent back are with us.").format(number=number),
            _("We check them and refund them next."),
        ]
        _post(w, order, to, "return-received", _("Your return for order {number} is here").format(number=number), body)


def refunded(w: Work, order: Order, cents: int, reason: str) -> None:
    """How much is refunded, and why where it is less than was paid."""
    to, language = recipient(w, order)
    with speaking(language):
        number, amount = order_number(order.id), money(cents, company.of(w).currency)
        body = [_("We refund {amount} for your order {number}.").format(amount=amount, number=number)]
        if reason:
            body.append(_("The reason: {reason}").format(reason=reason))
        _post(w, order, to, "return-refunded", _("Refund for order {number}").format(number=number), body)


def refused(w: Work, order: Order, reason: str) -> None:
    """We do not take it back, and why."""
    to, language = recipient(w, order)
    with speaking(language):
        number = order_number(order.id)
        body = [
            _("We cannot take back the goods of your order {number}.").format(number=number),
            _("The reason: {reason}").format(reason=reason),
        ]
        _post(w, order, to, "return-refused", _("Your return for order {number}").format(number=number), body)


def _post(w: Work, order: Order, to: str, kind: str, subject: str, body: list[str]) -> None:
    if to:
        see = [_("You find where it stands here:"), outbox.link("orders", order=str(order.id))]
        outbox.post(w, kind, to, subject, [*body, *see], customer_id=order.customer_id)
