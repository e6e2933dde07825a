"""On Today, where there are any: wishes to be forgotten, for managers, and early warnings."""

import streamlit as st

from db.models import Role
from pages._ui.feedback import reported
from pages._ui.show import day, md
from services import early_warnings
from services.due import Scope
from services.erasure import deciding
from services.text import _, ngettext
from services.work import Actor, reading

CUSTOMER, ERASURES = "staff/customer.py", "manager/erasures.py"


def wishes(actor: Actor) -> None:
    """How many customers wait for a decision; the oldest since when."""
    if actor.role not in (Role.MANAGER, Role.ADMIN):
        return
    waiting = []
    with reported(), reading(actor) as w:
        waiting = deciding.waiting(w)
    if not waiting:
        return
    said = ngettext("{n} customer asks to be forgotten", "{n} customers ask to be forgotten", len(waiting))
    with st.container(border=True, gap="xsmall", key="today_wishes"):
        st.page_link(ERASURES, label=md(said), icon=":material/person_off:")
        st.caption(md(_("The oldest wish is of {day}.").format(day=day(waiting[0].asked_at, actor))))


def warnings(actor: Actor, scope: Scope) -> None:
    """Customers to look after before it is too late."""
    found = []
    with reported(), reading(actor) as w:
        found = early_warnings.of_day(w, scope)
    if not found:
        return
    st.subheader(_("Early warnings"), anchor=False)
    for warning in found:
        with st.container(border=True, gap="xsmall"):
            query = {"customer": str(warning.customer_id)}
            st.page_link(CUSTOMER, label=md(warning.customer), icon=":material/warning:", query_params=query)
            st.text(", ".join(warning.reasons))
            if warning.act_until is not None:
                st.caption(md(_("Act until {day}.").format(day=day(warning.act_until, actor))))
