"""One's questions to the company: the list, a form to ask, and one case with what was written in it."""

import streamlit as st

from db.models import CaseState, Role
from pages._ui.drafted import Drafted
from pages._ui.feedback import reported
from pages._ui.guard import require
from pages._ui.show import empty, md, when
from pages._ui.threads import remember, thread, watch
from pages.customer._ui.case_rows import case_rows, state_badge
from services import cases, drafts
from services.cases import CaseView, NewAnswer, NewQuestion
from services.text import _
from services.work import Actor, reading, work

actor = require(Role.CUSTOMER)

CASES = "customer/cases.py"
MOST = 10_000


def number_in_address(name: str) -> int | None:
    """A number that the address names; anything else there is ignored."""
    text = str(st.query_params.get(name, ""))
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None


@st.fragment
def ask() -> None:
    """Subject and words; both survive a reload, the words also a closed browser."""
    actor = require(Role.CUSTOMER)
    subject = st.text_input(_("What is it about?"), key="ask_subject", max_chars=200)
    form = Drafted(actor, "question", _("Your question"), most=MOST)
    pressed = st.button(_("Send the question"), type="primary", icon=":material/send:", key="ask_send")
    if not (pressed or form.asked_to_send):
        return
    made = None
    with reported(_("We have your question.")) as outcome, work(actor) as w:
        question = NewQuestion(idempotency_key=form.key, subject=subject, text=form.words)
        made = cases.ask(w, question).id
        drafts.clear(w, form.name)
    if outcome.ok and made is not None:
        form.done()
        st.switch_page(CASES, query_params={"case": str(made)})


@st.fragment
def answer(case_id: int) -> None:
    """Write in the case."""
    actor = require(Role.CUSTOMER)
    form = Drafted(actor, f"case-answer:{case_id}", _("Your answer"), most=MOST)
    pressed = st.button(_("Send"), type="primary", icon=":material/send:", key=f"answer_{case_id}")
    if not (pressed or form.asked_to_send):
        return
    with reported(_("Sent.")) as outcome, work(actor) as w:
        cases.write(w, case_id, NewAnswer(idempotency_key=form.key, text=form.words))
        drafts.clear(w, form.name)
    if outcome.ok:
        form.done()
        st.rerun()


def one(actor: Actor, case_id: int) -> None:
    """Number, state and next step; then what was written."""
    st.page_link(CASES, label=_("All questions"), icon=":material/arrow_back:")
    seen: list[CaseView] = []
    with reported(), reading(actor) as w:
        seen.append(cases.view(w, case_id))
    for case in seen:
        row = case.row
        st.title(md(row.subject), anchor=False)
        state_badge(row.state)
        st.caption(md(f"{row.number} · {when(row.opened_at, actor)}"))
        if row.state in (CaseState.OPEN, CaseState.WAITING):
            st.text(_("Next: {step}").format(step=row.next_step or _("we look into it and write to you")))
            if row.answer_by:
                st.caption(_("Answer by {time}").format(time=md(when(row.answer_by, actor))))
        thread(case, actor)
        remember(actor, case_id)
        if case.unread and not actor.read_only:
            with reported(), work(actor) as w:
                cases.read(w, case_id)
        if row.state is CaseState.CLOSED:
            st.info(_("This case is closed. Please ask a new question if something is left."))
        else:
            answer(case_id)
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


if (case_id := number_in_address("case")) is not None:
    one(actor, case_id)
else:
    listing(actor, number_in_address("before"))
