"""Purchases at day grain, (x, t_x, T) and the features: counted by hand, blind for the future, true to every order."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.analytics.features import FEATURES, features
from services.analytics.recency import HISTORY_TYPES, bought_in, day_number, day_of, history, purchases
from tests.buying import orders_of


def _orders(*rows: tuple[object, str, float]) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["customer_id", "ordered_at", "revenue"])
    return table.assign(ordered_at=pd.to_datetime(table["ordered_at"]))


SMALL = _orders(
    (7, "2025-03-01 09:00", 10.0),
    (7, "2025-03-01 23:59", 5.0),
    (7, "2025-03-11 00:00", 30.0),
    (7, "2025-03-31 12:00", 20.0),
    (3, "2025-03-20 12:00", 8.0),
)
AS_OF = day_number(pd.Timestamp("2025-04-10"))


def test_two_orders_on_one_day_are_one_purchase() -> None:
    found = history(purchases(SMALL), AS_OF)
    assert found.loc[7].to_dict() == {"x": 2, "t_x": 30, "T": 40, "spend": pytest.approx(65 / 3)}
    assert found.loc[3].to_dict() == {"x": 0, "t_x": 0, "T": 21, "spend": 8}


def test_the_day_of_the_cut_off_counts_to_the_past_and_the_next_one_to_the_future() -> None:
    bought = purchases(SMALL)
    on_the_day = day_number(pd.Timestamp("2025-03-31"))
    assert history(bought, on_the_day).loc[7, "x"] == 2
    assert history(bought, on_the_day - 1).loc[7, "x"] == 1
    came = bought_in(bought, pd.Index([3, 7]), on_the_day - 1, on_the_day)
    assert came["n"].tolist() == [0, 1]
    assert came["spend"].tolist() == [0, 20]
    assert came["first"].isna().tolist() == [True, False]
    assert came.loc[7, "first"] == 1


def test_features_by_hand() -> None:
    found = features(purchases(SMALL), AS_OF).loc[7]
    expected = {
        "since_last": 10, "n_7": 0, "n_14": 1, "n_30": 1, "n_60": 3, "n_180": 3, "n_before_90": 0, "gap_mean": 15,
        "gap_spread": 5, "overdue": 10 / 15, "spend_90": 65,
    }  # fmt: skip
    assert {name: found[name] for name in expected} == pytest.approx(expected)
    assert np.isnan(found["gap_before"])


def test_an_interval_that_grew_is_seen_while_the_silence_still_lasts() -> None:
    days = [0, 30, 61, 92, 150, 210, 268]
    table = pd.DataFrame({"customer_id": 1, "ordered_at": pd.Timestamp("2024-01-01") + pd.to_timedelta(days, "D")})
    first = day_number(pd.Timestamp("2024-01-01"))
    found = features(purchases(table), first + 270).loc[1]
    assert (round(found["gap_before"]), round(found["gap_lately"])) == (31, 59)
    waiting = features(purchases(table), first + 392).loc[1]
    assert waiting["gap_lately"] == 75


def test_empty_frames_keep_their_types() -> None:
    nothing = SMALL.iloc[:0]
    found = history(purchases(nothing), AS_OF)
    assert {name: str(kind) for name, kind in found.dtypes.items()} == HISTORY_TYPES
    assert list(features(purchases(nothing), AS_OF)) == list(FEATURES)
    assert set(map(str, features(purchases(nothing), AS_OF).dtypes)) == {"float64"}
    before_all = history(purchases(SMALL), day_number(pd.Timestamp("2020-01-01")))
    assert len(before_all) == 0


def test_orders_without_customer_or_time_are_left_out_and_text_ids_stay_text() -> None:
    table = _orders(("b", "2025-01-01", 1.0), ("a", "2025-01-02", 1.0), (None, "2025-01-02", 1.0), ("c", "", 1.0))
    assert list(purchases(table).customers) == ["a", "b"]


def test_days_before_1970_are_days_too() -> None:
    table = _orders((1, "1969-12-30", 1.0), (1, "1970-01-02", 1.0), (2, "1969-12-31", 1.0))
    assert history(purchases(table), 5).loc[1].to_dict() == {"x": 1, "t_x": 3, "T": 7, "spend": 1}
    assert day_of(-1).isoformat() == "1969-12-31"


@given(st.integers(0, 50), st.integers(60, 500), st.integers(1, 10_000))
@settings(max_examples=25, deadline=None)
def test_nothing_after_the_cut_off_changes_what_was_known(seed: int, cut: int, after: int) -> None:
    orders = orders_of(25, seed=seed)
    begin = pd.Timestamp("2025-01-01")
    as_of = day_number(begin) + cut
    past = orders[orders["ordered_at"] < begin + pd.Timedelta(days=cut + 1)]
    future = past.assign(ordered_at=begin + pd.Timedelta(days=cut + after), revenue=1e6)
    alone, together = features(purchases(past), as_of), features(purchases(pd.concat([past, future])), as_of)
    pd.testing.assert_frame_equal(alone, together)


@given(st.integers(0, 1000), st.integers(-20_000, 20_000))
@settings(max_examples=25, deadline=None)
def test_order_of_rows_and_a_shift_in_time_change_nothing_and_nothing_is_lost(seed: int, shift: int) -> None:
    orders = orders_of(20, seed=seed)
    end = day_number(orders["ordered_at"].max())
    plain = features(purchases(orders), end)
    moved = orders.sample(frac=1, random_state=seed)
    moved = moved.assign(ordered_at=moved["ordered_at"] + pd.Timedelta(days=shift))
    pd.testing.assert_frame_equal(features(purchases(moved), end + shift), plain)
    days = orders.assign(day=orders["ordered_at"].dt.normalize()).drop_duplicates(["customer_id", "day"])
    assert plain["x"].sum() + len(plain) == len(days)
    assert purchases(orders).spend.sum() == pytest.approx(orders["revenue"].sum())
