"""Tables and sentences of the analytics pages: nothing cut off, nothing called the same, nobody certain."""

import pandas as pd

from pages._ui import figure
from pages.manager._ui import segment_ready
from pages.manager._ui.namesakes import apart
from services.charts import scores


def test_a_long_amount_among_short_figures_has_the_width_it_needs() -> None:
    amount = "€23,592.98"
    assert (figure._wide(pd.Series(["0", "78", amount, "0", "0", "–", "–"])) or 0) >= 8 * len(amount)
    assert figure._wide(pd.Series(["54", "78", "65"])) is None, "the grid measures these well"
    assert figure._wide(pd.Series(["no", "A sentence that may be cut, for it is long."])) is None
    assert figure._wide(pd.Series([], dtype=str)) is None


def test_products_of_one_name_are_told_apart_wherever_they_stand_in_a_pair() -> None:
    pairs = pd.DataFrame([(1, "Milk", 9, "Egg"), (2, "Milk", 1, "Milk"), (3, "Tea", 9, "Egg")])
    pairs.columns = pd.Index(["a", "name_a", "b", "name_b"])
    told = apart(pairs, ("a", "name_a"), ("b", "name_b"))
    assert told["name_a"].tolist() == ["Milk (1)", "Milk (2)", "Tea"]
    assert told["name_b"].tolist() == ["Egg", "Milk (1)", "Egg"]
    assert apart(pairs, ("a", "name_a"), in_front=True)["name_a"].tolist() == ["1 Milk", "2 Milk", "Tea"]


def test_of_no_tenth_it_is_said_that_everybody_or_nobody_buys() -> None:
    tenths = pd.DataFrame({"tenth": [1, 10], "p_buy": [0.002, 0.9997], "customers": [50, 50], "expected": [0.1, 60.0]})
    _bars, told = segment_ready._tenths(tenths)
    assert "50 most likely over 99 % are" in told
    assert "50 least likely under 1 %." in told


def test_the_axis_of_the_tenths_ends_where_a_bar_may_end() -> None:
    frame = pd.DataFrame({"tenth": ["1"], "chance": [0.99], "customers": [5], "shown": ["98 % – 99 %"]})
    assert scores.tenths(frame).to_dict()["encoding"]["y"]["scale"] == {"domainMin": 0, "nice": True}
