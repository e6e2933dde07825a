"""One's questions to the company: the list, a form to ask, and one case with what was written in it."""

import streamlit as st

from db.models import CaseState, Role
from pages._ui.feedback import reported
from pages._ui.guard import require
from pages._ui.show import empty, md, when
from pages._ui.threads import remember, thread, watch
from pages.customer._ui.case_forms import answer, ask
from pages.customer._ui.case_rating import rate
from pages.customer._ui.case_rows import case_rows, next_in_words, state_badge
from services import cases
from services.cases import CaseView
from services.text import _
from services.work import Actor, reading, work

actor = require(Role.CUSTOMER)

CASES, REPORTS = "customer/cases.py", "customer/service_reports.py"


def number_in_address(name: str) -> int | None:
    """A number that the address names; anything else there is ignored."""
    text = str(st.query_params.get(name, ""))
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None


def head(case: CaseView, actor: Actor) -> None:
    """Number, state and next step."""
    row = case.row
    st.title(md(row.subject), anchor=False)
    state_badge(row.state)
    told = [row.number, when(row.opened_at, actor), case.team and _("Team {team}").format(team=case.team)]
    st.caption(md(" · ".join(t for t in told if t)))
    if case.came_as:
        st.info(md(_("We have joined {old} to this one; nothing is lost.").format(old=case.came_as)))
    if row.state in (CaseState.OPEN, CaseState.WAITING):
        st.text(next_in_words(row.next_step, waits_for_you=row.state is CaseState.WAITING))
        if row.answer_by:
            st.caption(_("Answer by {time}").format(time=md(when(row.answer_by, actor))))


def one(actor: Actor, case_id: int) -> None:
    """The head; then what was written."""
    st.page_link(CASES, label=_("All questions"), icon=":material/arrow_back:")
    seen: list[CaseView] = []
    with reported(), reading(actor) as w:
        seen.append(cases.view(w, case_id))
    for case in seen:
        row = case.row
        with st.container():  # one element, however it stands: who writes below keeps the cursor
            head(case, actor)
        thread(case, actor)
        remember(actor, case_id)
        if case.unread and not actor.read_only:
            with reported(), work(actor) as w:
                cases.read(w, case_id)
        if row.state is CaseState.CLOSED:
            st.info(_("This case is closed. Please ask a new question if something is left."))
        else:
            answer(row.id)
        if row.state in (CaseState.SOLVED, CaseState.CLOSED):
            rate(row.id)
        watch(case_id)


def listing(actor: Actor, before: int | None) -> None:
    """Newest first, and the form beside."""
    st.title(_("My questions"), anchor=False)
    left, right = st.columns([3, 2], gap="large")
    with left:
        with reading(actor) as w:
            rows = cases.listing(w, before)
        if not rows and before is None:
            empty(_("You have not asked anything yet."), _("Ask here; the answer stands in this list."))
        case_rows(rows, actor)
        if len(rows) == cases.PER_PAGE:
            older = {"before": str(rows[-1].id)}
            st.page_link(CASES, label=_("Older questions"), icon=":material/chevron_right:", query_params=older)
    with right:
        st.subheader(_("Ask a question"), anchor=False)
        ask()
        if actor.sees_orders:
            st.page_link(REPORTS, label=_("Service reports"), icon=":material/build:")


if (case_id := number_in_address("case")) is not None:
    one(actor, case_id)
else:
    listing(actor, number_in_address("before"))
