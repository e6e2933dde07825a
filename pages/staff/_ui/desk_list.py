"""The list of the order desk: one state at a time, oldest first; filters and place stand in the address."""

import streamlit as st

from db.models import OrderStatus, Role
from pages._ui.feedback import reported
from pages._ui.guard import acting, require
from pages._ui.show import day, empty, md
from pages.staff._ui import desk_returns
from pages.staff._ui.chosen import chosen
from services.orders import desk, in_words
from services.orders.desk import Row
from services.text import _
from services.work import Actor, reading

DESK = "staff/orders.py"
RETURNS = "returns"


def number_in_address(name: str) -> int | None:
    """A number that the address names; anything else there is ignored."""
    text = str(st.query_params.get(name, ""))
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None


@acting(Role.STAFF)
def first_page() -> None:
    """Another filter begins at its first page."""
    st.query_params.pop("after", None)


def states() -> dict[str, str]:
    """What is called how in the filter."""
    return {s.value: in_words(s) for s in desk.WAITING} | {RETURNS: _("Returns")}


@st.fragment
def desk_list() -> None:
    """Filters and rows."""
    actor = require(Role.STAFF)
    named, after = states(), number_in_address("after")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        picked = chosen(_("State"), "state", list(named), named.__getitem__)
        text = st.text_input(
            _("Order number or customer"),
            key="text",
            bind="query-params",
            max_chars=100,
            width=260,
            on_change=first_page,
        )
        late = st.toggle(_("Only overdue"), key="late", bind="query-params", on_change=first_page)
    if picked == RETURNS:
        desk_returns.waiting(actor, after, {k: st.query_params[k] for k in ("state",) if k in st.query_params})
        return
    wanted = desk.Wanted(OrderStatus(picked), text or "", bool(late))
    rows: list[Row] = []
    with reported() as outcome, reading(actor) as w:
        rows = desk.waiting(w, wanted, after=after)
    if not outcome.ok:
        return
    if not rows:
        empty(_("Nothing is waiting here."), _("Look at another state, or widen the filters."), ":material/task_alt:")
    for row in rows:
        _row(row, actor)
    _turn(rows, after)


def _row(row: Row, actor: Actor) -> None:
    """Number, customer, what is in it, since when; what is late says so in words."""
    order = row.order
    with st.container(border=True, gap="xsmall", key=f"desk_{order.order_id}"):
        with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
            label = f"**{md(order.number)}**"
            st.page_link(DESK, label=label, icon=":material/package_2:", query_params={"order": str(order.order_id)})
            st.text(row.customer, width="content")
            if row.late:
                st.badge(_("Overdue"), icon=":material/schedule:", color="red")
        told = [_("ordered on {day}").format(day=day(order.ordered_at, actor))]
        if order.promised_on:
            told.append(_("promised for {day}").format(day=day(order.promised_on, actor)))
        st.caption(md(" · ".join([*told, order.contents])))


def _turn(rows: list[Row], after: int | None) -> None:
    """To the next page and back to the first, with the filters as they are."""
    kept = {k: st.query_params[k] for k in ("state", "text", "late") if k in st.query_params}
    with st.container(horizontal=True, horizontal_alignment="center"):
        if after is not None:
            st.page_link(DESK, label=_("Oldest orders"), icon=":material/first_page:", query_params=kept)
        if len(rows) == desk.PER_PAGE:
            further = kept | {"after": str(rows[-1].order.order_id)}
            st.page_link(DESK, label=_("Newer orders"), icon=":material/chevron_right:", query_params=further)
