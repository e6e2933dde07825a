"""The registry of all pages: title, icon, who may see it, where it stands in the menu.

Every page is registered for everybody and hidden where it is not allowed, so that a deep link leads to the page (which
guards itself) and not to "not found". Somebody who is not signed in gets the sign-in form in the page's place; the
address stays, and after signing in the page is there.
"""

from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from db.models import Role
from pages._ui import feedback, guard, signing_in
from pages._ui.narrow import narrow
from pages._ui.show import home, md
from services import first_run, sessions, sign_in
from services.text import _
from services.work import VISITOR, reading, work

ASSETS = Path(__file__).parent / "_ui" / "assets"
STAFF, MANAGER, ADMIN, CUSTOMER = Role.STAFF, Role.MANAGER, Role.ADMIN, Role.CUSTOMER


@dataclass(frozen=True)
class Entry:
    """One page. No roles: public. No section: reachable, but not in the menu."""

    path: str
    url: str
    title: str
    icon: str
    roles: tuple[Role, ...] = ()
    section: str = ""


def entries() -> list[Entry]:
    """All pages, with titles in the language of this run."""
    sales, team, figures, house, me = _("Shop"), _("Customers"), _("Figures"), _("Administration"), _("Me")
    return [
        Entry("customer/home.py", "home", _("My overview"), ":material/home:", (CUSTOMER,), me),
        Entry("customer/account.py", "account", _("My account"), ":material/badge:", (CUSTOMER,), me),
        Entry("customer/catalogue.py", "catalogue", _("Catalogue"), ":material/storefront:", (CUSTOMER,), sales),
        Entry("customer/basket.py", "basket", _("Basket"), ":material/shopping_basket:", (CUSTOMER,), sales),
        Entry("customer/orders.py", "orders", _("My orders"), ":material/package_2:", (CUSTOMER,), sales),
        Entry("staff/customers.py", "customers", _("Find a customer"), ":material/search:", (STAFF,), team),
        Entry("staff/customer.py", "customer", _("Customer"), ":material/person:", (STAFF,)),
        Entry("manager/live.py", "live", _("Live"), ":material/monitoring:", (MANAGER,), figures),
        Entry("admin/people.py", "people", _("People"), ":material/group:", (ADMIN,), house),
        Entry("admin/company.py", "company", _("Company"), ":material/apartment:", (ADMIN,), house),
        Entry("admin/imports.py", "imports", _("Imports"), ":material/upload_file:", (ADMIN,), house),
        Entry("admin/mailbox.py", "mailbox", _("Outgoing mail"), ":material/outgoing_mail:", (ADMIN,), house),
        Entry("admin/audit.py", "audit", _("Audit trail"), ":material/history:", (ADMIN,), house),
        Entry("admin/demonstration.py", "demonstration", _("Demonstration company"), ":material/toys:", (ADMIN,)),
        Entry("everyone/security.py", "security", _("Sign-in and security"), ":material/shield:", guard.EVERYBODY, me),
        Entry("public/sign_in.py", "sign-in", _("Sign in"), ":material/login:"),
        Entry("public/register.py", "register", _("Register"), ":material/person_add:"),
        Entry("public/confirm.py", "confirm", _("Confirm your address"), ":material/mark_email_read:"),
        Entry("public/forgot.py", "forgot", _("Forgot password"), ":material/key:"),
        Entry("public/reset.py", "reset", _("Choose a new password"), ":material/key:"),
        Entry("public/invitation.py", "invitation", _("Invitation"), ":material/mail:"),
        Entry("public/new_email.py", "new-email", _("Confirm your new address"), ":material/mark_email_read:"),
        Entry("public/first_run.py", "first-run", _("Set up Rapport"), ":material/rocket_launch:"),
    ]


#: Where a role starts.
HOME = {CUSTOMER: "customer/home.py", STAFF: "staff/customers.py", MANAGER: "manager/live.py", ADMIN: "manager/live.py"}

actor = guard.visitor()
listed = entries()
sign_in.RETURN_PAGES.update(e.url for e in listed if e.roles)
company = home()
st.set_page_config(page_title=company.name, page_icon=str(ASSETS / "icon.svg"), layout="wide")
st.logo(str(ASSETS / "logo.svg"), icon_image=str(ASSETS / "icon.svg"), size="large")
with reading(VISITOR) as w:
    nobody_yet = not company.set_up and first_run.needed(w)

pages: dict[str, list[st.Page]] = {"": []}
by_url: dict[str, Entry] = {e.url: e for e in listed}
start = st.Page("public/start.py", title=_("Start"), url_path="start", default=True, visibility="hidden")
pages[""].append(start)
for entry in listed:
    if not (Path(__file__).parent / entry.path).is_file():
        continue
    offered = bool(entry.section) and actor.role in guard.allowed(entry.roles)
    page = st.Page(
        entry.path,
        title=entry.title,
        icon=entry.icon,
        url_path=entry.url,
        visibility="visible" if offered else "hidden",
    )
    pages.setdefault(entry.section, []).append(page)
signed_in = actor.person_id is not None
current = st.navigation(pages, position="sidebar" if signed_in else "hidden")
chosen = by_url.get(current.url_path)

if signed_in:
    with st.sidebar:
        st.caption(md(f"{actor.name} · {company.name}"))
        if st.button(_("Sign out"), icon=":material/logout:", key="sign_out", width="stretch"):
            with feedback.reported(), work(actor) as w:
                sessions.end(w, actor.session_id)
            signing_in.go("/sign-in")

if nobody_yet and current.url_path != "first-run":
    st.switch_page("public/first_run.py")
elif chosen is None and signed_in:
    st.switch_page(HOME[actor.role or CUSTOMER])
elif (chosen is None or chosen.roles) and not signed_in:
    with narrow():
        st.title(md(company.name))
        if chosen is not None:
            st.info(_("Please sign in; then you are taken to “{page}”.").format(page=chosen.title))
        wanted = chosen.url if chosen else ""
        signing_in.form(actor, wanted, {k: v for k, v in st.query_params.items() if k != "t"})
else:
    current.run()
feedback.flush()
