"""Purchases until a customer stops, where a chance to stop follows each of them: a mean over the beta distribution."""

import numpy as np
from scipy.special import betainc, betaincc, betaln, hyp2f1

from services.analytics.recency import Floats

_STEPS = 96
_CHUNK = 20_000
_FAR = 36.0  # log-odds beyond which a probability is 0 or 1 in double precision


def mean_purchases(m: Floats, a: float, chances: Floats, y: Floats) -> Floats:
    """Mean of (1 - (1 + p y)^-m) / p for p ~ Beta(a, chances); a must not be 1.

    By Pfaff's transformation of the hypergeometric function, whose argument stays below 1: with the argument -y it is
    wrong by powers of ten where y or the chances are large. What does not lie between the bounds of the mean (Jensen's
    for the mean p, and m y for no stopping at all) is integrated instead.
    """
    total = a + chances - 1
    with np.errstate(all="ignore"):
        series = np.exp(-m * np.log1p(y)) * hyp2f1(m, chances, total, y / (1 + y))
        value: Floats = total / (a - 1) * (1 - series)
    middle = a / (a + chances)
    least, most = -np.expm1(-m * np.log1p(middle * y)) / middle, m * y
    wrong = np.flatnonzero(~((value >= least * (1 - 1e-6)) & (value <= most * (1 + 1e-6))))  # NaN is wrong too
    for begin in range(0, wrong.size, _CHUNK):
        at = wrong[begin : begin + _CHUNK]
        value[at] = np.clip(_integrated(m[at], a, chances[at], y[at]), least[at], most[at])
    return value


def _integrated(m: Floats, a: float, chances: Floats, y: Floats) -> Floats:
    """The same mean by equal steps of the log-odds of p; below and above them the function does not change."""
    mode, narrow = np.log(a / chances), 12 / np.sqrt(a * chances / (a + chances))
    high = np.minimum(mode + 45 / chances + narrow, _FAR)
    low = np.minimum(np.maximum(mode - 45 / a - narrow, np.log(1e-4) - np.log(m * y)), high - 1e-3)
    odds = low[:, None] + (high - low)[:, None] * np.linspace(0, 1, _STEPS)
    log_p = -np.logaddexp(0, -odds)
    p = np.exp(log_p)
    density = np.exp(a * log_p - chances[:, None] * np.logaddexp(0, odds) - betaln(a, chances)[:, None])
    density[:, [0, -1]] /= 2
    found = (density * -np.expm1(-m[:, None] * np.log1p(p * y[:, None])) / p).sum(axis=1)
    below, above = betainc(a, chances, p[:, 0]), betaincc(a, chances, p[:, -1])
    share = (1 - below - above) / np.maximum(density.sum(axis=1), 1e-300)
    total: Floats = below * m * y + found * share - above * np.expm1(-m * np.log1p(y))
    return total
