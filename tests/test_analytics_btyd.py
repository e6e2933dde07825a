"""The models of repeat purchase: against lifetimes 0.11.3, plain integration, and customers made by their rules.

What they published for the CDNOW sample is tested in `test_analytics_real`.
"""

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.special import betaln, gammaln

from services.analytics.btyd import predict
from services.analytics.btyd.fit import Fit, FitState, fit, grouped, sampled, triples
from services.analytics.btyd.terms import Family, Triples, terms
from services.analytics.btyd.until_stop import mean_purchases
from services.analytics.recency import Floats, history
from tests.buying import shop

POINTS = Triples(
    np.array([0.0, 2.0, 1.0, 26.0, 7.0]),
    np.array([0.0, 30.43, 1.71, 35.0, 10.0]),
    np.array([38.86, 38.86, 38.86, 39.0, 30.0]),
)
#: lifetimes 0.11.3, fitted to its CDNOW summary: parameters, P(alive) and expected purchases in 39 weeks at POINTS.
LIFETIMES = {
    Family.BG_NBD: (
        (0.24259292827982148, 4.413532265271809, 0.7928859664406578, 2.4257523826257374),
        (1.0, 0.7266091367990596, 0.21222738807220765, 0.7324125099343981, 0.01908220883152692),
        (0.19478085793947836, 1.2259104241744068, 0.20325062425618798, 13.36946844082499, 0.11924348908568536),
    ),
    Family.MBG_NBD: (
        (0.5248377255676623, 6.182988479133949, 0.8913562809311403, 1.6140000256721425),
        (0.38971644205016864, 0.7061262587154015, 0.17081963009209875, 0.7260362042355234, 0.022176437662011973),
        (0.15395364436667586, 1.2626707787139375, 0.18878924037050474, 12.595589819837414, 0.13394995414298647),
    ),
    Family.PARETO_NBD: (
        (0.5532824229158777, 10.57769376743853, 0.6061910870827083, 11.667335583057863),
        (0.295099220399805, 0.8691216463208548, 0.16787387671021284, 0.8387143060641166, 0.053219847046519615),
        (0.10706223406862461, 1.4551266277233874, 0.17098377978651194, 14.568168834688603, 0.311446373620025),
    ),
}


def _fitted(family: Family, parameters: tuple[float, ...] | Floats, customers: int = 10_000) -> Fit:
    return Fit(family, np.array(parameters), 0.0, None, FitState.CONVERGED, (), customers, 0)


@pytest.mark.parametrize("family", LIFETIMES, ids=str)
def test_lifetimes_says_the_same(family: Family) -> None:
    parameters, alive, expected = LIFETIMES[family]
    one = _fitted(family, parameters)
    assert predict.p_alive(one, POINTS) == pytest.approx(alive, rel=1e-7)
    assert predict.expected(one, POINTS, 39) == pytest.approx(expected, rel=1e-6)


@given(
    r=st.floats(0.05, 5),
    alpha=st.floats(0.5, 300),
    s=st.floats(0.05, 5),
    beta=st.floats(0.5, 300),
    x=st.integers(0, 200),
    t_x=st.floats(0, 1),
    length=st.floats(1, 700),
)
@settings(max_examples=60, deadline=None)
def test_the_pareto_likelihood_is_the_integral_over_the_day_of_the_stop(
    r: float, alpha: float, s: float, beta: float, x: int, t_x: float, length: float
) -> None:
    last = t_x * length if x else 0.0
    found = terms(Family.PARETO_NBD, np.array([r, alpha, s, beta]), Triples(*np.array([[x], [last], [length]], float)))
    top = -(r + x) * np.log(alpha + last) - (s + 1) * np.log(beta + last)

    def height(step: float) -> float:  # the day of the stop on a logarithmic scale: the fall is steep at first
        day = last + np.expm1(step)
        return float(np.exp(-(r + x) * np.log(alpha + day) - (s + 1) * np.log(beta + day) - top + step))

    area = quad(height, 0, np.log1p(length - last), limit=500, epsabs=0, epsrel=1e-9)[0]
    constant = gammaln(r + x) - gammaln(r) + r * np.log(alpha) + s * np.log(beta)
    if area > 1e-12:
        assert found.dead[0] == pytest.approx(constant + np.log(s) + top + np.log(area), abs=1e-6)


@pytest.mark.parametrize("family", Family, ids=str)
def test_the_gradient_is_the_slope(family: Family) -> None:
    at = np.array([0.6, 8.0, 0.7, 9.0])

    def total(parameters: Floats) -> float:
        return float(terms(family, parameters, POINTS).log_likelihood.sum())

    slopes = [(total(at + step) - total(at - step)) / 2e-5 for step in np.eye(4) * 1e-5]
    assert terms(family, at, POINTS).gradient.sum(axis=1) == pytest.approx(slopes, rel=1e-5, abs=1e-7)


@pytest.mark.parametrize("family", LIFETIMES, ids=str)
def test_expected_purchases_are_the_sum_of_the_chances_of_at_least_n(family: Family) -> None:
    one = _fitted(family, LIFETIMES[family][0])
    chances = [predict.at_least(one, POINTS, np.full(5, float(n)), 39) for n in range(1, 200)]
    assert np.sum(chances, axis=0) == pytest.approx(predict.expected_if_alive(one, POINTS, 39), rel=2e-4)
    once = predict.p_alive(one, POINTS) * chances[0]
    assert predict.p_buy(one, POINTS, 39) == pytest.approx(once, rel=2e-4)


def test_a_simulation_of_the_rules_gives_the_same_range() -> None:
    """MBG/NBD drawn by chance: alive, a rate, a chance to stop; N is the smaller of arrivals and stops."""
    one, chance = _fitted(Family.MBG_NBD, LIFETIMES[Family.MBG_NBD][0]), np.random.default_rng(1)
    r, alpha, a, b = one.parameters
    x, _t_x, length = (column[3] for column in POINTS)
    draws = 200_000
    alive = chance.random(draws) < predict.p_alive(one, POINTS)[3]
    arrivals = chance.poisson(chance.gamma(r + x, 1 / (alpha + length), draws) * 39)
    n = np.where(alive, np.minimum(arrivals, chance.geometric(chance.beta(a, b + x + 1, draws))), 0)
    assert predict.expected(one, POINTS, 39)[3] == pytest.approx(n.mean(), rel=0.02)
    for level in (0.1, 0.5, 0.9):
        answer = predict.count_quantile([one], POINTS, level, 39)[3]
        assert abs(answer - np.quantile(n, level)) <= 1
        assert np.mean(n <= answer) >= level - 0.005


def test_a_date_is_where_the_chance_of_silence_says() -> None:
    """k = 1: median = (alpha + T)(2^(1/(r + x)) - 1)."""
    one = _fitted(Family.MBG_NBD, LIFETIMES[Family.MBG_NBD][0])
    r, alpha = one.parameters[:2]
    closed = (alpha + POINTS.T) * (2 ** (1 / (r + POINTS.x)) - 1)
    assert predict.date_quantile(one, POINTS, 0.5) == pytest.approx(closed, rel=1e-6)
    two = _fitted(Family.MBG_CNBD_2, (0.6, 2.3, 1.1, 1.6))
    assert predict.silence_survival(two, POINTS, predict.date_quantile(two, POINTS, 0.8)) == pytest.approx(0.2)
    with pytest.raises(ValueError, match="dates"):
        predict.expected(two, POINTS, 39)


def test_fits_find_the_rules_by_which_customers_bought() -> None:
    """10,000 customers by MBG/NBD's own rules: each true parameter within four standard errors."""
    chance, customers = np.random.default_rng(5), 10_000
    truth = np.array([0.8, 30.0, 0.6, 2.5])
    rate, stop = chance.gamma(truth[0], 1 / truth[1], customers), chance.beta(truth[2], truth[3], customers)
    length, last, x = chance.uniform(100, 400, customers), np.zeros(customers), np.zeros(customers)
    active = chance.random(customers) >= stop
    while active.any():
        after = last + chance.exponential(1 / rate)
        active &= after <= length
        last, x = np.where(active, after, last), x + active
        active &= chance.random(customers) >= stop
    found = fit(Family.MBG_NBD, Triples(x, last, length))
    assert found.covariance is not None
    distance = np.log(found.parameters / truth) / np.sqrt(np.diag(found.covariance))
    assert np.abs(distance).max() < 4
    assert found.state is FitState.CONVERGED


def _shop(customers: int = 400) -> Triples:
    bought = shop(customers)
    return triples(history(bought, bought.last_day))


@pytest.mark.parametrize("family", Family, ids=str)
def test_order_of_customers_and_unit_of_time_do_not_matter(family: Family) -> None:
    of = _shop()
    plain = fit(family, of)
    turned = fit(family, Triples(*(column[::-1] for column in of)))
    assert np.array_equal(plain.parameters, turned.parameters)
    weeks = fit(family, Triples(of.x, of.t_x / 7, of.T / 7))
    times = [1, 7, 1, 7 if family is Family.PARETO_NBD else 1]
    assert weeks.parameters * times == pytest.approx(plain.parameters, rel=0.02)
    per_week = weeks.log_likelihood - float(of.x.sum()) * np.log(7) * family.steps
    assert per_week == pytest.approx(plain.log_likelihood, abs=0.01)


def test_grouping_and_sampling_lose_nobody() -> None:
    of = _shop()
    unique, count, place = grouped(of)
    assert count.sum() == of.x.size
    assert all(np.array_equal(u[place], c) for u, c in zip(unique, of, strict=True))
    drawn, again = sampled(of, 100), sampled(Triples(*(c[::-1] for c in of)), 100)
    assert drawn.x.size == 100
    assert all(np.array_equal(one, other) for one, other in zip(drawn, again, strict=True))


def test_too_little_data_is_told_and_nothing_is_fitted() -> None:
    few = fit(Family.MBG_NBD, Triples(*(column[:20] for column in _shop())))
    assert few.state is FitState.TOO_LITTLE_DATA
    assert not few.usable


def test_customers_who_never_stop_put_the_fit_at_its_border_and_it_says_so() -> None:
    bought = shop(300, stop=1e-9, mean_gap=10.0)
    found = fit(Family.MBG_NBD, triples(history(bought, bought.last_day)))
    assert found.state is FitState.AT_BORDER
    assert set(found.at_border) <= {"a", "b"}
    assert np.isfinite(predict.expected(found, POINTS, 30)).all()


@given(
    m=st.floats(0.05, 500),
    a=st.floats(0.02, 400).filter(lambda a: abs(a - 1) > 0.01),
    chances=st.floats(0.01, 5000),
    y=st.floats(0.001, 60),
)
@settings(max_examples=80, deadline=None)
def test_purchases_until_the_stop_are_the_integral_over_the_chance_to_stop(
    m: float, a: float, chances: float, y: float
) -> None:
    """Also where the hypergeometric function fails: daily buyers who never stop were once foretold 10^15 purchases."""

    def part(odds: float) -> float:
        log_p = -np.logaddexp(0, -odds)
        weight = np.exp(a * log_p - chances * np.logaddexp(0, odds) - betaln(a, chances))
        return float(weight * -np.expm1(-m * np.log1p(np.exp(log_p) * y)) / np.exp(log_p))

    middle = np.log(a / chances)
    wide = 12 / np.sqrt(a * chances / (a + chances))
    low, high = max(middle - 45 / a - wide, -690.0), min(middle + 45 / chances + wide, 690.0)
    inside = sorted({low, *np.clip([middle - wide / 3, middle, middle + wide / 3, -np.log(m * y)], low, high), high})
    area = sum(quad(part, one, other, limit=400)[0] for one, other in pairwise(inside))
    found = mean_purchases(np.array([m]), a, np.array([chances]), np.array([y]))[0]
    assert found == pytest.approx(area, rel=2e-3)


def test_customers_who_hardly_stop_are_expected_to_go_on_as_they_did() -> None:
    """Parameters found for 494 households who bought every other day for four months."""
    one = _fitted(Family.MBG_NBD, (1.66335205, 9.67874709, 0.0482789646, 91.3461407))
    of = Triples(np.array([10.0, 2.0, 60.0]), np.array([34.0, 28.0, 110.0]), np.array([35.0, 29.0, 111.0]))
    without_a_stop = (1.66335205 + of.x) / (9.67874709 + of.T) * 90
    assert predict.expected_if_alive(one, of, 90) == pytest.approx(without_a_stop, rel=0.03)


@given(st.integers(0, 400), st.floats(0, 1), st.floats(1, 4000), st.sampled_from(list(LIFETIMES)))
@settings(max_examples=60, deadline=None)
def test_answers_stay_possible_for_any_customer(x: int, share: float, length: float, family: Family) -> None:
    one = _fitted(family, LIFETIMES[family][0])
    of = Triples(*np.array([[x], [share * length if x else 0.0], [length]], float))
    chances = [float(predict.p_buy(one, of, days)[0]) for days in (1, 30, 365)]
    counts = [float(predict.expected(one, of, days)[0]) for days in (1, 30, 365)]
    assert 0 <= float(predict.p_alive(one, of)[0]) <= 1
    assert 0 <= chances[0] <= chances[1] + 1e-9 <= chances[2] + 2e-9 <= 1 + 3e-9
    assert 0 <= counts[0] <= counts[1] <= counts[2] + 1e-9
    assert all(n >= p - 1e-9 for n, p in zip(counts, chances, strict=True))


def test_what_is_not_known_of_the_parameters_widens_the_range_of_few_customers() -> None:
    bought = shop(60, seed=3)
    of = triples(history(bought, bought.last_day))
    found = fit(Family.MBG_NBD, of)
    draws = predict.parameter_draws(found, 30)
    assert len(draws) == 30
    chances = pd.DataFrame([predict.p_buy(one, of, 90) for one in draws])
    assert chances.std().max() > 0.01
