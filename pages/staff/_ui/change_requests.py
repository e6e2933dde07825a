"""Changes of accounts that wait for staff: accept, or reject with a reason that the customer reads."""

import streamlit as st

from db.models import Role
from pages._ui.feedback import reported
from pages._ui.guard import require
from pages._ui.show import day, md
from services import change_requests
from services.change_requests import Request
from services.due import Scope
from services.text import _
from services.work import Actor, reading, work

CUSTOMER = "staff/customer.py"


@st.fragment
def at_customer(customer_id: int) -> None:
    """What waits at one customer. Nothing is drawn where nothing waits."""
    actor = require(Role.STAFF)
    with reading(actor) as w:
        seen = change_requests.of_customer(w, customer_id)
    if seen:
        st.subheader(_("Changes to approve"), anchor=False)
    for request in seen:
        _one(request, actor, named=False)


def on_today(actor: Actor, scope: Scope) -> None:
    """What waits at the customers of the scope; part of the list of the day, which is a fragment."""
    with reading(actor) as w:
        seen = change_requests.waiting(w, scope)
    if seen:
        st.subheader(_("Changes to approve"), anchor=False)
    for request in seen:
        _one(request, actor, named=True)


def _one(request: Request, actor: Actor, *, named: bool) -> None:
    """What it was, what it should become, and, where it was changed since, what it is now."""
    with st.container(border=True, gap="xsmall", key=f"approve_{request.id}"):
        if named:
            query = {"customer": str(request.customer_id)}
            st.page_link(CUSTOMER, label=md(request.customer), icon=":material/how_to_reg:", query_params=query)
        st.markdown(f"**{md(request.field)}**")
        st.text(_("{old} → {new}").format(old=request.old or "–", new=request.new or "–"))
        if request.stale:
            st.badge(_("changed meanwhile"), icon=":material/warning:", color="orange")
            st.text(_("It says now: {now}").format(now=request.now or "–"))
        asked = _("{name}, {day}").format(name=request.asked_by or "–", day=day(request.asked_at, actor))
        st.caption(md(asked))
        with st.container(horizontal=True, gap="small"):
            word = _("Accept anyway") if request.stale else _("Accept")
            if st.button(word, key=f"accept_{request.id}", icon=":material/check:", type="primary"):
                with reported(_("Accepted; the customer is told.")) as outcome, work(actor) as w:
                    change_requests.accept(w, request.id, seen=request.now)
                if outcome.ok:
                    st.rerun()
            with st.popover(_("Reject"), icon=":material/close:"):
                _reject(request, actor)


def _reject(request: Request, actor: Actor) -> None:
    with st.form(f"reject_{request.id}", border=False, clear_on_submit=False):
        reason = st.text_input(_("Reason, as the customer reads it"), key=f"reject_why_{request.id}", max_chars=400)
        sent = st.form_submit_button(_("Reject the change"), icon=":material/close:")
    if sent:
        with reported(_("Rejected; the customer is told.")) as outcome, work(actor) as w:
            change_requests.reject(w, request.id, reason)
        if outcome.ok:
            st.rerun()
