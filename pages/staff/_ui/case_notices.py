"""Cases on Today: what one is told about them, and how much time is left."""

import streamlit as st

from pages._ui.show import md, when
from services.cases import notices
from services.text import _
from services.today import CaseLeft
from services.work import Actor, reading

CASE = "staff/case.py"


def time_left(case: CaseLeft, actor: Actor) -> None:
    """Over, near or some time to go; nothing for a case that waits for the customer."""
    if case.due_at is None:
        return
    at = md(when(case.due_at, actor))
    if case.late:
        st.badge(_("overdue since {time}").format(time=at), icon=":material/warning:", color="red")
    elif case.near:
        st.badge(_("soon: {time}").format(time=at), icon=":material/schedule:", color="orange")
    else:
        st.badge(_("until {time}").format(time=at), icon=":material/schedule:", color="blue")


def for_me(actor: Actor) -> None:
    """New messages of cases one owns or watches, cases that run out of time or were given to one."""
    with reading(actor) as w:
        told = notices.mine(w)
    if not told:
        return
    st.subheader(_("For you"), anchor=False)
    with st.container(border=True, gap="xsmall"):
        for n, notice in enumerate(told):
            label = f"**{md(notice.customer)}**: {md(notice.subject)}"
            with st.container(horizontal=True, vertical_alignment="center", key=f"notice_{n}"):
                st.page_link(CASE, label=label, icon=":material/notifications:", width="stretch",
                             query_params={"case": str(notice.case_id)})  # fmt: skip
                st.caption(md(notices.in_words(notice.kind)), width="content")
