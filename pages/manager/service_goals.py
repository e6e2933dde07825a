"""Service goals that were missed: how many cases were answered or solved late, by what, and each of them."""

import streamlit as st

from db.models import Role
from pages._ui import addressed
from pages._ui.feedback import reported
from pages._ui.figure import figure
from pages._ui.guard import require
from pages._ui.show import empty, md, when
from services.cases import breaches
from services.cases.breaches import Breach, By
from services.exports import About, Column, Kind, Table
from services.text import _, ngettext, number
from services.work import Actor, reading

actor = require(Role.MANAGER)
CASE, SHOWN = "staff/case.py", 50


def by_in_words() -> dict[str, str]:
    """What can be counted by."""
    return {"team": _("Team"), "topic": _("Topic"), "priority": _("Priority"), "week": _("Week")}


def listed(found: list[Breach], actor: Actor) -> None:
    """Each breach leads to its case."""
    for breach in found[:SHOWN]:
        goal = _("answered late") if breach.answer else _("solved late")
        with st.container(gap=None):
            label = f"**{md(breach.number)}** {md(breach.subject)}"
            st.page_link(CASE, label=label, icon=":material/support_agent:", query_params={"case": str(breach.case_id)})
            told = (breach.customer, goal, when(breach.at, actor), breach.team, breach.topic)
            st.caption(md(" · ".join(t for t in told if t)))
    if len(found) > SHOWN:
        st.caption(_("The first {n} are shown.").format(n=number(SHOWN)))


@st.fragment
def goals() -> None:
    """Counted, and the cases of the chosen row or all."""
    actor = require(Role.MANAGER)
    words = by_in_words()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        spans = {str(d): ngettext("{n} day", "{n} days", d).format(n=number(d)) for d in breaches.DAYS}
        days = int(addressed.tab(_("Period"), spans, "days", "30"))
        by = By(addressed.tab(_("Counted by"), words, "by", "team"))
    found: list[Breach] = []
    groups: list[str] = []
    with reported(), reading(actor) as w:
        found, as_of = breaches.missed(w, days), w.now
        frame, groups = breaches.counted(w, found, by), [breaches.group_of(w, b, by) for b in found]
    if not found:
        empty(_("No goal was missed."), _("Cases whose time runs out from now on stand here."), ":material/task_alt:")
        return
    columns = (
        Column("name", words[by]),
        Column("answers", _("Answered late"), Kind.COUNT),
        Column("solutions", _("Solved late"), Kind.COUNT),
    )
    about = About(_("Missed service goals"), _("Clocks of cases that ran out"), spans[str(days)], as_of, actor.zone)
    row = figure(actor, "service_goals", Table(frame, columns, about), choose=True)
    if len(found) == breaches.MOST:
        st.caption(_("The newest {n} are counted.").format(n=number(breaches.MOST)))
    chosen = None if row is None else str(frame["name"].iloc[row])
    listed([b for b, group in zip(found, groups, strict=True) if chosen in (None, group)], actor)


st.title(_("Service goals"), anchor=False)
goals()
