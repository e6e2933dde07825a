"""One's orders: the list, and one order with its state in plain words, to cancel it or to order it again."""

import streamlit as st

from db.models import OrderStatus, Role
from pages._ui.addressed import number
from pages._ui.guard import require
from pages._ui.papers import papers
from pages._ui.show import day, empty, md, when
from pages.customer._ui.again import order_again
from pages.customer._ui.cancelling import cancel_button
from pages.customer._ui.order_filters import looked_for, place, turn
from pages.customer._ui.order_lines import lines
from pages.customer._ui.order_rows import order_rows, status_badge
from pages.customer._ui.parcels import parcels
from pages.customer._ui.paying import paying
from pages.customer._ui.returning import returning
from pages.customer._ui.rights import for_orders
from pages.customer._ui.suggested import comes_again
from services import documents, orders, payments, returns
from services.errors import NotFound
from services.orders import Detail
from services.payments import Shown
from services.text import _
from services.work import Actor, reading

actor = require(Role.CUSTOMER)
for_orders(actor, _("My orders"))

ORDERS, CATALOGUE = "customer/orders.py", "customer/catalogue.py"


@st.fragment
def listing() -> None:
    """The list, newest first, page by page: all of them, or what is looked for."""
    who = require(Role.CUSTOMER)
    with reading(who) as w:
        years = orders.years(w)
    if not years:
        empty(
            _("You have not ordered yet."), _("What you order stands here, with where it is."), ":material/package_2:"
        )
        st.page_link(CATALOGUE, label=_("To the catalogue"), icon=":material/storefront:")
        return
    comes_again(who)
    wanted = looked_for(years)
    before = place(wanted)
    with reading(who) as w:
        rows = orders.listing(w, before=before, only=wanted)
    if not rows:
        empty(_("No order like that."), _("Try another word, another year, or all states."), ":material/search_off:")
    order_rows(rows, who, key="order")
    turn(rows, wanted, before)


def state(seen: Detail, money: Shown, actor: Actor) -> None:
    """Where it stands, what happens next, and when it is there."""
    summary = seen.summary
    status_badge(summary.status)
    if money.awaited and summary.status is OrderStatus.PLACED:
        st.badge(_("Waits for your payment"), icon=":material/hourglass_top:", color="orange")
        st.markdown(_("We have your order and pack it as soon as it is paid. You can cancel it until then."))
    elif told := orders.next_in_words(summary.status, partly_sent=bool(seen.parcels)):
        st.markdown(told)
    if seen.delivered_at:
        st.markdown(_("Delivered on {day}").format(day=md(day(seen.delivered_at, actor))))
    elif seen.cancelled_at:
        st.markdown(_("Cancelled on {day}").format(day=md(day(seen.cancelled_at, actor))))
    elif summary.promised_on:
        st.markdown(_("With you by {day}").format(day=f"**{md(day(summary.promised_on, actor))}**"))


def detail(actor: Actor, order_id: int) -> None:
    """One order."""
    st.page_link(ORDERS, label=_("All orders"), icon=":material/arrow_back:")
    try:
        with reading(actor) as w:
            seen, fresh = orders.detail(w, order_id), orders.just_placed(w, order_id)
            back, found = returns.of_order(w, order_id), documents.of_order(w, order_id)
            money = payments.of_order(w, order_id)
    except NotFound as missing:
        st.warning(md(missing))
        return
    st.title(_("Order {number}").format(number=md(seen.summary.number)))
    if fresh:
        told = _("Thank you! We have your order {number}. A confirmation goes to {email}.")
        st.success(told.format(number=md(seen.summary.number), email=md(actor.email)), icon=":material/celebration:")
    left, right = st.columns([3, 2], gap="large")
    with left:
        lines(seen)
        papers(found, actor)
    with right:
        state(seen, money, actor)
        parcels(seen.parcels, actor, whole=seen.summary.status is not OrderStatus.PICKED)
        paying(order_id, seen.summary.number, money, actor)
        st.caption(_("Ordered on {time}").format(time=md(when(seen.summary.ordered_at, actor))))
        if seen.address:
            st.caption(_("Delivery address"))
            st.text("\n".join(seen.address))
        if seen.note:
            st.caption(_("Your note"))
            st.text(seen.note)
        returning(order_id, seen, back, actor)
        if actor.may_order:
            order_again(order_id)
        if actor.may_order and seen.cancellable:
            cancel_button(order_id)


if (order_id := number("order")) is not None:
    detail(actor, order_id)
else:
    st.title(_("My orders"))
    listing()
