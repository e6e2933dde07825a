"""Landing of an invitation to the customer portal: choose a password, and be in."""

import streamlit as st

from db.models import TicketKind
from pages._ui import choosing, guard, signing_in
from pages._ui.guard import visitor
from pages._ui.narrow import narrow
from services import colleagues
from services.text import _
from services.work import reading

actor = visitor()

with narrow():
    st.title(_("Your customer account"))
    with reading(actor) as w:
        whose = colleagues.invited_to(w, st.query_params.get("t", ""))
    if whose:
        st.text(_("You are invited to the account of {customer}.").format(customer=whose))
    ticket = choosing.with_link(
        actor,
        TicketKind.JOIN,
        _("Set password and sign in"),
        lambda w, secret, password: colleagues.join(w, secret, password, browser=guard.browser()),
    )
    if ticket:
        signing_in.with_ticket(ticket)
