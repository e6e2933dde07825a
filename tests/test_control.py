"""The usual range holds what chance alone brings, as often as it says."""

import numpy as np
import pytest
from scipy import stats

from services.analytics import control


@pytest.mark.parametrize("rate", [2, 8, 60, 2000])
def test_about_95_of_100_ordinary_counts_lie_inside(rate: int) -> None:
    drawn = np.random.default_rng(3).poisson(rate, (2000, 9))
    held = [found.holds(row[8]) for row in drawn.tolist() if (found := control.counts(row[:8])) is not None]
    assert 0.93 <= sum(held) / len(held) <= 0.995


def test_counts_that_scatter_more_than_chance_have_a_wider_range() -> None:
    drawn = np.random.default_rng(4).negative_binomial(5, 5 / 55, (2000, 9))  # mean 50, variance 550
    held = [found.holds(row[8]) for row in drawn.tolist() if (found := control.counts(row[:8])) is not None]
    assert sum(held) / len(held) > 0.9


@pytest.mark.parametrize(("rate", "growth", "least"), [(100, 0.1, 0.93), (400, 0.1, 0.93), (100, -0.08, 0.92)])
def test_what_grows_or_shrinks_is_expected_to_go_on(rate: int, growth: float, least: float) -> None:
    means = rate * (1 + growth) ** np.array([-1, -2, -3, -4, -5, -6, -7, -8, 0.0])
    drawn = np.random.default_rng(6).poisson(means, (2000, 9)).tolist()
    found = [(control.counts(row[:8]), row[8]) for row in drawn]
    known = [(usual, value) for usual, value in found if usual is not None]
    assert sum(usual.holds(value) for usual, value in known) / len(known) > least
    assert sum(usual.trend == (1 if growth > 0 else -1) for usual, _value in known) / len(known) > 0.8


def test_one_odd_period_does_not_hide_the_next() -> None:
    plain, odd = (
        control.counts([100, 96, 103, 99, 101, 97, 104, 98]),
        control.counts([100, 96, 310, 99, 101, 97, 104, 98]),
    )
    assert plain is not None
    assert odd is not None
    assert (odd.low, odd.high) == pytest.approx((plain.low, plain.high), abs=3)
    assert not odd.holds(150)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.95])
def test_about_95_of_100_ordinary_shares_lie_inside(share: float) -> None:
    drawn = np.random.default_rng(5).binomial(40, share, (2000, 9)).tolist()
    found = [(control.shares([(k, 40) for k in row[:8]], 40), row[8] / 40) for row in drawn]
    held = [usual.holds(value) for usual, value in found if usual is not None]
    assert 0.92 <= sum(held) / len(held) <= 0.995


def test_amounts_have_students_prediction_interval() -> None:
    values = [10.0, 12.0, 9.0, 14.0, 11.0, 10.0]
    found = control.amounts(values)
    assert found is not None
    half = stats.t.ppf(0.975, 5) * np.std(values, ddof=1) * np.sqrt(1 + 1 / 6)
    assert (found.low, found.high) == pytest.approx((np.mean(values) - half, np.mean(values) + half), rel=1e-3)


def test_below_four_periods_nothing_is_claimed() -> None:
    assert control.counts([5, 5, 5]) is None
    assert control.amounts([5.0] * 3) is None
    assert control.shares([(1, 2), (1, 2), (1, 2), (0, 0)], 5) is None
    assert control.shares([(1, 2)] * 4, 0) is None


def test_nothing_ever_makes_anything_at_all_unusual_but_not_nothing() -> None:
    found = control.counts([0] * 8)
    assert found is not None
    assert found.holds(0)
    assert not found.holds(3)
