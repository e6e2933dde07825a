"""What narrows the list of cases and how far it was turned. All of it stands in the address, as codes."""

import streamlit as st

from db.models import Role
from pages._ui.guard import acting
from pages.staff._ui.chosen import chosen
from services import teams
from services.cases import topics
from services.cases.desk import Filters, Which
from services.due import Scope
from services.text import _
from services.work import Actor, reading

WHICH = (Which.BOTH, Which.OPEN, Which.WAITING, Which.SETTLED, Which.ALL)
PLACE, SEEN = "after", "cases_filters"


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
    """The filters; a topic and a team stand in the address by their numbers."""
    with reading(actor) as w:
        named, known = teams.names(w), {t.id: t.name for t in topics.everything(w) if t.retired_at is None}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        scope = chosen(_("Whose"), "scope", [s.value for s in Scope], scope_in_words)
        which = chosen(_("State"), "state", [v.value for v in WHICH], which_in_words)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        text = st.text_input(_("Number, subject or customer"), key="text", bind="query-params", max_chars=100)
        topic = _one_of(_("Topic"), "topic", known)
        team = _one_of(_("Team"), "team", named)
        overdue = st.toggle(_("Overdue only"), key="overdue", bind="query-params")
    return Filters(Scope(scope), Which(which), known.get(topic or 0, ""), team, overdue, text)


def _one_of(label: str, name: str, known: dict[int, str]) -> int | None:
    """One of a list or all of it. What the address says counts when the page is opened."""
    options = [0, *known]
    if st.session_state.get(name, -1) not in options:  # not chosen yet, or no longer there
        asked = str(st.query_params.get(name, ""))
        found = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 10 else 0
        st.session_state[name] = found if found in known else 0
    picked: int = st.selectbox(label, options, key=name, width=200, on_change=_noticed, args=(name,),
                        format_func=lambda i: known.get(i, _("all")))  # fmt: skip
    return picked or None


@acting(Role.STAFF)
def _noticed(name: str) -> None:
    turn(name, str(st.session_state[name] or ""))


def turn(name: str, code: str) -> None:
    """Put a code into the address, or take it out."""
    if code:
        st.query_params[name] = code
    else:
        st.query_params.pop(name, None)


def place(filters: Filters) -> str:
    """From where the list is read: what the address says, from the start again when the filters changed."""
    if st.session_state.setdefault(SEEN, filters) != filters:
        st.session_state[SEEN] = filters
        turn(PLACE, "")
    return str(st.query_params.get(PLACE, ""))
