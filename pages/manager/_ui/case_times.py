"""Promised times by priority, and for topics that have times of their own."""

import streamlit as st

from db.models import Role, ServiceLevel
from pages._ui.guard import require
from pages.manager._ui.case_lists import saved
from services import cases
from services.cases import levels, topics
from services.cases.levels import NewLevel
from services.text import _
from services.work import reading


@st.fragment
def times() -> None:
    """Hours of working time until the first answer and until it is solved, and what happens when they are over."""
    actor = require(Role.MANAGER)
    with reading(actor) as w:
        rows, known = levels.everything(w), {t.id: t.name for t in topics.everything(w)}
    st.caption(_("Counted in working hours; the clock stands still while a case waits for the customer."))
    with st.container(horizontal=True):
        priority = st.selectbox(
            _("Priority"), cases.PRIORITIES, 1, format_func=cases.priority_in_words, key="times_priority"
        )
        topic = st.selectbox(_("Topic"), [None, *known], key="times_topic",
                             format_func=lambda i: known[i] if i else _("all others"))  # fmt: skip
    row = next((r for r in rows if (r.priority, r.topic_id) == (priority, topic)), None)
    new, pressed = _form(row, f"{priority}_{topic}")
    if pressed:
        new.priority, new.topic_id = priority, topic
        saved(actor, lambda w: levels.save(w, new))
    gone = row.id if row else 0
    if row is not None and st.button(_("No times of its own"), icon=":material/delete:", key=f"no_times_{row.id}"):
        saved(actor, lambda w: levels.remove(w, gone))


def _form(row: ServiceLevel | None, key: str) -> tuple[NewLevel, bool]:
    """The figures as they are typed, and whether they are to be saved."""
    usual = levels.Level()
    with st.form(f"times_{key}_{row}"):
        with st.container(horizontal=True):
            answer = st.number_input(_("First answer within (hours)"), 0.25, 1440.0, step=0.25, key=f"answer_{key}",
                                     value=(row.answer_minutes if row else usual.answer_minutes) / 60)  # fmt: skip
            resolve = st.number_input(_("Solved within (hours; 0: no time)"), 0.0, 1440.0, step=1.0,
                                      value=(row.resolve_minutes if row else 0) / 60, key=f"resolve_{key}")  # fmt: skip
            warn = st.number_input(_("Warn when used up (percent)"), 1, 100, row.warn_percent if row else 75,
                                   key=f"warn_{key}")  # fmt: skip
        st.caption(_("When the time is over, the owner is told (without an owner the team), and:"))
        more = st.checkbox(_("it becomes more urgent"), row.raise_priority if row else False, key=f"raise_{key}")
        lead = st.checkbox(_("the lead of its team takes it"), row.to_lead if row else False, key=f"lead_{key}")
        pressed = st.form_submit_button(_("Save"), type="primary")
    level = NewLevel(priority="", answer_minutes=round(answer * 60), resolve_minutes=round(resolve * 60),
                     warn_percent=int(warn), raise_priority=more, to_lead=lead)  # fmt: skip
    return level, pressed
