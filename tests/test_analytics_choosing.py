"""Which model speaks, by back-test, and when none does: on customers made for it."""

import numpy as np
import pandas as pd
import pytest

from services.analytics import backtest, level, metrics
from services.analytics.btyd.terms import Family
from services.analytics.choose import Choice, Note, choose
from services.analytics.naive import NAIVE, Candidate
from services.analytics.recency import Floats, Purchases, purchases
from services.analytics.score import train
from tests.buying import shop


def _shop() -> Purchases:
    return shop(900, seed=11)


def _tested() -> list[backtest.CutOff]:
    return backtest.backtest(_shop(), _shop().last_day, 60)


def _choice(bought: Purchases, days: int = 60) -> Choice:
    return choose(bought, bought.last_day, days, backtest.backtest(bought, bought.last_day, days))


def test_customers_who_buy_by_the_rules_are_foretold_better_than_by_rules_of_thumb() -> None:
    found = choose(_shop(), _shop().last_day, 60, _tested())
    assert found.usable
    assert found.candidate not in NAIVE
    assert found.better_by > 0
    assert len(found.cut_offs) == 3
    assert set(found.standings) == set(Candidate)
    assert Note.SEASON_UNSEEN in found.notes  # 540 days


def test_ranges_hold_what_they_promise_at_each_cut_off() -> None:
    for cut in _tested():
        assert cut.ranges is not None
        assert 0.72 <= cut.ranges.date_coverage <= 0.9
        assert cut.ranges.count_coverage >= 0.77
        assert cut.buyers <= cut.customers == int(cut.calibration[Candidate.BLEND]["customers"].sum())


def test_a_handful_of_repeaters_gives_no_model_and_says_why() -> None:
    found = _choice(shop(25, seed=2))
    assert found.candidate is None
    assert Note.TOO_FEW_REPEATERS in found.notes
    assert not found.usable
    assert train(shop(25, seed=2), shop(25, seed=2).last_day) is None


def test_below_two_hundred_repeaters_the_blend_is_not_asked() -> None:
    found = _choice(shop(150, seed=3))
    assert Candidate.BLEND not in found.standings
    assert Note.TOO_FEW_FOR_BLEND in found.notes
    assert found.candidate in (Candidate.BG_NBD, Candidate.MBG_NBD, Candidate.PARETO_NBD)


def test_a_history_shorter_than_the_horizon_cannot_be_tested() -> None:
    assert Note.TOO_SHORT in _choice(_shop(), days=600).notes


def test_where_all_buy_again_by_the_clock_the_models_do_not_beat_the_rule_and_are_not_usable() -> None:
    """Half of the customers come every 20 days, half came once: "as in the last period" is always right."""
    days = [(who, 20 * n + who % 20) for who in range(120) for n in range(20)] + [
        (500 + who, who) for who in range(120)
    ]
    table = pd.DataFrame(days, columns=["customer_id", "day"])
    table["ordered_at"] = pd.Timestamp("2025-01-01") + pd.to_timedelta(table["day"], "D")
    found = _choice(purchases(table), days=40)
    assert found.candidate is not None
    assert Note.NOT_BETTER_THAN_NAIVE in found.notes
    assert not found.usable


def _dated(days: list[tuple[int, int]]) -> Purchases:
    table = pd.DataFrame(days, columns=["customer_id", "day"])
    table["ordered_at"] = pd.Timestamp("2022-01-01") + pd.to_timedelta(table["day"], "D")
    return purchases(table)


def test_a_test_in_which_hardly_anybody_bought_tells_nothing() -> None:
    """300 customers who all stopped, and five who still come now and then."""
    chance = np.random.default_rng(6)
    days = [(who, int(day)) for who in range(300) for day in chance.uniform(0, 150, 3)]
    days += [(400 + who, int(day)) for who in range(5) for day in chance.uniform(0, 500, 8)]
    found = _choice(_dated(days), days=30)
    assert found.candidate is None
    assert Note.NOBODY_CAME in found.notes
    assert not found.usable


def test_a_model_that_tosses_a_coin_or_wins_by_chance_is_not_usable() -> None:
    n, came = 400, np.arange(400) % 2 == 0

    def cut(model: Floats, rule: Floats) -> backtest.CutOff:
        said = {Candidate.MBG_NBD: model, **dict.fromkeys(NAIVE, rule)}
        scores = {who: metrics.scores(p, p, came.astype(float), np.ones(n)) for who, p in said.items()}
        losses = {who: pd.Series(metrics.log_losses(p, came.astype(float))) for who, p in said.items()}
        return backtest.CutOff(0, 60, n, int(came.sum()), scores, losses, {}, pd.Series(dtype=float), {}, {}, None)

    chance = np.random.default_rng(0)
    right = np.where(came, 0.6, 0.4)
    assert choose(_shop(), _shop().last_day, 60, [cut(np.where(came, 0.7, 0.3), right)]).usable
    rule = np.clip(right + chance.normal(0, 0.12, n), 0.05, 0.95)
    hardly = rule.copy()
    for kind in (came, ~came):  # the same probabilities, given to others of the same kind
        hardly[kind] = chance.permutation(rule[kind])
    by_chance = choose(_shop(), _shop().last_day, 60, [cut(hardly + np.where(came, 1, -1) * 1e-3, rule)])
    assert 0 < by_chance.better_by < 0.01
    assert Note.NOT_BETTER_THAN_NAIVE in by_chance.notes
    worse_than_a_coin = choose(_shop(), _shop().last_day, 60, [cut(1 - right, np.where(came, 0.1, 0.9))])
    assert worse_than_a_coin.better_by > 0.5
    assert not worse_than_a_coin.usable


def test_the_same_customers_at_several_cut_offs_count_once_and_new_evidence_of_them_counts() -> None:
    n, chance = 400, np.random.default_rng(4)
    came = np.arange(n) % 2 == 0

    def cut(gains: Floats) -> backtest.CutOff:
        said = {Candidate.MBG_NBD: np.where(came, 0.6, 0.4), **dict.fromkeys(NAIVE, np.where(came, 0.55, 0.45))}
        scores = {who: metrics.scores(p, p, came.astype(float), np.ones(n)) for who, p in said.items()}
        losses = {who: pd.Series(np.zeros(n)) for who in said} | {c: pd.Series(gains) for c in NAIVE}
        return backtest.CutOff(0, 60, n, int(came.sum()), scores, losses, {}, pd.Series(dtype=float), {}, {}, None)

    def gains() -> Floats:
        """Of a mean of nine tenths of their standard error."""
        drawn = chance.normal(0, 1, n)
        found: Floats = (drawn - drawn.mean()) / drawn.std() + 0.9 / np.sqrt(n)
        return found

    def usable(*cuts: backtest.CutOff) -> bool:
        return choose(_shop(), _shop().last_day, 60, cuts).usable

    one = cut(gains())
    assert not usable(one)
    assert not usable(one, one, one)
    assert usable(one, cut(gains()), cut(gains()))


def test_a_season_that_is_coming_is_told_and_none_is_told_without_one() -> None:
    """Three years; in the second half of November everybody buys twice."""
    chance = np.random.default_rng(9)
    plain = [(who, int(day)) for who in range(200) for day in chance.uniform(0, 365 * 3 + 315, 20)]
    feast = [(who, 365 * year + 320 + int(chance.uniform(0, 12))) for who in range(200) for year in range(3)] * 2
    for days, told in ((plain, False), (plain + feast, True)):
        bought = _dated(days)
        until = bought.first_day + 365 * 3 + 314
        notes = choose(bought, until, 30, []).notes
        assert (Note.SEASON_AHEAD in notes) is told
        assert Note.SEASON_AHEAD not in choose(bought, until - 120, 30, []).notes
        assert Note.SEASON_UNSEEN not in notes


def test_the_level_follows_the_totals_that_were_right_and_leaves_out_what_cannot_be() -> None:
    known = _shop().until(_shop().last_day - 60)
    believed = level.weights(known, known.last_day, 60, {})
    assert sum(believed.values()) == pytest.approx(1)
    assert set(believed) == {*level.FAMILIES, level.LEARNED}
    said: dict[str, float] = {Family.PARETO_NBD: 100.0, Family.MBG_NBD: 121.0}
    assert level.total(dict.fromkeys(said, 0.5), said) == pytest.approx(110)
    said |= {Family.BG_NBD: 1e12, level.LEARNED: 3.0}
    assert level.total(dict.fromkeys(said, 0.25), said) == pytest.approx(110)
    assert level.weights(known, known.first_day + 70, 60, {}) == {Family.PARETO_NBD: 1.0}
