"""One customer: who it is, what is open, a form to log a contact, and everything that happened."""

import streamlit as st

from db.models import Role
from pages._ui.feedback import reported
from pages._ui.guard import require
from pages._ui.show import empty
from pages.staff._ui import as_customer, brief, change_requests, consents, edit_form, history, log_form
from pages.staff._ui.matters import matters
from pages.staff._ui.present import present
from services import looks, timeline
from services.call_brief import Brief
from services.call_brief import brief as brief_of
from services.customer_overview import Overview, overview
from services.text import _
from services.work import Actor, reading, work

actor = require(Role.STAFF)

TICK_S = 5
CUSTOMERS = "staff/customers.py"


def asked_for() -> int | None:
    """The customer in the address."""
    typed = st.query_params.get("customer", "")
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else None


def read(actor: Actor, customer_id: int) -> tuple[Overview, Brief] | None:
    """Who it is and what is open; a refusal is shown."""
    seen = None
    with reported(), reading(actor) as w:
        seen = overview(w, customer_id), brief_of(w, customer_id)
        st.session_state[f"changed_{customer_id}"] = timeline.changed(w, customer_id)
        st.session_state["just_read"] = True
        hour = looks.hour(w)
    if seen is not None and st.session_state.get("_looked") != (actor.person_id, customer_id, hour):
        with reported(), work(actor) as w:  # once an hour; the customer reads it among "My data"
            looks.opened(w, customer_id)
        st.session_state["_looked"] = (actor.person_id, customer_id, hour)
    return seen


@st.fragment(run_every=TICK_S)
def watch(customer_id: int) -> None:
    """Look every few seconds, with two small questions, who else is here and whether anything was done; draw anew."""
    actor = require(Role.STAFF, touch=False)
    present(actor, f"customer:{customer_id}", editing=edit_form.is_open(customer_id))
    if st.session_state.pop("just_read", False):
        return  # the page itself has just been drawn
    now = None
    with reported(), reading(actor) as w:
        now = timeline.changed(w, customer_id)
    if now is not None and now != st.session_state.get(f"changed_{customer_id}"):
        st.rerun()


customer_id = asked_for()
found = None if customer_id is None else read(actor, customer_id)
if customer_id is None or found is None:
    empty(
        _("No customer is chosen."),
        _("Find one by name, e-mail, phone or number."),
        ":material/person_search:",
    )
    st.page_link(CUSTOMERS, label=_("Find a customer"), icon=":material/search:")
else:
    seen, known = found
    with st.container(gap="xsmall"):  # the form below is to begin above the fold
        if brief.draw(seen, known, actor):
            st.session_state.pop("find", None)  # the last letters may have come after the page was left
            st.switch_page(CUSTOMERS)
        watch(customer_id)
        if edit_form.is_open(customer_id):
            edit_form.edit_form(customer_id)
        if as_customer.is_asked(customer_id):
            as_customer.reason_form(customer_id)
        with st.container(gap="xsmall"):  # what comes to it moves nothing below, where somebody may be writing
            matters(seen)
        change_requests.at_customer(customer_id)
        left, right = st.columns([5, 6], gap="medium")
    with left:
        with st.container(gap="xsmall"):
            log_form.log_form(customer_id)
        consents.line(seen.consents, actor)
    with right:
        history.history(customer_id)
