"""Landing of the mailed link for a new e-mail address. Opening it changes nothing; the button does."""

import streamlit as st

from db.models import TicketKind
from pages._ui.feedback import reported
from pages._ui.guard import visitor
from pages._ui.narrow import narrow
from pages._ui.show import md
from services import recovery, registration
from services.errors import Conflict
from services.text import _
from services.work import reading, work

actor = visitor()

with narrow():
    st.title(_("Confirm your new address"))
    secret = st.query_params.get("t", "")
    if "new_email_done" in st.session_state:
        if st.session_state["new_email_done"]:
            st.success(_("From now on you sign in with your new address."))
        else:
            st.success(_("Your new address is confirmed and waits for our approval. Until then the old one counts."))
        st.page_link("public/start.py", label=_("Go on"), icon=":material/arrow_forward:")
        st.stop()
    try:
        with reading(actor) as w:
            name, email = registration.greeting(w, TicketKind.EMAIL_CHANGE, secret)
    except Conflict as late:
        st.error(md(late), icon=":material/link_off:")
        st.page_link("public/sign_in.py", label=_("To the sign-in"), icon=":material/login:")
        st.stop()
    st.text(f"{name}\n{email}")
    if st.button(_("Use this address"), type="primary", width="stretch", key="use_new_email"):
        counts = ""
        with reported() as outcome, work(actor) as w:
            counts = recovery.confirm_email(w, secret)
        if outcome.ok:
            st.session_state["new_email_done"] = counts == email
            st.rerun()
