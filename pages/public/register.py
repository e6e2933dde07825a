"""Becoming a customer with a login."""

import streamlit as st

from pages._ui.feedback import reported
from pages._ui.guard import visitor
from pages._ui.narrow import narrow
from services import registration
from services.text import _
from services.work import work

actor = visitor()

with narrow():
    st.title(_("Register"))
    if st.session_state.get("registration_asked"):
        st.success(
            _("We have sent a mail to this address. Open the link in it to choose your password."),
            icon=":material/mark_email_unread:",
        )
        st.caption(_("Nothing there after a few minutes? Look into the spam folder, or ask again."))
        if st.button(_("Ask again"), key="register_again"):
            del st.session_state["registration_asked"]
            st.rerun()
        st.stop()
    st.caption(_("If you are a customer already, use the address we know: you will find your orders in your account."))
    with st.form("register"):
        name = st.text_input(_("Your name"), key="register_name", autocomplete="name", max_chars=120)
        email = st.text_input(_("E-mail"), type="email", key="register_email", validate="")
        sent = st.form_submit_button(_("Send me the link"), type="primary", width="stretch")
    if sent:
        with reported() as outcome, work(actor) as w:
            registration.ask(w, name, email)
        if outcome.ok:
            st.session_state["registration_asked"] = True
            st.rerun()
    st.page_link("public/sign_in.py", label=_("I have a sign-in already"), icon=":material/login:")
