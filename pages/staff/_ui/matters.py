"""Below the head of a customer's page, one row: its open cases, a new case from what was said, and rarer things."""

import streamlit as st

from db.models import Role
from pages._ui.feedback import reported
from pages._ui.guard import renew, require, token
from pages._ui.show import md
from pages.staff._ui import people, planning
from services import cases
from services.cases import NewCase
from services.customer_overview import Overview
from services.search import order_number
from services.text import _
from services.work import work

CASE, REPORT, STANDING = "staff/case.py", "staff/service_report.py", "staff/standing.py"
SHORT = 48  # characters of a subject; the card above says it whole


def matters(seen: Overview) -> None:
    """One row, however much is open; what is rarely wanted waits behind "More". Below it, what to speak of."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="matters"):
        _ways_to_cases(seen)
        if st.button(_("New case"), icon=":material/add:", key="new_case", shortcut="N", type="tertiary"):
            st.dialog(_("New case"), width="medium")(_body)(seen)
        planning.plan_button(seen.id)
        more = st.popover(_("More"), icon=":material/more_horiz:", type="tertiary")
        with more, st.container(key="rare_ways"):  # look.css takes it away under what opens over the page
            query = {"customer": str(seen.id)}
            st.page_link(REPORT, label=_("Service report"), icon=":material/build:", query_params=query)
            st.page_link(STANDING, label=_("Standing orders"), icon=":material/autorenew:", query_params=query)
            planning.line_button(seen.id)
            people.access_line(seen.id, seen.emails, "" if seen.company else seen.name)
    planning.talking_points(seen.id)


def _ways_to_cases(seen: Overview) -> None:
    """A link to the one open case; of several, a list that opens."""
    if not seen.cases:
        return
    several = len(seen.cases) > 1
    icon = ":material/support_agent:"
    with st.popover(_("Open cases"), icon=icon, type="tertiary") if several else st.container(width="content"):
        for case in seen.cases:
            short = case.subject if several or len(case.subject) <= SHORT else case.subject[:SHORT] + " …"
            query = {"case": str(case.id)}
            st.page_link(CASE, label=md(short), icon=icon, query_params=query)


def _body(seen: Overview) -> None:
    """What was said is logged as a contact of the case; the customer gets number and next step by mail."""
    actor = require(Role.STAFF)
    name = f"new_case_{seen.id}"
    with st.form(name, border=False):
        subject = st.text_input(_("Subject, as the customer reads it"), key=f"{name}_subject", max_chars=200)
        text = st.text_area(_("What was said (internal)"), key=f"{name}_text", max_chars=10_000)
        step = st.text_input(_("Next step, as the customer reads it"), key=f"{name}_step", max_chars=400)
        order_id = st.selectbox(
            _("About the order"), [o.id for o in seen.orders], None, format_func=order_number, key=f"{name}_order"
        )
        pressed = st.form_submit_button(_("Open the case"), type="primary", icon=":material/add:")
    if not pressed:
        return
    made, key = 0, token(name)
    with reported(_("The case is open.")) as outcome, work(actor) as w:
        new = NewCase(idempotency_key=key, subject=subject, text=text, next_step=step, order_id=order_id)
        made = cases.raise_for(w, seen.id, new).id
    if outcome.ok:
        renew(name)
        st.switch_page(CASE, query_params={"case": str(made)})
