"""One product: pictures, price, stock, delivery, facts, documents, what goes with it, and what one has had of it."""

import pandas as pd
import streamlit as st

from db.models import Role
from pages._ui import files as files_ui
from pages._ui.cached import kept
from pages._ui.feedback import reported
from pages._ui.guard import require
from pages._ui.marks import sign
from pages._ui.show import day, md, price, words
from pages.customer._ui.bought import bought
from pages.customer._ui.offers import add_button, basket_link, product_link, stock_badge
from pages.customer._ui.pictures import gallery, picture, small
from services import baskets, catalogue, files
from services.catalogue import Companion, Goods, Offer, Stock
from services.files import Thing
from services.text import _, ngettext, number
from services.work import Actor, reading

actor = require(Role.CUSTOMER)
CATALOGUE = "customer/catalogue.py"


def asked() -> int | None:
    """The product that the address names."""
    text = str(st.query_params.get("product", ""))
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None


@st.fragment
def buying(product_id: int) -> None:
    """Price, stock, delivery and the way into the basket."""
    who = require(Role.CUSTOMER)
    offer: Offer | None = None
    with reported() as outcome, reading(who) as w:
        offer = catalogue.goods(w, product_id).offer
    if offer is None:
        if outcome.ok:
            st.info(_("This is not sold any more."), icon=":material/block:")
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"### {price(offer.price_cents)}" + (f" / {md(offer.unit)}" if offer.unit else ""), width="content")
        stock_badge(offer.stock, offer.left)
    if offer.stock is not Stock.OUT and not offer.is_service:
        st.markdown(sign("local_shipping", _("With you by {day}").format(day=md(day(offer.delivery_on, who)))))
    if not who.may_order:
        st.caption(_("You may not order here. Somebody who manages your people can allow it."))
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        pieces = st.number_input(
            _("Quantity"), min_value=1, max_value=baskets.MOST_PIECES, step=1, width=130, key=f"pieces_{product_id}"
        )
        add_button(offer, who, int(pieces))
    basket_link(who)


def goes_with(found: list[Companion], actor: Actor) -> None:
    """What goes with it, and how that is known."""
    st.subheader(_("What goes with it"), anchor=False)
    pictures = small([c.offer.product_id for c in found], actor)
    for column, one in zip(st.columns(max(4, len(found))), found, strict=False):
        with column, st.container(border=True, height="stretch", gap="xsmall", key=f"with_{one.offer.product_id}"):
            if one.offer.product_id in pictures:
                picture(pictures[one.offer.product_id], one.offer.name, 120)
            product_link(one.offer.product_id, one.offer.name)
            st.markdown(price(one.offer.price_cents))
            if one.orders:
                told = _("Bought together in {n} of the newest {of} orders with it")
                st.caption(told.format(n=number(one.orders), of=number(one.of)))
            else:
                st.caption(_("Recommended by us"))


def facts(found: Goods) -> None:
    """Description and facts."""
    if found.description:
        words(found.description)
    told = found.facts
    if found.warranty_months:
        told = told | {_("Warranty"): ngettext("{n} month", "{n} months", found.warranty_months)}
    if told:
        table = pd.DataFrame({_("Fact"): list(told), _("Value"): list(told.values())})
        st.dataframe(table, hide_index=True, key="facts", alt=_("Facts"))


st.page_link(CATALOGUE, label=_("To the catalogue"), icon=":material/arrow_back:")
product_id = asked() or 0
with reported() as shown, reading(actor) as w:
    found = catalogue.goods(w, product_id)
    attached = files.of(w, Thing.PRODUCT, product_id)
if shown.ok:
    with reading(actor) as w:
        often = kept("bought together", product_id, lambda: catalogue.together(w, product_id))
        beside = catalogue.companions(w, product_id, often)
    pictures, documents = [f for f in attached if f.is_picture], [f for f in attached if not f.is_picture]
    left, right = st.columns([2, 3], gap="large") if pictures else (st.container(), st.container())
    with left:
        gallery(pictures, found.name, actor)
    with right:
        st.title(md(found.name), anchor=False)
        buying(product_id)
        facts(found)
        if documents:
            st.subheader(_("Documents"), anchor=False)
            files_ui.listing(documents, actor, key="documents")
    if found.bought:
        bought(found.bought, actor)
    if beside:
        goes_with(beside, actor)
