"""What is open between the customer and us: promises, questions, the last answers."""

import streamlit as st

from pages._ui.marks import bold
from pages._ui.show import day, md, when, words
from pages.customer._ui.case_rows import next_in_words
from services.accounts import Home
from services.text import _
from services.work import Actor

CASES, MESSAGES = "customer/cases.py", "customer/messages.py"


def promises(seen: Home, actor: Actor) -> None:
    """What we owe, the most urgent first."""
    for promise in seen.promises:
        with st.container(border=True, gap="xsmall"):
            words(promise.what)
            until = md(day(promise.due_on, actor))
            if promise.late:
                st.badge(_("Promised for {day}, and late").format(day=until), icon=":material/warning:", color="red")
            else:
                st.badge(_("Promised for {day}").format(day=until), icon=":material/handshake:", color="blue")


def cases(seen: Home, actor: Actor) -> None:
    """Open concerns with what happens next."""
    for case in seen.cases:
        with st.container(border=True, gap="xsmall"):
            with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
                to_case = {"case": str(case.number)}
                st.page_link(CASES, label=bold(md(case.subject)), query_params=to_case, width="content")
                if case.waits_for_you:
                    st.badge(_("We wait for your answer"), icon=":material/reply:", color="orange")
                else:
                    st.badge(_("We are on it"), icon=":material/support_agent:", color="blue")
            words(next_in_words(case.next_step, waits_for_you=case.waits_for_you))
            if case.answer_by:
                st.caption(_("Answer by {time}").format(time=md(when(case.answer_by, actor))))


def messages(seen: Home, actor: Actor) -> None:
    """The last answers, and the way to everything that was written."""
    st.subheader(_("Messages"))
    for message in seen.messages:
        with st.container(border=True, gap="xsmall"):
            st.caption(md(" · ".join(t for t in (when(message.sent_at, actor), message.subject) if t)))
            words(message.body)
    st.page_link(MESSAGES, label=_("All messages"), icon=":material/mail:")
