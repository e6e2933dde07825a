"""All cases: mine, my team's or everybody's, by time left; a macro over those that are ticked."""

import streamlit as st

from db.models import Role
from pages._ui.feedback import reported
from pages._ui.guard import require
from pages._ui.show import empty, md, when
from pages.staff._ui import macro_run
from pages.staff._ui.chosen import chosen
from services import cases, contact_words, teams
from services.cases import desk, topics
from services.cases.desk import Filters, Page, Row, Which
from services.due import Scope
from services.text import _
from services.work import Actor, reading

actor = require(Role.STAFF)
CASE, CASES, CUSTOMER = "staff/case.py", "staff/cases.py", "staff/customer.py"
WHICH = (Which.BOTH, Which.OPEN, Which.WAITING, Which.SETTLED, Which.ALL)


def which_in_words(value: str) -> str:
    """Which states."""
    return {
        "unsettled": _("Not settled"),
        "open": _("With us"),
        "waiting": _("With the customer"),
        "settled": _("Settled"),
        "all": _("All states"),
    }[value]


def scope_in_words(value: str) -> str:
    """Whose cases."""
    return {Scope.MINE: _("Mine"), Scope.TEAM: _("My team's"), Scope.ALL: _("All")}[Scope(value)]


def wanted(actor: Actor) -> Filters:
    """The filters, which stand in the address as well."""
    with reading(actor) as w:
        named, known = teams.names(w), topics.offered(w)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        scope = chosen(_("Whose"), "scope", [s.value for s in Scope], scope_in_words)
        which = chosen(_("State"), "state", [v.value for v in WHICH], which_in_words)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        text = st.text_input(_("Number, subject or customer"), key="text", bind="query-params", max_chars=100)
        topic = st.selectbox(_("Topic"), ["", *known], key="topic", format_func=lambda t: t or _("all"), width=200)
        team = st.selectbox(_("Team"), [None, *named], key="team", width=200,
                            format_func=lambda i: named.get(i, _("all")))  # fmt: skip
        overdue = st.toggle(_("Overdue only"), key="overdue", bind="query-params")
    return Filters(Scope(scope), Which(which), topic, team, overdue, text)


def line(row: Row, actor: Actor) -> bool:
    """One case; whether it is ticked."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"row_{row.id}"):
        ticked = st.checkbox(_("Choose {number}").format(number=row.number), key=f"tick_{row.id}",
                             label_visibility="collapsed")  # fmt: skip
        with st.container(gap=None):
            st.page_link(CASE, label=f"**{md(row.subject)}**", query_params={"case": str(row.id)})
            told = [row.number, row.customer, contact_words.case_state(row.state), row.topic, row.team,
                    row.owner or _("nobody's yet")]  # fmt: skip
            if row.priority != "normal":
                told.append(cases.priority_in_words(row.priority))
            st.caption(md(" · ".join(t for t in told if t)))
        if row.due_at:
            color, icon = ("red", "warning") if row.late else ("orange" if row.near else "blue", "schedule")
            st.badge(md(when(row.due_at, actor)), icon=f":material/{icon}:", color=color)  # type: ignore[arg-type]  # of the three above
    return bool(ticked)


@st.fragment
def listing() -> None:
    """The page of the list, and what can be done with the ticked ones."""
    actor = require(Role.STAFF)
    filters = wanted(actor)
    after = st.session_state.get("cases_after", "") if st.session_state.get("cases_filters") == filters else ""
    found: list[Page] = []
    with reported(), reading(actor) as w:
        found.append(desk.page(w, filters, after))
    for page in found:
        rows(page, after, filters, actor)


def rows(page: Page, after: str, filters: Filters, actor: Actor) -> None:
    """The rows, the ways to other pages, and the macro for those that are ticked."""
    if not page.rows:
        empty(_("No case fits."), _("Choose other filters, or look at all cases."), ":material/support_agent:")
    ticked = [row.id for row in page.rows if line(row, actor)]
    with st.container(horizontal=True):
        turned = None
        if after and st.button(_("From the start"), icon=":material/first_page:", key="cases_first"):
            turned = ""
        if page.after and st.button(_("Further cases"), icon=":material/chevron_right:", key="cases_next"):
            turned = page.after
    if turned is not None:
        st.session_state["cases_after"], st.session_state["cases_filters"] = turned, filters
        st.rerun()
    macro_run.over(ticked)


st.title(_("Cases"), anchor=False)
listing()
