"""The team: who may sign in, as what; inviting, changing a role, disabling."""

import streamlit as st

from db.models import TEAM, Role
from pages._ui.anew import anew, field
from pages._ui.feedback import reported
from pages._ui.guard import require
from pages._ui.marks import bold
from pages._ui.show import day, md
from pages.admin._ui.second_factor import reset_second_factor
from services import people, sessions
from services.text import _
from services.work import reading, work

actor = require(Role.ADMIN)
ROLES = {Role.STAFF: _("Staff"), Role.MANAGER: _("Manager"), Role.ADMIN: _("Administrator")}

st.title(_("People"))


@st.fragment
def invite() -> None:
    """Invite a colleague."""
    who = require(Role.ADMIN)
    with st.form("invite", clear_on_submit=False):
        st.markdown(bold(_("Invite a colleague")))
        left, middle, right = st.columns([2, 2, 1])
        name = left.text_input(_("Name"), key=field("invite_name"), max_chars=120)
        email = middle.text_input(_("E-mail"), type="email", key=field("invite_email"), validate="")
        role = right.selectbox(_("Role"), TEAM, format_func=ROLES.__getitem__, key="invite_role")
        sent = st.form_submit_button(_("Send invitation"), type="primary", icon=":material/send:")
    if sent:
        with reported(_("Invitation is on its way.")) as outcome, work(who) as w:
            people.invite(w, name, email, role)
        if outcome.ok:
            anew("invite_name", "invite_email")
            st.rerun()


def state(disabled: bool, waiting: bool) -> str:
    """One word for how things stand."""
    return _("disabled") if disabled else _("invited, no password yet") if waiting else _("active")


@st.fragment
def one(person_id: int, name: str, email: str, role: Role, disabled: bool, waiting: bool, since: str) -> None:
    """One colleague and what can be done."""
    who = require(Role.ADMIN)
    with st.container(border=True, horizontal=True, vertical_alignment="bottom"):
        st.text(f"{name}\n{email}\n{state(disabled, waiting)} · {since}", width=320)
        if person_id == who.person_id:
            st.caption(_("This is you."))
            return
        chosen = st.selectbox(
            _("Role of {name}").format(name=md(name)),
            TEAM,
            index=TEAM.index(role),
            format_func=ROLES.__getitem__,
            key=f"role_{person_id}",
            width=180,
        )
        act = None
        if chosen != role and st.button(_("Change role"), key=f"set_role_{person_id}", type="primary"):
            act = "role"
        if waiting and st.button(_("Invite again"), key=f"again_{person_id}"):
            act = "invite"
        if st.button(_("Enable") if disabled else _("Disable"), key=f"disable_{person_id}"):
            act = "enable" if disabled else "disable"
        if not disabled and st.button(_("Sign out everywhere"), key=f"out_{person_id}"):
            act = "out"
    if act:
        with reported(_("Done.")) as outcome, work(who) as w:
            if act == "role":
                people.set_role(w, person_id, chosen)
            elif act == "invite":
                people.send_invitation(w, person_id)
            elif act == "out":
                sessions.end_all(w, person_id)
            else:
                (people.enable if disabled else people.disable)(w, person_id)
        if outcome.ok:
            st.rerun()


invite()
with reading(actor) as w:
    team = people.everybody(w)
for p in team:
    one(p.id, p.name, p.email, p.role, p.disabled_at is not None, p.password_hash is None, day(p.created_at, actor))
reset_second_factor()
