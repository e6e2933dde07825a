"""Everything that happened with a customer, in one list, newest first.

Each kind is asked for one page of (instant, id) by an index that holds (customer, instant, id); the database merges
them, and only the rows that are shown are read whole. So the number of queries and the work of each do not depend on
how long the history is, nor on how deep in it the reader is: the next page begins after the last entry shown.
"""

import base64
import binascii
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache, lru_cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    String,
    and_,
    bindparam,
    literal_column,
    null,
    or_,
    select,
    union_all,
)
from sqlmodel import col

from db.models import AuditEntry, Role
from services import access
from services.inputs import line
from services.text import _
from services.timeline_filters import MATTERS, Narrow, Shape, conditions, values
from services.timeline_kinds import SOURCES, Entry, Kind, Source
from services.work import Work

PAGE = 50
NARROW_NOTHING = Narrow()
_ORDER = list(Kind)  # entries of one instant stand in this order


@dataclass(frozen=True)
class Page:
    """One page of the list. `older` leads to the next one; empty at the end."""

    entries: list[Entry]
    older: str = ""


@dataclass(frozen=True)
class _Place:
    """A place in the list: after this entry."""

    at: datetime
    rank: int
    id: int


def page(
    w: Work,
    customer_id: int,
    *,
    kinds: frozenset[Kind] = frozenset(),
    text: str = "",
    after: str = "",
    narrow: Narrow = NARROW_NOTHING,
    most: int = PAGE,
) -> Page:
    """The newest entries after `after` (a page's `older`), of these kinds (none: of all), that contain `text` and fit
    `narrow`.

    Staff only. Raises NotFound, and Invalid for a text that cannot be searched. A place that cannot be read is the
    beginning of the list.
    """
    w.require(Role.STAFF)
    access.customer(w, customer_id)
    wanted = line(text, _("Text"), 200, required=False)
    asked = [kind for kind in _ORDER if not kinds or kind in kinds]
    newest = _newest(w, customer_id, asked, wanted, narrow, _read(after), most + 1)
    shown = newest[:most]
    entries: dict[tuple[int, int], Entry] = {}
    for rank in {place.rank for place in shown}:
        ids = [place.id for place in shown if place.rank == rank]
        entries |= {(rank, e.id): e for e in _entries(w, _ORDER[rank], ids)}
    older = _written(shown[-1]) if len(newest) > most else ""
    return Page([entries[place.rank, place.id] for place in shown], older)


def changed(w: Work, customer_id: int) -> int:
    """A number that grows with everything done to the customer, for asking often whether to look again. Staff only."""
    w.require(Role.STAFF)
    entries = select(col(AuditEntry.id)).where(col(AuditEntry.customer_id) == customer_id)
    newest = entries.order_by(col(AuditEntry.at).desc(), col(AuditEntry.id).desc()).limit(1)
    return w.session.connection().scalar(newest) or 0


def _newest(
    w: Work, customer_id: int, kinds: list[Kind], text: str, narrow: Narrow, place: _Place | None, most: int
) -> list[_Place]:
    """Where the newest entries of these kinds stand, newest first."""
    statement = _places(tuple(kinds), bool(text), narrow.shape, None if place is None else place.rank)
    asked: dict[str, Any] = {"customer": customer_id, "most": most, **values(w, narrow)}
    if text:
        asked["pattern"] = _pattern(text, w.dialect)
    if place is not None:
        asked |= {"after_at": place.at, "after_id": place.id}
    return [_Place(row.at, row.rank, row.id) for row in w.session.connection().execute(statement, asked)]


@lru_cache(maxsize=512)
def _places(kinds: tuple[Kind, ...], with_text: bool, shape: Shape, after_rank: int | None) -> Select[Any]:
    """The question behind `_newest`; putting it together takes longer than answering it, so it is kept."""
    parts = []
    for kind in kinds:
        rank = _ORDER.index(kind)
        statement = places_of(kind, with_text=with_text).where(*conditions(kind, shape))
        if after_rank is not None:
            statement = statement.where(_after(SOURCES[kind], rank, after_rank))
        part = statement.limit(bindparam("most", type_=Integer)).subquery()
        parts.append(select(part.c.at, literal_column(str(rank)).label("rank"), part.c.id))
    merged = union_all(*parts).subquery()
    newest = select(merged).order_by(merged.c.at.desc(), merged.c.rank, merged.c.id.desc())
    return newest.limit(bindparam("most", type_=Integer))


def places_of(kind: Kind, *, with_text: bool = False) -> Select[Any]:
    """Instant and id of the entries of one kind for `:customer`, newest first; those that fit `:pattern`."""
    source = SOURCES[kind]
    statement = select(source.at.label("at"), source.id.label("id"))
    statement = statement.where(source.customer == bindparam("customer", type_=Integer), *source.only)
    if with_text:
        pattern = bindparam("pattern", type_=String)
        tests = [column.ilike(pattern, escape="\\") for column in source.texts]
        statement = statement.where(or_(*tests, *(test(pattern) for test in source.elsewhere)))
    return statement.order_by(source.at.desc(), source.id.desc())


@cache
def _whole(kind: Kind) -> Select[Any]:
    source = SOURCES[kind]
    some = bindparam("ids", expanding=True, type_=Integer)
    case, order = (c if c is not None else null() for c in MATTERS.get(kind, (None, None)))
    matter = (case.label("of_case"), order.label("of_order"))
    return select(source.id.label("id"), source.at.label("at"), *source.columns, *matter).where(source.id.in_(some))


def _entries(w: Work, kind: Kind, ids: list[int]) -> list[Entry]:
    rows = w.session.connection().execute(_whole(kind), {"ids": ids}).all()
    matters = {row.id: _matter(row) for row in rows}
    return [replace(entry, matter=matters[entry.id]) for entry in SOURCES[kind].entries(w, rows)]


def _matter(row: Any) -> tuple[str, int] | None:
    if row.of_case is not None:
        return "case", row.of_case
    return ("order", int(row.of_order)) if str(row.of_order or "").isdecimal() else None


def _after(source: Source, rank: int, after_rank: int) -> ColumnElement[bool]:
    at, number = bindparam("after_at", type_=source.at.type), bindparam("after_id", type_=Integer)
    not_newer: ColumnElement[bool] = source.at <= at
    older: ColumnElement[bool] = source.at < at
    if rank != after_rank:
        return not_newer if rank > after_rank else older
    return and_(not_newer, or_(older, source.id < number))


def _pattern(text: str, dialect: str) -> str:
    """For LIKE. SQLite knows capitals of ASCII letters only, so any other letter stands for whatever is there."""
    escaped = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    if dialect == "sqlite":
        escaped = "".join(ch if ch.isascii() else "_" for ch in escaped)
    return f"%{escaped}%"


def _written(place: _Place) -> str:
    plain = f"{place.at.isoformat()} {place.rank} {place.id}"
    return base64.urlsafe_b64encode(plain.encode()).decode()


def _read(after: str) -> _Place | None:
    try:
        at, rank, number = base64.b64decode(after, altchars=b"-_", validate=True).decode("ascii").split()
        place = _Place(datetime.fromisoformat(at), int(rank), int(number))
    except (ValueError, binascii.Error):
        return None
    return place if place.at.tzinfo is not None and abs(place.id) < 2**31 else None
