"""One's own sign-in: password, e-mail address, second factor, browsers; for the team language and time zone too."""

import streamlit as st

from db.models import Role
from pages._ui.anew import anew, field
from pages._ui.feedback import reported
from pages._ui.guard import EVERYBODY, require
from pages._ui.marks import bold
from pages._ui.show import when
from pages.everyone._ui.preferences import own_preferences
from pages.everyone._ui.second_factor import own_second_factor
from services import passwords, recovery, sessions
from services.text import _
from services.work import reading, work

actor = require(*EVERYBODY)

st.title(_("Sign-in and security"))
left, right = st.columns(2, gap="large")


@st.fragment
def change_password() -> None:
    """A new password; all other browsers are signed out."""
    who = require(*EVERYBODY)
    with st.form("change_password", clear_on_submit=False):
        st.markdown(f"**{_('Change password')}**")
        old = st.text_input(
            _("Current password"), type="password", key=field("pw_old"), autocomplete="current-password"
        )
        new = st.text_input(_("New password"), type="password", key=field("pw_new"), autocomplete="new-password")
        st.caption(_("At least {n} characters; no other rules.").format(n=passwords.SHORTEST))
        sent = st.form_submit_button(_("Change password"), type="primary")
    if sent:
        with (
            reported(_("Your password was changed. All other browsers were signed out.")) as outcome,
            work(who) as w,
        ):
            recovery.change_password(w, old, new)
        if outcome.ok:
            anew("pw_old", "pw_new")
            st.rerun()


@st.fragment
def change_email() -> None:
    """A new address, after it was confirmed."""
    who = require(*EVERYBODY)
    with st.form("change_email", clear_on_submit=False):
        st.markdown(bold(_("Change e-mail address")))
        st.text(_("Now: {email}").format(email=who.email))
        new = st.text_input(_("New e-mail"), type="email", key=field("email_new"), validate="")
        password = st.text_input(
            _("Current password"), type="password", key=field("email_password"), autocomplete="current-password"
        )
        sent = st.form_submit_button(_("Send a link to the new address"), type="primary")
    if sent:
        with reported() as outcome, work(who) as w:
            recovery.ask_email_change(w, new, password)
        if outcome.ok:
            anew("email_new", "email_password")
            st.session_state["_email_asked"] = True
            st.rerun(scope="fragment")
    if st.session_state.pop("_email_asked", False):
        st.success(_("Open the link that was mailed to the new address. Until then nothing changes."))


@st.fragment
def browsers() -> None:
    """Where this person is signed in."""
    who = require(*EVERYBODY)
    st.subheader(_("Signed-in browsers"))
    with reading(who) as w:
        rows = sessions.mine(w)
    ending = ""
    for row in rows:
        with st.container(border=True, horizontal=True, vertical_alignment="center"):
            seen = _("last active {time}").format(time=when(row.last_seen_at, who))
            st.text(f"{sessions.device(row.user_agent)}\n{row.address} · {seen}", width="stretch")
            if row.id == who.session_id:
                st.badge(_("this browser"), color="green")
            elif st.button(_("Sign out"), key=f"end_{row.id[:16]}"):
                ending = row.id
    everywhere = len(rows) > 1 and st.button(_("Sign out everywhere else"), key="end_others", icon=":material/logout:")
    if ending or everywhere:
        with reported(_("Signed out.")) as outcome, work(who) as w:
            if ending:
                sessions.end(w, ending)
            elif who.person_id is not None:
                sessions.end_all(w, who.person_id, keep=who.session_id)
        if outcome.ok:
            st.rerun(scope="fragment")


with left:
    change_password()
    change_email()
    if actor.role is not Role.CUSTOMER:  # customers find it with their account
        own_preferences()
with right:
    own_second_factor()
    browsers()
