"""What happened to a standing order, line by line; both sides read the same."""

import streamlit as st

from pages._ui.show import md, when
from services import standing
from services.text import _
from services.work import Actor, reading


def history(actor: Actor, standing_id: int, orders: str) -> None:
    """Each event with its day; where an order came of it, the line leads to it on the page `orders`."""
    with reading(actor) as w:
        past = standing.history(w, standing_id)
    st.caption(_("What happened"))
    for event in past:
        told = " · ".join([when(event.at, actor), event.what, event.who, *event.told])
        if event.order_id:
            to = {"order": str(event.order_id)}
            st.page_link(orders, label=md(f"{told} · {event.order}"), icon=":material/package_2:", query_params=to)
        else:
            st.text(told)
