"""Purchase patterns by hand: the reference for whoever reckons them in SQL."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from services.analytics.features import features
from services.analytics.patterns import calendar, groups, intervals, together
from services.analytics.patterns.groups import Cell, Trait
from tests.buying import orders_of, shop


def _bought(*rows: tuple[int, str, str]) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["customer_id", "product_id", "ordered_at"])
    return table.assign(ordered_at=pd.to_datetime(table["ordered_at"], format="ISO8601"))


COFFEE = _bought(
    (1, "coffee", "2025-01-01 08:00"),
    (1, "coffee", "2025-01-01 18:00"),
    (1, "coffee", "2025-01-11"),
    (1, "tea", "2025-01-16"),
    (1, "coffee", "2025-01-31"),
    (1, "coffee", "2025-03-02"),
    (2, "coffee", "2025-02-01"),
    (2, "coffee", "2025-02-05"),
)


def test_the_same_product_again_by_hand() -> None:
    found = intervals.same_again(COFFEE)
    assert list(found.index) == ["coffee"]
    expected = {"gaps": 4, "lower": 8.5, "median": 15, "upper": 22.5, "enough": True, "buyers": 2, "again": 2}
    assert found.loc["coffee"].to_dict() == expected


def test_what_is_due_by_its_own_interval() -> None:
    by = ["customer_id", "product_id"]
    for day, state, over in (("2025-03-10", "later", -12), ("2025-03-22", "due", 0), ("2025-04-05", "overdue", 14)):
        found = intervals.due(COFFEE, by, pd.Timestamp(day))
        assert list(found.index) == [(1, "coffee")]
        assert found.iloc[0]["state"] == state
        assert found.iloc[0]["days_over"] == over
    assert intervals.due(COFFEE, by, pd.Timestamp("2025-02-10")).empty  # two gaps are no interval, the third is to come


def test_the_heat_map_has_every_cell_and_loses_no_order() -> None:
    found = calendar.heat_map(COFFEE)
    assert found.shape == (7, 24)
    assert found.to_numpy().sum() == len(COFFEE)
    assert found.loc[2, 8] == 1  # Wednesday, 1 January 2025, 8 o'clock
    assert calendar.heat_map(COFFEE.iloc[:0]).to_numpy().sum() == 0


def _daily(days: int, per_day: object, begin: str = "2022-01-01") -> pd.DataFrame:
    dates = pd.date_range(begin, periods=days)
    counts = np.array([per_day(day) for day in dates])  # type: ignore[operator] # a function of the day
    return pd.DataFrame({"ordered_at": np.repeat(dates.to_numpy(), counts)})


def test_a_december_twice_as_busy_is_a_season_and_growth_is_none() -> None:
    orders = _daily(1096, lambda day: (10 + 10 * (day.month == 12)) * (day.year - 2021))
    found = calendar.by_month(orders, pd.Timestamp("2024-12-31"))
    assert found["enough"].all()
    assert found.loc[12, "index"] == pytest.approx(2 / (13 / 12), rel=0.01)
    assert found.drop(12)["index"].to_numpy() == pytest.approx(1 / (13 / 12), rel=0.02)
    assert found["orders"].sum() == len(orders)


def test_less_than_two_years_are_too_little_for_a_season() -> None:
    found = calendar.by_month(_daily(700, lambda _day: 3), pd.Timestamp("2023-12-01"))
    assert not found["enough"].any()
    assert found["index"].isna().all()
    assert len(found) == 12
    assert {n: str(k) for n, k in calendar.by_month(COFFEE.iloc[:0], pd.Timestamp("2025-01-01")).dtypes.items()} == (
        calendar.SEASON_TYPES
    )


def test_the_week_by_hand() -> None:
    found = calendar.by_weekday(_daily(70, lambda day: 5 if day.day_of_week == 4 else 1), pd.Timestamp("2022-03-11"))
    assert found.loc[4, "index"] == pytest.approx(5 / (11 / 7))
    assert found[["low", "high"]].to_numpy()[4] == pytest.approx(5 / (11 / 7))
    assert not calendar.by_weekday(_daily(50, lambda _day: 1), pd.Timestamp("2022-02-19"))["enough"].any()


def test_pairs_by_hand() -> None:
    """100 orders: A in 50, B in 40, both in 30."""
    rows = [(n, "A") for n in range(50)] + [(n, "B") for n in range(20, 60)] + [(n, "C") for n in range(60, 100)]
    found = together.pairs(pd.DataFrame(rows, columns=["order_id", "product_id"]))
    assert found[["a", "b"]].to_numpy().tolist() == [["A", "B"], ["B", "A"]]
    one = found.iloc[0].to_dict()
    assert (one["n"], one["k"], one["base"], one["share"]) == (50, 30, 0.4, 0.6)
    assert one["shrunk"] == pytest.approx((30 + 200 * 0.4) / 250)
    assert one["low"] < one["shrunk"] < one["high"]
    assert one["lift"] == pytest.approx(0.44 / 0.4)


def test_a_sequence_by_hand() -> None:
    """40 buy a printer; 10 of them ink 5 days later, 2 had ink before; ink alone is bought by 60 others."""
    begin = pd.Timestamp("2025-01-10")
    rows: list[tuple[int, str, pd.Timestamp]] = [(n, "printer", begin) for n in range(40)]
    rows += [(n, "ink", begin + pd.Timedelta(days=5)) for n in range(10)]
    rows += [(n, "ink", begin - pd.Timedelta(days=5)) for n in (10, 11)]
    rows += [(n, "ink", begin) for n in range(100, 160)]
    rows += [(n, "ink", begin + pd.Timedelta(days=31)) for n in (12, 13)]  # too late to count
    bought = pd.DataFrame(rows, columns=["customer_id", "product_id", "ordered_at"])
    found = together.sequences(bought, 30, begin + pd.Timedelta(days=90)).set_index(["a", "b"])
    assert list(found.index) == [("printer", "ink"), ("ink", "printer")]
    one = found.iloc[0].to_dict()
    assert found[["n", "k"]].iloc[1].tolist() == [62, 2]  # 74 with ink, 12 of them had a printer by then
    assert (one["n"], one["k"], one["median_days"]) == (38, 10, 5)
    assert one["base"] == pytest.approx(10 / 38)
    # The window of these buyers is not over yet: nothing is said of them.
    assert together.sequences(bought, 30, begin + pd.Timedelta(days=20)).empty


def test_shrinking_holds_a_lucky_few_near_the_base_and_leaves_the_many() -> None:
    table = together.shrunk(pd.DataFrame({"n": [5, 50_000], "k": [5, 25_000], "base": [0.1, 0.1]}))
    assert table["shrunk"].tolist() == pytest.approx([25 / 205, 0.498], abs=0.002)
    assert (table["high"] - table["low"]).is_monotonic_decreasing


@pytest.mark.parametrize("seed", range(4))
def test_patterns_do_not_depend_on_the_order_of_rows(seed: int) -> None:
    chance = np.random.default_rng(seed)
    bought = orders_of(40, seed=seed)
    bought["product_id"] = chance.integers(0, 5, len(bought))
    bought["order_id"] = np.arange(len(bought)) // 2
    turned, until = bought.sample(frac=1, random_state=seed), bought["ordered_at"].max()
    reckoned: tuple[Callable[[pd.DataFrame], pd.DataFrame], ...] = (
        lambda t: intervals.same_again(t),
        lambda t: intervals.due(t, ["customer_id"], until).sort_index(),
        lambda t: together.pairs(t, fewest=2),
        lambda t: together.sequences(t, 60, until, fewest=2),
        lambda t: groups.retention(t, until),
        lambda t: calendar.by_weekday(t, until),
    )
    for reckon in reckoned:
        pd.testing.assert_frame_equal(reckon(bought), reckon(turned))


def test_the_retention_triangle_by_hand() -> None:
    bought = _bought(
        (1, "x", "2025-01-05"), (1, "x", "2025-01-20"), (1, "x", "2025-03-03"), (2, "x", "2025-01-31"),
        (2, "x", "2025-02-01"), (3, "x", "2025-02-10"), (4, "x", "2025-04-01"),
    )  # fmt: skip
    found = groups.retention(bought, pd.Timestamp("2025-03-31"))
    january, february = pd.Timestamp("2025-01-01"), pd.Timestamp("2025-02-01")
    assert found["active"].to_dict() == {
        (january, 0): 2, (january, 1): 1, (january, 2): 1, (february, 0): 1, (february, 1): 0,
    }  # fmt: skip
    assert found["share"].loc[january].tolist() == [1, 0.5, 0.5]
    by_source = groups.retention(bought.assign(cohort="web"), pd.Timestamp("2025-03-31"))
    assert by_source["customers"].tolist() == [3, 3, 2]
    assert by_source["active"].tolist() == [3, 1, 1]
    assert groups.retention(bought.iloc[:0], pd.Timestamp("2025-03-31")).empty


def test_every_customer_has_one_named_place_in_the_grid() -> None:
    bought = shop(300, seed=6)
    table = features(bought, bought.last_day)
    found = groups.grid(table)
    assert len(found) == len(table)
    assert set(found["cell"]) <= {str(cell) for cell in Cell}
    best = table["since_last"].eq(table["since_last"].min()) & (table["x"] >= 5)
    assert (found.loc[best, "cell"] == Cell.CHAMPIONS).all()
    longest = table["since_last"].eq(table["since_last"].max()) & (table["x"] == 0)
    assert (found.loc[longest, "cell"] == Cell.LOST).all()
    assert found["recency"].value_counts().to_numpy() == pytest.approx(60, abs=6)
    assert list(groups.grid(table.iloc[:0])) == ["recency", "purchases", "cell"]


def test_groups_are_found_described_and_do_not_depend_on_the_order_of_rows() -> None:
    chance = np.random.default_rng(0)
    near = pd.DataFrame({"since_last": 3.0, "x": 20.0, "spend": 90.0, "T": 400.0}, index=range(60))
    far = pd.DataFrame({"since_last": 300.0, "x": 0.0, "spend": 10.0, "T": 310.0}, index=range(60, 160))
    table = pd.concat([near, far]) * chance.uniform(0.9, 1.1, (160, 4))
    group, told = groups.clusters(table, count=2)
    assert group.tolist() == [1] * 60 + [0] * 100
    assert told["customers"].tolist() == [100, 60]
    assert {Trait.OFTEN, Trait.LATELY, Trait.HIGH_SPEND} <= set(told["traits"][1])
    turned = table.sample(frac=1, random_state=1)
    pd.testing.assert_series_equal(groups.clusters(turned, count=2)[0].sort_index(), group)
    few, nothing = groups.clusters(table.iloc[:15], count=2)
    assert few.eq(-1).all()
    assert nothing.empty
