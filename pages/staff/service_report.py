"""Service reports of a customer for staff: those there are, and writing one."""

import streamlit as st

from db.models import Role
from pages._ui import addressed
from pages._ui.feedback import reported
from pages._ui.guard import renew, require, token
from pages._ui.service_reports import listed, shown
from pages._ui.show import empty, md
from services import access, cases, clock, company, service_reports
from services.errors import NotFound
from services.service_reports import NewReport, Part
from services.text import _
from services.work import Actor, reading, work

actor = require(Role.STAFF)
REPORTS, CUSTOMER = "staff/service_report.py", "staff/customer.py"
PARTS = 3  # lines for parts that stand in the form; more go into the text


def form(customer_id: int, case_id: int | None, writer: Actor) -> None:
    """What, when, who, parts, next step; what was typed stays until it is taken."""
    with st.form(f"report_{customer_id}", border=True, enter_to_submit=False):
        subject = st.text_input(_("About, as the customer reads it"), key="report_subject", max_chars=200)
        with st.container(horizontal=True):
            with reading(writer) as w:
                today = clock.day_of(w.now, company.of(w).zone)
            done_on = st.date_input(_("Done on"), today, max_value=today, key="report_day", width=160)
            minutes = st.number_input(_("Minutes"), 0, 1440, None, key="report_minutes", width=140)
            who = st.text_input(_("Who"), writer.name, key="report_who", max_chars=200)
        what = st.text_area(_("What was done"), key="report_what", max_chars=8000, height=140)
        parts = []
        for n in range(PARTS):
            with st.container(horizontal=True):
                name = st.text_input(_("Part {n}").format(n=n + 1), key=f"report_part_{n}", max_chars=200)
                pieces = st.number_input(_("Pieces"), 1, 9999, 1, key=f"report_pieces_{n}", width=130)
            if name.strip():
                parts.append(Part(name=name, quantity=int(pieces)))
        step = st.text_input(_("Next step, as the customer reads it"), key="report_next", max_chars=400)
        sent = st.form_submit_button(
            _("Give it to the customer"), type="primary", icon=":material/send:", shortcut="Ctrl+Enter"
        )
    if not sent or done_on is None:
        return
    with reported(_("The customer sees the report now.")) as outcome, work(writer) as w:
        new = NewReport(
            idempotency_key=token("report"),
            subject=subject,
            what=what,
            done_on=done_on,
            minutes=minutes,
            who=who,
            parts=parts,
            next_step=step,
            case_id=case_id,
        )
        made = service_reports.write(w, customer_id, new).id
    if outcome.ok:
        renew("report")
        st.switch_page(REPORTS, query_params={"report": str(made)})


@st.fragment
def of_customer(customer_id: int, case_id: int | None) -> None:
    """The form, and the reports that were written before."""
    who = require(Role.STAFF)
    with reading(who) as w:
        name = access.customer(w, customer_id).name or ""
        found = service_reports.of_customer(w, customer_id)
        case = cases.view(w, case_id).row.number if case_id is not None else ""
    st.title(_("Service report"), anchor=False)
    st.page_link(CUSTOMER, label=md(name), icon=":material/person:", query_params={"customer": str(customer_id)})
    if case:
        st.caption(md(_("For the case {number}").format(number=case)))
    form(customer_id, case_id, who)
    if found:
        st.subheader(_("Earlier reports"), anchor=False)
        listed(found, who, REPORTS)


def one(actor: Actor, report_id: int) -> None:
    """One report as the customer sees it."""
    with reading(actor) as w:
        report = service_reports.one(w, report_id)
    query = {"customer": str(report.customer_id)}
    st.page_link(CUSTOMER, label=_("To the customer"), icon=":material/arrow_back:", query_params=query)
    shown(report, actor)


report_id, customer_id = addressed.number("report"), addressed.number("customer")
try:
    if report_id is not None:
        one(actor, report_id)
    elif customer_id is not None:
        of_customer(customer_id, addressed.number("case"))
    else:
        empty(_("No customer is chosen."), _("Open the customer, then “Service report”."), ":material/build:")
except NotFound as missing:
    st.warning(md(missing))
