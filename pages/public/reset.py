"""Landing of the mailed link for a forgotten password."""

import streamlit as st

from db.models import TicketKind
from pages._ui import choosing
from pages._ui.guard import visitor
from pages._ui.narrow import narrow
from services import recovery
from services.text import _

actor = visitor()

with narrow():
    st.title(_("Choose a new password"))
    if st.session_state.get("password_reset_done"):
        st.success(_("Your new password is set and all browsers were signed out. Please sign in with it."))
        st.page_link("public/sign_in.py", label=_("To the sign-in"), icon=":material/login:")
        st.stop()
    done = choosing.with_link(
        actor, TicketKind.RESET, _("Set the new password"), lambda w, secret, pw: recovery.reset(w, secret, pw)
    )
    if done is not None:
        st.session_state["password_reset_done"] = True
        st.rerun()
