"""One case: the thread with the customer, the notes of the house, and who does what until when."""

import streamlit as st

from db.models import CaseState, Role
from pages._ui import case_files
from pages._ui.feedback import reported
from pages._ui.guard import require
from pages._ui.show import empty, md, when, words
from pages._ui.threads import remember, thread, watch
from pages.staff._ui import case_forms, case_tools, macro_run
from pages.staff._ui.present import also_here
from services import cases, contact_words
from services.cases import CaseView
from services.text import _
from services.work import Actor, reading, work

actor = require(Role.STAFF)

CUSTOMER, TODAY, REPORT = "staff/customer.py", "staff/today.py", "staff/service_report.py"


def asked_for() -> int | None:
    """The case in the address."""
    typed = st.query_params.get("case", "")
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else None


def head(case: CaseView, actor: Actor) -> None:
    """What, whose, how far, until when."""
    row = case.row
    st.title(md(row.subject), anchor=False)
    with st.container(horizontal=True, vertical_alignment="center"):
        query = {"customer": str(case.customer_id)}
        st.page_link(CUSTOMER, label=md(case.customer), icon=":material/person:", query_params=query)
        st.badge(contact_words.case_state(row.state), icon=":material/support_agent:")
        if case.due_at:
            color = {"late": "red", "near": "orange"}.get(case.alarm, "blue")
            due = _("due {time}").format(time=md(when(case.due_at, actor)))
            st.badge(due, icon=":material/schedule:", color=color)  # type: ignore[arg-type]  # of the three above
        told = [row.number, case.came_as and _("asked for as {number}").format(number=case.came_as), row.topic]
        told.append(_("opened {time}").format(time=when(row.opened_at, actor)))
        if row.answer_by:
            told.append(_("answer by {time}").format(time=when(row.answer_by, actor)))
        if case.resolve_by:
            told.append(_("solve by {time}").format(time=when(case.resolve_by, actor)))
        if case.team:
            named = _("team {team} ({why})") if case.routed_for else _("team {team}")
            told.append(named.format(team=case.team, why=case.routed_for))
        told = [t for t in told if t]
        st.caption(md(" · ".join(told)), width="content")
        query |= {"case": str(row.id)}
        st.page_link(REPORT, label=_("Service report"), icon=":material/build:", query_params=query)


def notes(case: CaseView, actor: Actor) -> None:
    """Newest first."""
    kept = case_files.of_notes(case, actor)
    for note in case.notes:
        with st.container(border=True, gap=None):
            st.caption(md(" · ".join(t for t in (note.author, when(note.at, actor)) if t)))
            words(note.text)
            case_files.below(kept, note.id, actor, f"note_{note.id}")


def draw(case: CaseView, actor: Actor) -> None:
    """Left what the customer reads, right what stays in the house."""
    head(case, actor)
    also_here(f"case:{case.row.id}", f"case-answer:{case.row.id}")
    left, right = st.columns([3, 2], gap="large")
    with left:
        thread(case, actor)
        if case.row.state is CaseState.CLOSED:
            st.info(_("This case is closed. Open it again to answer."))
        else:
            case_forms.answer(case)
    with right:
        case_forms.change(case)
        macro_run.over([case.row.id])
        case_tools.tools(case)
        case_forms.note(case)
        notes(case, actor)


seen: list[CaseView] = []
if (case_id := asked_for()) is not None:
    with reported(), reading(actor) as w:
        seen.append(cases.view(w, case_id))
if not seen:
    empty(_("No case is chosen."), _("Open one from Today or from its customer."), ":material/support_agent:")
    st.page_link(TODAY, label=_("Today"), icon=":material/today:")
for case in seen:
    draw(case, actor)
    remember(actor, case.row.id)
    with reading(actor) as w:
        new = cases.notices.unseen(w, case.row.id)
    if case.unread or new:
        with reported(), work(actor) as w:
            cases.read(w, case.row.id)
            cases.notices.seen(w, case.row.id)
    watch(case.row.id)
