"""What is open, what was promised, what was ordered last, and the shortest way to the next order."""

import streamlit as st

from db.models import Role
from pages._ui.guard import require
from pages._ui.show import day, empty, md, when, words
from pages.customer._ui.change_requests import own_requests
from pages.customer._ui.marks import bold
from pages.customer._ui.offers import basket_link, cards
from pages.customer._ui.order_rows import order_rows
from pages.customer._ui.owed import open_invoices
from pages.customer._ui.suggested import due_again
from services import accounts
from services.accounts import Home
from services.text import _
from services.work import Actor, reading

actor = require(Role.CUSTOMER)

CASES, CATALOGUE, ORDERS = "customer/cases.py", "customer/catalogue.py", "customer/orders.py"


def promises(seen: Home, actor: Actor) -> None:
    """What we owe, the most urgent first."""
    for promise in seen.promises:
        with st.container(border=True, gap="xsmall"):
            words(promise.what)
            until = md(day(promise.due_on, actor))
            if promise.late:
                st.badge(_("Promised for {day}, and late").format(day=until), icon=":material/warning:", color="red")
            else:
                st.badge(_("Promised for {day}").format(day=until), icon=":material/handshake:", color="blue")


def cases(seen: Home, actor: Actor) -> None:
    """Open concerns with what happens next."""
    for case in seen.cases:
        with st.container(border=True, gap="xsmall"):
            with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
                to_case = {"case": str(case.number)}
                st.page_link(CASES, label=bold(md(case.subject)), query_params=to_case, width="content")
                if case.waits_for_you:
                    st.badge(_("We wait for your answer"), icon=":material/reply:", color="orange")
                else:
                    st.badge(_("We are on it"), icon=":material/support_agent:", color="blue")
            words(_("Next: {step}").format(step=case.next_step or _("we look into it and write to you")))
            if case.answer_by:
                st.caption(_("Answer by {time}").format(time=md(when(case.answer_by, actor))))


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
def shop(seen: Home) -> None:
    """What was bought before, ready to be put into the basket."""
    who = require(Role.CUSTOMER)
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.subheader(_("Bought before"), width="content")
        link = st.container(width="content")
    cards(seen.bought_before, who)
    with link:
        basket_link(who)


with reading(actor) as w:
    seen = accounts.home(w)

st.title(_("Hello, {name}").format(name=md(actor.name)))
find()
left, right = st.columns(2, gap="large")
with left:
    st.subheader(_("Open"))
    promises(seen, actor)
    cases(seen, actor)
    own_requests(_("Changes of your account"))
    order_rows(seen.open_orders, actor, key="open")
    open_invoices(seen.owed, actor)
    if seen.nothing_open:
        empty(
            _("Nothing is open."),
            _("Orders on their way, promises and questions that wait for an answer stand here."),
            ":material/task_alt:",
        )
with right:
    st.subheader(_("Last orders"))
    order_rows(seen.last_orders, actor, key="last")
    if seen.last_orders or seen.open_orders:
        st.page_link(ORDERS, label=_("All orders"), icon=":material/package_2:")
    else:
        empty(_("You have not ordered yet."), _("Search above, or look through the catalogue."), ":material/package_2:")
        st.page_link(CATALOGUE, label=_("To the catalogue"), icon=":material/storefront:")
    if seen.messages:
        st.subheader(_("Messages"))
        for message in seen.messages:
            with st.container(border=True, gap="xsmall"):
                st.caption(md(" · ".join(t for t in (when(message.sent_at, actor), message.subject) if t)))
                words(message.body)
if actor.may_order:
    due_again()
if seen.bought_before:
    shop(seen)
