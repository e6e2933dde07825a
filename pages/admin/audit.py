"""The audit trail: who did what, when, from where, and what it changed."""

import json

import pandas as pd
import streamlit as st

from db.models import Role
from pages._ui.guard import require
from pages._ui.show import empty, second
from services import trail
from services.text import _
from services.work import reading

actor = require(Role.ADMIN)

st.title(_("Audit trail"))


@st.fragment
def listing() -> None:
    """Filter and page through the trail."""
    who = require(Role.ADMIN)
    with st.container(horizontal=True):
        action = st.text_input(
            _("Action begins with"), key="audit_action", bind="query-params", placeholder=_("orders.")
        )
        name = st.text_input(_("Person"), key="audit_person", bind="query-params")
        entity = st.text_input(_("Kind of record"), key="audit_entity", bind="query-params", placeholder=_("order"))
        number = st.text_input(_("Number"), key="audit_number", bind="query-params")
    before = st.session_state.get("audit_before")
    with reading(who) as w:
        rows = trail.entries(w, trail.Wanted(action[:80], name[:200], entity[:60], number[:80]), before)
    if not rows:
        empty(_("Nothing fits"), _("Widen the filters above."))
    st.dataframe(
        pd.DataFrame(
            [
                {
                    _("When"): second(r.at, who),
                    _("Who"): f"{r.actor_name} ({r.actor_role})",
                    _("Action"): r.action,
                    _("Record"): f"{r.entity} {r.entity_id}",
                    _("Before"): json.dumps(r.before, ensure_ascii=False) if r.before else "",
                    _("After"): json.dumps(r.after, ensure_ascii=False) if r.after else "",
                    _("Reason"): r.reason,
                    _("From"): r.address,
                }
                for r in rows
            ]
        ),
        hide_index=True,
        alt=_("Entries of the audit trail, newest first"),
    )
    with st.container(horizontal=True):
        if before and st.button(_("Newest"), icon=":material/first_page:", key="audit_newest"):
            st.session_state.pop("audit_before")
            st.rerun(scope="fragment")
        if len(rows) == trail.PAGE and st.button(_("Older"), icon=":material/chevron_right:", key="audit_older"):
            st.session_state["audit_before"] = rows[-1].id
            st.rerun(scope="fragment")


listing()
