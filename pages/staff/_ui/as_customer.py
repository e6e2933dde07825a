"""Asking why, before staff see a customer's pages as the customer sees them."""

import streamlit as st

from db.models import Role
from pages._ui.feedback import reported
from pages._ui.focus import focus
from pages._ui.guard import acting, require
from services import as_customer
from services.as_customer import SignIn
from services.text import _
from services.work import reading, work

HOME = "customer/home.py"


def is_asked(customer_id: int) -> bool:
    """Whether the question is on the page."""
    return st.session_state.get("_view_asked") == customer_id


@acting(Role.STAFF)
def ask(customer_id: int | None) -> None:
    """Put the question on the page, or take it away."""
    st.session_state["_view_asked"] = customer_id


@st.fragment
def reason_form(customer_id: int) -> None:
    """The reason is kept for the customer to read; then the customer's first page opens."""
    actor = require(Role.STAFF)
    found: list[SignIn] = []
    with reported(), reading(actor) as w:
        found = as_customer.sign_ins(w, customer_id)
    names = {s.person_id: f"{s.name} · {s.email}" for s in found}
    with st.form("view_reason_form", enter_to_submit=True):
        reason = st.text_input(
            _("Why do you look? The customer can read this."),
            key="view_reason",
            max_chars=200,
            placeholder=_("She asks where the invoice is"),
        )
        chosen = next(iter(names), None)
        if len(names) > 1:
            chosen = st.selectbox(_("Whose pages?"), list(names), format_func=names.__getitem__, key="view_whose")
        with st.container(horizontal=True):
            sent = st.form_submit_button(_("Show the pages"), type="primary", icon=":material/visibility:")
            st.form_submit_button(_("Do not"), on_click=ask, args=(None,))
    focus("view_reason", key="focus_view_reason")
    if not sent:
        return
    with reported() as outcome, work(actor) as w:
        as_customer.begin(w, customer_id, reason, chosen)
    if outcome.ok:
        ask(None)
        st.switch_page(HOME)
