"""The table of products, edited like a spreadsheet. What was typed stays until all of it could be taken."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pandas as pd
import streamlit as st

from db.models import Role, StockReason
from pages._ui.feedback import reported
from pages._ui.guard import acting
from pages._ui.show import home
from services import products, stock
from services.errors import Invalid
from services.products import PER_PAGE, Edit, Row, Wanted
from services.text import _, minor_digits, ngettext
from services.work import Actor, work

SHEET = "staff/product.py"
FIRST = ("link", "name")
COLUMNS = (*FIRST, "sku", "category", "price", "stock", "stock_change", "delivery_days", "active", "is_fee")
_PLACES, _BASE, _ROUND = "product_places", "product_base", "product_round"


def places(wanted: Wanted) -> list[int]:
    """After which products the pages up to this one begin; other filters begin at the beginning."""
    kept = st.session_state.get(_PLACES)
    return list(kept[1]) if kept and kept[0] == wanted.model_dump_json() else []


def turn(wanted: Wanted, rows: Sequence[Row], before: list[int]) -> None:
    """To the page before and the page after."""
    with st.container(horizontal=True, horizontal_alignment="center"):
        if before and st.button(_("Previous page"), icon=":material/chevron_left:", key="previous"):
            _go(wanted, before[:-1])
        if len(rows) == PER_PAGE and st.button(_("Next page"), icon=":material/chevron_right:", key="next"):
            _go(wanted, [*before, rows[-1].product_id])


def _go(wanted: Wanted, to: list[int]) -> None:
    st.session_state[_PLACES] = (wanted.model_dump_json(), to)
    st.rerun(scope="fragment")


def frame(rows: Sequence[Row], digits: int) -> pd.DataFrame:
    """The table as it is shown; one row a product, in the order of `rows`."""
    return pd.DataFrame(
        {
            "link": [f"/product-sheet?product={r.product_id}" for r in rows],
            "name": [r.name for r in rows],
            "sku": [r.sku for r in rows],
            "category": [r.category for r in rows],
            "price": ["" if r.price_cents is None else _price(r.price_cents, digits) for r in rows],
            "stock": pd.array([r.stock for r in rows], dtype="Int64"),
            "stock_change": pd.array([None for _r in rows], dtype="Int64"),
            "delivery_days": [r.delivery_days for r in rows],
            "active": [r.active for r in rows],
            "is_fee": pd.array([r.is_fee for r in rows], dtype="boolean"),
        }
    )


def _price(cents: int, digits: int) -> str:
    return f"{Decimal(cents).scaleb(-digits):.{digits}f}"


def _columns(currency: str, *, pricing: bool) -> dict[str, Any]:
    number, text = st.column_config.NumberColumn, st.column_config.TextColumn
    return {
        "link": st.column_config.LinkColumn(_("Page"), display_text=":material/open_in_new:", width=50, disabled=True),
        "name": text(_("Name"), required=True, max_chars=300, width=240),
        "sku": text(_("Article number"), max_chars=120),
        "category": text(_("Category"), max_chars=120),
        # Text, for a cell of numbers drops the comma of many languages without a word: 610,5 became 6105.
        "price": text(
            _("Price in {currency}").format(currency=currency), max_chars=20, alignment="right", disabled=not pricing
        ),
        "stock": number(_("In stock"), disabled=True),
        "stock_change": number(_("Stock + / −"), step=1, help=_("Pieces that came or went, like 5 or -2.")),
        "delivery_days": number(_("Days to the door"), min_value=0, step=1),
        "active": st.column_config.CheckboxColumn(_("On the shelf"), disabled=not pricing),
        "is_fee": st.column_config.CheckboxColumn(
            _("A fee"), disabled=not pricing, help=_("Charged with an order, like postage; nobody buys it again.")
        ),
    }


def editor(rows: Sequence[Row], actor: Actor, *, fees: bool = False) -> None:
    """The table with its reason for changed stocks and the button that takes over everything or nothing.

    `fees`: it is about fees, so the box for them stands beside the name.
    """
    base = _base(rows)
    key = f"product_table_{st.session_state.get(_ROUND, 0)}"
    company = home()
    digits, pricing = minor_digits(company.currency), actor.role in (Role.MANAGER, Role.ADMIN)
    said = st.container()  # above the table, where it is seen
    st.data_editor(
        frame(base, digits),
        column_config=_columns(company.currency, pricing=pricing),
        hide_index=True,
        num_rows="fixed",
        height=min(560, 40 + 35 * len(base)),
        column_order=[*FIRST, "is_fee", *(c for c in COLUMNS if c not in (*FIRST, "is_fee"))] if fees else COLUMNS,
        key=key,
        placeholder="",  # a stock that is not counted is an empty cell, and so is a change not typed yet
        alt=_("Products"),
    )
    diff: dict[str, Any] = st.session_state.get(key) or {}
    changed = diff.get("edited_rows") or {}
    if not changed:
        st.caption(_("Type into the table; nothing is saved before you say so."))
        return
    with st.container(border=True, horizontal=True, vertical_alignment="bottom"):
        reason = st.selectbox(
            _("Why stocks change"), stock.BY_HAND, format_func=stock.reason_in_words, key="stock_reason", width=240
        )
        note = st.text_input(_("Note (optional)"), max_chars=200, key="stock_note", width=260)
        label = ngettext("Save {n} changed row", "Save {n} changed rows", len(changed))
        save = st.button(label, type="primary", icon=":material/save:", key="save_products")
        st.button(_("Discard"), key="discard_products", on_click=forget)
    if save:
        with said, reported(_("Saved.")) as outcome, work(actor) as w:
            products.apply(w, edits(base, diff), reason or StockReason.COUNTED, note or "")
        if outcome.ok:
            _anew()
            st.rerun()  # of the whole page, whose end says what was saved


def _base(rows: Sequence[Row]) -> list[Row]:
    """The rows as they were when the typing began, until it is saved or discarded.

    A row that a colleague changes must not move under the cells, and neither another filter nor a list that has changed
    meanwhile takes away what was typed.
    """
    kept: list[Row] = st.session_state.get(_BASE) or []
    typed = st.session_state.get(f"product_table_{st.session_state.get(_ROUND, 0)}") or {}
    if kept and typed.get("edited_rows"):
        if [r.product_id for r in kept] != [r.product_id for r in rows]:
            st.info(_("These rows stay until you save or discard what you typed; then the list is read anew."))
        return list(kept)
    if [r.product_id for r in kept] != [r.product_id for r in rows]:
        _anew()
    st.session_state[_BASE] = list(rows)
    return list(rows)


def edits(base: Sequence[Row], diff: dict[str, Any]) -> list[Edit]:
    """What a browser says was typed, by product and not by place. Raises Invalid for rows that were never shown."""
    found = []
    if diff.get("added_rows") or diff.get("deleted_rows"):
        raise Invalid(_("Table"), _("rows cannot be added or removed here"))
    for place, cells in (diff.get("edited_rows") or {}).items():
        if not str(place).isdecimal() or int(place) >= len(base) or not isinstance(cells, dict):
            raise Invalid(_("Table"), _("this row is not in the table; load it anew"))
        row = base[int(place)]
        found.append(Edit(product_id=row.product_id, version=row.version, cells=cells))
    return found


def _anew() -> None:
    """Another table: cells that were typed belong to the one before."""
    st.session_state[_ROUND] = st.session_state.get(_ROUND, 0) + 1
    st.session_state.pop(_BASE, None)


@acting(Role.STAFF)
def forget() -> None:
    """Throw away what was typed."""
    _anew()
