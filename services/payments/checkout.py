"""Sending a customer to the payment provider: what is asked over the net lies between two units of work."""

from services import access, company
from services.errors import Conflict, Unavailable
from services.orders.steps import held
from services.payments.provider import provider
from services.payments.rows import again
from services.settings import settings
from services.text import _
from services.work import Actor, work


def begin(actor: Actor, order_id: int) -> str:
    """Where to pay an order of one's own that is to be paid online. Raises NotAllowed, NotFound, Conflict, Unavailable.

    However often it is asked, there is one payment at the provider as long as the last one has not failed.
    """
    chosen = provider()
    if chosen is None:
        raise Unavailable(_("Online payment is switched off at the moment."))
    with work(actor) as w:
        access.own_ordering(w)
        order = held(w, order_id)
        payment = again(w, order, chosen.name) if order.payment_method == "provider" else None
        if payment is None or payment.reference is None:
            raise Conflict(_("Nothing is to be paid online for this order."))
        reference, cents, currency = payment.reference, payment.amount_cents, company.of(w).currency
    back = f"{settings().public_url.rstrip('/')}/orders?order={order_id}"
    return chosen.start(reference, cents, currency, back)
