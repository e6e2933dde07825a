"""The start of the day: what is due, the open cases by time left, and what customers did since the last working day."""

import streamlit as st

from db.models import Role
from pages._ui.feedback import reported
from pages._ui.guard import require
from pages._ui.show import md, when
from pages.staff._ui import change_requests, quiet_lists
from pages.staff._ui.chosen import chosen
from pages.staff._ui.due_list import due_list
from services import contact_words
from services.due import Scope
from services.text import _
from services.today import CaseLeft, News, Today, today
from services.work import Actor, reading

actor = require(Role.STAFF)

CASE, CUSTOMER, CUSTOMERS = "staff/case.py", "staff/customer.py", "staff/customers.py"
VIEWS = ("today", "planned", "quiet")
SHORT = 160


def scope_in_words(value: str) -> str:
    """Whose work."""
    return {Scope.MINE: _("Mine"), Scope.TEAM: _("My team's"), Scope.ALL: _("All")}[Scope(value)]


def view_in_words(value: str) -> str:
    """Which list."""
    return {"today": _("Today"), "planned": _("Nothing planned"), "quiet": _("Not contacted")}[value]


def case_line(case: CaseLeft, actor: Actor) -> None:
    """One case with the time that is left."""
    with st.container(border=True, gap="xsmall"):
        query = {"customer": str(case.customer_id)}
        st.page_link(CUSTOMER, label=md(case.customer), icon=":material/support_agent:", query_params=query)
        st.page_link(CASE, label=md(case.subject), query_params={"case": str(case.id)})
        if case.late and case.answer_by:
            late = _("answer overdue since {time}").format(time=md(when(case.answer_by, actor)))
            st.badge(late, icon=":material/warning:", color="red")
        told = [contact_words.case_state(case.state), case.owner or _("nobody's yet"), case.next_step]
        if case.answer_by and not case.late:
            told.insert(0, _("answer by {time}").format(time=when(case.answer_by, actor)))
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
    st.subheader(_("Open cases"), anchor=False)
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


def read(actor: Actor, scope: Scope) -> Today | None:
    """What there is to do; a refusal is shown."""
    seen = None
    with reported(), reading(actor) as w:
        seen = today(w, scope)
    return seen


@st.fragment
def lists() -> None:
    """The chosen list for the chosen people; both stand in the address."""
    actor = require(Role.STAFF)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        view = chosen(_("List"), "list", VIEWS, view_in_words)
        scope = chosen(_("Whose"), "scope", [s.value for s in Scope], scope_in_words, disabled=view != "today")
    if view == "planned":
        quiet_lists.nothing_planned(actor)
    elif view == "quiet":
        quiet_lists.not_contacted(actor)
    else:
        seen = read(actor, Scope(scope))
        if seen is None:
            return
        left, right = st.columns([3, 2], gap="large")
        with left:
            due_list(seen, actor)
        with right:
            change_requests.on_today(actor, Scope(scope))
            beside(seen, actor)


with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="bottom"):
    st.title(_("Today"), anchor=False)
    if st.button(_("Find a customer"), icon=":material/search:", key="find_customer", shortcut="S"):
        st.switch_page(CUSTOMERS)
lists()
