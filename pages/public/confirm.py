"""Landing of the mailed link of a registration: choose a password, and be in."""

import streamlit as st

from db.models import TicketKind
from pages._ui import choosing, guard, signing_in
from pages._ui.guard import visitor
from pages._ui.narrow import narrow
from services import registration
from services.text import _

actor = visitor()

with narrow():
    st.title(_("Confirm your address"))
    ticket = choosing.with_link(
        actor,
        TicketKind.CONFIRM,
        _("Confirm and sign in"),
        lambda w, secret, password: registration.complete(w, secret, password, browser=guard.browser()),
    )
    if ticket:
        signing_in.with_ticket(ticket)
