"""Rules that plan a call after delivery: for which goods, after how many days, by whom, and what came of it."""

import streamlit as st

from db.models import Role
from pages._ui.guard import require
from pages._ui.show import empty, md
from pages.manager._ui.contact_rule_form import rule_form
from services import contact_rule_list, contact_rule_results
from services.contact_rule_list import RuleRow
from services.text import _, number
from services.work import reading

actor = require(Role.MANAGER)


def share(part: int, of: int) -> str:
    """Of those whose 90 days are over."""
    return "–" if not of else f"{number(100 * part / of)} %"


def one(row: RuleRow) -> None:
    """A rule and what came of it."""
    who = require(Role.MANAGER)
    with reading(who) as w:
        seen = contact_rule_results.results(w, row.id)
    with st.container(border=True):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"**{md(row.goods)}**")
            if not row.fields.active:
                st.badge(_("rests"), color="gray")
            if st.button(_("Change"), icon=":material/edit:", key=f"rule_{row.id}", type="tertiary"):
                st.dialog(_("Contact rule"), width="medium")(rule_form)(row)
        st.text(_("{days} days after delivery: {reason}").format(days=row.fields.days, reason=row.fields.reason))
        with st.container(horizontal=True):
            st.metric(_("To call"), number(seen.to_call.orders))
            st.metric(_("Called"), number(seen.called))
            st.metric(_("In touch before"), number(seen.in_touch))
            st.metric(_("Held out"), number(seen.held_out.orders))
            st.metric(_("To call: ordered again"), share(seen.to_call.ordered_again, seen.to_call.observed))
            st.metric(_("Held out: ordered again"), share(seen.held_out.ordered_again, seen.held_out.observed))


@st.fragment
def rules() -> None:
    """All of them."""
    who = require(Role.MANAGER)
    with reading(who) as w:
        rows = contact_rule_list.listing(w)
    if st.button(_("New rule"), icon=":material/add:", key="new_rule", shortcut="N", type="primary"):
        st.dialog(_("Contact rule"), width="medium")(rule_form)(None)
    for row in rows:
        one(row)
    if not rows:
        empty(_("There is no rule yet."), _("A rule plans a call so many days after something was delivered."))
    else:
        st.caption(_("“Ordered again” counts deliveries of 90 days ago and earlier, called or not."))


st.title(_("Contact rules"), anchor=False)
rules()
