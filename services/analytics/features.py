"""What the learned models see of a customer on a day: counts, gaps, spend, trend, from purchases up to that day."""

import numpy as np
import pandas as pd

from services.analytics.recency import HISTORY_TYPES, Floats, Purchases, Spans, history, spans

WINDOWS = (7, 14, 30, 60, 90, 180)
COUNTS = tuple(f"n_{days}" for days in WINDOWS)
#: Columns of `features` in this order; all float64. Days, purchases, and money as it came.
FEATURES = (
    *HISTORY_TYPES,
    "since_last",  # days since the last purchase
    *COUNTS,  # purchases in the last so many days
    "n_before_90",  # purchases in the 90 days before the last 90
    "gap_mean",  # days between purchases; T + 1 for who bought once: at least so long
    "gap_spread",  # standard deviation of the gaps, 0 below two gaps
    "gap_before",  # mean gap without the last three; NaN below four gaps
    "gap_lately",  # mean of the last three gaps and, if longer, of the time since then; NaN below four gaps
    "overdue",  # since_last / gap_mean
    "spend_90",  # in the last 90 days
)


def features(bought: Purchases, as_of: int) -> pd.DataFrame:
    """`FEATURES` of each customer who had bought by the end of `as_of`, indexed by customer_id.

    A purchase after `as_of` changes nothing here.
    """
    known = bought.until(as_of)
    found = history(bought, as_of)
    at = spans(known)
    step = known.key
    base = step[at.begin] - known.day[at.begin] if at.code.size else step
    for days, name in zip(WINDOWS, COUNTS, strict=True):
        found[name] = at.end - np.searchsorted(step, base + as_of - days, side="right")
    later = np.searchsorted(step, base + as_of - 90, side="right")
    found["n_before_90"] = later - np.searchsorted(step, base + as_of - 180, side="right")
    sums = np.concatenate([[0.0], np.cumsum(known.spend)])
    found["spend_90"] = sums[at.end] - sums[later]
    found["since_last"] = found["T"] - found["t_x"]
    found["gap_mean"] = np.where(found["x"] > 0, found["t_x"] / np.maximum(found["x"], 1), found["T"] + 1.0)
    found["gap_spread"] = _spread(known, at)
    found["gap_before"], found["gap_lately"] = _before_and_lately(known, at, as_of)
    found["overdue"] = found["since_last"] / np.maximum(found["gap_mean"], 1.0)
    return found[list(FEATURES)].astype(float)


def _spread(known: Purchases, at: Spans) -> Floats:
    """Standard deviation of each customer's gaps."""
    squares = np.concatenate([[0.0], np.cumsum(np.diff(known.day, prepend=0).astype(float) ** 2)])
    gaps = at.end - at.begin - 1
    if not gaps.size:
        return np.zeros(0)
    total = squares[at.end] - squares[at.begin + 1]
    mean = (known.day[at.end - 1] - known.day[at.begin]) / np.maximum(gaps, 1)
    return np.where(gaps >= 2, np.sqrt(np.maximum(total / np.maximum(gaps, 1) - mean**2, 0.0)), 0.0)


def _before_and_lately(known: Purchases, at: Spans, as_of: int) -> tuple[Floats, Floats]:
    """The typical gap earlier and now, for customers with at least four gaps. A silence that lasts counts as a gap."""
    gaps = at.end - at.begin - 1
    before, lately = np.full(gaps.size, np.nan), np.full(gaps.size, np.nan)
    many = gaps >= 4
    turn, last, first = known.day[at.end[many] - 4], known.day[at.end[many] - 1], known.day[at.begin[many]]
    before[many] = (turn - first) / (gaps[many] - 3)
    silence = as_of - last
    usual = (last - turn) / 3.0
    lately[many] = np.where(silence > usual, (as_of - turn) / 4.0, usual)
    return before, lately
