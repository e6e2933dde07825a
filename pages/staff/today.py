"""The start of the day: what is due, the open cases by time left, and what customers did since the last working day."""

import streamlit as st

from db.models import Role
from pages._ui.feedback import reported
from pages._ui.guard import require
from pages.staff._ui import change_requests, quiet_lists, today_more
from pages.staff._ui.chosen import chosen
from pages.staff._ui.due_list import due_list
from pages.staff._ui.moving import is_moving
from pages.staff._ui.today_beside import beside
from services import first_steps
from services.due import Scope
from services.text import _
from services.today import Today, today
from services.work import Actor, reading

actor = require(Role.STAFF)

CUSTOMERS, REMINDERS, FIRST_STEPS = "staff/customers.py", "staff/reminders.py", "admin/first_steps.py"
TICK_S = 20
DRAWN = "today_drawn"
VIEWS = ("today", "planned", "quiet")


def scope_in_words(value: str) -> str:
    """Whose work."""
    return {Scope.MINE: _("Mine"), Scope.TEAM: _("My team's"), Scope.ALL: _("All")}[Scope(value)]


def view_in_words(value: str) -> str:
    """Which list."""
    return {"today": _("Today"), "planned": _("Nothing planned"), "quiet": _("Not contacted")}[value]


def stand(seen: Today) -> int:
    """How the lists stand, for noticing that they changed."""
    return hash((tuple(seen.due), tuple(seen.cases), tuple(n.id for n in seen.news)))


@st.fragment(run_every=TICK_S)
def watch() -> None:
    """Look again and draw anew where something changed; not while somebody moves a line, nothing typed is lost."""
    actor = require(Role.STAFF, touch=False)
    drawn = st.session_state.get(DRAWN)
    if drawn is None or is_moving():
        return
    seen = read(actor, Scope(drawn[0]))
    if seen is not None and stand(seen) != drawn[1]:
        st.rerun()


def started(actor: Actor) -> bool:
    """Whether the company works already."""
    with reading(actor) as w:
        return first_steps.begun(w)


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
    st.session_state[DRAWN] = None
    if view == "planned":
        quiet_lists.nothing_planned(actor)
    elif view == "quiet":
        quiet_lists.not_contacted(actor)
    else:
        seen = read(actor, Scope(scope))
        if seen is None:
            return
        st.session_state[DRAWN] = (scope, stand(seen))
        left, right = st.columns([5, 3], gap="medium")
        with left:
            due_list(seen, actor, mine=scope == Scope.MINE)
        with right:
            today_more.wishes(actor)
            today_more.warnings(actor, Scope(scope))
            change_requests.on_today(actor, Scope(scope))
            beside(seen, actor)


with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
    st.title(_("Today"), anchor=False)
    with st.container(horizontal=True, width="content", vertical_alignment="center"):
        if actor.role is Role.ADMIN and not started(actor):
            st.page_link(FIRST_STEPS, label=_("First steps"), icon=":material/checklist:", width="content")
        st.page_link(REMINDERS, label=_("Reminders and calendar"), icon=":material/notifications:", width="content")
        if st.button(_("Find a customer"), icon=":material/search:", key="find_customer", shortcut="S"):
            st.switch_page(CUSTOMERS)
lists()
watch()
