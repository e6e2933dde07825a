"""Who else has this page open: a line that comes and goes by itself."""

from typing import Any

import streamlit as st

from db.models import Role
from pages._ui.feedback import reported
from pages._ui.guard import require
from pages._ui.show import md
from services import presence
from services.presence import Here
from services.text import _
from services.work import Actor, reading, work

TICK_S = 10


def told(other: Here, *, answering: bool = False) -> str:
    """One of them in words, escaped."""
    busy = _("{name} is writing an answer") if answering else _("{name} is changing this right now")
    words = busy if other.editing else _("{name} is also here")
    return words.format(name=md(other.name))


def present(actor: Actor, place: str, *, editing: bool = False, answering: bool = False) -> None:
    """Show the others, and tell every now and then that the actor is here. Belongs into a fragment that runs often."""
    others: list[Here] = []
    kept: dict[str, Any] = st.session_state.setdefault("_present", {})
    due = False
    with reported(), reading(actor) as w:
        others = presence.here(w, place)
        due = kept.get("place") != (place, editing) or presence.due(kept.get("at"), w.now)
    if due:
        with reported() as outcome, work(actor) as w:
            presence.beat(w, place, editing=editing)
            now = w.now
        if outcome.ok:
            st.session_state["_present"] = {"place": (place, editing), "at": now}
    for other in others:
        icon, color = ("edit", "orange") if other.editing else ("visibility", "blue")
        st.badge(told(other, answering=answering), icon=f":material/{icon}:", color=color)  # type: ignore[arg-type]  # one of the two above


@st.fragment(run_every=TICK_S)
def also_here(place: str, draft: str) -> None:
    """The same as a fragment of its own, where an answer is written; `draft` names the words that are being typed."""
    actor = require(Role.STAFF, touch=False)
    present(actor, place, editing=bool(st.session_state.get(draft)), answering=True)
