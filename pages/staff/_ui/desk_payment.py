"""The money of an order on the desk: what is open, what came in, what has to go back."""

from decimal import Decimal

import streamlit as st

from db.models import PaymentState, RefundState, Role
from pages._ui.feedback import reported
from pages._ui.guard import require
from pages._ui.show import amount, day, home, md
from services import money, payments
from services.payments import Shown
from services.text import _, minor_digits
from services.work import Actor, work


@st.fragment
def payment(order_id: int, found: Shown) -> None:
    """State, and the acts that are possible."""
    actor = require(Role.STAFF)
    if found.state is None:
        return
    told = [payments.method_in_words(found.method)]
    if found.paid_cents:
        told.append(_("paid {amount}").format(amount=amount(found.paid_cents)))
    if found.open_cents:
        told.append(_("open {amount}").format(amount=amount(found.open_cents)))
    if found.due_on and found.open_cents:
        told.append(_("due {day}").format(day=day(found.due_on, actor)))
    st.caption(_("Payment"))
    st.text(" · ".join(told))
    if found.trouble:
        st.error(md(_("The provider names another amount: {told}").format(told=found.trouble)), icon=":material/error:")
    if found.open_cents and found.state in (PaymentState.OPEN, PaymentState.FAILED):
        _receive(order_id, found, actor)
    for back in found.refunds:
        st.text(_("{amount} to give back").format(amount=amount(back.amount_cents)))
        if (
            back.state is RefundState.OPEN
            and back.provider
            and st.button(_("Give back through the provider"), key=f"send_{back.id}", icon=":material/undo:")
        ):
            with reported(_("The provider was asked.")) as outcome:
                payments.send(actor, back.id)
            if outcome.ok:
                st.rerun()
        if back.state is RefundState.DONE:
            st.caption(_("It was given back."))
        elif st.button(_("It was paid out"), key=f"out_{back.id}", icon=":material/check:"):
            with reported(_("Noted.")) as outcome, work(actor) as w:
                payments.paid_out(w, back.id)
            if outcome.ok:
                st.rerun()


def _receive(order_id: int, found: Shown, actor: Actor) -> None:
    currency = home().currency
    digits = minor_digits(currency)
    with st.popover(_("Payment received"), icon=":material/payments:"):
        proposed = f"{Decimal(found.open_cents).scaleb(-digits):.{digits}f}"
        typed = st.text_input(
            _("Amount in {currency}").format(currency=currency), proposed, key="received", max_chars=20
        )
        if st.button(_("It has come in"), key="receive_payment", type="primary"):
            with reported(_("Noted; the order can be packed.")) as outcome, work(actor) as w:
                payments.receive(w, order_id, money.parse(typed or "", currency))
            if outcome.ok:
                st.rerun()
