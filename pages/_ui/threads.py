"""What customer and staff wrote to each other in a case, and a small question whether there is more."""

import streamlit as st

from db.models import Role
from pages._ui import case_files
from pages._ui.feedback import reported
from pages._ui.guard import require
from pages._ui.show import md, when, words
from services import cases
from services.cases import CaseView
from services.text import _
from services.work import Actor, reading

TICK_S = 5


def thread(seen: CaseView, actor: Actor) -> None:
    """Oldest first; who wrote and when, then the words as they were typed.

    It is one element of the page however long it grows: what stands below keeps its place, and whoever writes there
    the cursor.
    """
    with st.container():
        _messages(seen, actor)


def _messages(seen: CaseView, actor: Actor) -> None:
    kept = case_files.of_messages(seen, actor)
    for said in seen.thread:
        side, icon = ("user", "person") if said.by_customer else ("assistant", "support_agent")
        with st.chat_message(side, avatar=f":material/{icon}:"):
            who = said.author or (_("Customer") if said.by_customer else _("We"))
            st.caption(md(f"{who} · {when(said.at, actor)}"))
            words(said.text)
            case_files.below(kept, said.id, actor, f"message_{said.id}")
    if not seen.thread:
        st.caption(_("Nothing was written yet."))


def remember(actor: Actor, case_id: int) -> None:
    """How the case stands as the page shows it, for `watch`."""
    with reported(), reading(actor) as w:
        st.session_state[f"case_{case_id}"] = cases.changed(w, case_id)


@st.fragment(run_every=TICK_S)
def watch(case_id: int) -> None:
    """Look every few seconds whether somebody wrote; then draw the page anew. What is being typed stays."""
    actor = require(Role.CUSTOMER, Role.STAFF, touch=False)
    now = None
    with reported(), reading(actor) as w:
        now = cases.changed(w, case_id)
    if now is not None and now != st.session_state.get(f"case_{case_id}"):
        st.rerun()
