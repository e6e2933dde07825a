"""When people buy: the hours of the week, and the season by month and weekday."""

import numpy as np
import pandas as pd

#: Whole years of data below which no season by month is told from a trend.
FEWEST_YEARS = 2
#: Whole weeks of data below which no pattern of the week is told.
FEWEST_WEEKS = 8
SEASON_TYPES = {
    "orders": "int64",
    "index": "float64",  # per day, 1 is the mean of all; NaN: too little data
    "low": "float64",  # the lowest and highest of the single years (weeks: quarters of the weeks)
    "high": "float64",
    "enough": "bool",
}


def heat_map(orders: pd.DataFrame) -> pd.DataFrame:
    """Orders by weekday (index 0 = Monday) and hour (columns 0 to 23), int64; every cell is there."""
    at = pd.to_datetime(orders["ordered_at"].dropna())
    cell = at.dt.day_of_week.to_numpy(np.int64) * 24 + at.dt.hour.to_numpy(np.int64)
    counts = np.bincount(cell, minlength=168).reshape(7, 24)
    return pd.DataFrame(counts, index=pd.RangeIndex(7, name="weekday"), columns=pd.RangeIndex(24, name="hour"))


def _daily(orders: pd.DataFrame, until: pd.Timestamp) -> pd.Series:
    """Orders of each day from the first one to `until`, days without orders included."""
    days = pd.to_datetime(orders["ordered_at"].dropna()).dt.normalize()
    days = days[days <= until]
    if days.empty:
        return pd.Series(dtype="int64", index=pd.DatetimeIndex([]))
    counts: pd.Series = days.value_counts().reindex(pd.date_range(days.min(), until.normalize()), fill_value=0)
    return counts


def _nothing(keys: range, name: str, daily: pd.Series, of_day: pd.Index) -> pd.DataFrame:
    counts = daily.groupby(np.asarray(of_day)).sum().reindex(keys, fill_value=0)
    table = pd.DataFrame({"orders": counts, "index": np.nan, "low": np.nan, "high": np.nan, "enough": False})
    return table.astype(SEASON_TYPES).rename_axis(name)


def by_month(orders: pd.DataFrame, until: pd.Timestamp) -> pd.DataFrame:
    """The season: `SEASON_TYPES` indexed by month 1 to 12. `until` is the last complete day.

    The index of a year's month is its orders per day over the mean of that year's months; the season is the median of
    the whole years, so that growth from year to year is none. Below FEWEST_YEARS whole years: too little data.
    """
    daily = _daily(orders, until)
    months = pd.DatetimeIndex(daily.index)
    years = int(len(daily) // 365.25) if len(daily) else 0
    if years < FEWEST_YEARS:
        return _nothing(range(1, 13), "month", daily, months.month)
    begin = months[-1] - pd.DateOffset(years=years) + pd.Timedelta(days=1)
    whole = daily[months >= begin]
    at = pd.DatetimeIndex(whole.index)
    year = (at - begin).days // 365.25
    per_day = whole.groupby([np.asarray(year), np.asarray(at.month)]).mean().unstack().reindex(columns=range(1, 13))
    single = per_day.div(per_day.mean(axis=1).replace(0, np.nan), axis=0)
    table = pd.DataFrame(
        {
            "orders": daily.groupby(np.asarray(months.month)).sum().reindex(range(1, 13), fill_value=0),
            "index": single.median(),
            "low": single.min(),
            "high": single.max(),
            "enough": True,
        }
    )
    return table.astype(SEASON_TYPES).rename_axis("month")


def by_weekday(orders: pd.DataFrame, until: pd.Timestamp) -> pd.DataFrame:
    """The week: `SEASON_TYPES` indexed by weekday 0 (Monday) to 6, over whole weeks; low and high from four parts."""
    daily = _daily(orders, until)
    days = pd.DatetimeIndex(daily.index)
    weeks = len(daily) // 7
    if weeks < FEWEST_WEEKS:
        return _nothing(range(7), "weekday", daily, days.day_of_week)
    whole = daily.iloc[-weeks * 7 :]
    at = pd.DatetimeIndex(whole.index)
    part = np.arange(len(whole)) // 7 * 4 // weeks
    per_day = whole.groupby([part, np.asarray(at.day_of_week)]).mean().unstack()
    single = per_day.div(per_day.mean(axis=1).replace(0, np.nan), axis=0)
    mean = whole.groupby(np.asarray(at.day_of_week)).mean()
    table = pd.DataFrame(
        {
            "orders": daily.groupby(np.asarray(days.day_of_week)).sum(),
            "index": mean / mean.mean(),
            "low": single.min(),
            "high": single.max(),
            "enough": True,
        }
    )
    return table.astype(SEASON_TYPES).rename_axis("weekday")
