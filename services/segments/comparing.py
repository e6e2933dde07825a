"""Two segments beside each other, the named grid, and groups found by k-means: numbers, and who is behind them."""

from dataclasses import dataclass
from datetime import datetime

import numpy as np
import pandas as pd

from db.models import Role
from services import columnar, patterns, scores
from services.analytics.patterns import groups
from services.questions import Question
from services.segments import asking
from services.segments.definition import Condition, Group, Mode, Op
from services.segments.watching import Ids
from services.text import _
from services.work import Work

#: More customers than this are grouped by a draw of so many; the others go to the nearest centre.
FEWEST, GROUPS = 80, 8


@dataclass(frozen=True)
class Overlap:
    """How many are only in the first, in both, only in the second."""

    only_first: Ids
    both: Ids
    only_second: Ids
    as_of: datetime


def overlap(w: Work, first: int, second: int) -> Overlap:
    """Two segments that the actor sees. Raises NotFound, Preparing."""
    from services.segments.keeping import one  # noqa: PLC0415 - keeping asks this package's questions when it saves

    with columnar.reading(w) as copy:
        as_of = copy.as_of
    a, b = (asking.ids(w, one(w, i).rule, itself=i) for i in (first, second))
    return Overlap(np.setdiff1d(a, b), np.intersect1d(a, b), np.setdiff1d(b, a), as_of)


def cell_rule(cell: str) -> Group:
    """The rule of one field of the grid of recency and frequency."""
    return Group(Mode.ALL, (Condition("grid", Op.ONE_OF, values=(cell,)),))


#: Buyers with `fifth` of recency (1 the latest) and `times` (0 to 3, a class of purchase days), and what they brought.
_PLACED = """SELECT h.customer_id AS customer_id, h.revenue AS revenue,
        least(5, ceil(5.0 * (rank() OVER (ORDER BY h.since) + (count(*) OVER (PARTITION BY h.since) - 1) / 2.0)
            / count(*) OVER ())) AS fifth,
        CASE WHEN h.n >= 6 THEN 3 WHEN h.n >= 3 THEN 2 WHEN h.n = 2 THEN 1 ELSE 0 END AS times
    FROM (SELECT o.customer_id, count(DISTINCT o.day) AS n, sum(o.lines_cents) AS revenue,
            date_diff('day', max(o.day), $today) AS since
        FROM orders AS o JOIN customer AS k ON k.customer_id = o.customer_id AND NOT k.no_profiling
        WHERE o.is_sale AND o.day <= $today GROUP BY o.customer_id) AS h"""
_GRID = f"""SELECT g.fifth AS fifth, g.times AS times, count(*) AS customers,
    CAST(sum(g.revenue) AS BIGINT) AS revenue_cents
FROM ({_PLACED}) AS g GROUP BY g.fifth, g.times ORDER BY g.fifth, g.times"""
_PLACE = f"""SELECT g.customer_id AS customer_id FROM ({_PLACED}) AS g
WHERE g.fifth = $fifth AND g.times = $times ORDER BY g.revenue DESC, g.customer_id"""
_FEATURES = """SELECT o.customer_id AS customer_id, date_diff('day', max(o.day), $today) AS since_last,
    count(DISTINCT o.day) - 1 AS x, CAST(sum(o.lines_cents) AS DOUBLE) / count(DISTINCT o.day) AS spend,
    date_diff('day', min(o.day), $today) AS age
FROM orders AS o JOIN customer AS k ON k.customer_id = o.customer_id AND NOT k.no_profiling
WHERE o.is_sale AND o.day <= $today GROUP BY o.customer_id ORDER BY o.customer_id"""


@dataclass(frozen=True)
class Found:
    """An answer with the state it is of."""

    frame: pd.DataFrame
    as_of: datetime
    version: str


def grid(w: Work) -> Found:
    """Buyers by fifth of recency (1 the latest) and purchase days: fifth, times (0 to 3), cell, customers, revenue.

    Customers who object to predictions are not in it. Managers only. Raises Preparing.
    """
    w.require(Role.MANAGER)
    today = asking.today_of(w)
    with columnar.reading(w) as copy:
        frame = copy.frame(Question("grid", _GRID), today=today)
        frame = frame.astype({"fifth": "int64", "times": "int64"})
        cells = [str(groups.GRID[f - 1][t]) for f, t in zip(frame["fifth"], frame["times"], strict=True)]
        return Found(frame.assign(cell=cells), copy.as_of, copy.version)


def in_cell(w: Work, fifth: int, times: int) -> Ids:
    """The customers behind a cell of `grid`, those with the highest revenue first. Managers only. Raises Preparing."""
    w.require(Role.MANAGER)
    with columnar.reading(w) as copy:
        values = {"today": asking.today_of(w), "fifth": int(fifth), "times": int(times)}
        return copy.frame(Question("grid_cell", _PLACE), **values)["customer_id"].to_numpy(np.int64)


def tenths(w: Work, version: scores.Version) -> pd.DataFrame:
    """By tenth of the probability of buying within 90 days (10: most likely): customers, the mean probability, and the
    purchases that are expected of all of them. Who objects to predictions is in none. Managers only.
    """
    w.require(Role.MANAGER)
    known = scores.frame(w, version).dropna(subset=["decile"])
    told = known.groupby("decile").agg(
        customers=("customer_id", "size"), p_buy=("p_buy_90", "mean"), expected=("expected_90", "sum")
    )
    return told.reset_index(names="tenth").astype({"tenth": "int64", "customers": "int64"})


@dataclass(frozen=True)
class Clusters:
    """Groups of k-means: per group size, medians and words; `members`: the customers of each."""

    frame: pd.DataFrame
    words: list[str]
    members: list[Ids]
    as_of: datetime
    enough: bool


def clusters(w: Work, count: int = GROUPS) -> Clusters:
    """Groups of buyers that are alike in recency, frequency, spend and age; for exploring. Managers only.

    Of an imported past they are as of the day after its last sale, as the patterns are: fifteen years of silence would
    hide who was silent for ten months. Too few buyers: `enough` is False. Raises Preparing.
    """
    w.require(Role.MANAGER)
    today = patterns.view(w).last
    with columnar.reading(w) as copy:
        table = copy.frame(Question("features", _FEATURES), today=today).set_index("customer_id")
        as_of = copy.as_of
    table = table.rename(columns={"age": "T"}).astype(float)
    count = min(max(2, int(count)), 12)
    if len(table) < max(FEWEST, count * 10):
        return Clusters(pd.DataFrame(), [], [], as_of, False)
    named, told = groups.clusters(table, count)
    customers = table.index.to_numpy(np.int64)
    of = named.to_numpy(np.int64)
    members = [customers[of == n] for n in told.index]
    return Clusters(told.drop(columns="traits"), [_words(t) for t in told["traits"]], members, as_of, True)


def _words(traits: tuple[groups.Trait, ...]) -> str:
    """A group in plain language."""
    names = {
        groups.Trait.LATELY: _("bought lately"),
        groups.Trait.LONG_AGO: _("have not bought for long"),
        groups.Trait.OFTEN: _("buy often"),
        groups.Trait.SELDOM: _("buy seldom"),
        groups.Trait.HIGH_SPEND: _("spend much each time"),
        groups.Trait.LOW_SPEND: _("spend little each time"),
        groups.Trait.LONG_KNOWN: _("known for long"),
        groups.Trait.NEW: _("new"),
    }
    return ", ".join(names[t] for t in traits) if traits else _("near the average in everything")


def behind(w: Work, wanted: Ids, page: int = 0) -> list[asking.Member]:
    """Customers by their numbers, fifty at a time, with what they bought. Managers only."""
    w.require(Role.MANAGER)
    part = wanted[asking.PAGE * page : asking.PAGE * (page + 1)]
    return asking.by_number(w, [int(i) for i in part])
