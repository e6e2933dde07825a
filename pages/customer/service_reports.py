"""What was done for the customer: service reports, to read and to download."""

import streamlit as st

from db.models import Role
from pages._ui import addressed
from pages._ui.guard import require
from pages._ui.narrow import narrow
from pages._ui.service_reports import listed, shown
from pages._ui.show import empty, md
from pages.customer._ui.rights import for_orders
from services import service_reports
from services.errors import NotFound
from services.text import _
from services.work import reading

actor = require(Role.CUSTOMER)
for_orders(actor, _("Service reports"))
REPORTS = "customer/service_reports.py"

with narrow():
    report_id = addressed.number("report")
    if report_id is None:
        st.title(_("Service reports"))
        with reading(actor) as w:
            found = service_reports.of_customer(w)
        if not found:
            empty(_("There is no report yet."), _("After a service you read here what was done."), ":material/build:")
        listed(found, actor, REPORTS)
    else:
        st.page_link(REPORTS, label=_("All service reports"), icon=":material/arrow_back:")
        try:
            with reading(actor) as w:
                one = service_reports.one(w, report_id)
        except NotFound as missing:
            st.warning(md(missing))
        else:
            shown(one, actor)
