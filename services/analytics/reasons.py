"""Why a customer's probability is what it is, by the very model that said it, in facts and numbers.

For each fact (a group of columns that say one thing) two steps are measured with the model: the customer with this
fact as typical, and the typical customer with this fact as here. The contribution is the mean of both effects, all
scaled so that they add up to the distance from the typical customer's probability. (With two facts this is the Shapley
value.) A fact is named only if making it typical moves the probability the way that is said.

Where nearly everybody buys, or nearly nobody, the probability has no room to move. Of customers whose facts all move
it less than is worth a word, the facts are weighed by the odds instead: from 99 to 99.9 of 100 is ten times.
"""

from collections.abc import Callable
from enum import StrEnum

import numpy as np
import pandas as pd

from services.analytics.features import COUNTS
from services.analytics.recency import Floats


class Fact(StrEnum):
    """What is said, with the numbers in `value` and `other`."""

    SILENCE = "silence"  # days since the last purchase; other: typical
    BOUGHT_LATELY = "bought_lately"  # purchases in 180 days; other: typical
    BOUGHT_IN_ALL = "bought_in_all"  # purchases ever; other: typical
    KNOWN_SINCE = "known_since"  # days since the first purchase; other: typical
    INTERVAL = "interval"  # mean days between purchases; other: typical
    INTERVAL_CHANGED = "interval_changed"  # mean days between purchases before; other: of the last ones
    SPEND = "spend"  # mean per purchase day; other: typical
    EXTRA = "extra"  # a column that was given in addition, named in `column`; other: typical


_COLUMNS = {
    Fact.SILENCE: ("since_last",),
    Fact.BOUGHT_LATELY: (*COUNTS, "n_before_90"),
    Fact.BOUGHT_IN_ALL: ("x",),
    Fact.KNOWN_SINCE: ("T",),
    Fact.INTERVAL: ("gap_mean", "gap_spread", "gap_before", "gap_lately", "overdue"),
    Fact.SPEND: ("spend", "spend_90"),
}
_SHOWN = {
    Fact.SILENCE: "since_last",
    Fact.BOUGHT_LATELY: "n_180",
    Fact.BOUGHT_IN_ALL: "x",
    Fact.KNOWN_SINCE: "T",
    Fact.INTERVAL: "gap_mean",
    Fact.SPEND: "spend",
}
REASON_TYPES = {
    "place": "int64",  # 1 is the strongest
    "fact": "object",  # the value of a Fact
    "column": "object",  # the column that `value` comes from
    "contribution": "float64",  # to the probability, signed
    "value": "float64",
    "other": "float64",
}
#: The smallest contribution that is worth a word, and where none is, the smallest to the logarithm of the odds.
LEAST, LEAST_ODDS = 0.002, 0.1
#: What is said of a fact that moves the odds alone: its sign, no size.
FAINT = 0.0001


def typical(table: pd.DataFrame) -> pd.Series:
    """The median customer of a population: what reasons compare with."""
    return table.median()


def groups(table: pd.DataFrame) -> dict[tuple[Fact, str], list[str]]:
    """The columns of each fact that the table has; every extra column is a fact of its own."""
    ours = {name for names in _COLUMNS.values() for name in names}
    extra = [n for n in table.columns if n not in ours and n not in ("t_x",) and not n.startswith("btyd_")]
    known = {(fact, _SHOWN[fact]): [n for n in names if n in table] for fact, names in _COLUMNS.items()}
    return {**known, **{(Fact.EXTRA, name): [name] for name in extra}}


def reasons(
    model: Callable[[pd.DataFrame], Floats], table: pd.DataFrame, middle: pd.Series, most: int = 3
) -> pd.DataFrame:
    """The strongest facts of each customer of `table` (features and extras), against the typical customer `middle`.

    `model` gives probabilities for such a table. Out: `REASON_TYPES`, indexed by customer_id, at most `most` rows each.
    """
    if not len(table):
        return pd.DataFrame({n: pd.Series(dtype=k) for n, k in REASON_TYPES.items()}).set_index(table.index[:0])
    facts = groups(table)
    base = pd.DataFrame(np.tile(middle[table.columns].to_numpy(float), (len(table), 1)), table.index, table.columns)
    here, there = model(table), model(base)
    without, alone = np.empty((len(facts), len(table))), np.empty((len(facts), len(table)))
    for at, names in enumerate(facts.values()):
        without[at] = model(table.assign(**{n: base[n] for n in names}))
        alone[at] = model(base.assign(**{n: table[n] for n in names}))
    points = _contributions(here, there, without, alone)
    odds = _contributions(*(_log_odds(p) for p in (here, there, without, alone)))
    faint = (np.abs(points) < LEAST).all(axis=0)
    named = np.where(np.abs(odds) >= LEAST_ODDS, np.sign(odds), 0.0)
    points = np.where(faint, np.maximum(np.abs(points), FAINT) * named, np.where(np.abs(points) >= LEAST, points, 0.0))
    return _strongest(table, middle, list(facts), points, np.where(faint, odds, points), most)


def _contributions(here: Floats, there: Floats, without: Floats, alone: Floats) -> Floats:
    """Of each fact (row) for each customer, from what the model says of the customer, of the typical one, of the
    customer without the fact and of the typical one with it."""
    removed, added = here - without, alone - there
    effect = (removed + added) / 2
    total = effect.sum(axis=0)
    scale = np.where(np.abs(total) > 1e-9, (here - there) / np.where(total == 0, 1.0, total), 1.0)
    contribution = effect * np.clip(scale, 0.5, 2.0)  # facts that cancel each other are not blown up
    return np.where(np.sign(removed) == np.sign(contribution), contribution, 0.0)


def _log_odds(chance: Floats) -> Floats:
    inside = np.clip(chance, 1e-9, 1 - 1e-9)
    return np.log(inside / (1 - inside))


def _strongest(
    table: pd.DataFrame, middle: pd.Series, facts: list[tuple[Fact, str]], points: Floats, weight: Floats, most: int
) -> pd.DataFrame:
    """The facts that have points, by weight."""
    order = np.argsort(-np.abs(weight) * (points != 0), axis=0, kind="stable")[:most]
    rows = []
    for place, fact_of in enumerate(order, start=1):
        for row, at in enumerate(fact_of):
            size = float(points[at, row])
            if size:
                fact, column = facts[at]
                value, other = float(table[column].iloc[row]), float(middle[column])
                if fact is Fact.INTERVAL and not np.isnan(table["gap_before"].iloc[row]):
                    fact = Fact.INTERVAL_CHANGED
                    value, other = float(table["gap_before"].iloc[row]), float(table["gap_lately"].iloc[row])
                rows.append((row, place, fact, column, size, value + (fact is Fact.BOUGHT_IN_ALL), other))
    found = pd.DataFrame(rows, columns=["row", *REASON_TYPES]).sort_values(["row", "place"])
    found.index = table.index[found.pop("row").to_numpy(int)]
    found.loc[found["fact"] == Fact.BOUGHT_IN_ALL, "other"] += 1  # x counts the purchases after the first
    return found.astype(REASON_TYPES)
