"""Products as cards, from which they go into the basket without leaving the page."""

from collections.abc import Sequence

import streamlit as st

from pages._ui import feedback
from pages._ui.show import day, md, price, words
from pages.customer._ui.marks import bold
from services import baskets
from services.catalogue import Offer, Stock
from services.text import _, ngettext
from services.work import Actor, reading, work

BASKET = "customer/basket.py"


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
    with reading(actor) as w:
        pieces = baskets.count(w)
    label = ngettext("Basket: {n} piece", "Basket: {n} pieces", pieces) if pieces else _("Basket: empty")
    st.page_link(BASKET, label=label, icon=":material/shopping_basket:")


def cards(offers: Sequence[Offer], actor: Actor, *, across: int = 3) -> None:
    """The cards side by side, below each other on a phone. To be called in a fragment."""
    for start in range(0, len(offers), across):
        for column, offer in zip(st.columns(across), offers[start : start + across], strict=False):
            with column, st.container(border=True, height="stretch", gap="small", key=f"offer_{offer.product_id}"):
                _card(offer, actor)


def _card(offer: Offer, actor: Actor) -> None:
    st.markdown(bold(md(offer.name)))
    st.caption(md(" · ".join(t for t in (offer.category, offer.brand) if t)) or "–")
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.markdown(f"**{price(offer.price_cents)}**" + (f" / {md(offer.unit)}" if offer.unit else ""), width="content")
        stock_badge(offer.stock, offer.left)
    out = offer.stock is Stock.OUT
    if not out and not offer.is_service:
        st.caption(_("With you by {day}").format(day=md(day(offer.delivery_on, actor))))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if st.button(
            _("Add to basket"),
            key=f"add_{offer.product_id}",
            icon=":material/add_shopping_cart:",
            type="primary",
            disabled=out,
        ):
            put(offer, actor)
        if offer.description:
            with st.popover(_("Details"), icon=":material/info:"):
                words(offer.description)
                st.caption(md(offer.sku))


def put(offer: Offer, actor: Actor) -> None:
    """One more of it into the basket."""
    said = _("In your basket: {name}").format(name=offer.name)
    with feedback.reported(said), work(actor) as w:
        baskets.add(w, offer.product_id)
    feedback.flush()
