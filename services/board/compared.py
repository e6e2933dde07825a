"""The figures of the board beside the same period before and what is usual. For managers.

Contacts, orders and revenue of the hour that is not over yet count for the earlier periods by the share of it that has
passed: the sums know whole hours.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import time
from enum import StrEnum
from typing import Any

from sqlalchemy import and_, case, func, or_, select
from sqlmodel import SQLModel

from db.models import HourlyContacts, HourlyOrders
from services.analytics import control
from services.analytics.control import Usual
from services.board import stretches
from services.board.cells import table_of
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


def rolled(w: Work, of: Compared, channels: Sequence[str] = ()) -> Rolled:
    """The sums of the period and of those before."""
    hours = table_of(HourlyContacts).c
    only = [hours.channel.in_(list(channels))] if channels else []
    return Rolled(
        _summed(w, HourlyContacts, ("contacts", "begun", "again"), of, only),
        _summed(w, HourlyOrders, ("orders", "revenue_cents"), of, []),
    )


def _summed(
    w: Work, model: type[SQLModel], measures: tuple[str, ...], of: Compared, only: list[Any]
) -> dict[str, tuple[int, ...]]:
    """Stretch -> measures. Earlier periods end at the same time of day; the period itself is counted whole."""
    rows = table_of(model).c
    within = stretches.table_of_days(w, of.all)
    until = of.until or time.max
    last = and_(rows.day == within.c["last"], within.c.name != "now")
    whole = or_(~last, rows.hour < until.hour) if of.until else None
    running = and_(last, rows.hour == until.hour)
    share = (until.minute + until.second / 60) / 60
    sums = []
    for measure in (rows[m] for m in measures):
        sums += [measure if whole is None else case((whole, measure), else_=0)]
        sums += [case((running, measure), else_=0) if of.until else measure * 0]
    inside = rows.day.between(within.c["first"], within.c["last"])
    statement = select(within.c.name, *(func.coalesce(func.sum(s), 0) for s in sums)).select_from(within)
    statement = statement.join(table_of(model), inside).where(*only).group_by(within.c.name)
    found = {
        row[0]: tuple(round(int(a) + share * int(b)) for a, b in zip(row[1::2], row[2::2], strict=True))
        for row in w.session.execute(statement)
    }
    return {s.name: found.get(s.name, (0,) * len(measures)) for s in of.all}


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
