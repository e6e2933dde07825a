"""Rules that anybody can apply in the head. A model has to be better than these on data it has not seen."""

from enum import StrEnum
from typing import NamedTuple

import numpy as np
import pandas as pd

from services.analytics.features import features
from services.analytics.recency import Floats, Ints, Purchases, bought_in


class Candidate(StrEnum):
    """Who may make the forecast."""

    RECENCY = "recency"  # who bought lately buys again: share and mean of the tenths by recency, one period earlier
    LAST_PERIOD = "last_period"  # everybody repeats the last period
    OWN_RATE = "own_rate"  # everybody goes on at the own mean rate
    BG_NBD = "bg_nbd"
    MBG_NBD = "mbg_nbd"
    PARETO_NBD = "pareto_nbd"
    BLEND = "blend"


NAIVE = (Candidate.RECENCY, Candidate.LAST_PERIOD, Candidate.OWN_RATE)


class Forecast(NamedTuple):
    """Probability of a purchase and expected purchases, per customer."""

    p_buy: Floats
    n: Floats


def last_period(bought: Purchases, table: pd.DataFrame, as_of: int, days: int) -> Floats:
    """Purchases of each customer of `table` in the `days` up to and with `as_of`."""
    return bought_in(bought.until(as_of), table.index, as_of - days, as_of)["n"].to_numpy(float)


def forecasts(bought: Purchases, table: pd.DataFrame, as_of: int, days: int) -> dict[Candidate, Forecast]:
    """The naive rules for the customers of `table` (features at `as_of`).

    What share of whom buys again is taken from the period that ends at `as_of`; before there is one, from nothing but
    the customers' own rates.
    """
    rate = table["x"].to_numpy(float) / np.maximum(table["T"].to_numpy(float), 1.0) * days
    own = Forecast(-np.expm1(-rate), rate)
    repeated = last_period(bought, table, as_of, days)
    earlier = features(bought, as_of - days)
    if len(earlier) < 10:
        since = np.exp(-table["since_last"].to_numpy(float) / days)
        return {
            Candidate.RECENCY: Forecast(since, since),
            Candidate.LAST_PERIOD: Forecast(-np.expm1(-repeated), repeated),
            Candidate.OWN_RATE: own,
        }
    came = bought_in(bought.until(as_of), earlier.index, as_of - days, as_of)["n"].to_numpy(float)
    then = last_period(bought, earlier, as_of - days, days)
    edges = np.unique(np.quantile(earlier["since_last"], np.arange(0.1, 1.0, 0.1)))
    then_bin, now_bin = (np.searchsorted(edges, t["since_last"], side="left") for t in (earlier, table))
    groups = len(edges) + 1
    recency = Forecast(
        _means(then_bin, (came > 0).astype(float), groups)[now_bin], _means(then_bin, came, groups)[now_bin]
    )
    few_then, few_now = (np.minimum(n, 5).astype(np.int64) for n in (then, repeated))
    share = _means(few_then, (came > 0).astype(float), 6)[few_now]
    return {Candidate.RECENCY: recency, Candidate.LAST_PERIOD: Forecast(share, repeated), Candidate.OWN_RATE: own}


def _means(group: Ints, value: Floats, groups: int) -> Floats:
    """Mean of each group; the mean of all where a group is empty."""
    count = np.bincount(group, minlength=groups)
    total = np.bincount(group, weights=value, minlength=groups)
    return np.where(count > 0, total / np.maximum(count, 1), value.mean())
