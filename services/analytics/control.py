"""The usual range of a figure: where the next value falls in about 95 of 100 cases if nothing has changed.

In: the values of earlier periods of the same kind. Out: None below `LEAST` of them. All assume that these periods came
about independently under the same conditions; a trend or a season beyond the choice of periods is not seen.

Counts: quasi-Poisson on the square-root scale, where the variance of a count is 1/4 (Anscombe 1948, Biometrika 35).
Shares: the same for a binomial, on the arcsine scale. Both are widened where the earlier values scatter more than
chance alone explains. Amounts and times: Student's prediction interval, for times on the logarithmic scale.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

LEAST = 4
#: 97.5 % points of Student's t by degrees of freedom; beyond the table the normal one is near enough.
_T = {3: 3.182, 4: 2.776, 5: 2.571, 6: 2.447, 7: 2.365, 8: 2.306, 9: 2.262, 10: 2.228, 11: 2.201, 12: 2.179}
_NORMAL = 1.96


@dataclass(frozen=True)
class Usual:
    """Both ends included."""

    low: float
    high: float

    def holds(self, value: float) -> bool:
        return self.low <= value <= self.high


def counts(earlier: Sequence[int]) -> Usual | None:
    """For numbers of events. Ends are whole numbers."""
    if len(earlier) < LEAST:
        return None
    mean = sum(earlier) / len(earlier)
    chance = sum((x - mean) ** 2 for x in earlier) / mean / (len(earlier) - 1) if mean else 0.0
    half = _reach(chance, len(earlier)) * math.sqrt(1 + 1 / len(earlier)) / 2
    root = math.sqrt(mean + 3 / 8)
    low = max(root - half, 0.0) ** 2 - 3 / 8
    high = (root + half) ** 2 - 3 / 8
    return Usual(float(max(math.ceil(low), 0)), float(math.floor(high)))


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
    mean = sum(earlier) / len(earlier)
    spread = math.sqrt(sum((x - mean) ** 2 for x in earlier) / (len(earlier) - 1))
    half = _t(len(earlier)) * spread * math.sqrt(1 + 1 / len(earlier))
    return Usual(mean - half, mean + half)


def times(earlier: Sequence[float]) -> Usual | None:
    """For durations, which are never negative and sometimes very long."""
    found = amounts([math.log1p(x) for x in earlier])
    return None if found is None else Usual(max(math.expm1(found.low), 0.0), math.expm1(found.high))


def _reach(chance: float, n: int) -> float:
    """Standard deviations to either side. `chance` is 1 where the values scatter as much as chance alone does."""
    return max(_NORMAL, _t(n) * math.sqrt(chance)) if chance > 1 else _NORMAL


def _t(n: int) -> float:
    return _T.get(n - 1, _NORMAL if n > max(_T) else _T[3])
