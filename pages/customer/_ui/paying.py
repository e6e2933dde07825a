"""How an order is paid, what is open, and the way to pay it online."""

import streamlit as st

from db.models import PaymentState, RefundState
from pages._ui import signing_in
from pages._ui.show import amount, day, home, md
from services import payments
from services.payments import Shown
from services.text import _
from services.work import Actor


def paying(order_id: int, number: str, found: Shown, actor: Actor) -> None:
    """Read from what is stored: what the address says after the way back counts for nothing."""
    if found.state is None:
        return
    st.caption(_("Payment"))
    st.text(payments.method_in_words(found.method))
    if found.state is PaymentState.PAID and found.paid_cents:
        st.markdown(f":material/check_circle: {_('Paid')} · {md(amount(found.paid_cents))}")
    elif found.open_cents:
        _open(order_id, number, found, actor)
    for back in found.refunds:
        done = back.state is RefundState.DONE
        told = _("{amount} was given back") if done else _("{amount} goes back to you")
        st.text(told.format(amount=amount(back.amount_cents)))


def _open(order_id: int, number: str, found: Shown, actor: Actor) -> None:
    left = amount(found.open_cents)
    if found.method == "provider":
        if found.state is PaymentState.FAILED:
            st.warning(_("The payment did not work. You can try it again."), icon=":material/credit_card_off:")
        told = _("Pay {left} now").format(left=md(left))
        if st.query_params.get("unpaid"):
            away = _("The payment page could not be opened. Nothing was paid; please try again in a moment.")
            st.warning(away, icon=":material/cloud_off:")
        # No link: that would open a further window, and this one would never tell that it was paid.
        if actor.may_order and st.button(
            told, key="pay_now", icon=":material/credit_card:", type="primary", width="stretch"
        ):
            signing_in.go(f"/session/pay/{order_id}")
        st.caption(_("We pack your order as soon as the payment is confirmed. That can take a moment."))
    elif found.method == "transfer":
        bank = home()
        st.markdown(_("Please transfer {left}; we pack your order when it is here.").format(left=f"**{md(left)}**"))
        for_us = _("Reference: {number}").format(number=number)
        rows = [bank.name, bank.bank, bank.iban and f"IBAN {bank.iban}", bank.bic and f"BIC {bank.bic}", for_us]
        st.text("\n".join(r for r in rows if r))
        if not bank.iban:
            st.caption(_("We write to you where to send it."))
    elif found.due_on:
        st.text(_("{left} is due by {day}.").format(left=left, day=day(found.due_on, actor)))
    else:
        st.text(_("You pay {left} after the invoice, which comes with the parcel.").format(left=left))
