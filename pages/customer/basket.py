"""The basket: everything that has to be known before ordering, and one confirmation."""

from datetime import date

import streamlit as st

from db.models import Role
from pages._ui.guard import require
from pages._ui.marks import sign
from pages._ui.show import day, empty, md
from pages.customer._ui.basket_lines import basket_lines
from pages.customer._ui.ordering import SHOWN, confirm, note, placed, refusal, remember, typed
from pages.customer._ui.rights import for_ordering
from pages.customer._ui.sums import sums
from pages.customer._ui.voucher import voucher
from services import accounts, baskets, orders, payments
from services.accounts import Address
from services.baskets import View
from services.text import _
from services.work import Actor, reading

actor = require(Role.CUSTOMER)

CATALOGUE, ACCOUNT, ORDERS = "customer/catalogue.py", "customer/account.py", "customer/orders.py"


def totals(view: View, actor: Actor) -> None:
    """What it costs, and when it comes."""
    priced = view.priced
    sums(view.lines_cents, view.voucher, priced.discount_cents, view.shipping_cents, view.total_cents, priced.rates)
    voucher(view, actor)
    if view.delivery_on and view.has_goods:
        by = md(day(view.delivery_on, actor))
        st.markdown(sign("local_shipping", _("With you by {day}").format(day=by)))


def wished(view: View) -> date | None:
    """Another day than the earliest one, if somebody wants that."""
    if view.delivery_on is None or not view.has_goods:
        return None
    return st.date_input(
        _("Not before (optional)"),
        value=None,
        min_value=view.delivery_on,
        max_value=view.delivery_on + orders.LATEST,
        key="requested_on",
        on_change=typed,
        help=_("The parcel comes on this day instead of the earliest possible one."),
    )


def chosen(addresses: list[Address]) -> int | None:
    """The address that is chosen below, for what delivery costs depends on it."""
    picked = st.session_state.get("address")
    return picked if picked in [a.id for a in addresses] else addresses[0].id if addresses else None


def where_to(addresses: list[Address]) -> int | None:
    """The address for the parcel: the usual one is chosen already."""
    if not addresses:
        st.warning(_("Where shall we deliver? Please add an address to your account first."))
        st.page_link(ACCOUNT, label=_("Add an address"), icon=":material/add_home:")
        return None
    lines = {a.id: a.line for a in addresses}
    if len(lines) == 1:
        st.caption(_("Delivery address"))
        st.text(addresses[0].line)
        return addresses[0].id
    return st.selectbox(_("Delivery address"), list(lines), format_func=lambda i: lines[i], key="address")


@st.fragment
def basket() -> None:
    """Lines, sums, address and the confirmation; the last stands on what is shown here."""
    who = require(Role.CUSTOMER)
    if order_id := placed():
        st.switch_page(ORDERS, query_params={"order": str(order_id)})
    with reading(who) as w:
        addresses = accounts.view(w).addresses
        view, ways = baskets.view(w, chosen(addresses)), payments.offered(w)
    refusal()
    if not view.lines:
        st.session_state.pop(SHOWN, None)
        empty(
            _("Your basket is empty."),
            _("What you put in stays here until you order it."),
            ":material/shopping_basket:",
        )
        st.page_link(CATALOGUE, label=_("To the catalogue"), icon=":material/storefront:")
        return
    left, right = st.columns([3, 2], gap="large")
    with left:
        basket_lines(view, who)
    with right, st.container(border=True):
        totals(view, who)
        address_id = where_to(addresses) if view.has_goods else None
        wished(view)
        if len(ways) > 1:
            st.radio(_("Payment"), ways, format_func=payments.method_in_words, key="payment")
        note(who)
        remember(view, address_id)
        ready = view.ready and (address_id is not None or not view.has_goods)
        st.button(
            _("Order now"),
            key="confirm",
            type="primary",
            icon=":material/check:",
            width="stretch",
            disabled=not ready,
            on_click=confirm,
        )
        if not view.ready:
            st.caption(_("Please change or remove the lines that cannot be ordered as they stand."))


st.title(_("Basket"))
for_ordering(actor)
basket()
