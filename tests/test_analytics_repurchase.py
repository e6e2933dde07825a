"""Scoring and reasons, on customers made for it."""

from functools import cache

import numpy as np
import pandas as pd
import pytest

from services.analytics import backtest, naive, ranges, teaching
from services.analytics.btyd.fit import fit, triples
from services.analytics.btyd.terms import Family
from services.analytics.features import features
from services.analytics.naive import Candidate
from services.analytics.reasons import LEAST, REASON_TYPES, Fact, groups, reasons, typical
from services.analytics.recency import Floats, Purchases, bought_in, history, purchases
from services.analytics.score import HORIZONS, SCORE_TYPES, Model, probability, score, train
from tests.buying import orders_of, shop


@cache
def _shop() -> Purchases:
    return shop(900, seed=11)


@cache
@cache
def _model() -> Model:
    found = train(_shop(), _shop().last_day - 90)
    assert found is not None
    return found


def test_learning_never_sees_what_came_after_the_day() -> None:
    as_of = _shop().last_day - 90
    day = pd.Timestamp(1970, 1, 1) + pd.to_timedelta(_shop().day, "D")
    orders = pd.DataFrame({"customer_id": _shop().code, "ordered_at": day, "revenue": _shop().spend})
    other = orders[_shop().day <= as_of]
    extra = pd.DataFrame(
        {"customer_id": range(900), "ordered_at": pd.Timestamp(1970, 1, 1) + pd.Timedelta(as_of + 5, "D")}
    )
    changed = purchases(pd.concat([other, extra]))
    one, two = (backtest.forecasts(b, as_of, 60)[1] for b in (purchases(orders), changed))
    assert one.keys() == two.keys()
    for who, forecast in one.items():
        assert np.array_equal(forecast.p_buy, two[who].p_buy), who
        assert np.array_equal(forecast.n, two[who].n), who
    assert all(c + 60 <= as_of for c in teaching.cut_offs(_shop(), as_of, 60))


def test_everybody_is_scored_once_within_what_is_possible() -> None:
    found = score(_model(), _shop())
    assert ((found["n_90"] <= found["n_high"]) | (found["n_90"] < 1)).all(), "a range holds what is expected"
    assert (found["n_90"] >= found["n_low"]).all()
    assert {name: str(kind) for name, kind in found.dtypes.items()} == SCORE_TYPES
    known = history(_shop(), _model().as_of)
    assert found.index.equals(known.index)
    assert found.notna().all().all()
    chances = found[[f"p_buy_{days}" for days in HORIZONS]].to_numpy()
    assert ((chances >= 0) & (chances <= 1)).all()
    assert (np.diff(chances, axis=1) >= 0).all()
    assert (found["n_low"] <= found["n_high"]).all()
    assert (found["next_from"] <= found["next_median"]).all()
    assert (found["next_median"] <= found["next_to"]).all()
    assert found["decile"].value_counts().to_numpy() == pytest.approx(len(found) / 10, abs=2)


def test_scores_do_not_depend_on_the_order_of_orders_and_come_out_the_same_again() -> None:
    orders = orders_of(300, seed=4)
    turned = orders.sample(frac=1, random_state=1)
    as_of = purchases(orders).last_day
    runs = []
    for table in (orders, turned):
        model = train(purchases(table), as_of)
        assert model is not None
        runs.append(score(model, purchases(table)))
    pd.testing.assert_frame_equal(runs[0], runs[1])


def test_nobody_to_score_is_a_frame_with_types() -> None:
    empty = score(_model(), purchases(orders_of(3).iloc[:0]))
    assert {name: str(kind) for name, kind in empty.dtypes.items()} == SCORE_TYPES


def test_the_sum_of_expected_purchases_is_the_level_of_the_model() -> None:
    found = score(_model(), _shop())
    came = bought_in(_shop(), found.index, _model().as_of, _model().as_of + 90)["n"]
    assert found["n_90"].sum() == pytest.approx(came.sum(), rel=0.15)


def _asked(days: int = 90) -> tuple[pd.DataFrame, pd.DataFrame]:
    table = features(_shop(), _model().as_of)
    given = reasons(lambda t: probability(_model(), days, t), table.iloc[:200], typical(table))
    return table, given


def test_making_a_named_fact_typical_moves_the_probability_as_said() -> None:
    table, given = _asked()
    middle = typical(table)
    assert {name: str(kind) for name, kind in given.dtypes.items()} == REASON_TYPES
    assert given.groupby(level=0).size().max() <= 3
    assert len(given) > 200
    columns = {fact: names for (fact, _column), names in groups(table).items()}
    for customer, reason in given.iloc[:60].iterrows():
        fact = Fact.INTERVAL if reason["fact"] == Fact.INTERVAL_CHANGED else Fact(reason["fact"])
        here = table.loc[[customer]]
        without = here.assign(**{name: middle[name] for name in columns[fact]})
        moved = float((probability(_model(), 90, here) - probability(_model(), 90, without))[0])
        assert moved * float(reason["contribution"]) > 0
        assert abs(float(reason["contribution"])) >= LEAST


def test_where_nearly_everybody_buys_reasons_are_weighed_by_the_odds() -> None:
    """All between 99.8 and 100 of 100: no fact moves that by much, some move the odds by many times."""
    table = features(_shop(), _model().as_of).iloc[:200]

    def sure(asked: pd.DataFrame) -> Floats:
        return 1 - 0.002 * (1 - probability(_model(), 90, asked))

    middle = typical(table)
    given = reasons(sure, table, middle)
    assert len(given.index.unique()) > 150
    assert (given["contribution"].abs() < LEAST).all()
    columns = {fact: names for (fact, _column), names in groups(table).items()}
    for customer, reason in given.iloc[:60].iterrows():
        fact = Fact.INTERVAL if reason["fact"] == Fact.INTERVAL_CHANGED else Fact(reason["fact"])
        here = table.loc[[customer]]
        moved = float((sure(here) - sure(here.assign(**{name: middle[name] for name in columns[fact]})))[0])
        assert moved * float(reason["contribution"]) > 0
    assert reasons(sure, pd.DataFrame([middle], index=[1]), middle).empty, "the typical customer"


def test_reasons_carry_the_customers_own_numbers() -> None:
    table, given = _asked()
    silent = given[given["fact"] == Fact.SILENCE]
    assert len(silent) > 0
    assert np.array_equal(silent["value"].to_numpy(), table.loc[silent.index, "since_last"].to_numpy())
    changed = given[given["fact"] == Fact.INTERVAL_CHANGED]
    assert np.array_equal(changed["other"].to_numpy(), table.loc[changed.index, "gap_lately"].to_numpy())
    longest = silent[silent["value"] > 3 * silent["other"]]
    assert (longest["contribution"] < 0).all()


def test_a_given_fact_such_as_open_cases_is_learned_and_named() -> None:
    """Customers with open cases are made to stop: the blend finds it, and it is among the reasons."""
    chance = np.random.default_rng(8)
    orders = orders_of(900, seed=11)
    angry = pd.Series(chance.integers(0, 2, 900) * 2.0, index=range(1, 901), name="open_cases")
    end = pd.Timestamp("2025-01-01") + pd.Timedelta(days=300)
    kept = orders[(orders["ordered_at"] < end) | (orders["customer_id"].map(angry) == 0)]
    bought = purchases(kept)
    as_of = bought.last_day - 60
    days = (as_of, *teaching.cut_offs(bought, as_of, 30))
    cases = {day: pd.DataFrame({"open_cases": angry}) for day in days}
    model = train(bought, as_of, {30: Candidate.BLEND, 90: Candidate.MBG_NBD, 365: Candidate.MBG_NBD}, cases)
    assert model is not None
    assert model.blends[30].extras == ("open_cases",)
    table = features(bought, as_of).join(angry)
    given = reasons(
        lambda t: probability(model, 30, t), table, typical(table).where(table.columns != "open_cases", 0.0)
    )
    named = given[given["column"] == "open_cases"]
    assert (named["fact"] == Fact.EXTRA).all()
    assert (named["contribution"] < 0).mean() > 0.95
    assert (named["value"] == 2).all()
    assert score(model, bought, cases[as_of]).notna().all().all()


def test_naive_rules_by_hand() -> None:
    table = pd.DataFrame(
        {
            "customer_id": [1, 1, 1, 2],
            "ordered_at": pd.to_datetime(["2025-01-01", "2025-01-11", "2025-01-31", "2025-01-02"]),
        }
    )
    bought = purchases(table)
    known = features(bought, bought.last_day)
    found = naive.forecasts(bought, known, bought.last_day, 20)
    assert found[Candidate.OWN_RATE].n == pytest.approx([2 / 30 * 20, 0])
    assert found[Candidate.LAST_PERIOD].n.tolist() == [1, 0]
    assert found[Candidate.RECENCY].p_buy[0] > found[Candidate.RECENCY].p_buy[1]


def test_a_width_is_learned_only_from_enough_returns() -> None:
    past = history(_shop(), _shop().last_day - 60)
    dates = fit(Family.MBG_CNBD_2, triples(past))
    nobody: Floats = np.full(len(past), np.nan)
    assert ranges.learn_date_levels(dates, past, nobody, 60) == ranges.own_levels(60)
    came = bought_in(_shop(), past.index, _shop().last_day - 60, _shop().last_day)["first"].to_numpy(float)
    assert ranges.learn_date_levels(dates, past, came, 60).learned_from > 50


def test_counts_that_spread_more_than_the_model_says_widen_the_range() -> None:
    past = history(_shop(), _shop().last_day - 60)
    pareto = fit(Family.PARETO_NBD, triples(past))
    wild = np.random.default_rng(0).poisson(6.0, len(past)).astype(float)
    assert ranges.learn_count_level([pareto], triples(past), 60, wild) > 0.9
    came = bought_in(_shop(), past.index, _shop().last_day - 60, _shop().last_day)["n"].to_numpy(float)
    assert ranges.learn_count_level([pareto], triples(past), 60, came) <= 0.84
