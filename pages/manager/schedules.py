"""Reports by mail: who gets which view when, what was sent last, what went wrong; for administrators those of all."""

import streamlit as st

from db.models import Role
from pages._ui.guard import require
from pages._ui.show import empty
from pages.manager._ui.schedule_list import schedule
from services import reports
from services.settings import settings
from services.text import _
from services.work import reading

actor = require(Role.MANAGER)
LIST = "manager/saved_views.py"

st.page_link(LIST, label=_("All saved views"), icon=":material/arrow_back:")
st.title(_("Reports by mail"), anchor=False)
if not settings().smtp_url:
    st.info(_("No mail server is set: reports are made, and wait in “Outgoing mail”."), icon=":material/drafts:")
everybody = actor.role is Role.ADMIN and st.toggle(_("Those of everybody"), key="schedules_all", bind="query-params")
with reading(actor) as w:
    found = reports.listed(w, everybody=everybody)
if not found:
    empty(_("No report is sent yet."), _("Open a saved view and choose when it is mailed."), ":material/schedule_send:")
for one in found:
    schedule(one, with_view=True)
