"""What is open, what was promised, what was ordered last, and the shortest way to the next order."""

import streamlit as st

from db.models import Role
from pages._ui.guard import require
from pages._ui.show import empty, md
from pages.customer._ui.change_requests import own_requests
from pages.customer._ui.offers import basket_link, cards
from pages.customer._ui.open_matters import cases, messages, promises
from pages.customer._ui.order_rows import order_rows
from pages.customer._ui.owed import open_invoices
from pages.customer._ui.rights import no_orders
from pages.customer._ui.suggested import due_again
from services import accounts, reorder
from services.accounts import Home
from services.catalogue import Offer
from services.text import _
from services.work import Actor, reading

actor = require(Role.CUSTOMER)

CATALOGUE, ORDERS, PEOPLE = "customer/catalogue.py", "customer/orders.py", "customer/people.py"
REPORTS, STANDING, USUAL = "customer/service_reports.py", "customer/standing.py", "customer/usual.py"


@st.fragment
def find() -> None:
    """The search field leads to the catalogue."""
    require(Role.CUSTOMER)
    typed = st.text_input(
        _("What do you need?"), type="search", key="home_find", max_chars=100, placeholder=_("Search the catalogue")
    )
    if typed and typed.strip():
        st.switch_page(CATALOGUE, query_params={"q": typed.strip()})


@st.fragment
def shop(before: list[Offer]) -> None:
    """What is due again, and what was bought before: each one press away from the basket."""
    who = require(Role.CUSTOMER)
    with reading(who) as w:
        due = reorder.suggestions(w) if who.may_order else []
    if not before and not due:
        return
    st.space("xsmall")
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.subheader(_("Due again") if due else _("Bought before"), width="content")
        link = st.container(width="content")
    due_again(due, who)
    if due and before:
        st.subheader(_("Bought before"))
    cards(before, who)
    with link:
        basket_link(who)


def last_orders(seen: Home, actor: Actor) -> None:
    """What was ordered last, or the way to the first order."""
    st.subheader(_("Last orders"))
    if not actor.sees_orders:
        no_orders()
        return
    order_rows(seen.last_orders, actor, key="last")
    if seen.last_orders or seen.open_orders:
        st.page_link(ORDERS, label=_("All orders"), icon=":material/package_2:")
    else:
        empty(_("You have not ordered yet."), _("Search above, or look through the catalogue."), ":material/package_2:")
        st.page_link(CATALOGUE, label=_("To the catalogue"), icon=":material/storefront:")


def further(actor: Actor) -> None:
    """The pages that the menu leaves out."""
    with st.container(horizontal=True, gap="medium"):
        if actor.may_order:
            st.page_link(USUAL, label=_("Your usual order"), icon=":material/event_repeat:")
        if actor.sees_orders:
            st.page_link(STANDING, label=_("Standing orders"), icon=":material/autorenew:")
            st.page_link(REPORTS, label=_("Service reports"), icon=":material/build:")
        if actor.manages_people:
            st.page_link(PEOPLE, label=_("People of my account"), icon=":material/groups:")


with reading(actor) as w:
    seen = accounts.home(w)

st.title(_("Hello, {name}").format(name=md(actor.name)))
find()
left, right = st.columns(2, gap="large")
with left:
    st.subheader(_("Open"))
    promises(seen, actor)
    cases(seen, actor)
    order_rows(seen.open_orders, actor, key="open")
    open_invoices(seen.owed, actor)
    if seen.nothing_open:
        empty(
            _("Nothing is open."),
            _("Orders on their way, promises and questions that wait for an answer stand here."),
            ":material/task_alt:",
        )
    own_requests(_("Changes of your account"))
    messages(seen, actor)
with right:
    last_orders(seen, actor)
shop(seen.bought_before)
further(actor)
