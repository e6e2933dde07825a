"""Cancelling an order, asked twice."""

import streamlit as st

from db.models import ReasonKind, Role
from pages._ui.feedback import reported
from pages._ui.guard import require
from services import orders, reasons
from services.text import _
from services.work import reading, work


@st.fragment
def cancel_button(order_id: int) -> None:
    """A button behind which the question stands."""
    actor = require(Role.CUSTOMER)
    with st.popover(_("Cancel this order"), icon=":material/close:", width="stretch"):
        st.markdown(_("The whole order is called off. Nothing is sent, and what you have paid goes back to you."))
        with reading(actor) as w:
            words = {r.code: r.label for r in reasons.offered(w, ReasonKind.CANCEL)}
        why = st.selectbox(
            _("Why? (optional)"), list(words), format_func=words.__getitem__, index=None, key="cancel_reason"
        )
        if st.button(_("Yes, cancel the order"), key="cancel_order", type="primary"):
            with reported(_("The order is cancelled.")) as outcome, work(actor) as w:
                orders.cancel(w, order_id, why=why or "")
            if outcome.ok:
                st.rerun()
