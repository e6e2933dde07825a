"""Changes of one's own account that wait for approval, and what became of the last ones."""

import streamlit as st

from db.models import RequestState, Role
from pages._ui.feedback import reported
from pages._ui.guard import require
from pages._ui.show import day, md
from services import change_requests
from services.change_requests import Request
from services.text import _
from services.work import Actor, reading, work


@st.fragment
def own_requests(title: str) -> None:
    """Old and new side by side, with the way to take the wish back. Nothing is drawn where there is none."""
    actor = require(Role.CUSTOMER)
    with reading(actor) as w:
        seen = change_requests.mine(w)
    if not seen:
        return
    st.subheader(title)
    for request in seen:
        with st.container(border=True, gap="xsmall", key=f"request_{request.id}"):
            with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
                st.markdown(f"**{md(request.field)}**", width="content")
                _state(request)
            st.text(_("{old} → {new}").format(old=request.old or "–", new=request.new or "–"))
            if request.state is RequestState.OPEN:
                _waiting(request, actor)
            elif request.answer:
                st.text(_("Why not: {reason}").format(reason=request.answer))


def _state(request: Request) -> None:
    if request.state is RequestState.OPEN:
        st.badge(_("Waits for our approval"), icon=":material/hourglass_top:", color="orange")
    elif request.state is RequestState.ACCEPTED:
        st.badge(_("Accepted"), icon=":material/check:", color="green")
    else:
        st.badge(_("Not accepted"), icon=":material/close:", color="red")


def _waiting(request: Request, actor: Actor) -> None:
    asked = _("Asked for on {day}. Until we agree, the old one counts.")
    st.caption(md(asked.format(day=day(request.asked_at, actor))))
    if request.mine and st.button(_("Withdraw"), key=f"withdraw_{request.id}", icon=":material/undo:", type="tertiary"):
        with reported(_("Your wish was withdrawn.")) as outcome, work(actor) as w:
            change_requests.withdraw(w, request.id)
        if outcome.ok:
            st.rerun()
