"""The learned blend: the shape from learning, the level mostly from the models of repeat purchase.

P(buy) is a mean of a logistic regression (twice), boosted trees and MBG/NBD; the expected count is a Poisson
regression scaled to a total (`level`). Learning sees only cut-offs whose label window ends by the day of the forecast.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from services.analytics import level, teaching
from services.analytics.design import Fits, bent, extra_names, straight
from services.analytics.level import Line
from services.analytics.recency import Floats, Purchases

#: Trees need more rows than a line does; below so many the blend does without them.
FEWEST_ROWS_FOR_TREES = 5_000
#: The line ranks best, the trees correct it, and MBG/NBD holds both to what a customer of such a history can do.
_SHARES = {"logistic": 2.0, "trees": 1.0, "mbg_nbd": 1.0}
_CHUNK = 100_000


@dataclass(frozen=True)
class Blend:
    """What was learned. `fits` are those of the day of the forecast, `believed` the weights of its level."""

    days: int
    fits: Fits
    logistic: Any
    trees: Any
    poisson: Line
    believed: dict[str, float]
    extras: tuple[str, ...]
    learned_at: tuple[int, ...]
    rows: int


def learn(
    bought: Purchases,
    as_of: int,
    days: int,
    fits: Fits,
    extras: Mapping[int, pd.DataFrame] | None = None,
    memo: dict[int, Fits] | None = None,
) -> Blend | None:
    """A blend for purchases in the `days` after `as_of`; None where there is too little to learn from.

    `extras` must hold `as_of` and all of `teaching.cut_offs`, else it is not used. `memo` keeps the fits of earlier
    days, for callers who learn several times from the same customers.
    """
    known = bought.until(as_of)
    at = teaching.cut_offs(known, as_of, days)
    if not at or not all(f.usable for f in fits.values()):
        return None
    usable = extras if extras and all(c in extras for c in (*at, as_of)) else None
    parts = [found for c in at if (found := teaching.rows(known, c, days, usable, memo)) is not None]
    if not parts:
        return None
    table, n = pd.concat([part[0] for part in parts]), np.concatenate([part[1] for part in parts])
    if min(int((n > 0).sum()), int((n == 0).sum())) < teaching.FEWEST_OF_EACH:
        return None
    counts = level.poisson(table, n)
    logistic, trees = _trained((straight(table) - counts.middle) / counts.width, bent(table), n)
    names = tuple(extra_names(table))
    return Blend(days, fits, logistic, trees, counts, level.weights(known, as_of, days, memo), names, at, len(table))


def _trained(lines: Floats, columns: Floats, n: Floats) -> tuple[Any, Any]:
    """Logistic regression and boosted trees; None for the trees where there are too few rows."""
    # Four seconds and 170 MB: only processes that learn or score pay for it.
    from sklearn.ensemble import HistGradientBoostingClassifier  # noqa: PLC0415
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415

    bought = (n > 0).astype(int)
    logistic = LogisticRegression(C=0.03, max_iter=2000).fit(lines, bought)
    if len(n) < FEWEST_ROWS_FOR_TREES:
        return logistic, None
    trees = HistGradientBoostingClassifier(
        learning_rate=0.03,
        max_iter=150,
        max_leaf_nodes=8,
        min_samples_leaf=100,
        l2_regularization=5.0,
        early_stopping=False,
        random_state=0,
    ).fit(columns, bought)
    return logistic, trees


def parts_of(blend: Blend, table: pd.DataFrame) -> dict[str, Floats]:
    """The probabilities that the blend is a mean of, by name."""
    lines = (straight(table) - blend.poisson.middle) / blend.poisson.width
    found = {"logistic": blend.logistic.predict_proba(lines)[:, 1], "mbg_nbd": table["btyd_p"].to_numpy(float)}
    if blend.trees is not None:
        found["trees"] = blend.trees.predict_proba(bent(table))[:, 1]
    return found


def p_buy(blend: Blend, table: pd.DataFrame) -> Floats:
    """Probability of a purchase in the days of the blend; `table` as of `design.table_at`."""
    pieces = (table.iloc[begin : begin + _CHUNK] for begin in range(0, len(table), _CHUNK))
    found = [_mean(parts_of(blend, piece)) for piece in pieces]
    return np.concatenate([np.zeros(0), *found])


def _mean(parts: dict[str, Floats]) -> Floats:
    share = np.array([_SHARES[name] for name in parts])
    mean: Floats = share @ np.array(list(parts.values())) / share.sum()
    return mean


def shape(blend: Blend, table: pd.DataFrame) -> Floats:
    """Expected purchases up to a common factor."""
    pieces = (table.iloc[begin : begin + _CHUNK] for begin in range(0, len(table), _CHUNK))
    return np.concatenate([np.zeros(0), *(blend.poisson.counts(piece) for piece in pieces)])


def expected(blend: Blend, table: pd.DataFrame) -> Floats:
    """Expected purchases: the regression's shape, the level of all customers of `table`."""
    found = shape(blend, table)
    said = {**level.totals(blend.fits, table, blend.days), level.LEARNED: float(found.sum())}
    return found * (level.total(blend.believed, said) / max(said[level.LEARNED], 1e-12))
