"""On Today, where there are any: wishes to be forgotten, for managers, and early warnings."""

import streamlit as st

from db.models import Role
from pages._ui.feedback import reported
from pages._ui.show import day, md, when
from pages.staff._ui import moving, planning
from services import early_warnings
from services.due import Scope
from services.early_warnings import EarlyWarning
from services.erasure import deciding
from services.text import _, ngettext
from services.work import Actor, reading

CUSTOMER, ERASURES = "staff/customer.py", "manager/erasures.py"
AT_ONCE = 3  # warnings; the others are a click away


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
    for warning in found[:AT_ONCE]:
        warned(warning, actor)
    if rest := found[AT_ONCE:]:
        with st.expander(ngettext("{n} more", "{n} more", len(rest)), on_change="rerun", key="more_warnings") as box:
            if box.open:
                for warning in rest:
                    warned(warning, actor)
    times = [warning.as_of for warning in found if warning.as_of is not None]
    if times:  # what arose by day stands first, the whole company was looked through before that
        told = _("Looked through at {time}; the reasons are those of now. No hit rate is known yet.")
        st.caption(md(told.format(time=when(min(times), actor))))


def warned(warning: EarlyWarning, actor: Actor) -> None:
    """Who, why, and a way to plan something, after which it leaves the list."""
    with st.container(border=True, gap=None):
        with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
            query = {"customer": str(warning.customer_id)}
            label = md(warning.customer)
            st.page_link(CUSTOMER, label=label, icon=":material/warning:", query_params=query, width="content")
            plan = st.button(_("Plan"), icon=":material/event:", key=f"warned_{warning.customer_id}", type="tertiary",
                             help=_("Plan a follow-up; then the customer leaves this list."))  # fmt: skip
        st.caption(md(" · ".join(warning.reasons)))
        if warning.act_until is not None:
            st.caption(md(_("Act until {day}.").format(day=day(warning.act_until, actor))))
    if plan:
        planned(warning)


def planned(warning: EarlyWarning) -> None:
    """The dialog that plans a follow-up, with the first reason in it."""
    moving.opened(_("Plan a follow-up"), planning.plan, warning.customer_id, warning.reasons[0], moving.close)
