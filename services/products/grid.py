"""Many products changed at once, as in a spreadsheet: all of it or nothing.

What arrives is what a browser says that somebody typed: every row is looked up again, every cell checked again, and
whatever is wrong is told with the row it stands in. Nothing is written as long as anything is wrong.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlmodel import SQLModel, col

from db.models import Product, Role, StockReason
from services import company, money, prices, stock
from services.catalogue.offer import shown_name
from services.errors import Invalid, NotAllowed, RapportError
from services.products.editing import MOST_DAYS, find_twin, may_price, name_of, put, whole
from services.text import _
from services.work import Work

MOST_ROWS = 200


class Edit(SQLModel):
    """The cells of one row that were changed, under the names of `COLUMNS`; `version` as it was shown."""

    product_id: int
    version: int
    cells: dict[str, Any]


@dataclass(frozen=True)
class Problem:
    """What is wrong with a row."""

    row: str
    why: str

    def __str__(self) -> str:
        return f"{self.row}: {self.why}"


class Refused(RapportError):
    """Some rows cannot be taken as they are; nothing was saved. `problems` names each of them."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        super().__init__(_("Nothing was saved yet. {rows}").format(rows=" ".join(f"{p}." for p in problems[:20])))


def _truth(value: object, field: str) -> bool:
    if not isinstance(value, bool):
        raise Invalid(field, _("yes or no"))
    return value


def _number(value: object, field: str) -> int:
    """A browser sends 5 as 5 or as 5.0."""
    if isinstance(value, float) and math.isfinite(value) and value == int(value):
        value = int(value)
    return whole(value, field, -stock.MOST, stock.MOST)


def _price(value: object, currency: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise Invalid(_("Price"), _("write an amount like 12.50"))
    return prices.checked(money.parse(str(value), currency, _("Price")))


#: The columns that can be changed, and how each cell becomes a value.
COLUMNS: dict[str, Callable[[Any, str], Any]] = {
    "name": lambda v, _c: name_of(v, _("Name"), 300, required=True),
    "sku": lambda v, _c: name_of(v if v is not None else "", _("Article number"), 120) or None,
    "category": lambda v, _c: name_of(v if v is not None else "", _("Category"), 120) or None,
    "price": _price,
    "delivery_days": lambda v, _c: whole(_number(v, _("Days to the door")), _("Days to the door"), 0, MOST_DAYS),
    "active": lambda v, _c: _truth(v, _("On the shelf")),
    "is_fee": lambda v, _c: None if v is None else _truth(v, _("A fee")),
    "stock_change": lambda v, _c: 0 if v is None else _number(v, _("Pieces")),
}
#: Only managers change these.
PRICING = ("price", "active", "is_fee")


def apply(w: Work, edits: list[Edit], reason: StockReason = StockReason.COUNTED, note: str = "") -> int:
    """Take over all rows or none; how many were changed. Staff; prices and the shelf only managers.

    `reason` and `note` stand beside every change of a stock. Raises Invalid, and Refused with a sentence for each wrong
    row.
    """
    w.require(Role.STAFF)
    if len(edits) > MOST_ROWS or len({e.product_id for e in edits}) != len(edits):
        raise Invalid(_("Table"), _("at most {most} rows at once, each only once").format(most=MOST_ROWS))
    ids = [e.product_id for e in edits]
    # By rising id, the order in which orders lock them.
    there = select(Product).where(col(Product.id).in_(ids)).order_by(col(Product.id)).with_for_update(key_share=True)
    rows = w.session.scalars(there.execution_options(populate_existing=True))
    held = {p.id: p for p in rows}
    problems: list[Problem] = []
    checked: list[tuple[Product, dict[str, Any]]] = []
    currency = company.of(w).currency
    for edit in edits:
        product = held.get(edit.product_id)
        if product is None:
            problems.append(Problem(f"#{edit.product_id}", _("there is no such product")))
            continue
        name = shown_name(product.name, product.sku, product.id)
        if product.version != edit.version:
            problems.append(Problem(name, _("a colleague has changed it meanwhile; load the table anew")))
            continue
        values, wrong = _row(w, edit, currency)
        problems += [Problem(name, why) for why in wrong]
        checked.append((product, values))
    problems += _twins(w, checked) if not problems else []
    if not problems:
        problems = _written(w, checked, reason, note)
    if problems:
        raise Refused(problems)
    return len([values for _product, values in checked if values])


def _row(w: Work, edit: Edit, currency: str) -> tuple[dict[str, Any], list[str]]:
    """The checked cells of a row, and what is wrong with the others."""
    values: dict[str, Any] = {}
    wrong: list[str] = []
    for column, cell in edit.cells.items():
        if column not in COLUMNS:
            wrong.append(_("there is no such column"))
        elif column in PRICING and not may_price(w):
            wrong.append(_("prices, what is on the shelf and what is a fee are changed by managers"))
        else:
            try:
                values[column] = COLUMNS[column](cell, currency)
            except RapportError as refusal:
                wrong.append(str(refusal))
    return values, wrong


def _twins(w: Work, checked: list[tuple[Product, dict[str, Any]]]) -> list[Problem]:
    """Article numbers that would be there twice, in the table or beside it."""
    problems, seen = [], set[str]()
    for product, values in checked:
        sku = values.get("sku")
        if sku and (sku in seen or find_twin(w, sku, but=product.id) is not None):
            told = _("there is another product with the article number {sku}").format(sku=sku)
            problems.append(Problem(shown_name(product.name, product.sku, product.id), told))
        seen.add(sku or "")
    return problems


def _written(w: Work, checked: list[tuple[Product, dict[str, Any]]], reason: StockReason, note: str) -> list[Problem]:
    """Write every row. What only shows while writing (too few pieces) is a problem too: all is given up."""
    problems: list[Problem] = []
    for product, values in checked:
        row = dict(values)
        cents, pieces = row.pop("price", None), row.pop("stock_change", 0)
        name = shown_name(product.name, product.sku, product.id)
        try:
            put(w, product, row)
            if cents is not None:
                prices.change(w, product.id, cents)
            if pieces:
                stock.adjust(w, product.id, pieces, reason, note=note)
        except NotAllowed:
            raise
        except RapportError as refusal:
            problems.append(Problem(name, str(refusal)))
    return problems
