"""The columns of the learned models: features on logarithmic scales, and what the BTYD models say."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from services.analytics.btyd import predict
from services.analytics.btyd.fit import Fit, fit, grouped, triples
from services.analytics.btyd.terms import Family
from services.analytics.features import COUNTS, FEATURES, features
from services.analytics.recency import Floats, Purchases, history

#: Columns that the BTYD models add to the features.
BTYD = ("btyd_p", "btyd_p_pareto", "btyd_n_pareto", "btyd_alive")
_LOGARITHMS = ("x", "T", "spend", "since_last", *COUNTS, "n_before_90", "gap_mean", "gap_spread", "overdue", "spend_90")

Fits = dict[Family, Fit]


def fit_all(bought: Purchases, as_of: int) -> Fits:
    """The three models of repeat purchase and the one for dates, fitted to what was known at the end of `as_of`."""
    known = triples(history(bought, as_of))
    return {family: fit(family, known) for family in Family}


def fitted(bought: Purchases, as_of: int, memo: dict[int, Fits] | None) -> Fits:
    """`fit_all`, or what `memo` has of that day; the memo belongs to one set of customers."""
    if memo is None:
        return fit_all(bought, as_of)
    if as_of not in memo:
        memo[as_of] = fit_all(bought, as_of)
    return memo[as_of]


def with_btyd(found: pd.DataFrame, fits: Fits, days: int) -> pd.DataFrame:
    """`FEATURES` (extras stay) and `BTYD`, reckoned from x, since_last and T so that a changed feature is felt."""
    last = np.where(found["x"] > 0, np.maximum(found["T"] - found["since_last"], 0.0), 0.0)
    recent = found.assign(t_x=last)
    of, _count, place = grouped(triples(recent))
    mbg, pareto = fits[Family.MBG_NBD], fits[Family.PARETO_NBD]
    return recent.assign(
        btyd_p=predict.p_buy(mbg, of, days)[place],
        btyd_p_pareto=predict.p_buy(pareto, of, days)[place],
        btyd_n_pareto=predict.expected(pareto, of, days)[place],
        btyd_alive=predict.p_alive(mbg, of)[place],
    )


def extra_names(table: pd.DataFrame) -> list[str]:
    """Columns beyond ours, such as open cases, in the order of the alphabet."""
    return sorted(set(table.columns) - set(FEATURES) - set(BTYD))


def straight(table: pd.DataFrame) -> Floats:
    """Columns for models that are straight lines: logarithms, and log-odds of the probabilities. No NaN.

    An extra column is taken as log(1 + value); below 0 or unknown counts as 0.
    """
    lately, before = table["gap_lately"].clip(lower=0.5), table["gap_before"].clip(lower=0.5)
    change = np.nan_to_num(np.log((lately / before).to_numpy(float)))
    logs = [np.log1p(np.maximum(table[name].fillna(0.0), 0.0)) for name in (*_LOGARITHMS, *extra_names(table))]
    odds = []
    for name in ("btyd_p", "btyd_p_pareto"):
        sure = np.clip(table[name], 1e-6, 1 - 1e-6)
        odds.append(np.log(sure / (1 - sure)))
    expected = np.log(np.maximum(table["btyd_n_pareto"], 1e-6))
    return np.column_stack([*logs, change, *odds, expected, table["btyd_alive"], *_together(table)])


def _together(table: pd.DataFrame) -> list[Floats]:
    """What silence says depends on how often somebody bought and for how long: products, and the first two counts."""
    silence, bought, age = (np.log1p(table[name].to_numpy(float)) for name in ("since_last", "x", "T"))
    once, twice = ((table["x"] == n).to_numpy(float) for n in (0, 1))
    overdue = np.minimum(np.log1p(table["overdue"].to_numpy(float)), 1.2)
    products = [silence * bought, silence * age, bought * age, silence**2, bought**2]
    return [*products, once, twice, once * silence, twice * silence, overdue]


def bent(table: pd.DataFrame) -> Floats:
    """Columns for trees, which need no scale and know what to do with NaN."""
    return table[[*FEATURES, *extra_names(table), *BTYD]].to_numpy(float)


def table_at(
    bought: Purchases, as_of: int, days: int, fits: Fits, extras: Mapping[int, pd.DataFrame] | None = None
) -> pd.DataFrame:
    """Features, extras and BTYD columns of every customer at the end of `as_of`.

    `extras`: by day, frames indexed by customer_id with numbers known at the end of that day; who is missing has 0.
    """
    found = features(bought, as_of)
    if extras and as_of in extras:
        found = found.join(extras[as_of].reindex(found.index).fillna(0.0).astype(float))
    return with_btyd(found, fits, days)
