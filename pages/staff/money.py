"""Money that somebody has to look after: refunds to pay out, transfers that are waited for, payments with trouble."""

import streamlit as st

from db.models import Role
from pages._ui.guard import require
from pages._ui.show import amount, day, empty, md
from services import payments
from services.text import _
from services.work import reading

actor = require(Role.STAFF)
DESK = "staff/orders.py"

st.title(_("Payments"), anchor=False)
with reading(actor) as w:
    found = payments.stuck(w)
if not found:
    empty(
        _("All payments are in order."),
        _("Refunds and transfers that are waited for stand here."),
        ":material/task_alt:",
    )
for n, one in enumerate(found):
    with (
        st.container(border=True, gap="xsmall", key=f"stuck_{n}"),
        st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"),
    ):
        label = f"**{md(one.number)}**"
        st.page_link(DESK, label=label, icon=":material/payments:", query_params={"order": str(one.order_id)})
        st.text(f"{one.why} · {day(one.since, actor)}", width="content")
        st.text(amount(one.cents), width="content")
