"""The addresses of the account: the list, and a form for one of them."""

import streamlit as st

from db.models import Role
from pages._ui.anew import anew, field
from pages._ui.feedback import reported
from pages._ui.guard import require
from pages.customer._ui.approved import approved
from pages.customer._ui.rights import own_affairs
from services import accounts
from services.accounts import Account, Address, NewAddress
from services.text import _
from services.work import Actor, work


@st.fragment
def addresses(account: Account) -> None:
    """Every address with its form, and one for a new address."""
    actor = require(Role.CUSTOMER)
    for address in account.addresses:
        with st.container(border=True, gap="small", key=f"address_{address.id}"):
            st.text(address.line)
            with st.container(horizontal=True, vertical_alignment="center"):
                if address.is_delivery:
                    st.badge(_("Parcels go here"), icon=":material/local_shipping:", color="blue")
                if address.is_billing:
                    st.badge(_("Invoices go here"), icon=":material/receipt_long:", color="violet")
            if not own_affairs(actor):
                continue
            with st.expander(_("Change or remove"), icon=":material/edit:"):
                _form(actor, account, address)
    if not own_affairs(actor):
        return
    with st.expander(_("Add an address"), icon=":material/add_home:", expanded=not account.addresses):
        _form(actor, account, None)


def _form(actor: Actor, account: Account, address: Address | None) -> None:
    form = "address_new" if address is None else f"address_{address.id}_{account.version}"
    own = field(form)
    with st.form(f"form_{own}", border=False, clear_on_submit=False):
        new = _fields(own, address)
        with st.container(horizontal=True):
            sent = st.form_submit_button(_("Save"), type="primary", icon=":material/save:")
            gone = address is not None and st.form_submit_button(_("Remove"), icon=":material/delete:")
    if sent:
        with reported(approved(_("The address was saved."), "address")) as outcome, work(actor) as w:
            if address is None:
                accounts.add_address(w, new)
            else:
                accounts.change_address(w, address.id, new, version=account.version)
        _done(form, outcome.ok)
    elif gone and address is not None:
        with reported(approved(_("The address was removed."), "address")) as outcome, work(actor) as w:
            accounts.remove_address(w, address.id)
        _done(form, outcome.ok)


def _fields(own: str, address: Address | None) -> NewAddress:
    street = st.text_input(
        _("Street and number"), address.street if address else "", key=f"street_{own}", autocomplete="address-line1"
    )
    with st.container(horizontal=True):
        postal_code = st.text_input(
            _("Postal code"),
            address.postal_code if address else "",
            key=f"postal_code_{own}",
            autocomplete="postal-code",
            width=120,
        )
        city = st.text_input(
            _("Town"), address.city if address else "", key=f"city_{own}", autocomplete="address-level2"
        )
    country = st.text_input(
        _("Country"), address.country if address else "", key=f"country_{own}", autocomplete="country-name"
    )
    parcels = st.checkbox(
        _("Send parcels here from now on"),
        address.is_delivery if address else True,
        key=f"parcels_{own}",
        disabled=bool(address and address.is_delivery),
    )
    invoices = st.checkbox(
        _("Send invoices here from now on"),
        address.is_billing if address else True,
        key=f"invoices_{own}",
        disabled=bool(address and address.is_billing),
    )
    return NewAddress(
        street=street,
        postal_code=postal_code,
        city=city,
        region=address.region if address else "",
        country=country,
        is_delivery=parcels,
        is_billing=invoices,
    )


def _done(form: str, ok: bool) -> None:
    """After success the form is a new one, and the page shows what is stored."""
    if not ok:
        return
    anew(form)
    st.session_state.pop("_account_version", None)
    st.rerun()
