"""Sums for the charts, read from the roll-up tables and small indexed ranges only. For managers.

Frames come with one row per place on the time axis and series, zeros included, so that a chart never changes shape.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Any

import pandas as pd
from sqlalchemy import ColumnElement, Select, case, extract, func, literal_column, select
from sqlmodel import SQLModel, col

from db.models import (
    Case,
    Channel,
    Customer,
    DailyCustomers,
    DailySales,
    HourlyContacts,
    HourlyOrders,
    Interaction,
    Order,
    Role,
)
from services.board.cells import table_of
from services.board.periods import Grain, Period, buckets
from services.board.regional import Regional
from services.board.service import of_areas, of_teams
from services.rollups import MEASURES
from services.work import Work

CHANNELS = tuple(str(c) for c in Channel)
#: The series that stands for all categories without a colour of their own.
REST = "rest"
MOST_SERIES = 7
#: Ages of open cases: (bucket, less than this many days old); the last one takes the others.
AGES = (("d1", 1), ("d3", 3), ("d7", 7), ("d30", 30), ("older", 0))


@dataclass(frozen=True)
class Extent:
    """Between which days there is anything to show; `period` is None where nothing has a date."""

    period: Period | None
    sales: Period | None
    anybody: bool  # there is a customer, an order or a contact, dated or not


def extent(w: Work) -> Extent:
    """The first and last day with data. One statement; each part is the end of an index."""
    w.require(Role.MANAGER)
    found = w.session.execute(_extent()).one()
    spans = [Period(a, b) if a else None for a, b in zip(found[0:8:2], found[1:8:2], strict=True)]
    return Extent(_around(spans), _around(spans[1:3]), any(found[8:]))


@cache
def _extent() -> Select[Any]:
    """The statement, made once: it has no parameters, and putting it together takes longer than its answer."""
    models: tuple[Any, ...] = (HourlyContacts, HourlyOrders, DailySales, DailyCustomers)
    ends = [_end(m, last) for m in models for last in (False, True)]
    anything = [select(table_of(m).c.id).exists() for m in (Customer, Order, Interaction)]
    return select(*ends, *anything)


def _end(model: type[SQLModel], last: bool) -> ColumnElement[Any]:
    table = table_of(model)
    there = table.c[MEASURES[model][0]] != 0  # an import that was undone leaves zeros
    result: ColumnElement[Any] = (
        select(table.c.day)
        .where(there)
        .order_by(table.c.day.desc() if last else table.c.day)
        .limit(1)
        .scalar_subquery()
    )
    return result


def _around(spans: Sequence[Period | None]) -> Period | None:
    known = [s for s in spans if s]
    return Period(min(s.first for s in known), max(s.last for s in known)) if known else None


def _place(table: Any, grain: Grain) -> Any:
    if grain is Grain.HOUR:
        return table.c.hour
    if grain is Grain.DAY:
        return table.c.day
    year = extract("year", table.c.day)
    if grain is Grain.YEAR:
        return year
    # Constants, not parameters: PostgreSQL must see that SELECT and GROUP BY hold the same expression.
    return year * literal_column("12") + extract("month", table.c.day) - literal_column("1")


def _bucket(place: Any, grain: Grain) -> str:
    if grain is Grain.HOUR:
        return f"h{int(place):02}"
    if grain is Grain.DAY:
        return str(place)[:10]
    n = int(place)
    return str(n) if grain is Grain.YEAR else f"{n // 12:04}-{n % 12 + 1:02}"


def _summed(
    w: Work, model: type[SQLModel], period: Period, grain: Grain, series: Any = None, values: Sequence[str] = (),
    part: Regional | None = None,
) -> list[tuple[Any, ...]]:  # fmt: skip
    """(bucket, series, measures...) of a roll-up table, added up by the database; without a series it is "".

    `values`: only these of the series. `part`: only of these areas.
    """
    if part is not None:
        found = part.summed(model, period, grain, by_series=series is not None, only=values)
        return [(_bucket(place, grain), name, *measures) for place, name, *measures in found]
    table = table_of(model)
    place = _place(table, grain)
    sums = [func.sum(table.c[m]) for m in MEASURES[model]]
    parts = [place] if series is None else [place, series]
    statement = select(*parts, *sums).where(table.c.day.between(period.first, period.last))
    if values:
        statement = statement.where(series.in_(list(values)))
    rows = w.session.execute(statement.group_by(*parts))
    n = len(parts)
    return [(_bucket(row[0], grain), row[1] if n > 1 else "", *map(int, row[n:])) for row in rows]


def _grid(rows: list[tuple[Any, ...]], names: Sequence[str], places: list[str], series: Sequence[str]) -> pd.DataFrame:
    """One row per place and series, zeros where nothing happened, in the order given.

    Out: bucket, series, then `names` (int64).
    """
    found = {row[:2]: row[2:] for row in rows}
    nothing = (0,) * len(names)
    cells = [(place, one, *found.get((place, one), nothing)) for place in places for one in series]
    return pd.DataFrame(cells, columns=["bucket", "series", *names])


def contacts(
    w: Work, period: Period, grain: Grain, channels: Sequence[str] = (), part: Regional | None = None
) -> pd.DataFrame:
    """Contacts with a known date by channel. No channels given: all of them.

    Out: bucket, series (channel), contacts.
    """
    w.require(Role.MANAGER)
    wanted = [c for c in CHANNELS if c in channels] or list(CHANNELS)
    channel = col(HourlyContacts.channel)
    only = wanted if len(wanted) < len(CHANNELS) else ()
    rows = [row[:3] for row in _summed(w, HourlyContacts, period, grain, channel, only, part)]
    return _grid(rows, ["contacts"], buckets(period, grain), wanted)


def again(
    w: Work, period: Period, grain: Grain, channels: Sequence[str] = (), part: Regional | None = None
) -> pd.DataFrame:
    """Contacts in which customers had to explain something again, by channel.

    Out: bucket, series (channel), contacts, begun (those that customers began), again.
    """
    w.require(Role.MANAGER)
    wanted = [c for c in CHANNELS if c in channels] or list(CHANNELS)
    channel = col(HourlyContacts.channel)
    rows = _summed(w, HourlyContacts, period, grain, channel, wanted, part)
    return _grid(rows, list(MEASURES[HourlyContacts]), buckets(period, grain), wanted)


def orders(w: Work, period: Period, grain: Grain, part: Regional | None = None) -> pd.DataFrame:
    """Sales of all channels. Out: bucket, series (""), orders, revenue_cents."""
    w.require(Role.MANAGER)
    rows = _summed(w, HourlyOrders, period, grain, part=part)
    return _grid(rows, ["orders", "revenue_cents"], buckets(period, grain), [""])


def customers(w: Work, period: Period, grain: Grain, part: Regional | None = None) -> pd.DataFrame:
    """New customers. Out: bucket, series (""), joined."""
    w.require(Role.MANAGER)
    rows = _summed(w, DailyCustomers, period, grain, part=part)
    return _grid(rows, ["joined"], buckets(period, grain), [""])


@dataclass(frozen=True)
class Revenue:
    """Revenue by category: the largest ones by name, all others together.

    `frame`: bucket, series (category, "" for none, or REST), lines, units, revenue_cents.
    """

    frame: pd.DataFrame
    named: tuple[str, ...]
    rest: bool


def revenue(
    w: Work, period: Period, grain: Grain, categories: Sequence[str] = (), part: Regional | None = None
) -> Revenue:
    """Revenue by category. No categories given: all of them."""
    w.require(Role.MANAGER)
    category = col(DailySales.category)
    rows = _summed(w, DailySales, period, grain, category, categories, part)
    weight: Counter[str] = Counter()
    for _place, name, lines, _units, cents in rows:
        if lines:
            weight[name] += cents
    largest = sorted(weight, key=lambda c: (-weight[c], c))
    own = [c for c in largest if c != REST]  # a category of that very name is one of the others
    named = tuple(sorted(own if len(largest) <= MOST_SERIES + 1 else own[:MOST_SERIES]))
    summed: dict[tuple[str, str], list[int]] = {}
    for place, name, *measures in rows:
        kept = summed.setdefault((place, name if name in named else REST), [0, 0, 0])
        kept[:] = [a + b for a, b in zip(kept, measures, strict=True)]
    rest = len(largest) > len(named)
    series = [*named, REST] if rest else list(named) or [""]
    cells = [(*key, *values) for key, values in summed.items()]
    return Revenue(_grid(cells, list(MEASURES[DailySales]), buckets(period, grain), series), named, rest)


def categories(w: Work) -> list[str]:
    """Every category that was ever sold, "" for products without one."""
    w.require(Role.MANAGER)
    return sorted(w.session.execute(select(table_of(DailySales).c.category).distinct()).scalars())


@dataclass(frozen=True)
class OpenCases:
    """`frame`: bucket (age, see AGES), series (""), cases."""

    frame: pd.DataFrame
    total: int
    overdue: int  # the answer was due before now


def open_cases(w: Work, teams: Sequence[int] = (), regions: Sequence[str] = ()) -> OpenCases:
    """Cases that are not closed, by age, of all teams or some. Reads the open ones only, through their own index."""
    w.require(Role.MANAGER)
    at = [(bucket, w.now - timedelta(days=days)) for bucket, days in AGES[:-1]]
    age = case(*((col(Case.opened_at) > instant, bucket) for bucket, instant in at), else_=AGES[-1][0])
    late = func.sum(case((col(Case.answer_by) < w.now, 1), else_=0))
    which = [col(Case.closed_at).is_(None), *of_teams(teams), *of_areas(w, col(Case.customer_id), regions)]
    statement = select(age.label("age_band"), func.count(), late).where(*which)
    rows = w.session.execute(statement.group_by(literal_column("age_band"))).all()
    frame = _grid([(b, "", n) for b, n, _ in rows], ["cases"], [b for b, _ in AGES], [""])
    return OpenCases(frame, sum(n for _, n, _ in rows), sum(int(n) for _, _, n in rows))
