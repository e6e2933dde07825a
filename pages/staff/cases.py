"""All cases: mine, my team's or everybody's, by time left; a macro over those that are ticked.

One line is marked: J and K move the mark, O opens it, as on Today.
"""

import streamlit as st

from db.models import Role
from pages._ui.feedback import reported
from pages._ui.guard import require
from pages._ui.show import empty, md, when
from pages.staff._ui import case_mark, macro_run
from pages.staff._ui.case_filters import PLACE, place, turn, wanted
from services import cases, contact_words
from services.cases import desk
from services.cases.desk import Page, Row
from services.text import _, ngettext, number
from services.work import Actor, reading

actor = require(Role.STAFF)
CASE = "staff/case.py"


def line(row: Row, actor: Actor, *, marked: bool) -> bool:
    """One case; whether it is ticked."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"row_{row.id}", border=marked):
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
    case_mark.opened()
    filters = wanted(actor)
    after = place(filters)
    found: list[Page] = []
    with reported(), reading(actor) as w:
        found.append(desk.page(w, filters, after))
    for page in found:
        if page.cut:
            told = ngettext("Listed are the newest {n} case whose subject fits; one more word finds older ones.",
                            "Listed are the newest {n} cases whose subject fits; one more word finds older ones.",
                            desk.FITTING)  # fmt: skip
            st.caption(told.format(n=number(desk.FITTING)))
        rows(page, after, actor)
    if after and not found and st.button(_("From the start"), icon=":material/first_page:", key="cases_again"):
        turn(PLACE, "")
        st.rerun()


def rows(page: Page, after: str, actor: Actor) -> None:
    """The rows, the ways to other pages, and the macro for those that are ticked."""
    if not page.rows:
        empty(_("No case fits."), _("Choose other filters, or look at all cases."), ":material/support_agent:")
    marked = case_mark.marking([row.id for row in page.rows]) if page.rows else 0
    with st.container(gap="xsmall"):
        ticked = [row.id for row in page.rows if line(row, actor, marked=row.id == marked)]
    with st.container(horizontal=True):
        turned = None
        if after and st.button(_("From the start"), icon=":material/first_page:", key="cases_first"):
            turned = ""
        if page.after and st.button(_("Further cases"), icon=":material/chevron_right:", key="cases_next"):
            turned = page.after
    if turned is not None:
        turn(PLACE, turned)
        case_mark.to_the_top()
        st.rerun()
    macro_run.over(ticked)


st.title(_("Cases"), anchor=False)
listing()
