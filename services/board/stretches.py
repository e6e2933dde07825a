"""What a period is compared with: as long a stretch before, and several of them for the usual range.

Up to four weeks are compared with as many days on the same weekdays before, longer ranges with as many days just
before. Where the period is not over yet, the earlier ones end at the same time of day.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import CTE, JSON, ColumnElement, Date, DateTime, String, bindparam, cast, func, literal_column, select

from services import clock, company
from services.board.periods import Grain, Period, buckets, days_of
from services.work import Work

EARLIER = 8
MONTH_LONG = 28
GIVEN = "stretches_given"
#: No further back than this, so that a tick costs the same however old the company is.
MOST_DAYS_BACK = 400


@dataclass(frozen=True)
class Stretch:
    """Named days of the company, and the instants from `begins` up to `ends`."""

    name: str
    days: Period
    begins: datetime
    ends: datetime


@dataclass(frozen=True)
class Compared:
    """The period itself, whole, and those before it, the latest first, up to the time of day `until` (included)."""

    now: Stretch
    earlier: tuple[Stretch, ...]
    until: time | None

    @property
    def all(self) -> tuple[Stretch, ...]:
        return (self.now, *self.earlier)


def compared(w: Work, period: Period, first: date | None) -> Compared:
    """`first`: the first day with data; nothing before it counts."""
    zone = company.of(w).zone
    here = w.now.astimezone(zone)
    until = here.time() if period.last == here.date() else None
    # The same weekdays, unless there are so many days that a few more of one weekday make no difference.
    step = period.days if period.days > MONTH_LONG else -(-period.days // 7) * 7
    earlier = []
    for n in range(1, EARLIER + 1):
        back = timedelta(days=step * n)
        days = Period(period.first - back, period.last - back)
        if first is None or days.first < first or (n > 1 and step * n > MOST_DAYS_BACK):
            break
        earlier.append(_stretch(str(n), days, until, zone))
    return Compared(_stretch("now", period, None, zone), tuple(earlier), until)


def of_buckets(w: Work, period: Period, grain: Grain) -> list[Stretch]:
    """One for each place on the time axis; days or longer."""
    zone = company.of(w).zone
    found = [(bucket, days_of(bucket, period)) for bucket in buckets(period, grain)]
    return [_stretch(f"b{bucket}", place[0], None, zone) for bucket, place in found if place]


def of_days(w: Work, days: Period) -> Stretch:
    """Some days, whole."""
    return _stretch("", days, None, company.of(w).zone)


def _stretch(name: str, days: Period, until: time | None, zone: ZoneInfo) -> Stretch:
    begins, _end = clock.day_bounds(days.first, zone)
    _begin, ends = clock.day_bounds(days.last, zone)
    if until is not None:
        ends = datetime.combine(days.last, until, zone).astimezone(UTC) + timedelta(microseconds=1)
    return Stretch(name, days, begins, ends)


def table(dialect: str) -> CTE:
    """name, begins, ends: stretches as a table of a statement, to be joined with the index over an instant.

    Its rows are the parameter `GIVEN`, see `given`; so a statement can be made once and used for all of them. One
    parameter in JSON: a table of many would be compiled anew for each question, which takes longer than it.
    """
    return _table(dialect, "begins", "ends", DateTime(timezone=True))


def table_of_days(dialect: str) -> CTE:
    """name, first, last: the same by days."""
    return _table(dialect, "first", "last", Date())


def given(dialect: str, stretches: Sequence[Stretch]) -> dict[str, str]:
    """The rows of `table`."""
    mark = "" if dialect == "sqlite" else "+00"
    return {GIVEN: json.dumps([(s.name, _stored(s.begins) + mark, _stored(s.ends) + mark) for s in stretches])}


def given_days(stretches: Sequence[Stretch]) -> dict[str, str]:
    """The rows of `table_of_days`."""
    return {GIVEN: json.dumps([(s.name, _stored(s.days.first), _stored(s.days.last)) for s in stretches])}


def _table(dialect: str, low: str, high: str, kind: Any) -> CTE:
    rows = bindparam(GIVEN, type_=String())
    if dialect == "sqlite":
        value = func.json_each(rows).table_valued("value", name="given").c.value
        parts: list[ColumnElement[Any]] = [func.json_extract(value, f"$[{n}]") for n in range(3)]
    else:
        value = func.json_array_elements(cast(rows, JSON)).column_valued("given")
        texts = [value.op("->>")(literal_column(str(n))) for n in range(3)]
        parts = [texts[0], cast(texts[1], kind), cast(texts[2], kind)]
    labels = ("name", low, high)
    return select(*(part.label(label) for part, label in zip(parts, labels, strict=True))).cte("stretches")


def _stored(value: date) -> str:
    """As SQLite keeps it; PostgreSQL is told besides that it is UTC."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")
    return value.isoformat()
