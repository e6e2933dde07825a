"""The usual range of a figure: where the next value falls in about 95 of 100 cases if things go on as they did.

In: the values of earlier periods of the same kind, the latest first. Out: None below `LEAST` of them. A season beyond
the choice of periods is not seen.

Counts: quasi-Poisson on the square-root scale, where the variance of a count is 1/4 (Anscombe 1948, Biometrika 35).
Shares: the same for a binomial, on the arcsine scale. Both are widened where the earlier values scatter more than
chance alone explains. Amounts and times: Student's prediction interval, for times on the logarithmic scale.

Trend (not for shares): where Mann and Kendall's test finds one in six periods or more (1945, Econometrica 13; two-sided
level about 6 %), the range lies around the line through the earlier values, carried on by one period, and is as wide as
that takes. A period far from the others (4 robust standard deviations around the Theil-Sen line; one of 5 to 7, two of
8) is left out, so that one odd day does not hide the next.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

LEAST = 4
#: 97.5 % points of Student's t by degrees of freedom; beyond the table the normal one is near enough.
_T = {2: 4.303, 3: 3.182, 4: 2.776, 5: 2.571, 6: 2.447, 7: 2.365, 8: 2.306, 9: 2.262, 10: 2.228, 11: 2.201, 12: 2.179}
_NORMAL = 1.96
#: From how many more steps up than down (or the other way round) on a trend is taken for one, by number of periods.
_TREND = {6: 11, 7: 13, 8: 16}
_FAR = 4.0


@dataclass(frozen=True)
class Usual:
    """Both ends included. `trend`: -1 or 1 where the earlier values went down or up, and the range follows."""

    low: float
    high: float
    trend: int = 0

    def holds(self, value: float) -> bool:
        return self.low <= value <= self.high


@dataclass(frozen=True)
class _Level:
    """What is expected next, by how much single values scatter around it, and how far off it may be itself."""

    value: float
    spread: float
    free: int  # degrees of freedom of `spread`
    widened: float  # standard deviations of the next value around `value`, in those of single values
    trend: int


def _level(earlier: Sequence[float], least: float = 0.0) -> _Level:
    """`least`: the standard deviation that chance alone gives to a value."""
    steps = [(earlier[i] - earlier[j]) / (j - i) for i in range(len(earlier)) for j in range(i + 1, len(earlier))]
    score = sum((step > 0) - (step < 0) for step in steps)
    trend = abs(score) >= _TREND.get(len(earlier), math.inf)
    kept = _ordinary(earlier, -float(np.median(steps)) if trend else 0.0, least)
    n = len(kept)
    mean, middle = sum(y for _t, y in kept) / n, sum(t for t, _y in kept) / n
    apart = sum((t - middle) ** 2 for t, _y in kept)
    slope = sum((t - middle) * (y - mean) for t, y in kept) / apart if trend else 0.0
    off = sum((y - mean - slope * (t - middle)) ** 2 for t, y in kept)
    free = n - 1 - trend
    widened = math.sqrt(1 + 1 / n + (middle**2 / apart if trend else 0.0))
    sign = (score > 0) - (score < 0) if trend else 0
    return _Level(mean - slope * middle, math.sqrt(off / free), free, widened, sign)


def _ordinary(earlier: Sequence[float], slope: float, least: float) -> list[tuple[int, float]]:
    """(periods ago, value) without those that lie far from the others."""
    of = [(t, y - slope * t) for t, y in enumerate(earlier, 1)]
    middle = float(np.median([y for _t, y in of]))
    far = _FAR * max(1.4826 * float(np.median([abs(y - middle) for _t, y in of])), least)
    if not far:
        return list(enumerate(earlier, 1))
    odd = {t for t, y in of if abs(y - middle) > far}
    few = len(odd) <= len(earlier) // 4 and len(earlier) - len(odd) >= LEAST
    return [(t, y) for t, y in enumerate(earlier, 1) if not few or t not in odd]


def counts(earlier: Sequence[int]) -> Usual | None:
    """For numbers of events. Ends are whole numbers."""
    if len(earlier) < LEAST:
        return None
    of = _level([math.sqrt(x + 3 / 8) for x in earlier], least=0.5)
    half = max(_NORMAL / 2, _t(of.free) * of.spread if of.spread > 0.5 else 0.0) * of.widened
    low = max(of.value - half, 0.0) ** 2 - 3 / 8
    high = max(of.value + half, 0.0) ** 2 - 3 / 8
    return Usual(float(max(math.ceil(low), 0)), float(max(math.floor(high), 0)), of.trend)


def shares(earlier: Sequence[tuple[int, int]], of: int) -> Usual | None:
    """For `k` of `n` in each earlier period, and `of` now. Periods with nothing to divide by do not count."""
    some = [(k, n) for k, n in earlier if n]
    if len(some) < LEAST or not of:
        return None
    hits, all_ = sum(k for k, _n in some), sum(n for _k, n in some)
    share = (hits + 3 / 8) / (all_ + 3 / 4)
    chance = sum((k - n * share) ** 2 / (n * share * (1 - share)) for k, n in some) / (len(some) - 1)
    half = _reach(chance, len(some)) * math.sqrt(1 / (of + 1 / 2) + 1 / (all_ + 1 / 2)) / 2
    angle = math.asin(math.sqrt(share))
    low, high = max(angle - half, 0.0), min(angle + half, math.pi / 2)
    ends = [((of + 3 / 4) * math.sin(x) ** 2 - 3 / 8) / of for x in (low, high)]
    return Usual(max(ends[0], 0.0), min(ends[1], 1.0))


def amounts(earlier: Sequence[float]) -> Usual | None:
    """For sums of money."""
    if len(earlier) < LEAST:
        return None
    of = _level(earlier)
    half = _t(of.free) * of.spread * of.widened
    return Usual(of.value - half, of.value + half, of.trend)


def times(earlier: Sequence[float]) -> Usual | None:
    """For durations, which are never negative and sometimes very long."""
    found = amounts([math.log1p(x) for x in earlier])
    if found is None:
        return None
    return Usual(max(math.expm1(found.low), 0.0), math.expm1(found.high), found.trend)


def _reach(chance: float, n: int) -> float:
    """Standard deviations to either side. `chance` is 1 where the values scatter as much as chance alone does."""
    return max(_NORMAL, _t(n - 1) * math.sqrt(chance)) if chance > 1 else _NORMAL


def _t(free: int) -> float:
    return _T.get(free, _NORMAL if free > max(_T) else _T[2])
