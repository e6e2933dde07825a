"""Explore: figures by up to three dimensions, as a chart, a table and files, down to the rows behind a group."""

import streamlit as st

from db.models import Role
from pages._ui.feedback import reported
from pages._ui.guard import require
from pages._ui.show import md
from pages.manager._ui import explore_choice, explored
from services import explore
from services.columnar import Preparing
from services.cube_view import View
from services.text import _
from services.work import Actor, reading, work

actor = require(Role.MANAGER)
SAVED = "manager/saved_view.py"


@st.fragment(run_every="3s")
def waiting(view: View) -> None:
    """How far the figures are; the page shows them as soon as they are there."""
    who = require(Role.MANAGER, touch=False)
    try:
        with reading(who) as w:
            explore.explored(w, view)
    except Preparing as preparing:
        st.progress(min(1.0, preparing.share), md(preparing))
    else:
        st.rerun()


def save_form(view: View) -> None:
    """A name for the view; afterwards its own page."""
    who = require(Role.MANAGER)
    name = st.text_input(_("Name"), explore.title(view)[:120], max_chars=120, key=f"explore_name_{explore.title(view)}")
    if st.button(_("Save"), type="primary", key="explore_save"):
        with reported(_("Saved.")) as outcome, work(who) as w:
            view_id = explore.save(w, name, view)
        if outcome.ok:
            st.switch_page(SAVED, query_params={"view": str(view_id)})


def answer(who: Actor, view: View) -> None:
    """What was found, or that it is being prepared."""
    found, preparing = None, False
    with reported():
        try:
            with reading(who) as w:
                found = explore.explored(w, view)
        except Preparing:
            preparing = True
    if preparing:
        waiting(view)
    if found is None:
        return
    if found.view != view:
        st.rerun()  # the right to see a figure ended since the page was begun: the widgets are to say so too
    explored.wholes(view, found)
    row = explored.drawn(who, view, found)
    if not any(found.whole.values()) and view.period != "all":
        st.button(_("Show all time"), icon=":material/history:", key="explore_ever", on_click=explore_choice.all_time)
    of_row = None if row is None else {d: str(found.frame[d].iloc[row]) for d in view.by}
    cell = explored.latest("explore", explored.crossed(view, found), of_row, explored.clicked(view, found))
    if cell is not None:
        explored.behind(who, view, found, cell)
    elif len(found.frame):
        explored.way_in()


@st.fragment
def board() -> None:
    """The question and its answer; the address says the question."""
    who = require(Role.MANAGER)
    view = explore_choice.chosen(who)
    with st.popover(_("Save this view"), icon=":material/bookmark_add:", type="tertiary", key="explore_keep"):
        save_form(view)
    answer(who, view)


with st.container(horizontal=True, vertical_alignment="bottom", horizontal_alignment="distribute"):
    st.title(_("Explore"), anchor=False)
    st.page_link("manager/measures.py", label=_("What the figures mean"), icon=":material/functions:")
board()
