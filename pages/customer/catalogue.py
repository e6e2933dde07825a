"""The catalogue: search that forgives slips, categories, sorting, and into the basket without losing the place."""

import streamlit as st

from db.models import Role
from pages._ui.guard import require
from pages._ui.show import empty
from pages.customer._ui.offers import basket_link, cards
from services import catalogue
from services.catalogue import Facet, Filters, Shelf, Sort
from services.text import _, ngettext
from services.work import Actor, reading

actor = require(Role.CUSTOMER)


def _sorts() -> dict[str, str]:
    return {
        Sort.BEST.value: _("Best match"),
        Sort.NAME.value: _("Name"),
        Sort.CHEAPEST.value: _("Cheapest first"),
        Sort.DEAREST.value: _("Dearest first"),
    }


def _categories(actor: Actor) -> dict[str, str]:
    """Every category, so that a choice in the address stays one while the search changes."""
    with reading(actor) as w:
        facets = catalogue.categories(w)
    return {f.category: _named(f) for f in facets if f.category}


def _named(facet: Facet) -> str:
    return f"{facet.category or _('Others')} ({facet.products})"


def asked(actor: Actor) -> Filters:
    """The filters; all of them stand in the address and only show."""
    text = st.text_input(
        _("Search"),
        type="search",
        live=True,
        key="q",
        bind="query-params",
        max_chars=100,
        placeholder=_("Name, brand or number; typing errors do not matter"),
    )
    categories, sorts = _categories(actor), _sorts()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        category = st.selectbox(
            _("Category"),
            ["", *categories],
            format_func=lambda c: categories.get(c, _("All categories")),
            key="category",
            bind="query-params",
            width=260,
        )
        sort = st.selectbox(
            _("Sort by"), list(sorts), format_func=lambda s: sorts[s], key="sort", bind="query-params", width=180
        )
        in_stock = st.toggle(_("In stock only"), key="in_stock", bind="query-params")
    return Filters(text=text or "", category=category or "", in_stock=bool(in_stock), sort=Sort(sort))


def place(filters: Filters) -> tuple[int | None, int | None]:
    """After or before which product the page begins or ends; other filters begin at the beginning."""
    kept = st.session_state.get("shelf_place")
    if kept is None or kept[0] != filters.model_dump_json():
        st.session_state.pop("shelf_place", None)
        return None, None
    return kept[1], kept[2]


def turn(filters: Filters, shelf: Shelf) -> None:
    """To the page before and the page after."""
    with st.container(horizontal=True, horizontal_alignment="center"):
        if not shelf.first and st.button(_("Previous page"), icon=":material/chevron_left:", key="previous"):
            st.session_state["shelf_place"] = (filters.model_dump_json(), None, shelf.offers[0].product_id)
            st.rerun()
        if shelf.more and st.button(_("Next page"), icon=":material/chevron_right:", key="next"):
            st.session_state["shelf_place"] = (filters.model_dump_json(), shelf.offers[-1].product_id, None)
            st.rerun()


@st.fragment
def shelf() -> None:
    """Filters and the page of products they give."""
    who = require(Role.CUSTOMER)
    filters = asked(who)
    after, before = place(filters)
    with reading(who) as w:
        found = catalogue.browse(w, filters, after=after, before=before)
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.caption(ngettext("{n} product", "{n} products", found.found))
        link = st.container(width="content")
    if found.offers:
        cards(found.offers, who)
        turn(filters, found)
    else:
        empty(
            _("Nothing like that is on the shelf."),
            _("Try another word, another category, or show what is sold out too."),
            ":material/search_off:",
        )
    with link:
        basket_link(who)


st.title(_("Catalogue"))
shelf()
