"""The products: a table to look something up and to change many at once, and a new product."""

import streamlit as st

from db.models import Role
from pages._ui.guard import require
from pages._ui.show import empty
from pages.staff._ui import product_forms, product_table
from services import products
from services.products import Wanted
from services.text import _
from services.work import Actor, reading

actor = require(Role.STAFF)


def asked(actor: Actor) -> Wanted:
    """The filters; they stand in the address and only show."""
    with reading(actor) as w:
        named = products.categories(w)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        text = st.text_input(
            _("Name or article number"), type="search", key="q", bind="query-params", max_chars=100, width=280
        )
        category = st.selectbox(
            _("Category"),
            ["", *named],
            format_func=lambda c: c or _("All categories"),
            key="category",
            bind="query-params",
            width=240,
        )
        off_shelf = st.toggle(_("Also what is not sold any more"), key="off_shelf", bind="query-params")
        fees = st.toggle(_("Fees, and what looks like one"), key="fees", bind="query-params")
    return Wanted(text=text or "", category=category or "", off_shelf=bool(off_shelf), fees=bool(fees))


def known(actor: Actor) -> bool:
    """Whether there is any product at all, sold or not."""
    with reading(actor) as w:
        return bool(products.rows(w, Wanted(off_shelf=True), most=1))


@st.fragment
def table() -> None:
    """Filters and the page of products they give."""
    who = require(Role.STAFF)
    wanted = asked(who)
    places = product_table.places(wanted)
    with reading(who) as w:
        rows = products.rows(w, wanted, after=places[-1] if places else None)
    if not rows:
        if wanted == Wanted(off_shelf=wanted.off_shelf) and not known(who):
            empty(
                _("There are no products yet"), _("A manager adds the first one above; an import brings many at once.")
            )
        else:
            empty(_("No product like that"), _("Try another word, or show what is not sold any more."))
        return
    product_table.editor(rows, who, fees=wanted.fees)
    product_table.turn(wanted, rows, places)


with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
    st.title(_("Products"), anchor=False, width="content")
    if actor.role in (Role.MANAGER, Role.ADMIN):
        product_forms.new_product()
table()
