"""The basket: everything that has to be known before ordering, and one confirmation."""

import streamlit as st

from db.models import Role
from pages._ui.guard import require
from pages._ui.show import day, empty, md, price
from pages.customer._ui.basket_lines import basket_lines
from pages.customer._ui.marks import bold, sign
from pages.customer._ui.ordering import SHOWN, confirm, placed, refusal
from services import accounts, baskets
from services.accounts import Address
from services.baskets import View
from services.text import _
from services.work import Actor, reading

actor = require(Role.CUSTOMER)

CATALOGUE, ACCOUNT, ORDERS = "customer/catalogue.py", "customer/account.py", "customer/orders.py"


def sums(view: View, actor: Actor) -> None:
    """Goods, delivery, total, and when it comes."""
    for label, cents in (
        (_("Goods"), view.lines_cents),
        (_("Delivery"), view.shipping_cents),
        (_("Total"), view.total_cents),
    ):
        with st.container(horizontal=True, horizontal_alignment="distribute"):
            st.markdown(label, width="content")
            st.markdown(bold(price(cents)), width="content")
    if view.delivery_on and view.has_goods:
        by = md(day(view.delivery_on, actor))
        st.markdown(sign("local_shipping", _("With you by {day}").format(day=by)))


def where_to(addresses: list[Address]) -> int | None:
    """The address for the parcel: the usual one is chosen already."""
    if not addresses:
        st.warning(_("Where shall we deliver? Please add an address to your account first."))
        st.page_link(ACCOUNT, label=_("Add an address"), icon=":material/add_home:")
        return None
    lines = {a.id: a.line for a in addresses}
    if len(lines) == 1:
        st.caption(_("Delivered to"))
        st.text(addresses[0].line)
        return addresses[0].id
    return st.selectbox(_("Delivered to"), list(lines), format_func=lambda i: lines[i], key="address")


@st.fragment
def basket() -> None:
    """Lines, sums, address and the confirmation; the last stands on what is shown here."""
    who = require(Role.CUSTOMER)
    if order_id := placed():
        st.switch_page(ORDERS, query_params={"order": str(order_id)})
    with reading(who) as w:
        view, addresses = baskets.view(w), accounts.view(w).addresses
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
        sums(view, who)
        address_id = where_to(addresses) if view.has_goods else None
        st.text_area(_("Note to us (optional)"), key="note", max_chars=1000, height=68)
        st.session_state[SHOWN] = (view, address_id)
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
basket()
