"""Who stays and who belongs together: retention, the named grid of recency and frequency, k-means described."""

from enum import StrEnum

import numpy as np
import pandas as pd

from services.analytics.recency import Floats

RETENTION_TYPES = {"customers": "int64", "active": "int64", "share": "float64"}


def retention(bought: pd.DataFrame, until: pd.Timestamp) -> pd.DataFrame:
    """The triangle: indexed by cohort and months since, `RETENTION_TYPES`. Complete months up to `until` only.

    In: customer_id, ordered_at, optionally cohort (any value per customer, such as segment or source); without it the
    cohort is the month of the first purchase. `active`: customers of the cohort who bought in that month of theirs;
    `customers`: those for whom that month is over. Month 0 is the calendar month of the first purchase.
    """
    known = bought.dropna(subset=["customer_id", "ordered_at"])
    if known.empty:
        keys = pd.MultiIndex.from_arrays(
            [pd.DatetimeIndex([]), pd.Index([], dtype="int64")], names=["cohort", "months"]
        )
        return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in RETENTION_TYPES.items()}, index=keys)
    month = known["ordered_at"].dt.year * 12 + known["ordered_at"].dt.month - 1
    after = until.normalize() + pd.Timedelta(days=1)
    last = after.year * 12 + after.month - 2  # the last month that is over
    table = pd.DataFrame({"customer_id": known["customer_id"], "month": month})
    first = table.groupby("customer_id")["month"].min()
    start = pd.to_datetime((first // 12).astype(str) + "-" + (first % 12 + 1).astype(str) + "-01", format="%Y-%m-%d")
    cohort = known.groupby("customer_id")["cohort"].first() if "cohort" in known else start
    table = table[table["month"] <= last].drop_duplicates()
    since = table["month"] - table["customer_id"].map(first)
    active = table.groupby([table["customer_id"].map(cohort).rename("cohort"), since.rename("months")]).size()
    reached = pd.DataFrame({"cohort": cohort, "most": last - first})
    reached = reached[reached["most"] >= 0]
    rows = [
        (name, months, int((part["most"] >= months).sum()))
        for name, part in reached.groupby("cohort")
        for months in range(int(part["most"].max()) + 1)
    ]
    found = pd.DataFrame(rows, columns=["cohort", "months", "customers"]).set_index(["cohort", "months"])
    found["active"] = active.reindex(found.index, fill_value=0) if len(found) else 0
    found["share"] = found["active"] / found["customers"]
    return found.astype(RETENTION_TYPES)


class Cell(StrEnum):
    """The named fields of the grid, by recency (fifths, 1 = latest) and purchases (1, 2, 3 to 5, 6 and more)."""

    CHAMPIONS = "champions"
    LOYAL = "loyal"
    PROMISING = "promising"
    NEW = "new"
    NEEDS_ATTENTION = "needs_attention"
    AT_RISK = "at_risk"
    CANNOT_LOSE = "cannot_lose"
    FADING = "fading"
    LOST = "lost"


#: Rows: fifths of recency, the latest first; columns: 1, 2, 3 to 5, 6 and more purchase days.
GRID = (
    (Cell.NEW, Cell.PROMISING, Cell.LOYAL, Cell.CHAMPIONS),
    (Cell.NEW, Cell.PROMISING, Cell.LOYAL, Cell.CHAMPIONS),
    (Cell.FADING, Cell.NEEDS_ATTENTION, Cell.NEEDS_ATTENTION, Cell.LOYAL),
    (Cell.LOST, Cell.FADING, Cell.AT_RISK, Cell.CANNOT_LOSE),
    (Cell.LOST, Cell.LOST, Cell.AT_RISK, Cell.CANNOT_LOSE),
)


def grid(table: pd.DataFrame) -> pd.DataFrame:
    """Of `features` rows: recency (1 to 5, fifths; equals stay together), purchases, cell (a `Cell`); same index."""
    if not len(table):
        types = {"recency": "int64", "purchases": "int64", "cell": "str"}
        return pd.DataFrame({n: pd.Series(dtype=k) for n, k in types.items()}).set_index(table.index)
    place = table["since_last"].rank(method="average", pct=True)
    fifth = np.minimum(np.ceil(place.to_numpy(float) * 5), 5).astype(np.int64)
    purchases = table["x"].to_numpy(np.int64) + 1
    column = np.searchsorted([2, 3, 6], purchases, side="right")
    cell = np.array(GRID, dtype=object)[fifth - 1, column]
    return pd.DataFrame({"recency": fifth, "purchases": purchases, "cell": cell}, index=table.index)


class Trait(StrEnum):
    """What sets a group of k-means apart, strongest first."""

    LATELY = "lately"
    LONG_AGO = "long_ago"
    OFTEN = "often"
    SELDOM = "seldom"
    HIGH_SPEND = "high_spend"
    LOW_SPEND = "low_spend"
    LONG_KNOWN = "long_known"
    NEW = "new"


_TRAITS = {
    "since_last": (Trait.LONG_AGO, Trait.LATELY),
    "x": (Trait.OFTEN, Trait.SELDOM),
    "spend": (Trait.HIGH_SPEND, Trait.LOW_SPEND),
    "T": (Trait.LONG_KNOWN, Trait.NEW),
}
_PLAIN = 0.35  # standard deviations of the logarithm: nearer to the mean is no trait


def clusters(table: pd.DataFrame, count: int = 8, seed: int = 0) -> tuple[pd.Series, pd.DataFrame]:
    """k-means on the logarithms of recency, frequency, spend and age of `features` rows.

    Out: the group of each customer (int64, 0 the largest), and per group customers, medians of the four columns, and
    `traits`: a tuple of `Trait`. The order of the rows changes nothing.
    """
    from sklearn.cluster import KMeans  # noqa: PLC0415 - four seconds that only a process that clusters pays

    columns = list(_TRAITS)
    if len(table) < count * 10:
        empty = pd.DataFrame({"customers": pd.Series(dtype="int64"), **{c: pd.Series(dtype=float) for c in columns}})
        return pd.Series(-1, index=table.index, dtype="int64"), empty.assign(traits=pd.Series(dtype=object))
    logs: Floats = np.log1p(table[columns].to_numpy(float).clip(min=0))
    scaled = (logs - logs.mean(axis=0)) / np.maximum(logs.std(axis=0), 1e-9)
    order = np.lexsort(scaled.T)
    model = KMeans(count, n_init=4, random_state=seed).fit(scaled[order])
    group = model.predict(scaled)
    size = np.bincount(group, minlength=count)
    rank = np.empty(count, np.int64)
    rank[np.argsort(-size, kind="stable")] = np.arange(count)
    named = pd.Series(rank[group], index=table.index, dtype="int64")
    told = table[columns].groupby(named.to_numpy()).median()
    told.insert(0, "customers", np.sort(size)[::-1][: len(told)])
    centres = model.cluster_centers_[np.argsort(rank)]
    told["traits"] = [_traits(centre) for centre in centres[told.index]]
    return named, told


def _traits(centre: Floats) -> tuple[Trait, ...]:
    strongest = sorted(zip(_TRAITS.values(), centre, strict=True), key=lambda pair: -abs(pair[1]))
    return tuple(high if at > 0 else low for (high, low), at in strongest if abs(at) >= _PLAIN)
