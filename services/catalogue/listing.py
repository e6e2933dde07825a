"""The shelf page by page: searched, narrowed and sorted."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import func, select, tuple_
from sqlmodel import SQLModel, col

from db.models import Product, Role
from services import prices
from services.catalogue import words
from services.catalogue.offer import FOR_SALE, Offer, columns, made
from services.work import Work

PER_PAGE = 12
MOST_PER_PAGE = 60


class Sort(StrEnum):
    """In what order. BEST is by how well it fits a search, and by category and name without one."""

    BEST = "best"
    NAME = "name"
    CHEAPEST = "cheapest"
    DEAREST = "dearest"


class Filters(SQLModel):
    """What the person asks to see. Nothing in here is ever trusted to be a column or a piece of SQL."""

    text: str = ""
    category: str = ""  # "": all of them
    in_stock: bool = False
    sort: Sort = Sort.BEST


@dataclass(frozen=True)
class Facet:
    """A category and how many products of the search stand in it."""

    category: str
    products: int


@dataclass(frozen=True)
class Shelf:
    """One page. `first` and `more` tell whether there is a page before and after it."""

    offers: list[Offer]
    facets: list[Facet]
    found: int
    first: bool
    more: bool


def browse(
    w: Work, filters: Filters, *, after: int | None = None, before: int | None = None, most: int = PER_PAGE
) -> Shelf:
    """One page of the shelf, beginning after (or ending before) the product with that id.

    The place is found by the product itself and not by counting, so a page deep in the shelf costs what the first
    one does, and nothing is skipped or shown twice when the shelf changes meanwhile.
    """
    w.require(Role.CUSTOMER, Role.STAFF)
    most = min(max(most, 1), MOST_PER_PAGE)
    shelf = words.of_shelf(w)
    found = shelf.words.find(filters.text) if filters.text.strip() else None
    conditions: list[Any] = [*FOR_SALE]
    if filters.in_stock:
        conditions.append(func.coalesce(Product.stock, 1) > 0)
    if found is not None:
        conditions.append(col(Product.id).in_(found))
    facets = _shelved(w, shelf, filters.in_stock, conditions) if found is None else _counted(w, conditions)
    if filters.category:
        conditions.append(col(Product.category) == filters.category)
    of_category = [f for f in facets if filters.category in ("", f.category)]
    backwards = before is not None
    if found is not None and filters.sort is Sort.BEST:
        page, more = _ranked(w, found, conditions, after, before, most)
    else:
        page, more = _sorted(w, filters.sort, conditions, before if backwards else after, most, backwards=backwards)
    return Shelf(
        offers=page,
        facets=facets,
        found=sum(f.products for f in of_category),
        first=not more if backwards else after is None,
        more=True if backwards else more,
    )


def categories(w: Work) -> list[Facet]:
    """Every category with how many products of it are for sale, whatever is looked for."""
    w.require(Role.CUSTOMER, Role.STAFF)
    return _shelved(w, words.of_shelf(w), False, [*FOR_SALE])


def _shelved(w: Work, shelf: words.Shelf, in_stock: bool, conditions: list[Any]) -> list[Facet]:
    """The categories of all that is for sale or in stock, counted once as long as the shelf is the same."""
    if in_stock not in shelf.counted:
        shelf.counted[in_stock] = [(f.category, f.products) for f in _counted(w, conditions)]
    return [Facet(name, products) for name, products in shelf.counted[in_stock]]


def _counted(w: Work, conditions: list[Any]) -> list[Facet]:
    category = func.coalesce(Product.category, "")
    counted = select(category, func.count()).where(*conditions).group_by(category).order_by(category)
    return [Facet(name, n) for name, n in w.session.execute(counted)]


def _ranked(
    w: Work, found: list[int], conditions: list[Any], after: int | None, before: int | None, most: int
) -> tuple[list[Offer], bool]:
    """A page of a search in the order of the search (at most words.MOST_FOUND products)."""
    left = set(w.session.execute(select(col(Product.id)).where(*conditions)).scalars())
    ordered = [i for i in found if i in left]
    if before is not None:
        end = ordered.index(before) if before in ordered else 0
        ids, more = ordered[max(0, end - most) : end], end > most
    else:
        start = ordered.index(after) + 1 if after in ordered else 0
        ids, more = ordered[start : start + most], len(ordered) > start + most
    rows = {r[0]: r for r in w.session.execute(select(*columns(w.now)).where(col(Product.id).in_(ids)))}
    return made(w, [rows[i] for i in ids]), more


def _sorted(
    w: Work, sort: Sort, conditions: list[Any], beyond: int | None, most: int, *, backwards: bool
) -> tuple[list[Offer], bool]:
    """A page by keyset: everything beyond the sort key of the product `beyond`."""
    price = prices.in_force(w.now)
    keys: dict[Sort, tuple[Any, ...]] = {
        Sort.BEST: (func.coalesce(Product.category, ""), col(Product.name), col(Product.id)),
        Sort.NAME: (col(Product.name), col(Product.id)),
        Sort.CHEAPEST: (price, col(Product.id)),
        Sort.DEAREST: (price, col(Product.id)),
    }
    key = keys[sort]
    falling = (sort is Sort.DEAREST) != backwards
    if beyond is not None:
        place = w.session.execute(select(*key).where(col(Product.id) == beyond)).one_or_none()
        if place is not None:
            mark, row = tuple_(*place), tuple_(*key)
            conditions = [*conditions, row < mark if falling else row > mark]
    order = [k.desc() if falling else k.asc() for k in key]
    rows = w.session.execute(select(*columns(w.now)).where(*conditions).order_by(*order).limit(most + 1)).all()
    page = rows[:most][::-1] if backwards else rows[:most]
    return made(w, page), len(rows) > most
