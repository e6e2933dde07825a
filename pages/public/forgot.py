"""Asking for a new password."""

import streamlit as st

from pages._ui.feedback import reported
from pages._ui.guard import visitor
from pages._ui.narrow import narrow
from services import recovery
from services.text import _
from services.work import work

actor = visitor()

with narrow():
    st.title(_("Forgot password"))
    with st.form("forgot"):
        email = st.text_input(_("E-mail"), type="email", key="forgot_email", validate="")
        sent = st.form_submit_button(_("Send me a link"), type="primary", width="stretch")
    if sent:
        with reported() as outcome, work(actor) as w:
            recovery.ask_reset(w, email)
        if outcome.ok:
            st.success(
                _("If this address has a sign-in, a mail with a link is on its way. The link works for one hour."),
                icon=":material/mark_email_unread:",
            )
    st.page_link("public/sign_in.py", label=_("Back to the sign-in"), icon=":material/arrow_back:")
