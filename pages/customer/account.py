"""One's account: details, addresses, telephone numbers, and every change with who made it and when."""

import streamlit as st

from db.models import Role
from pages._ui.anew import anew, field
from pages._ui.feedback import reported, say
from pages._ui.guard import require
from pages._ui.show import md, when
from pages.customer._ui.addresses import addresses
from pages.customer._ui.change_requests import own_requests
from pages.customer._ui.consents import own_consents
from pages.customer._ui.phones import phones
from pages.customer._ui.rights import own_affairs
from services import accounts, clock
from services.accounts import Account, AccountChange, Stale
from services.text import LANGUAGES, _, own_name
from services.work import Actor, reading, work

actor = require(Role.CUSTOMER)

SECURITY, PEOPLE = "everyone/security.py", "customer/people.py"


def version_seen(account: Account) -> int:
    """The version the form was filled from: that of the moment when its fields were first drawn."""
    if field("account_name") not in st.session_state:
        st.session_state["_account_version"] = account.version
    return int(st.session_state.setdefault("_account_version", account.version))


@st.fragment
def details() -> None:
    """Name, company, language, time zone. What was typed stays when it is refused."""
    who = require(Role.CUSTOMER)
    with reading(who) as w:
        account = accounts.view(w)
    version = version_seen(account)
    with st.form("account_details", clear_on_submit=False):
        name = st.text_input(_("Name"), account.name, key=field("account_name"), max_chars=200, autocomplete="name")
        company = st.text_input(
            _("Company") if account.is_company else _("Company (optional)"),
            account.company,
            key=field("account_company"),
            max_chars=200,
            autocomplete="organization",
            disabled=not own_affairs(who),
        )
        zones = sorted(clock.zone_names())
        language = st.selectbox(
            _("Language"), LANGUAGES, LANGUAGES.index(account.language), format_func=own_name, key="account_language"
        )
        zone = st.selectbox(_("Time zone"), zones, zones.index(account.time_zone), key="account_zone")
        sent = st.form_submit_button(_("Save"), type="primary", icon=":material/save:")
    if sent:
        typed = {"version": version, "name": name, "company": company, "language": language, "time_zone": zone}
        held: list[str] = []
        with reported() as outcome, work(who) as w:
            try:
                held = accounts.change(w, AccountChange.model_validate(typed))
            except Stale:
                st.session_state["_account_version"] = account.version
                raise
        if outcome.ok:
            say(_("Your details were saved.") if not held else _("Your change waits for our approval now."))
            st.session_state.pop("_account_version", None)
            anew(*(f"account_{name}" for name in held))  # the form shows again what counts
            st.rerun()


def history(actor: Actor) -> None:
    """What was changed, by whom, when: old and new side by side."""
    with reading(actor) as w:
        changes = accounts.history(w, most=30)
    if not changes:
        st.caption(_("Nothing was changed yet. Every change will stand here: what it was, what it is, and who did it."))
    for number, change in enumerate(changes):
        with st.container(border=True, gap="xsmall", key=f"change_{number}"):
            st.caption(md(f"{change.field} · {when(change.at, actor)} · {change.who}"))
            if change.old and change.new:
                st.text(_("{old} → {new}").format(old=change.old, new=change.new))
            elif change.new:
                st.text(_("added: {value}").format(value=change.new))
            else:
                st.text(_("removed: {value}").format(value=change.old))


with reading(actor) as w:
    account = accounts.view(w)
st.title(_("My account"))
st.caption(_("Customer number {number}").format(number=md(account.number)))
own_requests(_("Changes you asked us for"))
left, right = st.columns(2, gap="large")
with left:
    st.subheader(_("Details"))
    details()
    st.subheader(_("E-mail and password"))
    st.text(account.email)
    if actor.manages_people:
        st.page_link(PEOPLE, label=_("People of my account"), icon=":material/groups:")
    st.page_link(SECURITY, label=_("Change e-mail address or password"), icon=":material/shield:")
    st.subheader(_("Telephone"))
    phones(account)
with right:
    st.subheader(_("Addresses"))
    addresses(account)
    st.subheader(_("What you agree to"))
    own_consents()
st.subheader(_("Changes"))
history(actor)
