"""The form for a new customer, with a warning when it seems to be here already."""

import streamlit as st

from db.models import Role
from pages._ui.feedback import reported, say
from pages._ui.guard import require
from pages._ui.show import md
from services import customers
from services.customers import AlreadyHere, Lookalike, NewCustomer
from services.text import _
from services.work import Actor, work

CUSTOMER = "staff/customer.py"
FOUND = "new_customer_found"


def fields() -> NewCustomer:
    """What is typed so far."""
    name = st.text_input(_("Name"), key="new_name", max_chars=200)
    company = st.text_input(_("Company"), key="new_company", max_chars=200)
    with st.container(horizontal=True):
        email = st.text_input(_("E-mail"), type="email", validate="", key="new_email", max_chars=254)
        phone = st.text_input(_("Phone"), type="phone", key="new_phone", max_chars=60, placeholder=_("+49 30 123456"))
    street = st.text_input(_("Street"), key="new_street", max_chars=300)
    with st.container(horizontal=True):
        code = st.text_input(_("Postal code"), key="new_code", max_chars=40)
        city = st.text_input(_("Town"), key="new_city", max_chars=120)
    return NewCustomer(
        name=name or "",
        company=company or "",
        email=email or "",
        phone=phone or "",
        street=street or "",
        postal_code=code or "",
        city=city or "",
    )


def create(actor: Actor, new: NewCustomer, seen: frozenset[int]) -> None:
    """Make the customer and open it, or keep who it may be for the next run."""
    made = None
    with reported() as outcome:
        try:
            with work(actor) as w:
                made = customers.create(w, new, seen=seen).id
        except AlreadyHere as twins:
            st.session_state[FOUND] = (new.model_dump(), twins.found)
            return
    if outcome.ok and made is not None:
        st.session_state.pop(FOUND, None)
        say(_("Customer created."))
        st.switch_page(CUSTOMER, query_params={"customer": str(made)})


def already_here(found: tuple[Lookalike, ...]) -> None:
    """Who the customer may be; each is a link."""
    st.warning(_("This customer seems to be here already. Please look first."), icon=":material/group:")
    for twin in found:
        label = f"{md(twin.name)} · {md(twin.same)}"
        st.page_link(
            CUSTOMER,
            label=label,
            icon=":material/person:",
            query_params={"customer": str(twin.customer_id)},
        )


def _body() -> None:
    actor = require(Role.STAFF)
    with st.form("new_customer_form", border=False):
        new = fields()
        if st.form_submit_button(_("Create customer"), type="primary", icon=":material/person_add:"):
            create(actor, new, frozenset())
    kept = st.session_state.get(FOUND)
    if kept is None or kept[0] != new.model_dump():
        return
    already_here(kept[1])
    if st.button(_("Create it anyway"), icon=":material/warning:", key="new_customer_anyway"):
        create(actor, new, frozenset(t.customer_id for t in kept[1]))


def new_customer() -> None:
    """Open the form. What was typed stays until the customer is made or the page is left."""
    st.dialog(_("New customer"), width="medium")(_body)()
