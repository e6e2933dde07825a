"""Segments: those that are kept, the named grid, groups that are alike, and two beside each other."""

import streamlit as st

from db.models import Role
from pages._ui import addressed
from pages._ui.feedback import reported
from pages._ui.guard import require
from pages._ui.show import empty, md
from pages.manager._ui import segment_overlap, segment_ready
from services import segments
from services.segments.keeping import sharing_names
from services.text import _
from services.work import Actor, reading

actor = require(Role.STAFF)
SEGMENT = "manager/segment.py"


def kept(who: Actor) -> None:
    """The list, each with its rule in words."""
    with reading(who) as w:
        rows = [(row, segments.words.rule(w, row.rule)) for row in segments.keeping.listing(w)]
    if not rows:
        empty(
            _("There is no segment yet."), _("A segment is a rule with a name: everybody of whom it is true is in it.")
        )
    names = sharing_names()
    for row, told in rows:
        with st.container(border=True, gap="xsmall", key=f"segment_row_{row.id}"):
            query = {"segment": str(row.id)}
            st.page_link(SEGMENT, label=md(row.name), icon=":material/group_work:", query_params=query)
            st.text(told)
            st.caption(md(" · ".join(p for p in (row.owner, names[row.sharing]) if p)))


@st.fragment
def shown() -> None:
    """What was chosen."""
    who = require(Role.STAFF)
    manages = who.role is not Role.STAFF
    looks = {"kept": _("Segments")}
    if manages:
        looks |= {
            "grid": _("Recency and frequency"),
            "likely": _("Likely to buy again"),
            "alike": _("Alike"),
            "overlap": _("Two beside each other"),
        }
    look = addressed.tab(_("Look at"), looks, "view", "kept")
    with reported():
        if look == "kept":
            kept(who)
        else:
            {
                "grid": segment_ready.grid,
                "likely": segment_ready.likely,
                "alike": segment_ready.alike,
                "overlap": segment_overlap.overlap,
            }[look](who)


with st.container(horizontal=True, vertical_alignment="center"):
    st.title(_("Segments"), anchor=False, width="stretch")
    if actor.role is not Role.STAFF:
        st.page_link(SEGMENT, label=_("New segment"), icon=":material/add:")
shown()
