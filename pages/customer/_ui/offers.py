"""Products as cards, from which they go into the basket without leaving the page."""

import time
from collections.abc import Sequence

import streamlit as st

from pages._ui import feedback
from pages._ui.marks import bold
from pages._ui.show import day, md, price
from pages.customer._ui.pictures import picture, small
from services import baskets
from services.catalogue import Offer, Stock
from services.text import _, ngettext
from services.work import Actor, reading, work

BASKET = "customer/basket.py"
PRODUCT = "customer/product.py"
#: Clicks closer than this are one: nobody wants a second one that fast, and every hand slips now and then.
DOUBLE_CLICK_S = 1.0


def stock_badge(stock: Stock, left: int | None) -> None:
    """Whether it is there, in words, a colour and a sign."""
    if stock is Stock.OUT:
        st.badge(_("Sold out"), icon=":material/block:", color="gray")
    elif stock is Stock.FEW:
        st.badge(ngettext("Only {n} left", "Only {n} left", left or 0), icon=":material/hourglass_top:", color="orange")
    elif stock is Stock.UNCOUNTED:
        st.badge(_("Available"), icon=":material/check:", color="green")
    else:
        st.badge(_("In stock"), icon=":material/check:", color="green")


def basket_link(actor: Actor) -> None:
    """The way to the basket, with what is in it. Belongs into the fragment that changes it."""
    if not actor.may_order:
        return
    with reading(actor) as w:
        pieces = baskets.count(w)
    label = ngettext("Basket: {n} piece", "Basket: {n} pieces", pieces) if pieces else _("Basket: empty")
    st.page_link(BASKET, label=label, icon=":material/shopping_basket:")


def cards(offers: Sequence[Offer], actor: Actor, *, across: int = 3) -> None:
    """The cards side by side, below each other on a phone. To be called in a fragment."""
    pictures = small([o.product_id for o in offers], actor)
    for start in range(0, len(offers), across):
        for column, offer in zip(st.columns(across), offers[start : start + across], strict=False):
            with column, st.container(border=True, height="stretch", gap="small", key=f"offer_{offer.product_id}"):
                _card(offer, actor, pictures.get(offer.product_id))


def product_link(product_id: int, name: str) -> None:
    """The name of a product, which leads to its page."""
    st.page_link(PRODUCT, label=bold(md(name)), query_params={"product": str(product_id)})


def _card(offer: Offer, actor: Actor, shown: bytes | None) -> None:
    if shown is not None:
        picture(shown, offer.name)
    product_link(offer.product_id, offer.name)
    st.caption(md(" · ".join(t for t in (offer.category, offer.brand) if t)) or "–")
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.markdown(f"**{price(offer.price_cents)}**" + (f" / {md(offer.unit)}" if offer.unit else ""), width="content")
        stock_badge(offer.stock, offer.left)
    out = offer.stock is Stock.OUT
    if not out and not offer.is_service:
        st.caption(_("With you by {day}").format(day=md(day(offer.delivery_on, actor))))
    add_button(offer, actor)


def add_button(offer: Offer, actor: Actor, quantity: int = 1) -> None:
    """Puts it into the basket. A double click is one click: the second one within a moment does nothing."""
    if not actor.may_order:
        return
    key = f"add_{offer.product_id}"
    out = offer.stock is Stock.OUT
    if st.button(_("Add to basket"), key=key, icon=":material/add_shopping_cart:", type="primary", disabled=out):
        if time.monotonic() - st.session_state.get(f"{key}:at", -DOUBLE_CLICK_S) < DOUBLE_CLICK_S:
            return
        put(offer, actor, quantity)
        # A new key for the button would do as well, but a new button loses the focus of the keyboard.
        st.session_state[f"{key}:at"] = time.monotonic()


def put(offer: Offer, actor: Actor, quantity: int = 1) -> None:
    """Some more of it into the basket."""
    said = _("In your basket: {name}").format(name=offer.name)
    with feedback.reported(said), work(actor) as w:
        baskets.add(w, offer.product_id, quantity)
    feedback.flush()
