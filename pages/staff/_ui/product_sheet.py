"""The parts of a product's page for the team: prices, stock, files, what goes with it."""

from collections.abc import Callable
from datetime import datetime, time

import pandas as pd
import streamlit as st

from db.models import Product, Role
from pages._ui import files as files_ui
from pages._ui.anew import anew, field
from pages._ui.feedback import reported
from pages._ui.guard import require
from pages._ui.show import amount, empty, home, md, when
from services import catalogue, files, money, prices, products, stock
from services.catalogue import Filters
from services.errors import Invalid
from services.files import Thing
from services.search import order_number
from services.text import _
from services.work import Actor, Work, reading, work


@st.fragment
def price_part(product_id: int) -> None:
    """The price in force, planned ones, and all there were."""
    actor = require(Role.STAFF)
    with reading(actor) as w:
        told = prices.history(w, product_id)
    if actor.role in (Role.MANAGER, Role.ADMIN):
        _price_form(product_id, actor)
        for one in (p for p in told if p.planned):
            with st.container(horizontal=True, vertical_alignment="center"):
                st.text(f"{amount(one.cents)} · " + _("from {time}").format(time=when(one.valid_from, actor)))
                if st.button(_("Take back"), key=f"take_back_{one.id}", type="tertiary", icon=":material/undo:"):
                    with reported(_("The planned price was taken back.")) as outcome, work(actor) as w:
                        prices.take_back(w, product_id, one.id)
                    if outcome.ok:
                        st.rerun(scope="fragment")
    if not told:
        empty(_("No price yet"), _("Set one above."), ":material/sell:")
        return
    table = pd.DataFrame(
        {
            _("Valid from"): [when(p.valid_from, actor) for p in told],
            _("Price"): [amount(p.cents) for p in told],
            _("Cost"): [amount(p.cost_cents) for p in told],
            _("State"): [_("planned") if p.planned else "" for p in told],
            _("Entered by"): [p.by for p in told],
        }
    )
    st.dataframe(table, hide_index=True, key="price_history", alt=_("Price history"))


def _price_form(product_id: int, actor: Actor) -> None:
    currency = home().currency
    with st.form("price", clear_on_submit=False):
        cents, cost = st.columns(2)
        new = cents.text_input(
            _("New price in {currency}").format(currency=currency), max_chars=20, key=field("price_new")
        )
        paid = cost.text_input(_("What it costs us (optional)"), max_chars=20, key=field("price_cost"))
        day, hour = st.columns(2)
        on = day.date_input(_("From (empty: at once)"), value=None, key=field("price_on"))
        at = hour.time_input(_("Time"), value=time(0, 0), key=field("price_at"))
        sent = st.form_submit_button(_("Set the price"), type="primary")
    if not sent:
        return
    with reported(_("Saved.")) as outcome, work(actor) as w:
        wanted = money.parse(new or "", currency, _("Price"))
        if on is None:
            bought = money.parse(paid, currency, _("What it costs us (optional)")) if paid else None
            prices.change(w, product_id, wanted, cost_cents=bought)
        else:
            prices.plan(w, product_id, wanted, datetime.combine(on, at or time(), actor.zone))
    if outcome.ok:
        anew("price_new", "price_cost", "price_on", "price_at")
        st.rerun()


@st.fragment
def stock_part(product_id: int) -> None:
    """What is there, why, and a correction."""
    actor = require(Role.STAFF)
    with reading(actor) as w:
        there, told = stock.there(w, product_id), stock.history(w, product_id)
    if there is None:
        st.info(_("The stock is not counted: it can always be ordered."), icon=":material/all_inclusive:")
        begin = st.number_input(_("Pieces that are there"), min_value=0, step=1, key="begin_with")
        if st.button(_("Begin to count"), key="begin_counting"):
            _saved(actor, lambda w: stock.count_from(w, product_id, int(begin)))
    else:
        st.metric(_("In stock"), there)
        with st.form("stock", clear_on_submit=True):
            pieces = st.number_input(_("Pieces that came or went"), step=1, value=0, key="stock_delta")
            reason = st.selectbox(_("Why"), stock.BY_HAND, format_func=stock.reason_in_words, key="stock_why")
            note = st.text_input(_("Note (optional)"), max_chars=200, key="stock_said")
            sent = st.form_submit_button(_("Write down"), type="primary")
        if sent:
            _saved(actor, lambda w: stock.adjust(w, product_id, int(pieces), reason, note=note or ""))
    if told:
        table = pd.DataFrame(
            {
                _("When"): [when(m.at, actor) for m in told],
                _("Pieces"): [f"{m.delta:+d}" for m in told],
                _("Stock after"): [m.after for m in told],
                _("Why"): [stock.reason_in_words(m.reason) for m in told],
                _("Order"): [order_number(m.order_id) if m.order_id else "" for m in told],
                _("Note"): [m.note for m in told],
                _("By"): [m.by for m in told],
            }
        )
        st.dataframe(table, hide_index=True, key="movements", alt=_("Movements of the stock"))


def _saved(actor: Actor, act: Callable[[Work], object]) -> None:
    with reported(_("Saved.")) as outcome, work(actor) as w:
        act(w)
    if outcome.ok:
        st.rerun(scope="fragment")


@st.fragment
def files_part(product_id: int) -> None:
    """Pictures and documents; the first picture stands in the catalogue."""
    actor = require(Role.STAFF)
    with reading(actor) as w:
        there = files.of(w, Thing.PRODUCT, product_id)
    if there:
        files_ui.listing(there, actor, key="product", may_remove=True)
    else:
        empty(_("No pictures or documents yet"), _("Add a picture; the first one stands in the catalogue."))
    with st.form(f"files_{len(there)}"):
        uploads = files_ui.chooser(_("Pictures and documents"), key=f"product_files_{len(there)}")
        caption = st.text_input(_("What is to be seen in it"), max_chars=200, key=field("file_caption"))
        sent = st.form_submit_button(_("Add"), type="primary", icon=":material/upload:")
    if sent:
        with reported(_("Saved.")) as outcome:
            new = files_ui.taken(uploads)
            if not new:
                raise Invalid(_("Files"), _("choose at least one"))
            with work(actor) as w:
                for one in new:
                    files.keep(w, one, Thing.PRODUCT, product_id, caption=caption or "", visible=True)
        if outcome.ok:
            anew("file_caption")
            st.rerun(scope="fragment")


@st.fragment
def companions_part(product: Product) -> None:
    """What goes with it, picked by hand, and what is bought together anyway."""
    actor = require(Role.STAFF)
    with reading(actor) as w:
        now = catalogue.companions(w, product.id, catalogue.together(w, product.id))
        chosen_before = products.picked(w, product.id)
        sought = str(st.session_state.get("with_search") or "")
        others = catalogue.browse(w, Filters(text=sought), most=60).offers
    # What was picked and is not sold at the moment stays picked, and so does what the search does not find.
    picked, held = list(chosen_before), st.session_state.setdefault("with_names", {})
    held.update({o.product_id: o.name for o in [*(c.offer for c in now), *others]} | chosen_before)
    names = {i: name for i, name in held.items() if i != product.id}
    st.text_input(_("Look for a product to add"), type="search", key="with_search", max_chars=100)
    with st.form("goes_with", enter_to_submit=False):
        chosen = st.multiselect(
            _("What goes with it, best first"), list(names), picked, format_func=names.__getitem__, key="picked"
        )
        sent = st.form_submit_button(_("Save"), type="primary")
    for one in (c for c in now if c.orders):
        told = _("Bought together: {name} in {n} of the newest {of} orders")
        st.caption(told.format(name=md(one.offer.name), n=one.orders, of=one.of))
    if sent:
        with reported(_("Saved.")) as outcome, work(actor) as w:
            products.pick(w, product.id, chosen)
        if outcome.ok:
            st.rerun()
