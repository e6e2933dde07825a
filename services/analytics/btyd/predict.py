"""What a fitted model expects of each customer: still active, buys within h days, how often, and within what range.

All closed forms or one-dimensional integrals; nothing is drawn by chance. Sources as in `terms`; the expected number
under BG/NBD is equation (10) of Fader, Hardie & Lee (2005), that under Pareto/NBD equation (22) of Schmittlein et al.
(1987).
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.special import betainc, betaln, xlogy

from services.analytics.btyd.fit import Fit
from services.analytics.btyd.terms import Family, Terms, Triples, terms
from services.analytics.btyd.until_stop import mean_purchases
from services.analytics.recency import Floats, Ints

_CHUNK = 50_000
#: Around a = 1 the closed form is 0 / 0; the mean of two points at this distance replaces it.
_BESIDE = 1e-2


def _in_chunks(fit: Fit, of: Triples) -> list[tuple[slice, Terms]]:
    """Terms of all customers, with bounded memory."""
    parts = [slice(begin, begin + _CHUNK) for begin in range(0, of.x.size, _CHUNK)]
    return [
        (part, terms(fit.family, fit.parameters, Triples(*(c[part] for c in of)), derivatives=False)) for part in parts
    ]


def log_likelihood(fit: Fit, of: Triples) -> Floats:
    """Of each customer."""
    return np.concatenate([np.zeros(0), *(found.log_likelihood for _part, found in _in_chunks(fit, of))])


def p_alive(fit: Fit, of: Triples) -> Floats:
    """Probability that the customer is still active at T."""
    return np.concatenate([np.zeros(0), *(found.p_alive for _part, found in _in_chunks(fit, of))])


def p_buy(fit: Fit, of: Triples, days: float) -> Floats:
    """Probability of at least one purchase in the `days` after T.

    No purchase in them is the history (x, t_x, T + days): its likelihood over that of (x, t_x, T).
    """
    longer = log_likelihood(fit, Triples(of.x, of.t_x, of.T + days)) - log_likelihood(fit, of)
    return np.clip(-np.expm1(longer), 0.0, 1.0)


def expected(fit: Fit, of: Triples, days: float) -> Floats:
    """Expected purchases in the `days` after T, over all customers of such a history."""
    _steps_of_one(fit)
    return p_alive(fit, of) * expected_if_alive(fit, of, days)


def expected_if_alive(fit: Fit, of: Triples, days: float) -> Floats:
    """The same for a customer who is known to be active at T."""
    r, alpha, a, b = fit.parameters
    m = r + of.x
    if fit.family is Family.PARETO_NBD:
        # The mean of the time still to be active within `days`, times the mean rate; a, b are s, beta here.
        shrink = np.log((b + of.T) / (b + of.T + days))
        power = a - 1 if abs(a - 1) > 1e-9 else 1e-9
        mean: Floats = m / (alpha + of.T) * (b + of.T) * -np.expm1(power * shrink) / power
        return mean
    chances = b + of.x + (0 if fit.family is Family.BG_NBD else 1)
    y = days / (alpha + of.T)
    if abs(a - 1) < _BESIDE:
        return (mean_purchases(m, a - _BESIDE, chances, y) + mean_purchases(m, a + _BESIDE, chances, y)) / 2
    return mean_purchases(m, a, chances, y)


_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(8)
_NODES, _WEIGHTS = (_NODES + 1) / 2, _WEIGHTS / 2


def at_least(fit: Fit, of: Triples, n: Floats, days: float, rate: Floats | float = 1.0) -> Floats:
    """Probability of at least n (>= 1) purchases in `days`, given that the customer is active at T.

    Buying rate and stopping are independent after the data, given active: at least n purchases means n arrivals in time
    (negative binomial) and no stop at the first n - 1 of them (BG, MBG), or no stop before (Pareto: a mean over its
    day). `rate` multiplies the buying rates: it carries the level of another model's expectation into the range.
    """
    r, alpha, a, b = fit.parameters
    m, before = r + of.x, alpha + of.T
    if fit.family is not Family.PARETO_NBD:
        stay = b + of.x + (0 if fit.family is Family.BG_NBD else 1)
        time = days * rate
        arrive = betainc(n, m, time / (before + time))
        found: Floats = arrive * np.exp(betaln(a, stay + n - 1) - betaln(a, stay))
        return found
    whole = -np.expm1(a * (np.log(b + of.T) - np.log(b + of.T + days)))  # stops within the days
    total: Floats = (1 - whole) * betainc(n, m, days * rate / (before + days * rate))
    for node, weight in zip(_NODES, _WEIGHTS, strict=True):
        stop = (b + of.T) * np.expm1(-np.log1p(-whole * node) / a)
        time = np.minimum(stop, days) * rate
        total = total + whole * weight * betainc(n, m, time / (before + time))
    return total


def _tail(fits: Sequence[Fit], active: Sequence[Floats], of: Triples, n: Floats, days: float, rate: Floats) -> Floats:
    """Probability of at least n purchases, active or not: the mean over the fits that are possible."""
    found = [alive * at_least(fit, of, n, days, rate) for fit, alive in zip(fits, active, strict=True)]
    mean: Floats = np.mean(found, axis=0)
    return mean


def count_quantile(fits: Sequence[Fit], of: Triples, level: float, days: float, rate: Floats | float = 1.0) -> Ints:
    """The smallest count that is not exceeded with probability `level`; by bisection for those whose answer is not 0.

    Several `fits` (see `parameter_draws`) stand for what is not known of the parameters.
    """
    for fit in fits:
        _steps_of_one(fit)
    factor = np.broadcast_to(np.asarray(rate, float), of.x.shape)
    answer = np.zeros(of.x.size, np.int64)
    more = 1 - level  # the answer is the largest n with P(N >= n) > 1 - level
    active = [p_alive(fit, of) for fit in fits]
    # Nobody who is more likely than that to have stopped can have another answer than 0.
    open_to = np.flatnonzero(np.mean(active, axis=0) > more)
    some = Triples(*(c[open_to] for c in of))
    once = _tail(fits, [a[open_to] for a in active], some, np.ones(open_to.size), days, factor[open_to])
    who = open_to[once > more]
    part, rates, alive = Triples(*(c[who] for c in of)), factor[who], [a[who] for a in active]

    def above(at: Ints, n: Floats) -> NDArray[np.bool_]:
        return _tail(fits, [a[at] for a in alive], Triples(*(c[at] for c in part)), n, days, rates[at]) > more

    low, high = np.ones(who.size), np.full(who.size, 2.0)
    growing = np.arange(who.size)
    while growing.size:
        growing = growing[above(growing, high[growing])]
        low[growing] = high[growing]
        high[growing] *= 2
    wide = np.flatnonzero(high - low > 1)
    while wide.size:
        middle = np.floor((low[wide] + high[wide]) / 2)
        more_than = above(wide, middle)
        low[wide] = np.where(more_than, middle, low[wide])
        high[wide] = np.where(more_than, high[wide], middle)
        wide = wide[high[wide] - low[wide] > 1]
    answer[who] = low.astype(np.int64)
    return answer


def parameter_draws(fit: Fit, count: int, seed: int = 0) -> list[Fit]:
    """Fits that the data leave possible: the logarithms of the parameters drawn from their normal approximation."""
    if fit.covariance is None:
        return [fit]
    logs = np.log(fit.parameters)
    drawn = np.random.default_rng(seed).multivariate_normal(np.zeros(4), fit.covariance, count, method="cholesky")
    names = ("family", "log_likelihood", "covariance", "state", "at_border", "customers", "evaluations")
    rest = {name: getattr(fit, name) for name in names}
    return [Fit(parameters=np.exp(logs + np.clip(d, -2, 2)), **rest) for d in drawn]


def silence_survival(fit: Fit, of: Triples, days: Floats | float) -> Floats:
    """Probability that an active customer's next purchase is later than `days` after T."""
    r, alpha = fit.parameters[:2]
    k = fit.family.steps
    m = r + k * of.x
    value: Floats = np.exp(xlogy(m, (alpha + of.T) / (alpha + of.T + days)))
    if k == 2:
        now, then = of.T - of.t_x, of.T + days - of.t_x
        value = value * (1 + m * then / (alpha + of.T + days)) / (1 + m * now / (alpha + of.T))
    return value


def date_quantile(fit: Fit, of: Triples, level: Floats | float, most: float = 3650.0) -> Floats:
    """Days after T by which an active customer's next purchase has come with probability `level`; at most `most`."""
    later = 1 - np.broadcast_to(np.asarray(level, float), of.x.shape)
    low, high = np.zeros(of.x.size), np.full(of.x.size, most)
    for _round in range(40):
        middle = (low + high) / 2
        after = silence_survival(fit, of, middle) > later
        low, high = np.where(after, middle, low), np.where(after, high, middle)
    middle_of_both: Floats = (low + high) / 2
    return middle_of_both


def _steps_of_one(fit: Fit) -> None:
    if fit.family.steps != 1:
        raise ValueError("counts are closed forms for k = 1 only; k = 2 is for dates")
