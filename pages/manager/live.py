"""The manager's live board: today against what is usual, and the rows behind every mark."""

from typing import Any

import streamlit as st

from db.models import Role
from pages._ui.feedback import reported
from pages._ui.guard import require
from pages._ui.show import empty, md
from pages.manager._ui import against, behind, cards, filters, overview, prepared, totals
from services.board import marks
from services.text import _, clock_time
from services.work import Actor, reading

actor = require(Role.MANAGER)
TICK_S = 5
WIDE = (marks.REVENUE,)  # charts with many marks
NOW, SERVICE, EVER = VIEWS = "now", "service", "ever"


def cards_of(actor: Actor, shown: prepared.Shown) -> None:
    """All charts, and below the one with a picked mark the rows behind it."""
    picked = filters.opened()
    with st.grid(2, min_column_width=400, gap="small", key="live_cards") as grid:
        for card in shown.cards:
            span: Any = "all" if card.chart in WIDE else 1
            with grid.cell(column_span=span), st.container(border=True, key=f"live_card_{card.chart}"):
                if cards.draw(actor, shown.board, card) and picked is not None:
                    behind.panel(actor, shown.board, card, picked)


def nothing_yet() -> None:
    """What an installation without data shows."""
    empty(
        _("There is nothing to show yet."),
        _(
            "As soon as a customer orders or an agent logs a contact it appears here within seconds. An administrator "
            "can import existing data, or load the demonstration company."
        ),
        ":material/monitoring:",
    )


@st.fragment(run_every=TICK_S)
def board_now() -> None:
    """Runs again every few seconds; everything on it keeps its place and state."""
    actor = require(Role.MANAGER, touch=False)
    filters.read_address()
    with reported() as outcome, reading(actor) as w:
        seen = prepared.state(w)
        categories, teams = prepared.categories(w, seen), prepared.teams_of(w, seen)
        areas = prepared.areas(w, seen)
    if not outcome.ok:
        return
    asked = filters.widgets(categories, teams, areas)
    filters.write_address()
    with reported() as outcome:
        shown = prepared.shown(actor, asked, seen, of_service=st.session_state["live_view"] == SERVICE)
    if not outcome.ok:
        return
    at = clock_time(seen.at, actor.zone)
    line = " · ".join([shown.period, *(filters.area(a) for a in asked.regions)])
    st.caption(md(_("As of {time} · {line}").format(time=at, line=line)))
    if not shown.board.extent.anybody:
        nothing_yet()
        return
    overview.hints(shown.board)
    nothing = shown.board.extent.period and shown.board.quiet and all(card.blank for card in shown.cards)
    if nothing and not (asked.regions or asked.channels or asked.categories or asked.teams):
        return  # the message and the way to the latest days say it all; with a filter, nothing is an answer
    overview.figures(shown.metrics, shown.compared)
    against.shown(actor, shown.board, shown.against)
    if not nothing:
        cards_of(actor, shown)


with st.container(horizontal=True, vertical_alignment="bottom"):
    st.title(_("Live"), width="stretch")
    st.segmented_control(
        _("Show"),
        VIEWS,
        format_func=lambda v: {NOW: _("Now"), SERVICE: _("Service"), EVER: _("Totals")}[v],
        default=st.query_params.get("view") if st.query_params.get("view") in VIEWS else NOW,
        required=True,
        key="live_view",
        label_visibility="collapsed",
    )
if st.session_state["live_view"] == NOW:
    st.query_params.pop("view", None)
else:
    st.query_params["view"] = st.session_state["live_view"]
if st.session_state["live_view"] == EVER:
    totals.shown()
else:
    board_now()
