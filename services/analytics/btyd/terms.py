"""The two terms of each likelihood, in logarithms, with their derivatives.

Sources: BG/NBD Fader, Hardie & Lee (2005), Marketing Science 24(2); Pareto/NBD Schmittlein, Morrison & Colombo (1987),
Management Science 33(1); MBG/NBD Batislam, Denizel & Filiztekin (2007), IJRM 24(3); MBG/CNBD-k Platzer & Reutterer
(2016), Marketing Science 35(5).
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

import numpy as np
from scipy.special import betaln, digamma, gammaln

from services.analytics.recency import Floats


class Family(StrEnum):
    """A model. The first two parameters are shape and scale of the buying rates, the others of stopping."""

    BG_NBD = "bg_nbd"
    MBG_NBD = "mbg_nbd"
    PARETO_NBD = "pareto_nbd"
    MBG_CNBD_2 = "mbg_cnbd_2"

    @property
    def names(self) -> tuple[str, str, str, str]:
        return ("r", "alpha", "s", "beta") if self is Family.PARETO_NBD else ("r", "alpha", "a", "b")

    @property
    def steps(self) -> int:
        """k of the Erlang gaps: 1 is chance alone, 2 more regular."""
        return 2 if self is Family.MBG_CNBD_2 else 1


class Triples(NamedTuple):
    """Purchases after the first, time of the last one, time observed; both times from the first purchase on."""

    x: Floats
    t_x: Floats
    T: Floats


@dataclass(frozen=True)
class Terms:
    """Logarithms of both terms (n) and their derivatives by the four parameters (4, n)."""

    alive: Floats
    dead: Floats
    d_alive: Floats
    d_dead: Floats

    @property
    def log_likelihood(self) -> Floats:
        total: Floats = np.logaddexp(self.alive, self.dead)
        return total

    @property
    def p_alive(self) -> Floats:
        return np.exp(self.alive - self.log_likelihood)

    @property
    def gradient(self) -> Floats:
        p = self.p_alive
        return p * self.d_alive + (1 - p) * self.d_dead


def terms(family: Family, parameters: Floats, of: Triples, derivatives: bool = True) -> Terms:
    """Both terms of `family` for each customer. Terms that cannot be (a stop before any chance to stop) are -inf.

    Without `derivatives` those are empty: forecasts need none, and they are most of the work.
    """
    if family is Family.PARETO_NBD:
        return _pareto(parameters, of, derivatives)
    return _bg(family, parameters, of, derivatives)


_NONE = np.zeros((4, 0))


def _bg(family: Family, parameters: Floats, of: Triples, derivatives: bool) -> Terms:
    """BG/NBD: a customer may stop after each repeat purchase. MBG: after the first purchase as well."""
    r, alpha, a, b = parameters
    x, t_x, T = of
    k, chances = family.steps, x + (0 if family is Family.BG_NBD else 1)  # chances to stop that were let pass
    m = r + k * x
    common = gammaln(m) - gammaln(r) + r * np.log(alpha) - betaln(a, b)
    silence = T - t_x
    extra = (
        m * silence / (alpha + T) if k == 2 else np.zeros_like(x)
    )  # none or one of the two steps to the next is done
    alive = common + betaln(a, b + chances) - m * np.log(alpha + T) + np.log1p(extra)
    stoppable = chances > 0
    before = np.where(stoppable, b + chances - 1, 1.0)
    dead = np.where(stoppable, common + betaln(a + 1, before) - m * np.log(alpha + t_x), -np.inf)
    if not derivatives:
        return Terms(alive, dead, _NONE, _NONE)
    d_r, d_alpha = digamma(m) - digamma(r) + np.log(alpha), r / alpha
    d_all = digamma(a + b) - digamma(a + b + chances)
    d_alive = np.stack(
        [
            d_r - np.log(alpha + T),
            d_alpha - m / (alpha + T),
            d_all,
            digamma(b + chances) - digamma(b) + d_all,
        ]
    )
    if k == 2:
        d_alive[0] += silence / (alpha + T) / (1 + extra)
        d_alive[1] -= extra / (alpha + T) / (1 + extra)
    d_dead = np.stack(
        [
            d_r - np.log(alpha + t_x),
            d_alpha - m / (alpha + t_x),
            1 / a + d_all,
            digamma(before) - digamma(b) + d_all,
        ]
    )
    return Terms(alive, dead, d_alive, np.where(stoppable, d_dead, 0.0))


_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(24)
_NODES, _WEIGHTS = (_NODES + 1) / 2, _WEIGHTS / 2


def _pareto(parameters: Floats, of: Triples, derivatives: bool) -> Terms:
    """Pareto/NBD. The dead term is an integral over the day of the stop, by quadrature.

    The published form has two hypergeometric functions whose difference cancels; the integral is positive everywhere,
    and its derivatives are averages over the same nodes. The nodes are placed by a power law that falls as the
    integrand does at its beginning.
    """
    r, alpha, s, beta = parameters
    x, t_x, T = of
    m = r + x
    common = gammaln(m) - gammaln(r) + r * np.log(alpha) + s * np.log(beta)
    alive = common - m * np.log(alpha + T) - s * np.log(beta + T)
    fall = m / (alpha + t_x) + (s + 1) / (beta + t_x)
    power = np.maximum(fall**2 / (m / (alpha + t_x) ** 2 + (s + 1) / (beta + t_x) ** 2), 1.05)
    width, flat = power / fall, m * np.log(alpha + t_x) + (s + 1) * np.log(beta + t_x)
    end = np.exp(-(power - 1) * np.log1p((T - t_x) / width) / 3)
    root = end[:, None] + (1 - end)[:, None] * _NODES  # its cube falls from 1 as the integral's rest does
    place = root**3
    stretch = np.exp(-np.log(place) / (power - 1)[:, None])  # 1 + (tau - t_x) / width
    tau = t_x[:, None] + width[:, None] * (stretch - 1)
    a_log, b_log = np.log(alpha + tau), np.log(beta + tau)
    height = np.exp(flat[:, None] - m[:, None] * a_log - (s + 1) * b_log + power[:, None] * np.log(stretch))
    height *= 3 * root**2 * _WEIGHTS
    total = height.sum(axis=1)
    with np.errstate(divide="ignore"):  # T = t_x: no time to stop in, the logarithm of nothing
        dead = common + np.log(s) - flat + np.log(total * (1 - end) * width / (power - 1))
    if not derivatives:
        return Terms(alive, dead, _NONE, _NONE)
    share = height / total[:, None]
    d_r = digamma(m) - digamma(r) + np.log(alpha)
    d_alive = np.stack(
        [
            d_r - np.log(alpha + T),
            r / alpha - m / (alpha + T),
            np.log(beta) - np.log(beta + T),
            s / beta - s / (beta + T),
        ]
    )
    d_dead = np.stack(
        [
            d_r - (share * a_log).sum(axis=1),
            r / alpha - m * (share / (alpha + tau)).sum(axis=1),
            1 / s + np.log(beta) - (share * b_log).sum(axis=1),
            s / beta - (s + 1) * (share / (beta + tau)).sum(axis=1),
        ]
    )
    return Terms(alive, dead, d_alive, d_dead)
