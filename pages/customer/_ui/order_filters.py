"""Looking for an order: a word, a year, a state. All of it stands in the address, and it only shows."""

from collections.abc import Sequence

import streamlit as st

from pages._ui.addressed import number
from pages.customer._ui.order_rows import ORDERS
from services import orders
from services.orders import Stage, Summary, Wanted
from services.text import _

_LAST = "_orders_looked_for"


def looked_for(years: Sequence[int]) -> Wanted:
    """The fields, and what they ask for."""
    stages = {
        "": _("All states"),
        Stage.COMING: _("On their way"),
        Stage.ARRIVED: _("Arrived"),
        Stage.OFF: _("Cancelled or returned"),
    }
    with st.container(horizontal=True, vertical_alignment="bottom"):
        words = st.text_input(
            _("Look for"), type="search", key="find", bind="query-params", max_chars=60, width=260,
            placeholder=_("Product or order number"),
        )  # fmt: skip
        year = st.selectbox(
            _("Year"), ["", *map(str, years)], format_func=lambda y: y or _("All years"), key="year",
            bind="query-params", width=120,
        )  # fmt: skip
        stage = st.selectbox(
            _("State"), list(stages), format_func=stages.__getitem__, key="stage", bind="query-params", width=190
        )
    return Wanted(int(year) if year else None, Stage(stage) if stage else None, words or "")


def place(wanted: Wanted) -> int | None:
    """The order that the page begins after; what is looked for anew begins at the newest."""
    if st.session_state.setdefault(_LAST, wanted) != wanted:
        st.query_params.pop("before", None)
    st.session_state[_LAST] = wanted
    return number("before")


def turn(rows: Sequence[Summary], wanted: Wanted, before: int | None) -> None:
    """To the newest and to older ones, of what is looked for."""
    here = {"find": wanted.words, "year": str(wanted.year or ""), "stage": str(wanted.stage or "")}
    here = {name: value for name, value in here.items() if value}
    with st.container(horizontal=True, horizontal_alignment="center"):
        if before is not None:
            st.page_link(ORDERS, label=_("Newest orders"), icon=":material/first_page:", query_params=here)
        if len(rows) == orders.PER_PAGE:
            older = {**here, "before": str(rows[-1].order_id)}
            st.page_link(ORDERS, label=_("Older orders"), icon=":material/chevron_right:", query_params=older)
