"""The learned blend: the shape from learning, the level from the models of repeat purchase.

P(buy) is the mean of a logistic regression, boosted trees and MBG/NBD; the expected count is a Poisson regression
scaled to the total that Pareto/NBD expects. Learning sees only cut-offs whose label window ends by the day of the
forecast.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from services.analytics.design import Fits, bent, extra_names, fitted, straight, table_at
from services.analytics.recency import Floats, Purchases, bought_in, history

#: Below so many customers with a repeat purchase the blend is not learned.
FEWEST_REPEATERS = 200
#: Below so many buyers and so many others in the label windows neither.
FEWEST_OF_EACH = 20
#: Customers learned from at most, per cut-off.
MOST_LEARNED = 30_000
#: Trees need more rows than a line does; below so many the blend does without them.
FEWEST_ROWS_FOR_TREES = 5_000
_CUT_OFFS = 3
_SHORTEST_PAST = 60  # days of history before the earliest cut-off
_CHUNK = 100_000


@dataclass(frozen=True)
class Blend:
    """What was learned. `fits` are those of the day of the forecast."""

    days: int
    fits: Fits
    middle: Floats
    width: Floats
    logistic: Any
    trees: Any
    poisson: Any
    extras: tuple[str, ...]
    learned_at: tuple[int, ...]
    rows: int


def cut_offs(bought: Purchases, as_of: int, days: int) -> tuple[int, ...]:
    """The days to learn from, latest first: each window of `days` ends by `as_of`, and some past lies before it."""
    first = bought.first_day + _SHORTEST_PAST
    step = max(days // 3, 30)  # windows may overlap: what they teach is not the same, and the latest teach most
    return tuple(c for c in range(as_of - days, as_of - days - _CUT_OFFS * step, -step) if c >= first)


def learn(
    bought: Purchases,
    as_of: int,
    days: int,
    fits: Fits,
    extras: Mapping[int, pd.DataFrame] | None = None,
    memo: dict[int, Fits] | None = None,
) -> Blend | None:
    """A blend for purchases in the `days` after `as_of`; None where there is too little to learn from.

    `extras` must hold `as_of` and all of `cut_offs`, else it is not used. `memo` keeps the fits of earlier days, for
    callers who learn several times from the same customers.
    """
    known = bought.until(as_of)
    at = cut_offs(known, as_of, days)
    if not at or not all(f.usable for f in fits.values()):
        return None
    usable = extras if extras and all(c in extras for c in (*at, as_of)) else None
    parts = [found for c in at if (found := _learning_rows(known, c, days, usable, memo)) is not None]
    if not parts:
        return None
    table, n = pd.concat([part[0] for part in parts]), np.concatenate([part[1] for part in parts])
    if min(int((n > 0).sum()), int((n == 0).sum())) < FEWEST_OF_EACH:
        return None
    lines = straight(table)
    middle, width = lines.mean(axis=0), np.maximum(lines.std(axis=0), 1e-6)
    logistic, trees, poisson = _trained((lines - middle) / width, bent(table), n)
    names = tuple(extra_names(table))
    return Blend(days, fits, middle, width, logistic, trees, poisson, names, at, len(table))


def _learning_rows(
    known: Purchases, at: int, days: int, extras: Mapping[int, pd.DataFrame] | None, memo: dict[int, Fits] | None
) -> tuple[pd.DataFrame, Floats] | None:
    """Columns and counts at one cut-off, of a sample of the customers of that day."""
    drawn = sample(known, at)
    past = history(drawn, at)
    if int((past["x"] > 0).sum()) < FEWEST_REPEATERS:
        return None
    fits = fitted(drawn, at, memo)
    if not all(f.usable for f in fits.values()):
        return None
    table = table_at(drawn, at, days, fits, extras)
    return table, bought_in(drawn, table.index, at, at + days)["n"].to_numpy(float)


def sample(known: Purchases, at: int, most: int = MOST_LEARNED) -> Purchases:
    """All purchases of at most so many of the customers who had bought by `at`; the same draw for the same ones."""
    there = np.unique(known.code[known.day <= at])
    if there.size <= most:
        return known
    return known.of(np.sort(np.random.default_rng(at).choice(there, most, replace=False)))


def _trained(lines: Floats, columns: Floats, n: Floats) -> tuple[Any, Any, Any]:
    """Logistic regression, boosted trees, Poisson regression."""
    # Four seconds and 170 MB: only processes that learn or score pay for it.
    from sklearn.ensemble import HistGradientBoostingClassifier  # noqa: PLC0415
    from sklearn.linear_model import LogisticRegression, PoissonRegressor  # noqa: PLC0415

    bought = (n > 0).astype(int)
    logistic = LogisticRegression(C=0.1, max_iter=1000).fit(lines, bought)
    trees = (
        None
        if len(n) < FEWEST_ROWS_FOR_TREES
        else HistGradientBoostingClassifier(
            learning_rate=0.05,
            max_iter=120,
            max_leaf_nodes=15,
            min_samples_leaf=40,
            l2_regularization=1.0,
            early_stopping=False,
            random_state=0,
        ).fit(columns, bought)
    )
    poisson = PoissonRegressor(alpha=1e-2, max_iter=500, solver="newton-cholesky").fit(lines, n)
    return logistic, trees, poisson


def parts_of(blend: Blend, table: pd.DataFrame) -> dict[str, Floats]:
    """The three probabilities that the blend is the mean of."""
    lines = (straight(table) - blend.middle) / blend.width
    found = {"logistic": blend.logistic.predict_proba(lines)[:, 1], "mbg_nbd": table["btyd_p"].to_numpy(float)}
    if blend.trees is not None:
        found["trees"] = blend.trees.predict_proba(bent(table))[:, 1]
    return found


def p_buy(blend: Blend, table: pd.DataFrame) -> Floats:
    """Probability of a purchase in the days of the blend; `table` as of `design.table_at`."""
    pieces = (table.iloc[begin : begin + _CHUNK] for begin in range(0, len(table), _CHUNK))
    found = [np.mean(list(parts_of(blend, piece).values()), axis=0) for piece in pieces]
    return np.concatenate([np.zeros(0), *found])


def shape(blend: Blend, table: pd.DataFrame) -> Floats:
    """Expected purchases up to a common factor."""
    found = [np.zeros(0)]
    for begin in range(0, len(table), _CHUNK):
        lines = (straight(table.iloc[begin : begin + _CHUNK]) - blend.middle) / blend.width
        # What no customer ever did is not extrapolated: the linear part is cut at e^8 purchases.
        score = lines @ blend.poisson.coef_ + blend.poisson.intercept_
        found.append(np.exp(np.clip(score, -20.0, 8.0)))
    return np.concatenate(found)


def expected(blend: Blend, table: pd.DataFrame) -> Floats:
    """Expected purchases: the regression's shape, the total of Pareto/NBD over all customers of `table`."""
    found = shape(blend, table)
    return found * float(table["btyd_n_pareto"].sum() / max(found.sum(), 1e-12))
