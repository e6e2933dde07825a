"""Above a customer's page that staff see as the customer sees it: whose it is, why, until when, and the way out."""

import streamlit as st

from db.models import Role
from pages._ui import registry
from pages._ui.feedback import reported
from pages._ui.show import md, when
from services import as_customer
from services.text import _
from services.work import Actor, work

CUSTOMER = "staff/customer.py"


def banner(actor: Actor) -> None:
    """Nothing where nobody is shown; the page then says itself that it is not for staff."""
    view = as_customer.shown_to(actor)
    if view is None:
        return
    with st.container(border=True, key="as_customer_banner", gap="xsmall"):
        with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
            st.badge(
                _("As {name} sees it").format(name=md(view.customer)), icon=":material/visibility:", color="orange"
            )
            told = _("Only to look at, until {time}. Reason: {reason}")
            st.caption(md(told.format(time=when(view.expires_at, actor), reason=view.reason)), width="content")
            gone = st.button(_("Leave"), icon=":material/logout:", key="leave_customer_view", type="primary")
        with st.container(horizontal=True, gap="small"):
            for entry in registry.entries(actor.language):
                if entry.roles == (Role.CUSTOMER,) and entry.section:
                    st.page_link(entry.path, label=entry.title, icon=entry.icon, width="content")
    if gone:
        with reported() as outcome, work(actor) as w:
            as_customer.leave(w)
        if outcome.ok:
            st.switch_page(CUSTOMER, query_params={"customer": str(view.customer_id)})
