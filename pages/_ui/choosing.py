"""Choosing a password with a mailed link: the same form for confirmation, reset and invitation."""

from collections.abc import Callable

import streamlit as st

from db.models import TicketKind
from pages._ui.feedback import reported
from pages._ui.show import md
from services import passwords, registration
from services.errors import Conflict
from services.text import _
from services.work import Actor, Work, reading, work

#: Where a link that is too old can be asked for again; an invitation comes from somebody else.
ASKED_FOR_AGAIN = {TicketKind.RESET: "public/forgot.py", TicketKind.CONFIRM: "public/register.py"}


def with_link(actor: Actor, kind: TicketKind, button: str, act: Callable[[Work, str, str], str | None]) -> str | None:
    """Greet by name and ask for the new password; returns what `act(w, secret, password)` gave once it was taken."""
    secret = st.query_params.get("t", "")
    try:
        with reading(actor) as w:
            name, email = registration.greeting(w, kind, secret)
    except Conflict as late:
        st.error(md(late), icon=":material/link_off:")
        if kind in ASKED_FOR_AGAIN:
            st.page_link(ASKED_FOR_AGAIN[kind], label=_("Ask for a new link"), icon=":material/mail:")
        st.page_link("public/sign_in.py", label=_("To the sign-in"), icon=":material/login:")
        return None
    st.text(f"{name}\n{email}" if name else email)
    with st.form("choose_password"):
        password = st.text_input(
            _("New password"),
            type="password",
            key="new_password",
            autocomplete="new-password",
            help=_("At least 15 characters. A short sentence is easy to remember and hard to guess."),
        )
        sent = st.form_submit_button(button, type="primary", width="stretch")
    st.caption(_("At least {n} characters; no other rules.").format(n=passwords.SHORTEST))
    if not sent:
        return None
    given: str | None = None
    with reported() as outcome, work(actor) as w:
        given = act(w, secret, password)
    return (given or "") if outcome.ok else None
