"""Money that somebody has to look after: refunds to pay out, trouble, overdue invoices, transfers awaited."""

import streamlit as st

from db.models import Role
from pages._ui.guard import require
from pages._ui.show import amount, day, empty, md
from services import payments
from services.payments import Matter, Stuck
from services.text import _
from services.work import Actor, reading

actor = require(Role.STAFF)
DESK = "staff/orders.py"


def matter_in_words(matter: Matter) -> str:
    """What is to be done."""
    return {
        Matter.REFUND: _("To give back"),
        Matter.TROUBLE: _("To clear up with the provider"),
        Matter.OVERDUE: _("Overdue invoices"),
        Matter.TRANSFER: _("Transfers awaited"),
    }[matter]


def row(one: Stuck, key: str, actor: Actor) -> None:
    """Order and amount, below them whose it is, why and since when."""
    with st.container(border=True, gap="xsmall", key=f"stuck_{key}"):
        with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
            label = f"**{md(one.number)}**"
            st.page_link(DESK, label=label, icon=":material/payments:", query_params={"order": str(one.order_id)})
            st.text(amount(one.cents), width="content")
        told = (one.customer, one.why, day(one.since, actor))
        st.caption(md(" · ".join(t for t in told if t)))


st.title(_("Payments"), anchor=False)
with reading(actor) as w:
    found = payments.stuck(w)
if not found:
    empty(
        _("All payments are in order."),
        _("Refunds, overdue invoices and transfers that are waited for stand here."),
        ":material/task_alt:",
    )
for matter in payments.Matter:
    mine = [one for one in found if one.matter is matter]
    if mine:
        total = amount(sum(one.cents for one in mine))
        st.subheader(f"{md(matter_in_words(matter))} · {md(total)}", anchor=False)
    for n, one in enumerate(mine):
        row(one, f"{matter}_{n}", actor)
