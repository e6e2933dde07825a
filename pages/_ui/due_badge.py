"""The number of things that have fallen due, in the menu of staff; it looks again by itself and takes no focus."""

import streamlit as st

from db.models import Role
from pages._ui.feedback import reported
from pages._ui.guard import require
from services import reminders
from services.text import _
from services.work import Actor, reading

EVERY_S = 60


def due_badge(actor: Actor) -> None:
    """For those who work here; nothing for customers."""
    if actor.is_team and actor.staff_id is not None:
        _looking()


@st.fragment(run_every=EVERY_S)
def _looking() -> None:
    who = require(Role.STAFF, touch=False)
    due = 0
    with reported(), reading(who) as w:
        due = reminders.due_now(w)
    if due:
        shown = _("{n} due").format(n=due if due < reminders.MOST_COUNTED else f"{reminders.MOST_COUNTED}+")
        st.badge(shown, icon=":material/notifications:", color="orange")
