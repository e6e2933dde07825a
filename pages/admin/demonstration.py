"""Loading the demonstration company into an empty installation."""

import streamlit as st

from db.models import Role
from pages._ui.feedback import reported
from pages._ui.guard import require
from services import demo
from services.text import _

actor = require(Role.ADMIN)

st.title(_("Demonstration company"))
summary = st.session_state.get("demo_summary")
if summary is None:
    st.text(
        _(
            "A believable company to try everything with: 500 customers, 80 products, three years of orders, contacts "
            "over all channels, cases, follow-ups and promises. It needs an installation without customers."
        )
    )
    if st.button(_("Load it now"), type="primary", icon=":material/download:", key="load_demo"):
        with st.spinner(_("Building three years of business …")), reported() as outcome:
            summary = demo.load(actor)
        if outcome.ok:
            st.session_state["demo_summary"] = summary
            st.rerun()
    st.stop()
st.success(_("The demonstration company is there."), icon=":material/celebration:")
st.subheader(_("Sign in as one of these three people"))
st.caption(_("Use a second browser or a private window and keep this one open. The passwords were made for this load."))
st.dataframe(
    [{_("Who"): s.role, _("Name"): s.name, _("E-mail"): s.email, _("Password"): s.password} for s in summary.sign_ins],
    hide_index=True,
)
with st.container(horizontal=True):
    st.page_link("manager/live.py", label=_("Look at the live board"), icon=":material/monitoring:")
    st.page_link("staff/customers.py", label=_("Find a customer"), icon=":material/search:")
