"""Taking the second factor from somebody who lost phone and recovery codes."""

import streamlit as st

from db.models import Role
from pages._ui.anew import anew, field
from pages._ui.feedback import reported
from pages._ui.guard import require
from pages._ui.marks import bold
from services import second_factor
from services.text import _
from services.work import work


@st.fragment
def reset_second_factor() -> None:
    """Colleague or customer, by address; with the reason for the audit trail."""
    who = require(Role.ADMIN)
    with st.form("reset_second_factor", clear_on_submit=False):
        st.markdown(bold(_("Somebody lost the phone and the recovery codes")))
        st.caption(_("Their second factor is removed and they are signed out everywhere; they are told by mail."))
        left, right = st.columns(2)
        email = left.text_input(_("E-mail"), type="email", key=field("reset_email"), validate="")
        reason = right.text_input(_("How you made sure who asks"), key=field("reset_reason"), max_chars=200)
        sent = st.form_submit_button(_("Remove the second factor"), icon=":material/phonelink_erase:")
    if sent:
        with reported(_("The second factor was removed.")) as outcome, work(who) as w:
            second_factor.reset(w, email, reason)
        if outcome.ok:
            anew("reset_email", "reset_reason")
            st.rerun()
