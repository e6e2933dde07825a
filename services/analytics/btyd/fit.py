"""Maximum likelihood over grouped customers: parameters, their covariance, and what is to be said about the fit."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import pandas as pd
from scipy.optimize import OptimizeResult, minimize

from services.analytics.btyd.terms import Family, Triples, terms
from services.analytics.recency import Floats, Ints

#: Below so many customers with a repeat purchase nothing is fitted.
FEWEST_REPEATERS = 30
#: Customers drawn for a fit of each family at most; more change the third digit and cost minutes.
MOST_FITTED = 30_000
_LOW, _HIGH = np.log(1e-4), np.log(1e5)  # of each parameter, with a time unit of T's mean / 30
_NEAR = np.log(3.0)  # closer to the end than this is "at the border"
_CHUNK = 20_000


class FitState(StrEnum):
    """How much a fit can be believed."""

    CONVERGED = "converged"
    AT_BORDER = "at_border"  # a parameter ran to the end of its range: the data hold no such spread between customers
    NOT_CONVERGED = "not_converged"
    TOO_LITTLE_DATA = "too_little_data"


@dataclass(frozen=True)
class Fit:
    """A fitted model. Times in the unit of the triples given; `covariance` is of the logarithms of the parameters."""

    family: Family
    parameters: Floats
    log_likelihood: float
    covariance: Floats | None  # None: the likelihood has no curvature there
    state: FitState
    at_border: tuple[str, ...]
    customers: int
    evaluations: int

    @property
    def usable(self) -> bool:
        return self.state in (FitState.CONVERGED, FitState.AT_BORDER)


def triples(history: pd.DataFrame) -> Triples:
    """Columns x, t_x, T of a history as arrays."""
    return Triples(*(history[name].to_numpy(float) for name in ("x", "t_x", "T")))


def grouped(of: Triples) -> tuple[Triples, Ints, Ints]:
    """Unique triples, how many customers each has, and where each customer's is."""
    if not of.x.size:
        return of, np.zeros(0, np.int64), np.zeros(0, np.int64)
    order = np.lexsort((of.T, of.t_x, of.x))
    rows = np.stack([of.x, of.t_x, of.T])[:, order]
    new = np.concatenate([[True], (rows[:, 1:] != rows[:, :-1]).any(axis=0)])
    place = np.empty(order.size, np.int64)
    place[order] = np.cumsum(new) - 1
    return Triples(*rows[:, new]), np.bincount(place).astype(np.int64), place


def sampled(of: Triples, most: int, seed: int = 0) -> Triples:
    """At most so many customers, drawn without regard to the order of the rows: the same customers, the same draw."""
    if of.x.size <= most:
        return of
    unique, count, _place = grouped(of)
    drawn = np.random.default_rng(seed).multivariate_hypergeometric(count, most, method="marginals")
    return Triples(*(np.repeat(column, drawn) for column in unique))


def _objective(family: Family, logs: Floats, of: Triples, count: Ints) -> tuple[float, Floats]:
    """Mean negative log-likelihood and its gradient by the logarithms of the parameters."""
    value, gradient = 0.0, np.zeros(4)
    parameters = np.exp(logs)
    for begin in range(0, of.x.size, _CHUNK):
        part = slice(begin, begin + _CHUNK)
        found = terms(family, parameters, Triples(*(column[part] for column in of)))
        value -= float(count[part] @ found.log_likelihood)
        gradient -= found.gradient @ count[part]
    total = count.sum()
    return value / total, gradient * parameters / total


def _start(family: Family, of: Triples, count: Ints) -> Floats:
    """Where the search begins: the buying rate of the data, and one in four who stops."""
    rate = max(float(count @ of.x) / max(float(count @ of.T), 1.0), 1e-3)
    stop = (0.6, 0.6 * float(count @ of.T) / count.sum()) if family is Family.PARETO_NBD else (0.6, 1.8)
    start: Floats = np.log(np.array([0.7, 0.7 / rate * family.steps**-1, *stop]))
    return start


def _covariance(family: Family, logs: Floats, of: Triples, count: Ints) -> Floats | None:
    """Inverse of the curvature at the maximum, from differences of the exact gradient."""
    step = 1e-4
    rows = []
    for unit in np.eye(4) * step:
        up, down = _objective(family, logs + unit, of, count)[1], _objective(family, logs - unit, of, count)[1]
        rows.append((up - down) / (2 * step))
    curve = (np.stack(rows) + np.stack(rows).T) / 2 * count.sum()
    if not np.isfinite(curve).all() or np.linalg.eigvalsh(curve).min() <= 1e-6:
        return None
    inverse: Floats = np.linalg.inv(curve)
    return inverse


def _objective_of(family: Family, of: Triples, count: Ints) -> Callable[[Floats], tuple[float, Floats]]:
    return lambda logs: _objective(family, logs, of, count)


def _search(family: Family, of: Triples, count: Ints) -> OptimizeResult:
    """The better of at most two searches: the second starts elsewhere if the first did not end well."""
    best: OptimizeResult | None = None
    start = _start(family, of, count)
    for shift in (np.zeros(4), np.array([0.5, 0.5, -1.0, -1.0])):
        found = minimize(
            _objective_of(family, of, count),
            np.clip(start + shift, _LOW, _HIGH),
            (),
            jac=True,
            method="L-BFGS-B",
            bounds=[(_LOW, _HIGH)] * 4,
            options={"maxiter": 500, "ftol": 1e-13, "gtol": 1e-7},
        )
        best = found if best is None or found.fun < best.fun else best
        if _ended(best) and not _border(family, best.x):
            break
    assert best is not None  # noqa: S101 - the loop above has two rounds
    return best


def _ended(found: OptimizeResult) -> bool:
    inside = (found.x > _LOW + 1e-9) & (found.x < _HIGH - 1e-9)
    return bool(np.isfinite(found.fun) and np.abs(found.jac[inside]).max(initial=0.0) < 1e-4)


def _border(family: Family, logs: Floats) -> tuple[str, ...]:
    return tuple(name for name, at in zip(family.names, logs, strict=True) if at < _LOW + _NEAR or at > _HIGH - _NEAR)


def _undetermined(family: Family, covariance: Floats | None) -> tuple[str, ...]:
    """Parameters that could as well be twenty times as large: on the way to the border nothing holds them."""
    if covariance is None:
        return family.names[2:]
    return tuple(name for name, var in zip(family.names, np.diag(covariance), strict=True) if var > np.log(20) ** 2)


def fit(family: Family, of: Triples, most: int = MOST_FITTED) -> Fit:
    """The parameters under which `of` is likeliest.

    The time unit may be any: the search runs in a unit of its own. Two fits of the same customers in another order
    agree to the last digit. Too few repeaters, no convergence and a fit at the border are told in `state`.
    """
    repeaters = int((of.x > 0).sum())
    if repeaters < FEWEST_REPEATERS:
        nothing = np.full(4, np.nan)
        return Fit(family, nothing, np.nan, None, FitState.TOO_LITTLE_DATA, (), of.x.size, 0)
    unit = max(float(of.T.mean()), 1e-9) / 30.0
    chosen = sampled(of, most)
    unique, count, _place = grouped(Triples(chosen.x, chosen.t_x / unit, chosen.T / unit))
    found = _search(family, unique, count)
    covariance = _covariance(family, found.x, unique, count)
    border = _border(family, found.x) or _undetermined(family, covariance)
    state = FitState.AT_BORDER if border else FitState.CONVERGED if _ended(found) else FitState.NOT_CONVERGED
    times = np.array([1.0, unit, 1.0, unit if family is Family.PARETO_NBD else 1.0])
    bought = float(count @ unique.x) * np.log(unit) * family.steps  # a density per unit of time, for each purchase
    return Fit(
        family=family,
        parameters=np.exp(found.x) * times,
        log_likelihood=-float(found.fun) * int(count.sum()) - bought,
        covariance=None if border else covariance,
        state=state,
        at_border=border,
        customers=int(count.sum()),
        evaluations=int(found.nfev),
    )
