"""Ranges that keep their word: their width is learned at an earlier cut-off so that 80 % hold 80 %.

A model's own 80 % range is right only if the model is. So the level is taken that held one period earlier, on the same
kind of customers: for counts the probability between the ends, for dates the quantiles within which returns really
fell.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from services.analytics.btyd import predict
from services.analytics.btyd.fit import Fit, triples
from services.analytics.btyd.terms import Triples
from services.analytics.metrics import coverage
from services.analytics.recency import Floats

AIM = 0.8
_LEVELS = (0.80, 0.84, 0.88, 0.91, 0.94, 0.96, 0.975, 0.985, 0.993, 0.998)
#: Below so many customers a level is not learned.
FEWEST = 50
#: Up to so many customers the uncertainty of the parameters themselves goes into the range; it vanishes with more.
FEW_CUSTOMERS = 2_000
_DRAWS = 12
_FOLLOWED = 0.75
DATE_TYPES = {"next_from": "float64", "next_median": "float64", "next_to": "float64"}


def possible(fit: Fit) -> list[Fit]:
    """The fit, or several that few customers leave possible."""
    return predict.parameter_draws(fit, _DRAWS) if fit.customers <= FEW_CUSTOMERS else [fit]


def count_range(
    fits: list[Fit], of: Triples, days: int, level: float = AIM, rate: Floats | float = 1.0
) -> tuple[Floats, Floats]:
    """From how many to how many purchases in `days`, with probability `level` between (ends included)."""
    low = predict.count_quantile(fits, of, (1 - level) / 2, days, rate)
    high = predict.count_quantile(fits, of, (1 + level) / 2, days, rate)
    return low.astype(float), high.astype(float)


def learn_count_level(fits: list[Fit], of: Triples, days: int, came: Floats, rate: Floats | float = 1.0) -> float:
    """The smallest level, from 80 % on, that held `AIM` of what came. Never narrower than the model says itself."""
    if came.size < FEWEST:
        return AIM
    for level in _LEVELS:
        if coverage(*count_range(fits, of, days, level, rate), came) >= AIM:
            return level
    return _LEVELS[-1]


@dataclass(frozen=True)
class DateLevels:
    """Quantiles of the model at which the window begins, is in the middle, and ends; for returns within `days`."""

    low: float
    middle: float
    high: float
    days: int
    learned_from: int  # customers who came back; 0: the model's own quantiles


def own_levels(days: int) -> DateLevels:
    """What the model says of itself, before anything is learned."""
    return DateLevels((1 - AIM) / 2, 0.5, (1 + AIM) / 2, days, 0)


def date_window(fit: Fit, of: Triples, levels: DateLevels) -> pd.DataFrame:
    """When the next purchase comes if it comes within `levels.days`: whole days after T, `DATE_TYPES`."""
    within = 1 - predict.silence_survival(fit, of, float(levels.days))
    names = zip(DATE_TYPES, (levels.low, levels.middle, levels.high), strict=True)
    found = {name: predict.date_quantile(fit, of, level * within, float(levels.days)) for name, level in names}
    window = pd.DataFrame(found)
    window["next_from"] = np.maximum(np.floor(window["next_from"]), 1.0)
    window["next_median"] = np.maximum(np.round(window["next_median"]), window["next_from"])
    window["next_to"] = np.maximum(np.ceil(window["next_to"]), window["next_median"])
    return window.astype(DATE_TYPES)


def learn_date_levels(fit: Fit, history: pd.DataFrame, first: Floats, days: int) -> DateLevels:
    """Levels from those of `history` who came back `first` days after its end (NaN: not within `days`).

    One number is learned, the probability between the ends, on whole days as people read them. Where the middle lies is
    left to the model: learned as well, it followed the season of one period into the next. What was found is followed
    three quarters of the way, because one period says something of itself alone.
    """
    back = ~np.isnan(first) & (first <= days) & (history["x"].to_numpy() >= 1)
    if back.sum() < FEWEST:
        return own_levels(days)
    of, when = triples(history[back]), first[back]
    best, off = AIM, np.inf
    for mass in np.arange(0.40, 0.98, 0.02):
        window = date_window(fit, of, DateLevels((1 - mass) / 2, 0.5, (1 + mass) / 2, days, 0))
        held = coverage(window["next_from"].to_numpy(float), window["next_to"].to_numpy(float), when)
        if abs(held - AIM) < off:
            best, off = float(mass), abs(held - AIM)
    followed = AIM + _FOLLOWED * (best - AIM)
    return DateLevels((1 - followed) / 2, 0.5, (1 + followed) / 2, days, int(back.sum()))
