"""At what intervals things are bought, per product and per customer, and what is due or overdue by that."""

import numpy as np
import pandas as pd

#: Fewer gaps than this say nothing of an interval.
FEWEST_GAPS = 3
QUARTILE_TYPES = {
    "gaps": "int64",
    "lower": "float64",  # a quarter of the gaps is at most so long, in days
    "median": "float64",
    "upper": "float64",
    "enough": "bool",  # at least FEWEST_GAPS gaps
}
GAP_TYPES = {"gap": "float64", "bought_on": "datetime64[s]"}
DUE_TYPES = {
    "gaps": "int64",
    "median": "float64",
    "upper": "float64",
    "last_on": "datetime64[s]",
    "due_on": "datetime64[s]",  # last_on + median
    "days_over": "int64",  # days since due_on; below 0: still to come
    "state": "str",  # "later", "due" (since the median), "overdue" (since the upper quartile)
}


def gaps(bought: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """Days between purchases that follow each other, within each group of `by`; several on one day are one.

    In: the columns of `by`, ordered_at (naive, company's calendar). Out: those of `by`, and `GAP_TYPES` (bought_on is
    the later of the two). By customer_id and product_id this is the same product again.
    """
    known = bought[[*by, "ordered_at"]].dropna()
    days = known.assign(bought_on=known["ordered_at"].astype("datetime64[s]").dt.floor("D"))
    days = days[[*by, "bought_on"]].drop_duplicates().sort_values([*by, "bought_on"])
    days["gap"] = days.groupby(by)["bought_on"].diff().dt.total_seconds() / 86_400
    return days.dropna(subset=["gap"])[[*by, *GAP_TYPES]].reset_index(drop=True)


def quartiles(found: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """Quartiles of the gaps of each group, indexed by `by`: `QUARTILE_TYPES`. Groups without a gap are missing."""
    if found.empty:
        empty = {name: pd.Series(dtype=kind) for name, kind in QUARTILE_TYPES.items()}
        return pd.DataFrame(empty).set_index(found.set_index(by).index[:0])
    grouped = found.groupby(by)["gap"]
    table = grouped.quantile(np.array([0.25, 0.5, 0.75])).unstack()
    table.columns = pd.Index(["lower", "median", "upper"])
    table.insert(0, "gaps", grouped.size())
    table["enough"] = table["gaps"] >= FEWEST_GAPS
    return table.astype(QUARTILE_TYPES)


def same_again(bought: pd.DataFrame) -> pd.DataFrame:
    """Per product, the gaps of customers who bought it again: indexed by product_id, `QUARTILE_TYPES` and two counts.

    buyers: customers who bought it; again: those who did so on a second day. In: customer_id, product_id, ordered_at.
    """
    each = gaps(bought, ["product_id", "customer_id"])
    table = quartiles(each, ["product_id"])
    table["buyers"] = bought.groupby("product_id")["customer_id"].nunique().reindex(table.index).astype("int64")
    table["again"] = each.groupby("product_id")["customer_id"].nunique().reindex(table.index).astype("int64")
    return table


def due(bought: pd.DataFrame, by: list[str], as_of: pd.Timestamp) -> pd.DataFrame:
    """What is due by its own interval on the day `as_of`: indexed by `by`, `DUE_TYPES`, longest overdue first.

    Only groups with at least FEWEST_GAPS gaps. By customer_id: the customer; with product_id: this product for him.
    """
    known = bought[bought["ordered_at"] < as_of.normalize() + pd.Timedelta(days=1)]
    each = gaps(known, by)
    table = quartiles(each, by)
    table = table[table["enough"]].drop(columns=["enough", "lower"])
    table["last_on"] = each.groupby(by)["bought_on"].max().reindex(table.index)
    table["due_on"] = table["last_on"] + pd.to_timedelta(np.ceil(table["median"]), unit="D")
    over = (as_of.normalize() - table["due_on"]).dt.days
    late = (as_of.normalize() - table["last_on"]).dt.days > np.ceil(table["upper"])
    table["days_over"] = over
    table["state"] = np.select([late, over >= 0], ["overdue", "due"], "later")
    return table[list(DUE_TYPES)].astype(DUE_TYPES).sort_values("days_over", ascending=False, kind="stable")
