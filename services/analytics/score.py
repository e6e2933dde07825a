"""A scoring run: what is fitted on a day, and every customer's figures from it, in chunks of bounded memory."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from services.analytics import learned, level, ranges, teaching
from services.analytics.backtest import BTYD, learned_levels, range_family
from services.analytics.btyd import predict
from services.analytics.btyd.fit import grouped, triples
from services.analytics.btyd.terms import Family
from services.analytics.design import Fits, fitted, with_btyd
from services.analytics.features import features
from services.analytics.learned import Blend
from services.analytics.naive import Candidate
from services.analytics.ranges import DATE_TYPES, DateLevels
from services.analytics.recency import Floats, Purchases

HORIZONS = (30, 90, 365)
#: The horizon of ranges and dates.
MAIN = 90
SCORE_TYPES = {
    "p_alive": "float64",  # still active, by MBG/NBD
    **{f"p_buy_{days}": "float64" for days in HORIZONS},  # never falls with the horizon
    **{f"n_{days}": "float64" for days in HORIZONS},  # expected purchases; never falls either
    "n_low": "float64",  # 80 % range of the purchases in MAIN days
    "n_high": "float64",
    **DATE_TYPES,  # days after the day of the run, if the customer comes back within MAIN days
    "decile": "int64",  # by p_buy of MAIN days: 10 the likeliest tenth
}
_CHUNK = 100_000


@dataclass(frozen=True)
class Model:
    """All that a run needs to score, now or again. `chosen` and `blends` by horizon."""

    as_of: int
    fits: Fits
    chosen: dict[int, Candidate]
    blends: dict[int, Blend]
    count_level: float
    dates: DateLevels


def train(
    bought: Purchases,
    as_of: int,
    chosen: Mapping[int, Candidate] | None = None,
    extras: Mapping[int, pd.DataFrame] | None = None,
) -> Model | None:
    """Fit everything on what was known at the end of `as_of`; None where no model can be used.

    `chosen`: who speaks for which horizon (see `choose`); by default the blend where it can be learned, else MBG/NBD.
    A blend that cannot be learned for a horizon is replaced by MBG/NBD.
    """
    known = bought.until(as_of)
    fits = fitted(known, as_of, None)
    if range_family(fits) is None or not fits[Family.MBG_NBD].usable:
        return None
    wanted = dict.fromkeys(HORIZONS, Candidate.BLEND) if chosen is None else dict(chosen)
    drawn, memo = teaching.sample(known, as_of), dict[int, Fits]()
    blends = {}
    for days, who in list(wanted.items()):
        if who is Candidate.BLEND:
            blend = learned.learn(drawn, as_of, days, fits, extras, memo)
            if blend is not None:
                blends[days] = blend
                continue
        wanted[days] = who if who in BTYD and fits[BTYD[who]].usable else Candidate.MBG_NBD
    level, dates = learned_levels(drawn, as_of, MAIN, memo)
    return Model(as_of, fits, wanted, blends, level, dates)


def probability(model: Model, days: int, table: pd.DataFrame) -> Floats:
    """P(buy within `days`) of features and extras by the model chosen for that horizon; the function reasons ask."""
    if days in model.blends:
        return learned.p_buy(model.blends[days], with_btyd(table, model.fits, days))
    fit = model.fits[BTYD[model.chosen[days]]]
    last = np.where(table["x"] > 0, np.maximum(table["T"] - table["since_last"], 0.0), 0.0)
    return predict.p_buy(fit, triples(table.assign(t_x=last)), days)


def score(model: Model, bought: Purchases, extras: pd.DataFrame | None = None) -> pd.DataFrame:
    """`SCORE_TYPES` of every customer who had bought by `model.as_of`, indexed by customer_id.

    `extras`: the columns that the blends were taught with, as of that day.
    """
    table = features(bought, model.as_of)
    names = sorted({name for blend in model.blends.values() for name in blend.extras})
    if names:
        given = pd.DataFrame(index=table.index) if extras is None else extras
        table = table.join(given.reindex(index=table.index, columns=names).fillna(0.0).astype(float))
    pieces = [table.iloc[begin : begin + _CHUNK] for begin in range(0, len(table), _CHUNK)]
    if not pieces:
        empty = {name: pd.Series(dtype=kind) for name, kind in SCORE_TYPES.items()}
        return pd.DataFrame(empty).set_index(table.index)
    found = pd.concat([_piece(model, piece) for piece in pieces])
    _level(model, found)
    for kind in ("p_buy", "n"):
        names = [f"{kind}_{days}" for days in HORIZONS]
        found[names] = np.maximum.accumulate(found[names].to_numpy(), axis=1)
    _range_holds_the_mean(found)
    found["decile"] = np.ceil(found[f"p_buy_{MAIN}"].rank(method="average", pct=True) * 10).clip(1, 10)
    return found[list(SCORE_TYPES)].astype(SCORE_TYPES)


def _piece(model: Model, table: pd.DataFrame) -> pd.DataFrame:
    """Some customers' figures; expected counts of a blend still without their common level."""
    of, _count, place = grouped(triples(table))
    columns = {"p_alive": predict.p_alive(model.fits[Family.MBG_NBD], of)[place]}
    for days in HORIZONS:
        if days in model.blends:
            full = with_btyd(table, model.fits, days)
            columns[f"p_buy_{days}"] = learned.p_buy(model.blends[days], full)
            columns[f"n_{days}"] = learned.shape(model.blends[days], full)
            for one in level.FAMILIES:
                columns[f"{one}_{days}"] = predict.expected(model.fits[one], of, days)[place]
        else:
            fit = model.fits[BTYD[model.chosen.get(days, Candidate.MBG_NBD)]]
            columns[f"p_buy_{days}"] = predict.p_buy(fit, of, days)[place]
            columns[f"n_{days}"] = predict.expected(fit, of, days)[place]
    family = range_family(model.fits)
    if family is not None:
        low, high = ranges.count_range(ranges.possible(model.fits[family]), of, MAIN, model.count_level)
        columns["n_low"], columns["n_high"] = low[place], high[place]
    window = pd.DataFrame(np.nan, index=range(of.x.size), columns=list(DATE_TYPES))
    if model.fits[Family.MBG_CNBD_2].usable:
        window = ranges.date_window(model.fits[Family.MBG_CNBD_2], of, model.dates)
    columns.update({name: window[name].to_numpy(float)[place] for name in DATE_TYPES})
    return pd.DataFrame(columns, index=table.index)


def _range_holds_the_mean(found: pd.DataFrame) -> None:
    """The range is a model's, the count may be a blend's: where that expects more, the range reaches up to it.

    Below one purchase a mean lies outside by its nature: "0 to 0, on average 0.06" is right.
    """
    if "n_high" not in found:
        return
    mean = found[f"n_{MAIN}"].to_numpy()
    found["n_low"] = np.minimum(found["n_low"], np.floor(mean))
    found["n_high"] = np.where(mean >= 1, np.maximum(found["n_high"], np.ceil(mean)), found["n_high"])


def _level(model: Model, found: pd.DataFrame) -> None:
    """The blends' counts brought to their level over all customers."""
    for days, blend in model.blends.items():
        shape = max(float(found[f"n_{days}"].sum()), 1e-12)
        said = {str(family): float(found[f"{family}_{days}"].sum()) for family in level.FAMILIES}
        found[f"n_{days}"] *= level.total(blend.believed, {**said, level.LEARNED: shape}) / shape
