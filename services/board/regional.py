"""The sums of the board for customers of some areas, and the rows behind them: read from the columnar copy.

The roll-up tables know no places, for a customer moves and a company draws its areas anew. Every table here gives the
same columns for the rows of the copy as the roll-up it stands for; over all areas they add up to the roll-up.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple

from sqlmodel import SQLModel

from db.models import DailyCustomers, DailySales, HourlyContacts, HourlyOrders
from services import areas, company
from services.board import spans
from services.board.periods import Grain, Period
from services.board.stretches import Compared
from services.columnar import Answers
from services.dimensions import AREAS
from services.questions import Question
from services.work import Work


@dataclass(frozen=True)
class _Table:
    """Rows of the copy: where they lie, what they are divided by, their measures, and their order."""

    rows: str
    where: str
    measures: tuple[str, ...]
    key: tuple[str, ...]  # an instant, then numbers
    series: str = "''"
    day: str = "f.day"
    hour: str = "f.hour"
    cents: str = "0"


_AGAIN = "f.direction = 'in' AND f.explained_again"
_TABLES: dict[type[SQLModel], _Table] = {
    HourlyOrders: _Table(
        "orders AS f", "f.is_sale", ("count(*)", "sum(f.lines_cents)"), ("f.ordered_at", "f.order_id"), "f.channel",
        cents="f.lines_cents",
    ),
    HourlyContacts: _Table(
        "contact AS f", "f.day IS NOT NULL",
        ("count(*)", "count(CASE WHEN f.direction = 'in' THEN 1 END)", f"count(CASE WHEN {_AGAIN} THEN 1 END)"),
        ("f.happened_at", "f.contact_id"), "f.channel",
    ),
    DailySales: _Table(
        "sale_line AS f LEFT JOIN product AS p ON p.product_id = f.product_id", "f.is_sale",
        ("count(*)", "sum(f.quantity)", "sum(f.line_total_cents)"),
        ("f.ordered_at", "f.order_id", "f.line_no"), "coalesce(p.category, '')", cents="f.line_total_cents",
    ),
    DailyCustomers: _Table(
        "customer AS f", "f.joined_on IS NOT NULL", ("count(*)",), ("f.joined_at", "f.customer_id"), day="f.joined_on",
        hour="0",
    ),
}  # fmt: skip
_PLACES = {
    Grain.HOUR: "{hour}",
    Grain.DAY: "{day}",
    Grain.MONTH: "12 * year({day}) + month({day}) - 1",
    Grain.YEAR: "year({day})",
}


class Hour(NamedTuple):
    """What was sold in an hour of a day."""

    day: Any
    hour: int
    orders: int
    revenue_cents: int


@dataclass(frozen=True)
class Regional:
    """Some areas of the company at one state of the copy."""

    copy: Answers
    rules: list[str]
    names: Sequence[str]

    @classmethod
    def of(cls, w: Work, copy: Answers, names: Sequence[str]) -> "Regional":
        return cls(copy, areas.texts(company.of(w).areas), names)

    def summed(
        self, model: type[SQLModel], period: Period, grain: Grain, *, by_series: bool, only: Sequence[str]
    ) -> list[tuple[Any, ...]]:
        """(place, series, measures...), as the roll-up gives it."""
        of = _TABLES[model]
        place = _PLACES[grain].format(day=of.day, hour=of.hour)
        series = of.series if by_series else "''"
        columns = ", ".join([f"{place} AS place", f"{series} AS series", *_sums(of)])
        rows = self._rows(of, columns, period, only, "GROUP BY 1, 2")
        return [tuple(row.values()) for row in rows]

    def hours(self, period: Period) -> list[Hour]:
        """What was sold in each hour of these days."""
        of = _TABLES[HourlyOrders]
        columns = ", ".join(["f.day AS day", "f.hour AS hour", *_sums(of)])
        return [Hour(*row.values()) for row in self._rows(of, columns, period, (), "GROUP BY 1, 2")]

    def sold_within(self, parts: Sequence[spans.Span]) -> tuple[int, int]:
        """Orders and revenue in stretches of time."""
        of, count, cents = _TABLES[HourlyOrders], 0, 0
        for start, end in parts:
            where = "f.ordered_at >= $begins AND f.ordered_at < $ends"
            bound = {"begins": _naive(start), "ends": _naive(end)}
            [row] = self._asked(of, ", ".join(_sums(of)), where, (), "", bound)
            count, cents = count + int(row["m0"]), cents + int(row["m1"] or 0)
        return count, cents

    def by_stretch(self, model: type[SQLModel], asked: Compared, only: Sequence[str]) -> dict[str, tuple[int, ...]]:
        """Stretch -> measures, weighted as services/board/compared.py does."""
        of, until = _TABLES[model], asked.until
        share = (until.minute + until.second / 60) / 60 if until else 0.0
        whole = Period(min(s.days.first for s in asked.all), max(s.days.last for s in asked.all))
        columns = ", ".join([f"{of.day} AS day", f"{of.hour} AS hour", *_sums(of)])
        sums = {s.name: [0.0] * len(of.measures) for s in asked.all}
        for day, hour, *added in (row.values() for row in self._rows(of, columns, whole, only, "GROUP BY 1, 2")):
            for s in asked.all:
                if not s.days.first <= day <= s.days.last:
                    continue
                weight = 1.0
                if until and s.name != "now" and day == s.days.last and hour >= until.hour:
                    weight = share if hour == until.hour else 0.0
                sums[s.name] = [a + weight * int(b) for a, b in zip(sums[s.name], added, strict=True)]
        return {name: tuple(round(v) for v in kept) for name, kept in sums.items()}

    def behind(
        self, model: type[SQLModel], days: Period, hour: int | None, only: Sequence[str], *, but: bool = False,
        again: bool = False, after: Sequence[Any] | None = None, limit: int = 200,
    ) -> tuple[int, int, list[tuple[Any, ...]]]:  # fmt: skip
        """How many rows, their money, and the keys of the newest behind `after`. `but`: all series but these."""
        of = _TABLES[model]
        wanted = "NOT IN" if but else "IN"
        where = [f"{of.day} >= $from_day AND {of.day} <= $to_day"]
        where += [f"{of.hour} = {int(hour)}"] if hour is not None else []
        where += [f"{of.series} {wanted} (SELECT unnest(CAST($only AS VARCHAR[])))"] if only else []
        where += [_AGAIN] if again else []
        bound: dict[str, Any] = {"from_day": days.first, "to_day": days.last, "only": list(only)}
        text = " AND ".join(where)
        [total] = self._asked(of, f"count(*) AS n, sum({of.cents}) AS cents", text, (), "", bound)
        if after:
            names = ("at", "number", "line")[: len(of.key)]
            values = [_naive(v) if isinstance(v, datetime) else v for v in after]
            bound |= {f"after_{n}": v for n, v in zip(names, values, strict=True)}
            text += f" AND ({', '.join(of.key)}) < ({', '.join(f'$after_{n}' for n in names)})"
        columns = ", ".join(f"{k} AS k{n}" for n, k in enumerate(of.key))
        order = f"ORDER BY {', '.join(f'{k} DESC' for k in of.key)} LIMIT {int(limit)}"
        keys = [tuple(row.values())[1:] for row in self._asked(of, columns, text, (), order, bound)]
        return int(total["n"]), int(total["cents"] or 0), keys

    def _rows(self, of: _Table, columns: str, period: Period, only: Sequence[str], rest: str) -> list[dict[str, Any]]:
        where = f"{of.day} >= $from_day AND {of.day} <= $to_day"
        bound = {"from_day": period.first, "to_day": period.last}
        return self._asked(of, columns, where, only, rest, bound)

    def _asked(
        self, of: _Table, columns: str, where: str, only: Sequence[str], rest: str, bound: dict[str, Any]
    ) -> list[dict[str, Any]]:
        customer = f"LEFT JOIN {AREAS} AS a ON a.customer_id = f.customer_id"
        some = f"AND {of.series} IN (SELECT unnest(CAST($some AS VARCHAR[])))" if only else ""
        sql = (
            f"SELECT {columns} FROM {of.rows} {customer} WHERE {of.where} AND {where} {some} "
            f"AND coalesce(a.area, '') IN (SELECT unnest(CAST($regions AS VARCHAR[]))) {rest}"
        )
        values = {**bound, "regions": list(self.names), "areas": self.rules, "some": list(only)}
        rows: list[dict[str, Any]] = self.copy.arrow(Question("regional", sql), **values).to_pylist()
        return rows


def _sums(of: _Table) -> list[str]:
    return [f"CAST({m} AS BIGINT) AS m{n}" for n, m in enumerate(of.measures)]


def _naive(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(tzinfo=None)
