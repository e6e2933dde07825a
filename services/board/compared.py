"""The figures of the board beside the same period before and what is usual. For managers.

Contacts, orders and revenue of the hour that is not over yet count for the earlier periods by the share of it that has
passed: the sums know whole hours.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import time
from enum import StrEnum
from functools import cache
from typing import Any

from sqlalchemy import Integer, Select, and_, bindparam, case, func, literal_column, select
from sqlmodel import SQLModel

from db.models import HourlyContacts, HourlyOrders
from services.analytics import control
from services.analytics.control import Usual
from services.board import stretches
from services.board.cells import table_of
from services.board.regional import Regional
from services.board.service import Service
from services.board.stretches import Compared
from services.work import Work


class Kind(StrEnum):
    """What a value is: a number of things, minor units of money, minutes of working time, a share of one."""

    COUNT = "count"
    MONEY = "money"
    MINUTES = "minutes"
    SHARE = "share"


@dataclass(frozen=True)
class Figure:
    """`value` and `before` are None where there is nothing to measure; `usual` where too little is known.

    `of` is what a share divides by; `periods` are the earlier periods that were looked at.
    """

    code: str
    kind: Kind
    value: float | None
    before: float | None
    usual: Usual | None
    periods: int
    of: int | None = None

    @property
    def unusual(self) -> bool:
        return self.value is not None and self.usual is not None and not self.usual.holds(self.value)


@dataclass(frozen=True)
class Rolled:
    """Sums of the roll-ups by stretch: contacts, those begun by customers, those explained again; orders, revenue."""

    contacts: dict[str, tuple[int, ...]]
    orders: dict[str, tuple[int, ...]]


def rolled(w: Work, of: Compared, channels: Sequence[str] = (), part: Regional | None = None) -> Rolled:
    """The sums of the period and of those before, of all customers or of `part` of them."""
    asked = (
        (HourlyContacts, ("contacts", "begun", "again"), channels),
        (HourlyOrders, ("orders", "revenue_cents"), ()),
    )
    found = []
    for model, measures, only in asked:
        rows = part.by_stretch(model, of, only) if part else _summed(w, model, measures, of, only)
        found.append({s.name: rows.get(s.name, (0,) * len(measures)) for s in of.all})
    return Rolled(*found)


def _summed(
    w: Work, model: type[SQLModel], measures: tuple[str, ...], of: Compared, channels: Sequence[str]
) -> dict[str, tuple[int, ...]]:
    """Stretch -> measures. Earlier periods end at the same time of day; the period itself is counted whole."""
    until = of.until or time.max
    values: dict[str, Any] = {**stretches.given_days(of.all), "hour": until.hour}
    values |= {"channels": list(channels)} if channels else {}
    share = (until.minute + until.second / 60) / 60 if of.until else 0.0
    rows = w.session.execute(_statement(w.dialect, model, measures, bool(channels)), values)
    sums: dict[str, list[float]] = {}
    for name, later, running, *added in rows:
        # What came after the time of day counts in the period itself only, the running hour by its share.
        weight = 1.0 if of.until is None or name == "now" or not later else share if running else 0.0
        kept = sums.setdefault(name, [0.0] * len(measures))
        kept[:] = [a + weight * int(b) for a, b in zip(kept, added, strict=True)]
    return {name: tuple(round(v) for v in kept) for name, kept in sums.items()}


@cache
def _statement(dialect: str, model: type[SQLModel], measures: tuple[str, ...], of_some: bool) -> Select[Any]:
    """name, 1 from the running hour of the last day on, 1 in it, sums. Made once: that takes longer than its answer."""
    rows = table_of(model).c
    within = stretches.table_of_days(dialect)
    hour = bindparam("hour", type_=Integer())
    last = rows.day == within.c["last"]
    later = case((and_(last, rows.hour >= hour), 1), else_=0).label("later")
    running = case((and_(last, rows.hour == hour), 1), else_=0).label("running")
    sums = [func.sum(rows[m]) for m in measures]
    inside = rows.day.between(within.c["first"], within.c["last"])
    where = [rows.channel.in_(bindparam("channels", expanding=True))] if of_some else []
    counted = select(within.c.name, later, running, *sums).select_from(within).join(table_of(model), inside)
    groups: tuple[Any, ...] = (within.c.name, literal_column("later"), literal_column("running"))
    return counted.where(*where).group_by(*groups)


def figures(of: Compared, sums: Rolled, service: Service) -> list[Figure]:
    """All figures in the order in which they are shown."""
    n = len(of.earlier)
    contacts, orders = sums.contacts, sums.orders
    opened = {s.name: service.total(service.opened, s.name) for s in of.all}
    solved = {s.name: service.total(service.solved, s.name) for s in of.all}
    cents = {name: row[1] for name, row in orders.items()}
    return [
        _count("contacts", {name: row[0] for name, row in contacts.items()}, n),
        _count("orders", {name: row[0] for name, row in orders.items()}, n),
        Figure("revenue", Kind.MONEY, cents["now"], cents.get("1"), control.amounts(_earlier(cents, n)), n),
        _count("opened", opened, n),
        _count("solved", solved, n),
        _answers(of, service, n),
        _share("promises", {s.name: service.kept(s.name) for s in of.all}, n),
        _share("again", {name: (row[2], row[1]) for name, row in contacts.items()}, n),
    ]


def _earlier(values: dict[str, Any], n: int) -> list[Any]:
    """The values of the earlier periods, the latest first, as far back as there was anything at all."""
    found = [values[str(i)] for i in range(1, n + 1)]
    while found and found[-1] in (0, (0, 0)):
        found.pop()
    return found


def _count(code: str, values: dict[str, int], n: int) -> Figure:
    return Figure(code, Kind.COUNT, values["now"], values.get("1"), control.counts(_earlier(values, n)), n)


def _answers(of: Compared, service: Service, n: int) -> Figure:
    medians = [service.median(s.name) for s in of.earlier]
    known = [m for m in medians if m is not None]
    before = medians[0] if medians else None
    return Figure("answers", Kind.MINUTES, service.median("now"), before, control.times(known), n)


def _share(code: str, values: dict[str, tuple[int, int]], n: int) -> Figure:
    _hits, of = values["now"]
    usual = control.shares(_earlier(values, n), of)
    return Figure(code, Kind.SHARE, _part(values["now"]), _part(values.get("1", (0, 0))), usual, n, of)


def _part(of: tuple[int, int]) -> float | None:
    return of[0] / of[1] if of[1] else None
