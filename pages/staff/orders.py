"""The order desk: what waits to be packed, sent or received, and one order with its next step."""

import streamlit as st

from db.models import Role
from pages._ui.guard import require
from pages._ui.papers import papers
from pages._ui.show import md, when
from pages.staff._ui import desk_list, desk_order, desk_payment, desk_returns
from services import documents, payments, returns
from services.errors import NotFound
from services.orders import desk, in_words
from services.text import _
from services.work import Actor, reading

actor = require(Role.STAFF)


def opened(actor: Actor, order_id: int) -> None:
    """One order."""
    st.page_link(desk_list.DESK, label=_("To the order desk"), icon=":material/arrow_back:")
    try:
        with reading(actor) as w:
            found, back = desk.on_desk(w, order_id), returns.of_order(w, order_id)
            made, paid = documents.of_order(w, order_id), payments.of_order(w, order_id)
    except NotFound as missing:
        st.warning(md(missing))
        return
    summary = found.seen.summary
    st.title(_("Order {number}").format(number=md(summary.number)), anchor=False)
    told = [in_words(summary.status), _("ordered on {time}").format(time=when(summary.ordered_at, actor))]
    st.caption(md(" · ".join(told)))
    left, right = st.columns([3, 2], gap="large")
    with left:
        desk_order.contents(found)
        desk_order.parcels(found, actor)
        papers(made, actor)
        desk_order.about(found, actor)
        desk_payment.payment(order_id, paid)
        desk_order.next_step(order_id, found, awaited=paid.awaited)
        desk_returns.steps(back)
    with right, st.container(border=True):
        desk_order.customer(found, actor)


if (order_id := desk_list.number_in_address("order")) is not None:
    opened(actor, order_id)
else:
    st.title(_("Order desk"), anchor=False)
    desk_list.desk_list()
