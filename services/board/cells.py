"""Reading the newest rows behind some cells of a roll-up table, without looking where the roll-up says nothing is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, column, func, literal, select, tuple_, values
from sqlmodel import SQLModel

from services import clock, company
from services.board import spans
from services.board.periods import Period
from services.work import Work

Key = tuple[Any, ...]
_SPARE = 60  # cells around the row to go on behind, more than two days have hours


def table_of(model: type[SQLModel]) -> Any:
    """The Core table of a model: rows for lists are read without making objects of them."""
    return model.__table__  # type: ignore[attr-defined]  # SQLModel does not declare it


@dataclass(frozen=True)
class Source:
    """Where the rows of a kind of mark are counted and where they lie."""

    model: type[SQLModel]
    count: str  # the measure that counts rows
    only: Sequence[ColumnElement[bool]]  # which rows of the roll-up
    statement: Select[Any]  # the rows themselves, restricted in the same way
    key: Sequence[ColumnElement[Any]]  # their order; the first is the instant that puts them into a day and hour
    cents: str | None = None


def keyed(key: Sequence[ColumnElement[Any]], of_row: Key) -> ColumnElement[Any]:
    """The values of a row's key, to compare the key columns with."""
    return tuple_(*(literal(v, k.type) for k, v in zip(key, of_row, strict=True)))


def total(w: Work, source: Source, days: Period, hour: int | None) -> tuple[int, int | None]:
    """How many rows there are behind the cells, and their money."""
    table = table_of(source.model)
    sums = [func.coalesce(func.sum(table.c[m]), 0) for m in (source.count, source.cents or source.count)]
    count, cents = w.session.execute(select(*sums).where(*_which(source, days, hour))).one()
    return int(count), int(cents) if source.cents else None


def newest(w: Work, source: Source, days: Period, hour: int | None, after: Key | None, limit: int) -> list[Any]:
    """At most `limit` rows, newest first, that come behind the row with the key `after`."""
    zone = company.of(w).zone
    before = after[0] if after else None
    if before is not None:
        last = min(days.last, clock.day_of(before, zone) + timedelta(days=1))
        days = Period(days.first, last)
    parts = _stretches(_cells(w, source, days, hour, limit + _SPARE), zone, before, limit)
    if not parts:
        return []
    at = source.key[0]
    # A table of stretches and not a chain of ORs: both databases then look each stretch up in the index.
    where = values(column("begins", at.type), column("ends", at.type), name="stretch").data(spans.merged(parts))
    within = where.cte("stretches").c
    statement = source.statement.where(at >= within.begins, at < within.ends)
    statement = statement.order_by(*(k.desc() for k in source.key)).limit(limit)
    if after:
        statement = statement.where(tuple_(*source.key) < keyed(source.key, after))
    return list(w.session.execute(statement))


def _which(source: Source, days: Period, hour: int | None) -> list[ColumnElement[bool]]:
    table = table_of(source.model)
    which = [table.c.day.between(days.first, days.last), *source.only]
    return which if hour is None else [*which, table.c.hour == hour]


def _cells(w: Work, source: Source, days: Period, hour: int | None, most: int) -> list[Any]:
    """(day, hour or None, rows), newest first, only where there are rows."""
    table = table_of(source.model)
    places = [table.c.day, table.c.hour] if "hour" in table.c else [table.c.day]
    count = func.sum(table.c[source.count])
    statement = select(*places, count).where(*_which(source, days, hour)).group_by(*places).having(count > 0)
    rows = w.session.execute(statement.order_by(*(p.desc() for p in places)).limit(most))
    return [(row[0], row[1] if len(places) > 1 else None, int(row[-1])) for row in rows]


def _stretches(cells: list[Any], zone: ZoneInfo, before: datetime | None, limit: int) -> list[spans.Span]:
    """The stretches of time of as many cells as are needed for `limit` rows.

    Where clocks are set back, two cells can lie in each other: the loop goes on until all others are older.
    """
    chosen: list[spans.Span] = []
    rows = 0
    for day, hour, count in cells:
        parts = spans.of_day(day, zone) if hour is None else spans.of_hour(day, hour, zone)
        if before is not None and all(start > before for start, _ in parts):
            continue
        if rows >= limit and all(end <= min(chosen)[0] for _, end in parts):
            break
        chosen += parts
        whole = before is None or all(end <= before for _, end in parts)
        rows += count if whole else 0
    return chosen
