"""The level of a forecast: how many purchases are expected of all customers together.

Models of repeat purchase see a cohort grow older, learned models see what the last period was like, and either may be
the one that is wrong. So the level is the geometric mean of four totals, each weighing the more the nearer it was in
up to three earlier periods (its squared logarithmic error, as in Bates & Granger 1969, Operational Research Quarterly
20(4)). Nothing after the day of the forecast enters.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from services.analytics import teaching
from services.analytics.btyd import predict
from services.analytics.btyd.fit import grouped, triples
from services.analytics.btyd.terms import Family
from services.analytics.design import Fits, fitted, straight, table_at
from services.analytics.recency import Floats, Purchases, bought_in

LEARNED = "learned"
FAMILIES = (Family.BG_NBD, Family.MBG_NBD, Family.PARETO_NBD)
#: Weights before anything is known of an installation: Pareto/NBD has the best totals of the four where it was tried.
_BEFORE = {Family.PARETO_NBD: 1.0, Family.MBG_NBD: 0.5, Family.BG_NBD: 0.5, LEARNED: 0.5}
_PRIOR = 0.03  # squared error every total is believed to have anyway, 17 %: one period says little of the next
_PERIODS = 3
_MOST_BESIDE = 4.0  # a total so many times that of Pareto/NBD, or so small a part of it, is a fit gone wrong


@dataclass(frozen=True)
class Line:
    """A regression on the columns of `straight` after scaling."""

    middle: Floats
    width: Floats
    model: Any

    def counts(self, table: pd.DataFrame) -> Floats:
        """Expected purchases. What no customer ever did is not extrapolated: the linear part is cut at e^8."""
        lines = (straight(table) - self.middle) / self.width
        score = lines @ self.model.coef_ + self.model.intercept_
        counts: Floats = np.exp(np.clip(score, -20.0, 8.0))
        return counts


def poisson(table: pd.DataFrame, n: Floats) -> Line:
    """A Poisson regression of counts."""
    # Four seconds and 170 MB: only processes that learn or score pay for it.
    from sklearn.linear_model import PoissonRegressor  # noqa: PLC0415

    lines = straight(table)
    middle, width = lines.mean(axis=0), np.maximum(lines.std(axis=0), 1e-6)
    model = PoissonRegressor(alpha=3e-2, max_iter=500, solver="newton-cholesky").fit((lines - middle) / width, n)
    return Line(middle, width, model)


def totals(fits: Fits, table: pd.DataFrame, days: int) -> dict[str, float]:
    """What each model of repeat purchase expects of all customers of `table`."""
    of, count, _place = grouped(triples(table))
    return {family: float(count @ predict.expected(fits[family], of, days)) for family in FAMILIES}


def weights(known: Purchases, as_of: int, days: int, memo: dict[int, Fits] | None) -> dict[str, float]:
    """How much each total is believed on `as_of`; adds up to 1. Pareto/NBD alone where there is no earlier period."""
    errors = [found for at in _earlier(known, as_of, days) if (found := _errors(known, at, days, memo))]
    if not errors:
        return {Family.PARETO_NBD: 1.0}
    table = pd.DataFrame(errors)
    squared = (table**2).mean()  # of the periods in which it could be told
    raw = {who: _BEFORE[who] / (float(squared[who]) + _PRIOR) for who in _BEFORE if who in squared}
    whole = sum(raw.values())
    return {who: weight / whole for who, weight in raw.items()}


def _earlier(known: Purchases, as_of: int, days: int) -> list[int]:
    first = known.first_day + teaching.SHORTEST_PAST
    step = max(days // 2, 1)
    return [at for at in range(as_of - days, as_of - days - _PERIODS * step, -step) if at >= first]


def _errors(known: Purchases, at: int, days: int, memo: dict[int, Fits] | None) -> dict[str, float]:
    """Logarithms of expected over actual for the period after `at`; empty where nothing can be said."""
    past = known.until(at)
    drawn = teaching.sample(past, at)
    fits = fitted(drawn, at, memo)
    if not all(fits[family].usable for family in FAMILIES):
        return {}
    table = table_at(drawn, at, days, fits)
    came = float(bought_in(known, table.index, at, at + days)["n"].sum())
    said = totals(fits, table, days)
    taught = teaching.rows(past, at - days, days, None, memo) if at - days >= known.first_day + 30 else None
    if taught is not None and min((taught[1] > 0).sum(), (taught[1] == 0).sum()) >= teaching.FEWEST_OF_EACH:
        said[LEARNED] = float(poisson(*taught).counts(table).sum())
    return {who: float(np.log(max(total, 1e-9) / came)) for who, total in said.items()} if came else {}


def total(believed: Mapping[str, float], said: Mapping[str, float]) -> float:
    """The level: the weighted geometric mean of the totals that were `said`, without those that cannot be."""
    anchor = said[Family.PARETO_NBD]
    sound = {
        who: weight
        for who, weight in believed.items()
        if weight > 0 and anchor / _MOST_BESIDE <= said[who] <= anchor * _MOST_BESIDE
    }
    if not sound or anchor <= 0:
        return anchor
    return float(np.exp(sum(w * np.log(said[who]) for who, w in sound.items()) / sum(sound.values())))
