"""Orders in a list: number, state in plain words, what is in it."""

from collections.abc import Sequence
from typing import Literal

import streamlit as st

from db.models import OrderStatus
from pages._ui.marks import bold
from pages._ui.show import day, md, price
from services import orders
from services.orders import Summary
from services.text import _
from services.work import Actor

ORDERS = "customer/orders.py"
_COLOURS: dict[OrderStatus, Literal["blue", "violet", "green"]] = {
    OrderStatus.PLACED: "blue",
    OrderStatus.PICKED: "blue",
    OrderStatus.SHIPPED: "violet",
    OrderStatus.DELIVERED: "green",
    OrderStatus.COMPLETED: "green",
}
_ICONS = {
    OrderStatus.PLACED: ":material/inventory:",
    OrderStatus.PICKED: ":material/package_2:",
    OrderStatus.SHIPPED: ":material/local_shipping:",
    OrderStatus.DELIVERED: ":material/check:",
    OrderStatus.COMPLETED: ":material/check:",
    OrderStatus.CANCELLED: ":material/close:",
}


def status_badge(status: OrderStatus) -> None:
    """Where it stands, in words, a colour and a sign."""
    st.badge(orders.in_words(status), icon=_ICONS.get(status), color=_COLOURS.get(status, "gray"))


def order_rows(rows: Sequence[Summary], actor: Actor, *, key: str) -> None:
    """One card per order; its number leads to the order."""
    for row in rows:
        with st.container(border=True, gap="xsmall", key=f"{key}_{row.order_id}"):
            with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
                st.page_link(ORDERS, label=bold(md(row.number)), query_params={"order": str(row.order_id)})
                status_badge(row.status)
                st.markdown(price(row.total_cents), width="content")
            told = [day(row.ordered_at, actor)]
            if row.promised_on and row.status in (OrderStatus.PLACED, OrderStatus.PICKED, OrderStatus.SHIPPED):
                told.append(_("with you by {day}").format(day=day(row.promised_on, actor)))
            st.caption(md(" · ".join([*told, row.contents])))
