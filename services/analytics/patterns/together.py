"""What is bought together and what follows: of n buyers of A, k bought B; against the base rate, shrunk to it."""

import numpy as np
import pandas as pd
from scipy.sparse import csr_matrix, find, triu
from scipy.special import betaincinv

#: Customers' worth of belief in the base rate: measured on a later quarter, raw shares were worse than ignoring A.
STRENGTH = 200.0
FEWEST = 30
PAIR_TYPES = {
    "n": "int64",  # with A
    "k": "int64",  # of these, with B
    "base": "float64",  # share with B of all
    "share": "float64",  # k / n
    "shrunk": "float64",  # (k + STRENGTH base) / (n + STRENGTH): what to expect
    "low": "float64",  # 80 % range of that
    "high": "float64",
    "lift": "float64",  # shrunk / base: to explain, not to rank
}
SEQUENCE_TYPES = {**PAIR_TYPES, "median_days": "float64"}  # between A and the B that followed, of the k


def shrunk(table: pd.DataFrame, strength: float = STRENGTH) -> pd.DataFrame:
    """Adds share, shrunk, low, high and lift to n, k and base: the mean and quantiles of a beta distribution."""
    n, k, base = (table[name].to_numpy(float) for name in ("n", "k", "base"))
    yes, no = k + strength * base, n - k + strength * (1 - base)
    with np.errstate(divide="ignore", invalid="ignore"):
        lift = np.where(base > 0, (yes / (yes + no)) / base, np.nan)
    ends = (betaincinv(np.maximum(yes, 1e-9), np.maximum(no, 1e-9), level) for level in (0.1, 0.9))
    low, high = ends
    return table.assign(share=k / np.maximum(n, 1), shrunk=yes / (yes + no), low=low, high=high, lift=lift)


def _empty(types: dict[str, str], ids: pd.Series) -> pd.DataFrame:
    columns = {"a": pd.Series(dtype=ids.dtype), "b": pd.Series(dtype=ids.dtype)}
    return pd.DataFrame({**columns, **{name: pd.Series(dtype=kind) for name, kind in types.items()}})


def pairs(lines: pd.DataFrame, fewest: int = FEWEST, least_together: int = 2) -> pd.DataFrame:
    """Products in the same order: a, b and `PAIR_TYPES`, in both directions, the most frequent pairs first.

    In: order_id, product_id. Only products in at least `fewest` orders, and pairs in at least `least_together`.
    """
    seen = lines[["order_id", "product_id"]].dropna().drop_duplicates()
    basket, baskets = pd.factorize(seen["order_id"])
    product, products = pd.factorize(seen["product_id"], sort=True)
    count = np.bincount(product, minlength=len(products))
    often = count[product] >= fewest
    if not often.any():
        return _empty(PAIR_TYPES, lines["product_id"])
    ones = np.ones(int(often.sum()), np.int32)
    matrix = csr_matrix((ones, (basket[often], product[often])), shape=(len(baskets), len(products)))
    a, b, k = find(triu(matrix.T @ matrix, k=1))
    kept = k >= least_together
    a, b, k = a[kept], b[kept], k[kept]
    table = pd.DataFrame(
        {
            "a": products[np.concatenate([a, b])],
            "b": products[np.concatenate([b, a])],
            "n": count[np.concatenate([a, b])],
            "k": np.concatenate([k, k]),
            "base": count[np.concatenate([b, a])] / max(len(baskets), 1),
        }
    )
    found = shrunk(table).sort_values(["k", "a", "b"], ascending=[False, True, True], ignore_index=True)
    return found[["a", "b", *PAIR_TYPES]].astype(PAIR_TYPES)


def _first_days(bought: pd.DataFrame) -> pd.DataFrame:
    """The first day of each customer and product."""
    known = bought[["customer_id", "product_id", "ordered_at"]].dropna()
    known = known.assign(day=known["ordered_at"].astype("datetime64[s]").dt.floor("D"))
    return known.groupby(["customer_id", "product_id"])[["day"]].min().reset_index()


def sequences(bought: pd.DataFrame, days: int, until: pd.Timestamp, fewest: int = FEWEST) -> pd.DataFrame:
    """Of n who first bought A, k bought B for the first time within `days` after: a, b and `SEQUENCE_TYPES`.

    In: customer_id, product_id, ordered_at; `until` is the last complete day. Only buyers of A whose `days` are over,
    and who did not have B by that day, are counted: n differs from pair to pair. The base rate is the share who first
    bought B within so many days of any first purchase of another product, counted in the same way.
    """
    first = _first_days(bought)
    first = first[first["day"] <= until]
    ripe = first[first["day"] + pd.Timedelta(days=days) <= until]
    size = ripe["product_id"].value_counts()
    ripe = ripe[ripe["product_id"].isin(size.index[size >= fewest])]
    if ripe.empty:
        return _empty(SEQUENCE_TYPES, bought["product_id"])
    both = ripe.merge(first, on="customer_id", suffixes=("_a", "_b"))
    both = both[both["product_id_a"] != both["product_id_b"]]
    gap = (both["day_b"] - both["day_a"]).dt.days
    both = both.assign(gap=gap, had=gap <= 0, came=(gap > 0) & (gap <= days))
    by = both.groupby(["product_id_a", "product_id_b"])
    table = by.agg(had=("had", "sum"), k=("came", "sum")).reset_index()
    medians = both[both["came"]].groupby(["product_id_a", "product_id_b"])["gap"].median()
    table["n"] = table["product_id_a"].map(size) - table["had"]
    # All pairs with this B: those without a single common customer have k = 0 and count in the base all the same.
    starts, came = len(ripe), table.groupby("product_id_b")["k"].sum()
    open_ = starts - ripe["product_id"].value_counts().reindex(came.index, fill_value=0)
    open_ -= table.groupby("product_id_b")["had"].sum()
    table["base"] = table["product_id_b"].map(came / open_.clip(lower=1))
    table = table[(table["k"] > 0) & (table["n"] >= fewest)].rename(columns={"product_id_a": "a", "product_id_b": "b"})
    keys = pd.MultiIndex.from_frame(table[["a", "b"]])
    table["median_days"] = medians.reindex(keys).to_numpy(float)
    table = shrunk(table).sort_values(["shrunk", "a", "b"], ascending=[False, True, True], ignore_index=True)
    return table[["a", "b", *SEQUENCE_TYPES]].astype(SEQUENCE_TYPES)
