"""Invoices that are not paid."""

import streamlit as st

from pages._ui.marks import bold
from pages._ui.show import day, md, price
from services.payments import OpenMoney
from services.text import _
from services.work import Actor

ORDERS = "customer/orders.py"


def open_invoices(owed: OpenMoney, actor: Actor) -> None:
    """What is to be paid, the oldest first."""
    for one in owed.invoices:
        with st.container(border=True, gap="xsmall", key=f"invoice_{one.number}"):
            with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
                to_order = {"order": str(one.order_id)}
                label = bold(md(_("Invoice {number}").format(number=one.number)))
                st.page_link(ORDERS, label=label, query_params=to_order, width="content")
                if one.overdue:
                    st.badge(_("Overdue"), icon=":material/warning:", color="red")
                st.markdown(price(one.open_cents), width="content")
            st.caption(md(_("To be paid by {day}").format(day=day(one.due_on, actor))))
