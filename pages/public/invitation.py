"""Landing of an invitation: a colleague chooses a password, and is in."""

import streamlit as st

from db.models import TicketKind
from pages._ui import choosing, guard, signing_in
from pages._ui.guard import visitor
from pages._ui.narrow import narrow
from services import people
from services.text import _

actor = visitor()

with narrow():
    st.title(_("Welcome to the team"))
    ticket = choosing.with_link(
        actor,
        TicketKind.INVITE,
        _("Set password and sign in"),
        lambda w, secret, password: people.accept(w, secret, password, browser=guard.browser()),
    )
    if ticket:
        signing_in.with_ticket(ticket)
