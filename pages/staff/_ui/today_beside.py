"""Beside what is due: the open cases by time left, and what customers did."""

import streamlit as st

from pages._ui.show import md, when
from pages.staff._ui import case_notices
from services import contact_words
from services.text import _
from services.today import CaseLeft, News, Today
from services.work import Actor

CASE, CUSTOMER = "staff/case.py", "staff/customer.py"
SHORT = 160


def case_line(case: CaseLeft, actor: Actor) -> None:
    """One case with the time that is left."""
    with st.container(border=True, gap=None):
        query = {"customer": str(case.customer_id)}
        st.page_link(CUSTOMER, label=md(case.customer), icon=":material/support_agent:", query_params=query)
        st.page_link(CASE, label=md(case.subject), query_params={"case": str(case.id)})
        case_notices.time_left(case, actor)
        told = [contact_words.case_state(case.state), case.owner or _("nobody's yet"), case.team, case.next_step]
        st.caption(md(" · ".join(t for t in told if t)))


def news_line(news: News, actor: Actor) -> None:
    """One thing a customer did."""
    icon = ":material/chat:" if news.entity == "message" else ":material/manage_accounts:"
    with st.container(gap=None):
        to, query = (CASE, {"case": str(news.case_id)}) if news.case_id else (CUSTOMER, {})
        query = query or {"customer": str(news.customer_id)}
        st.page_link(to, label=md(news.customer), icon=icon, query_params=query)
        st.text(news.text if len(news.text) <= SHORT else news.text[:SHORT] + " …")
        st.caption(md(when(news.at, actor)))


def beside(seen: Today, actor: Actor) -> None:
    """Cases, then news."""
    case_notices.for_me(actor)
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.subheader(_("Open cases"), anchor=False, width="content")
        st.page_link("staff/cases.py", label=_("All cases"), icon=":material/list:", width="content")
    for case in seen.cases:
        case_line(case, actor)
    if not seen.cases:
        st.caption(_("No case is open."))
    if seen.more_cases:
        st.caption(_("There are more; those with the least time left are shown."))
    st.subheader(_("News from customers"), anchor=False)
    for news in seen.news:
        news_line(news, actor)
    if not seen.news:
        st.caption(_("None since {time}.").format(time=md(when(seen.since, actor))))
