"""What a customer writes: a new question, and an answer in a case. Both survive a reload and may bring photos."""

import streamlit as st

from db.models import Role
from pages._ui import files as files_ui
from pages._ui.drafted import Drafted
from pages._ui.feedback import reported
from pages._ui.guard import require
from services import cases, drafts, files
from services.cases import NewAnswer, NewQuestion, topics
from services.files import Thing
from services.text import _
from services.work import reading, work

CASES = "customer/cases.py"
MOST = 10_000


@st.fragment
def ask() -> None:
    """Subject and words; both survive a reload, the words also a closed browser."""
    actor = require(Role.CUSTOMER)
    with reading(actor) as w:
        known = topics.offered(w)
    subject = st.text_input(_("What is it about?"), key="ask_subject", max_chars=200)
    topic = ""
    if known:
        topic = st.selectbox(_("Topic"), ["", *known], format_func=lambda t: t or _("something else"), key="ask_topic")
    form = Drafted(actor, "question", _("Your question"), most=MOST)
    uploads = files_ui.chooser(_("Photos or documents"), key=f"ask_files_{form.key}")
    pressed = st.button(_("Send the question"), type="primary", icon=":material/send:", key="ask_send")
    if not (pressed or form.asked_to_send):
        return
    made = None
    with reported(_("We have your question.")) as outcome:
        new = files_ui.taken(uploads)
        with work(actor) as w:
            question = NewQuestion(idempotency_key=form.key, subject=subject, text=form.words, topic=topic)
            made = cases.ask(w, question).id
            message_id = cases.view(w, made).last_message
            for one in new:
                files.keep(w, one, Thing.MESSAGE, message_id)
            drafts.clear(w, form.name)
    if outcome.ok and made is not None:
        form.done()
        st.switch_page(CASES, query_params={"case": str(made)})


@st.fragment
def answer(case_id: int) -> None:
    """Write in the case."""
    actor = require(Role.CUSTOMER)
    form = Drafted(actor, f"case-answer:{case_id}", _("Your answer"), most=MOST)
    uploads = files_ui.chooser(_("Photos or documents"), key=f"answer_files_{form.key}")
    pressed = st.button(_("Send"), type="primary", icon=":material/send:", key=f"answer_{case_id}")
    if not (pressed or form.asked_to_send):
        return
    with reported(_("Sent.")) as outcome:
        new = files_ui.taken(uploads)
        with work(actor) as w:
            message = cases.write(w, case_id, NewAnswer(idempotency_key=form.key, text=form.words))
            for one in new:
                files.keep(w, one, Thing.MESSAGE, message.id)
            drafts.clear(w, form.name)
    if outcome.ok:
        form.done()
        st.rerun()
