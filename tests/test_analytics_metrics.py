"""Measures of a forecast, by hand and in their borders."""

import numpy as np
import pytest

from services.analytics.metrics import CALIBRATION_TYPES, auc, averaged, best_tenth, calibration, coverage, scores


def _of(*values: float) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return np.array(values, float)


def test_auc_is_the_chance_that_a_buyer_ranks_above_another_and_ties_count_half() -> None:
    assert auc(_of(0.9, 0.8, 0.3, 0.1), _of(1, 0, 1, 0)) == 0.75
    assert auc(_of(0.5, 0.5), _of(1, 0)) == 0.5
    assert np.isnan(auc(_of(0.5, 0.5), _of(1, 1)))


def test_the_best_tenth_shares_its_last_places_among_equals() -> None:
    weights = best_tenth(_of(*range(20), *[19] * 10))
    assert weights.sum() == pytest.approx(3)
    assert weights[19:] == pytest.approx(3 / 11)


def test_scores_by_hand() -> None:
    found = scores(_of(0.8, 0.4, 0.2, 0.2), _of(3, 1, 0.5, 0.5), _of(4, 0, 0, 1), _of(90, 0, 0, 10))
    assert found.brier == pytest.approx((0.04 + 0.16 + 0.04 + 0.64) / 4)
    assert found.log_loss == pytest.approx(-(2 * np.log(0.8) + np.log(0.6) + np.log(0.2)) / 4)
    assert found.total_error == 0
    assert found.mae == pytest.approx(3 / 4 / (5 / 4))
    assert found.lift_10 == pytest.approx(2)
    assert found.spend_share_10 == pytest.approx(0.9)
    assert found.deviance == pytest.approx(2 * (4 * np.log(4 / 3) - 1 + 1 + 0.5 + np.log(2) - 0.5) / 4)


def test_too_high_and_too_low_totals_do_not_cancel_in_the_mean() -> None:
    high, low = (scores(_of(0.5, 0.5), _of(n, n), _of(1, 1), _of(1, 1)) for n in (1.5, 0.5))
    assert averaged([high, low]).total_error == 0.5
    assert averaged([]).customers == 0
    assert np.isnan(scores(_of(), _of(), _of(), _of()).auc)


def test_calibration_loses_nobody_and_keeps_equals_together() -> None:
    chance = np.random.default_rng(0)
    p = np.round(chance.random(997), 1)
    bought = (chance.random(997) < p).astype(float)
    table = calibration(p, bought)
    assert {name: str(kind) for name, kind in table.dtypes.items()} == CALIBRATION_TYPES
    assert table["customers"].sum() == 997
    assert (table["customers"] * table["observed"]).sum() == pytest.approx(bought.sum())
    assert ((table["low"] <= table["observed"]) & (table["observed"] <= table["high"])).all()
    assert {n: str(k) for n, k in calibration(_of(), _of()).dtypes.items()} == CALIBRATION_TYPES


def test_coverage_counts_the_ends() -> None:
    assert coverage(_of(0, 1, 2), _of(1, 1, 3), _of(1, 1, 4)) == pytest.approx(2 / 3)
    assert np.isnan(coverage(_of(), _of(), _of()))
