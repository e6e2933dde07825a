"""The first steps of a new company: what is set up, what is not yet, and where it is done."""

import streamlit as st

from db.models import Role
from pages._ui.guard import require
from pages._ui.narrow import narrow
from services import first_steps
from services.text import _
from services.work import reading

actor = require(Role.ADMIN)
#: What a step is called, why it matters, and the page where it is taken.
STEPS = {
    first_steps.LETTERHEAD: (
        _("Letterhead and payment"),
        _("Address, tax number and bank stand on every invoice; the third tab of the page."),
        "admin/company.py",
    ),
    first_steps.TAXES: (
        _("Taxes and delivery"),
        _("Without rates orders are taken, and their tax is not recorded."),
        "admin/taxes.py",
    ),
    first_steps.PRODUCTS: (
        _("Products"),
        _("What is on the shelf can be ordered at once. Many come in with an import."),
        "staff/products.py",
    ),
    first_steps.TEAMWORK: (
        _("Colleagues"),
        _("Staff serve customers, managers see the figures too, administrators everything."),
        "admin/people.py",
    ),
    first_steps.CUSTOMERS: (
        _("Customers"),
        _("They register by themselves, staff create them, or an import brings them with their past orders."),
        "admin/imports.py",
    ),
    first_steps.MAIL: (
        _("Mail server"),
        _("The setting RAPPORT_SMTP_URL; until it is there mail waits on this page and nothing leaves the machine."),
        "admin/mailbox.py",
    ),
}

with narrow():
    st.title(_("First steps"), anchor=False)
    st.caption(_("In any order, at any time; each is ticked as soon as it is there."))
    with reading(actor) as w:
        steps = first_steps.read(w)
    for step in steps:
        name, why, page = STEPS[step.code]
        sign = ":material/check_circle:" if step.done else ":material/radio_button_unchecked:"
        with st.container(border=True, gap="xsmall", key=f"step_{step.code}"):
            st.page_link(page, label=name, icon=sign)
            st.caption(_("Done.") if step.done else why)
    if all(step.done for step in steps):
        st.success(_("Everything is set up."), icon=":material/task_alt:")
