"""The back-test: what each candidate would have said on earlier days, against what then came."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from services.analytics import learned, metrics, naive, ranges, teaching
from services.analytics.btyd import predict
from services.analytics.btyd.fit import FitState, grouped, triples
from services.analytics.btyd.terms import Family, Triples
from services.analytics.design import Fits, fitted, table_at
from services.analytics.features import features
from services.analytics.metrics import Scores
from services.analytics.naive import Candidate, Forecast
from services.analytics.recency import Floats, Purchases, bought_in, history

#: Cut-offs of a back-test at most, the latest first.
CUT_OFFS = 3
BTYD = {
    Candidate.BG_NBD: Family.BG_NBD,
    Candidate.MBG_NBD: Family.MBG_NBD,
    Candidate.PARETO_NBD: Family.PARETO_NBD,
}
_SHORTEST_PAST = 30  # days before the first cut-off


@dataclass(frozen=True)
class RangeCheck:
    """Whether the ranges held. Shares of what came that lay within; NaN where nothing could be measured."""

    family: Family  # whose count range
    count_level: float  # learned one period earlier
    count_coverage: float
    count_coverage_unlearned: float
    date_coverage: float  # of those who came back within the days
    date_coverage_unlearned: float
    date_error: float  # median distance of the middle of the window from the purchase, in days
    date_error_rule: float  # of "last purchase + own mean gap"
    returned: int


@dataclass(frozen=True)
class CutOff:
    """One split: known up to and with `as_of` (a day number), compared with the `days` after it."""

    as_of: int
    days: int
    customers: int
    buyers: int
    scores: dict[Candidate, Scores]
    losses: dict[Candidate, pd.Series]  # log loss by customer, whose mean is in `scores`
    said: dict[Candidate, pd.Series]  # probability of buying by customer
    came: pd.Series  # purchases by customer
    calibration: dict[Candidate, pd.DataFrame]
    fits: dict[Family, FitState]
    ranges: RangeCheck | None


def cut_offs(bought: Purchases, until: int, days: int, most: int = CUT_OFFS) -> tuple[int, ...]:
    """Days to test from, latest first; their windows of `days` end by `until` and overlap by half at most."""
    step = max(days // 2, 1)
    first = bought.first_day + max(_SHORTEST_PAST, days // 2)
    return tuple(c for c in range(until - days, until - days - most * step, -step) if c >= first)


def forecasts(
    bought: Purchases,
    as_of: int,
    days: int,
    extras: Mapping[int, pd.DataFrame] | None = None,
    memo: dict[int, Fits] | None = None,
) -> tuple[pd.DataFrame, dict[Candidate, Forecast]]:
    """The customers known at `as_of` and what every candidate that can be used says of them."""
    known = bought.until(as_of)
    fits = fitted(known, as_of, memo)
    table = features(known, as_of)
    found = naive.forecasts(known, table, as_of, days)
    of = triples(table)
    for candidate, family in BTYD.items():
        if fits[family].usable:
            found[candidate] = Forecast(predict.p_buy(fits[family], of, days), predict.expected(fits[family], of, days))
    blend = learned.learn(known, as_of, days, fits, extras, memo)
    if blend is not None:
        full = table_at(known, as_of, days, fits, extras if blend.extras else None)
        found[Candidate.BLEND] = Forecast(learned.p_buy(blend, full), learned.expected(blend, full))
    return table, found


def backtest(
    bought: Purchases,
    until: int,
    days: int,
    extras: Mapping[int, pd.DataFrame] | None = None,
    memo: dict[int, Fits] | None = None,
) -> list[CutOff]:
    """All cut-offs, latest first, on a sample of the customers if there are very many. Empty where time is too short.

    Nothing after a cut-off enters its forecasts; `until` is the last day that is complete.
    """
    drawn = teaching.sample(bought.until(until), until)
    kept: dict[int, Fits] = {} if memo is None else memo
    return [one(drawn, as_of, days, extras, kept) for as_of in cut_offs(drawn, until, days)]


def one(
    bought: Purchases, as_of: int, days: int, extras: Mapping[int, pd.DataFrame] | None, memo: dict[int, Fits]
) -> CutOff:
    """A single cut-off."""
    table, said = forecasts(bought, as_of, days, extras, memo)
    came = bought_in(bought, table.index, as_of, as_of + days)
    n, spend = came["n"].to_numpy(float), came["spend"].to_numpy(float)
    fits = fitted(bought.until(as_of), as_of, memo)
    return CutOff(
        as_of=as_of,
        days=days,
        customers=len(table),
        buyers=int((n > 0).sum()),
        scores={who: metrics.scores(f.p_buy, f.n, n, spend) for who, f in said.items()},
        losses={
            who: pd.Series(metrics.log_losses(f.p_buy, (n > 0).astype(float)), table.index) for who, f in said.items()
        },
        said={who: pd.Series(f.p_buy, table.index) for who, f in said.items()},
        came=came["n"],
        calibration={who: metrics.calibration(f.p_buy, (n > 0).astype(float)) for who, f in said.items()},
        fits={family: f.state for family, f in fits.items()},
        ranges=check_ranges(bought, as_of, days, table, came, memo),
    )


def range_family(fits: Fits) -> Family | None:
    """Whose range goes with a count: Pareto/NBD, which gives the level; else the first that can be used."""
    order = (Family.PARETO_NBD, Family.MBG_NBD, Family.BG_NBD)
    return next((family for family in order if fits[family].usable), None)


def learned_levels(
    bought: Purchases, as_of: int, days: int, memo: dict[int, Fits] | None
) -> tuple[float, ranges.DateLevels]:
    """Level of the count range and of the date window, learned from the period that ends at `as_of`."""
    known, before = bought.until(as_of), as_of - days
    earlier = known.until(before)
    nothing = ranges.AIM, ranges.own_levels(days)
    if not earlier.code.size:
        return nothing
    fits = fitted(earlier, before, memo)
    family = range_family(fits)
    table = history(earlier, before)
    came = bought_in(known, table.index, before, as_of)
    if family is None or not fits[Family.MBG_CNBD_2].usable:
        return nothing
    of, n = triples(table), came["n"].to_numpy(float)
    some = slice(None, None, max(len(n) // 5_000, 1))
    part = Triples(*(c[some] for c in of))
    level = ranges.learn_count_level(ranges.possible(fits[family]), part, days, n[some])
    dates = ranges.learn_date_levels(fits[Family.MBG_CNBD_2], table, came["first"].to_numpy(float), days)
    return level, dates


def check_ranges(
    bought: Purchases, as_of: int, days: int, table: pd.DataFrame, came: pd.DataFrame, memo: dict[int, Fits]
) -> RangeCheck | None:
    """Coverage at this cut-off of ranges whose width was learned before it."""
    fits = fitted(bought.until(as_of), as_of, memo)
    family, dates = range_family(fits), fits[Family.MBG_CNBD_2]
    if family is None or not dates.usable:
        return None
    level, levels = learned_levels(bought, as_of, days, memo)
    n = came["n"].to_numpy(float)
    of, _count, place = grouped(triples(table))
    fits_of_range = ranges.possible(fits[family])
    ends = [ranges.count_range(fits_of_range, of, days, p) for p in (level, ranges.AIM)]
    held = [metrics.coverage(low[place], high[place], n) for low, high in ends]
    back = came["first"].notna().to_numpy() & (table["x"].to_numpy() >= 1)
    part, when = triples(table[back]), came["first"].to_numpy(float)[back]
    windows = [ranges.date_window(dates, part, chosen) for chosen in (levels, ranges.own_levels(days))]
    rule = (table["gap_mean"] - table["since_last"]).clip(lower=1.0).to_numpy(float)[back]
    inside = [metrics.coverage(w["next_from"].to_numpy(float), w["next_to"].to_numpy(float), when) for w in windows]
    return RangeCheck(
        family=family,
        count_level=level,
        count_coverage=held[0],
        count_coverage_unlearned=held[1],
        date_coverage=inside[0],
        date_coverage_unlearned=inside[1],
        date_error=_median(windows[0]["next_median"].to_numpy(float) - when),
        date_error_rule=_median(rule - when),
        returned=int(back.sum()),
    )


def _median(distance: Floats) -> float:
    return float(np.median(np.abs(distance))) if distance.size else float("nan")
