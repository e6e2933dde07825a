"""The list of all pages, kept out of the script that runs on every click: building it costs more than using it."""

from copy import copy
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from db.models import Role
from pages._ui import guard
from services.text import _

PAGES = Path(__file__).resolve().parent.parent
STAFF, MANAGER, ADMIN, CUSTOMER = Role.STAFF, Role.MANAGER, Role.ADMIN, Role.CUSTOMER
#: Where a role starts.
HOME = {CUSTOMER: "customer/home.py", STAFF: "staff/today.py", MANAGER: "manager/live.py", ADMIN: "manager/live.py"}


@dataclass(frozen=True)
class Entry:
    """One page. No roles: public. No section: reachable, but not in the menu."""

    path: str
    url: str
    title: str
    icon: str
    roles: tuple[Role, ...] = ()
    section: str = ""


@cache
def entries(_language: str) -> list[Entry]:
    """All pages, with titles in the language of this run (which is what the cache keeps them by)."""
    return [*_customer(), *_staff(), *_manager(), *_admin(), *_everyone(), *_public()]


def _customer() -> list[Entry]:
    """What customers see."""
    me, sales = _("Me"), _("Shop")
    return [
        Entry("customer/home.py", "home", _("My overview"), ":material/home:", (CUSTOMER,), me),
        Entry("customer/account.py", "account", _("My account"), ":material/badge:", (CUSTOMER,), me),
        Entry("customer/messages.py", "messages", _("My messages"), ":material/mail:", (CUSTOMER,), me),
        Entry("customer/my_data.py", "my-data", _("My data"), ":material/folder_shared:", (CUSTOMER,), me),
        Entry("customer/catalogue.py", "catalogue", _("Catalogue"), ":material/storefront:", (CUSTOMER,), sales),
        Entry("customer/product.py", "product", _("Product"), ":material/sell:", (CUSTOMER,)),
        Entry("customer/basket.py", "basket", _("Basket"), ":material/shopping_basket:", (CUSTOMER,), sales),
        Entry("customer/orders.py", "orders", _("My orders"), ":material/package_2:", (CUSTOMER,), sales),
        Entry("customer/usual.py", "usual-order", _("Your usual order"), ":material/event_repeat:", (CUSTOMER,)),
        Entry("customer/standing.py", "standing-orders", _("Standing orders"), ":material/autorenew:", (CUSTOMER,)),
        Entry("customer/people.py", "my-people", _("People of my account"), ":material/groups:", (CUSTOMER,)),
        Entry("customer/service_reports.py", "service-reports", _("Service reports"), ":material/build:", (CUSTOMER,)),
        Entry("customer/cases.py", "my-cases", _("My questions"), ":material/contact_support:", (CUSTOMER,), me),
    ]


def _staff() -> list[Entry]:
    """What staff see."""
    team = _("Customers")
    return [
        Entry("staff/today.py", "today", _("Today"), ":material/today:", (STAFF,), team),
        Entry("staff/reminders.py", "reminders", _("Reminders and calendar"), ":material/notifications:", (STAFF,)),
        Entry("staff/customers.py", "customers", _("Find a customer"), ":material/search:", (STAFF,), team),
        Entry("staff/cases.py", "cases", _("Cases"), ":material/inbox:", (STAFF,), team),
        Entry("staff/case.py", "case", _("Case"), ":material/support_agent:", (STAFF,)),
        Entry("staff/service_report.py", "service-report", _("Service report"), ":material/build:", (STAFF,)),
        Entry("staff/standing.py", "standing", _("Standing orders"), ":material/autorenew:", (STAFF,)),
        Entry("staff/customer.py", "customer", _("Customer"), ":material/person:", (STAFF,)),
        Entry("staff/orders.py", "order-desk", _("Order desk"), ":material/inventory:", (STAFF,), team),
        Entry("staff/money.py", "money", _("Payments"), ":material/payments:", (STAFF,), team),
        Entry("staff/products.py", "products", _("Products"), ":material/sell:", (STAFF,), team),
        Entry("staff/product.py", "product-sheet", _("Product"), ":material/sell:", (STAFF,)),
    ]


def _manager() -> list[Entry]:
    """What managers see besides."""
    figures, house = _("Figures"), _("Administration")
    return [
        Entry("manager/live.py", "live", _("Live"), ":material/monitoring:", (MANAGER,), figures),
        Entry("manager/explore.py", "explore", _("Explore"), ":material/query_stats:", (MANAGER,), figures),
        Entry("manager/who_buys.py", "who-buys-again", _("Who buys again"), ":material/insights:", (MANAGER,), figures),
        Entry("manager/back_test.py", "back-test", _("Back-test"), ":material/fact_check:", (MANAGER,)),
        Entry("manager/case_rules.py", "case-rules", _("Case rules"), ":material/rule:", (MANAGER,), house),
        Entry("manager/service_goals.py", "service-goals", _("Service goals"), ":material/timer:", (MANAGER,)),
        Entry("manager/measures.py", "measures", _("Measures"), ":material/functions:", (MANAGER,), figures),
        Entry("manager/saved_views.py", "saved-views", _("Saved views"), ":material/bookmark:", (MANAGER,), figures),
        Entry("manager/saved_view.py", "saved-view", _("Saved view"), ":material/bookmark:", (MANAGER,)),
        Entry("manager/schedules.py", "schedules", _("Reports by mail"), ":material/schedule_send:", (MANAGER,)),
        Entry("manager/patterns.py", "patterns", _("Purchase patterns"), ":material/repeat:", (MANAGER,), figures),
        Entry("manager/segments.py", "segments", _("Segments"), ":material/group_work:", (STAFF,), figures),
        Entry("manager/segment.py", "segment", _("Segment"), ":material/filter_alt:", (STAFF,)),
        Entry("manager/reasons.py", "reasons", _("Reasons"), ":material/checklist:", (MANAGER,), house),
        Entry("manager/contact_rules.py", "contact-rules", _("Contact rules"), ":material/call:", (MANAGER,), house),
        Entry("manager/invitations.py", "invitations", _("Invitations"), ":material/drafts:", (MANAGER,), house),
        Entry("manager/erasures.py", "erasures", _("Erasures"), ":material/person_off:", (MANAGER,), house),
        Entry("manager/vouchers.py", "vouchers", _("Vouchers"), ":material/confirmation_number:", (MANAGER,), house),
        Entry(
            "manager/contact_templates.py", "contact-templates", _("Contact templates"), ":material/bolt:", (MANAGER,)
        ),
    ]


def _admin() -> list[Entry]:
    """What administrators see besides."""
    house = _("Administration")
    return [
        Entry("admin/people.py", "people", _("People"), ":material/group:", (ADMIN,), house),
        Entry("admin/company.py", "company", _("Company"), ":material/apartment:", (ADMIN,), house),
        Entry("admin/taxes.py", "taxes", _("Taxes and delivery"), ":material/percent:", (ADMIN,), house),
        Entry("admin/imports.py", "imports", _("Imports"), ":material/upload_file:", (ADMIN,), house),
        Entry("admin/scoring.py", "scoring-runs", _("Scoring runs"), ":material/model_training:", (ADMIN,), house),
        Entry("admin/mailbox.py", "mailbox", _("Outgoing mail"), ":material/outgoing_mail:", (ADMIN,), house),
        Entry("admin/audit.py", "audit", _("Audit trail"), ":material/history:", (ADMIN,), house),
        Entry("admin/first_steps.py", "first-steps", _("First steps"), ":material/checklist:", (ADMIN,)),
        Entry("admin/demonstration.py", "demonstration", _("Demonstration company"), ":material/toys:", (ADMIN,)),
    ]


def _everyone() -> list[Entry]:
    """What everybody who has signed in sees."""
    me = _("Me")
    return [
        Entry("everyone/security.py", "security", _("Sign-in and security"), ":material/shield:", guard.EVERYBODY, me),
    ]


def _public() -> list[Entry]:
    """What anybody sees."""
    return [
        Entry("public/sign_in.py", "sign-in", _("Sign in"), ":material/login:"),
        Entry("public/register.py", "register", _("Register"), ":material/person_add:"),
        Entry("public/confirm.py", "confirm", _("Confirm your address"), ":material/mark_email_read:"),
        Entry("public/forgot.py", "forgot", _("Forgot password"), ":material/key:"),
        Entry("public/reset.py", "reset", _("Choose a new password"), ":material/key:"),
        Entry("public/invitation.py", "invitation", _("Invitation"), ":material/mail:"),
        Entry("public/join.py", "join", _("Your customer account"), ":material/mail:"),
        Entry("public/new_email.py", "new-email", _("Confirm your new address"), ":material/mark_email_read:"),
        Entry("public/rate.py", "rate", _("Your rating"), ":material/star:"),
        Entry("public/track.py", "track", _("Follow an order"), ":material/local_shipping:"),
        Entry("public/first_run.py", "first-run", _("Set up Rapport"), ":material/rocket_launch:"),
    ]


@cache
def by_url(language: str) -> dict[str, Entry]:
    """The pages by their address."""
    return {e.url: e for e in entries(language)}


@cache
def _by_hash(language: str) -> dict[str, Entry]:
    """The pages by what a browser names them by when it runs one again."""
    return {page(e, language)._script_hash: e for e in entries(language)}


@cache
def page(entry: Entry, _language: str, *, offered: bool = False) -> st.Page:
    """What Streamlit knows of a page; an icon and a section only where the menu shows them."""
    if not offered:
        return st.Page(entry.path, title=entry.title, url_path=entry.url, visibility="hidden")
    return st.Page(entry.path, title=entry.title, icon=entry.icon, url_path=entry.url)


def named(language: str) -> Entry | None:
    """The page that this run asks for, by its address or by the name a browser keeps, whoever may open it."""
    ctx = get_script_run_ctx()
    if ctx is None:
        return None
    asked = ctx.pages_manager
    if asked.intended_page_script_hash:
        return _by_hash(language).get(asked.intended_page_script_hash)
    return by_url(language).get(asked.intended_page_name or "")


def _open_to(entry: Entry, role: Role | None, asked: Entry | None) -> bool:
    """Whether a run has to know a page: the person's own ones, and those beside the one that was asked for.

    The page that was asked for is known to everybody, so that a deep link leads to the page (which guards itself) and
    not to "not found". The team goes from a customer to that customer's first page.
    """
    if asked is not None and entry.roles == asked.roles:
        return True
    if role is None:
        return not entry.roles
    return role in guard.allowed(entry.roles) or (role is not CUSTOMER and entry.path == HOME[CUSTOMER])


@cache
def _menu(language: str, role: Role | None, asked: Entry | None) -> dict[str, list[st.Page]]:
    start = st.Page("public/start.py", title=_("Start"), url_path="start", default=True, visibility="hidden")
    pages: dict[str, list[st.Page]] = {"": [start]}
    for entry in entries(language):
        if _open_to(entry, role, asked):
            offered = bool(entry.section) and role in guard.allowed(entry.roles)
            pages.setdefault(entry.section if offered else "", []).append(page(entry, language, offered=offered))
    mine = _("Me")
    if role is not CUSTOMER and mine in pages:
        pages[mine] = pages.pop(mine)  # work comes first; a customer's own things come first for a customer
    return pages


def menu(language: str, role: Role | None) -> dict[str, list[st.Page]]:
    """What `st.navigation` is given, as little as this run needs: it travels with every run.

    Copies, for Streamlit writes into the pages which one may run.
    """
    return {section: [copy(p) for p in pages] for section, pages in _menu(language, role, named(language)).items()}
