"""The telephone numbers of the account."""

import streamlit as st

from db.models import Role
from pages._ui.anew import anew, field
from pages._ui.feedback import reported
from pages._ui.guard import require
from pages.customer._ui.approved import approved
from pages.customer._ui.rights import own_affairs
from services import accounts
from services.accounts import Account
from services.text import _
from services.work import work


@st.fragment
def phones(account: Account) -> None:
    """The numbers, which of them is called first, and a field for another one."""
    actor = require(Role.CUSTOMER)
    mine = own_affairs(actor)
    for phone in account.phones:
        with st.container(horizontal=True, vertical_alignment="center", key=f"phone_{phone.id}"):
            st.text(phone.number)
            if phone.is_primary:
                st.badge(_("Called first"), icon=":material/call:", color="blue")
            elif mine and st.button(_("Call first"), key=f"prefer_{phone.id}", icon=":material/call:", type="tertiary"):
                with reported(_("Noted.")) as outcome, work(actor) as w:
                    accounts.prefer_phone(w, phone.id)
                _done(outcome.ok)
            if mine and st.button(_("Remove"), key=f"drop_{phone.id}", icon=":material/delete:", type="tertiary"):
                with reported(approved(_("The number was removed."), "phone")) as outcome, work(actor) as w:
                    accounts.remove_phone(w, phone.id)
                _done(outcome.ok)
    if not mine:
        return
    with st.form("add_phone", border=False, clear_on_submit=False):
        typed = st.text_input(_("Another number"), key=field("new_phone"), max_chars=60, autocomplete="tel")
        sent = st.form_submit_button(_("Add number"), icon=":material/add_call:")
    if sent:
        with reported(approved(_("The number was added."), "phone")) as outcome, work(actor) as w:
            accounts.add_phone(w, typed)
        if outcome.ok:
            anew("new_phone")
        _done(outcome.ok)


def _done(ok: bool) -> None:
    if ok:
        st.session_state.pop("_account_version", None)
        st.rerun()
