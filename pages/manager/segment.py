"""One segment: its rule with a live count, who is in and why, who came and went, and calls to everybody in it."""

import streamlit as st

from db.models import Role
from pages._ui import addressed
from pages._ui.feedback import reported
from pages._ui.guard import require
from pages._ui.show import md
from pages.manager._ui import segment_builder, segment_members, segment_moves, segment_rounds
from services import segments
from services.segments.keeping import Kept
from services.text import _
from services.work import reading

actor = require(Role.STAFF)
TICK_S = 5


def found() -> Kept | None:
    """The segment that the address names; None: a new one."""
    number = addressed.number("segment")
    if number is None:
        return None
    with reading(actor) as w:
        return segments.keeping.one(w, number)


@st.fragment(run_every=TICK_S)
def now_in(number: int) -> None:
    """How many are in at this moment."""
    who = require(Role.STAFF, touch=False)
    with reported() as outcome, reading(who) as w:
        row = segments.keeping.one(w, number)
        counted = segments.asking.counted(w, row.rule, itself=number)
        told = segments.words.rule(w, row.rule)
    if outcome.ok:
        st.text(told)
        segment_builder.count(counted, who)


@st.fragment
def shown(row: Kept | None) -> None:
    """What was chosen."""
    who = require(Role.STAFF)
    manages = who.role is not Role.STAFF
    looks = {"members": _("Members"), "moves": _("Entries and exits")} if row else {}
    if manages:
        looks |= {"rule": _("Rule")} | ({"calls": _("Follow-ups")} if row else {})
    if not looks:
        return
    look = addressed.tab(_("Look at"), looks, "view", "members" if row else "rule")
    with reported():
        if look == "rule":
            segment_builder.builder(who, row)
        elif row is not None:
            {
                "members": segment_members.members,
                "moves": segment_moves.moves,
                "calls": segment_rounds.rounds_of,
            }[look](who, row)


segment = found()
st.page_link("manager/segments.py", label=_("All segments"), icon=":material/arrow_back:")
st.title(md(segment.name) if segment else _("New segment"), anchor=False)
if segment is not None:
    now_in(segment.id)
shown(segment)
