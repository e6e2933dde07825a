"""Patterns and segments of a real data set against pandas and scipy over its raw files, without a line of ours."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy import sparse

from services import company, patterns
from services.patterns import intervals, season, staying, together
from services.segments import asking
from services.segments.definition import parse
from services.work import Work

SETS = ("online_retail", "completejourney_500")
ALL = 100_000
Rows = list[tuple[float, ...]]


def sold(folder: Path) -> pd.DataFrame:
    """Lines of completed orders: order, who, product, quantity, cents, at, day."""
    orders = pd.read_csv(folder / "orders.csv.gz", dtype={"order_id": str, "customer_id": str})
    lines = pd.read_csv(folder / "order_lines.csv.gz", dtype={"order_id": str, "product_id": str})
    rows = lines.merge(orders.loc[orders["status"] == "completed", ["order_id", "customer_id", "ordered_at"]])
    at = pd.to_datetime(rows["ordered_at"])
    return rows.assign(at=at, day=at.dt.normalize(), cents=(rows["line_total"] * 100).round())


def gaps(rows: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """Days between purchase days of the same `by`."""
    days = rows.dropna(subset=by)[[*by, "day"]].drop_duplicates().sort_values([*by, "day"])
    return days.assign(gap=days.groupby(by)["day"].diff().dt.days)


def told(frame: pd.DataFrame, columns: list[str]) -> Rows:
    return sorted(tuple(round(float(v), 6) for v in row) for row in frame[columns].itertuples(index=False))


def compare(w: Work, folder: Path) -> None:
    """Intervals, who is due, baskets, sequences, retention, hours and segments are those of the raw files."""
    rows = sold(folder)
    listed = pd.read_csv(folder / "products.csv.gz", usecols=["product_id"], dtype=str)["product_id"]
    goods = rows[(rows["quantity"] > 0) & rows["product_id"].isin(listed)]  # a line may name goods that no list knows
    last = rows["day"].max()
    view = patterns.view(w)
    assert (view.ended, view.last) == (last.date(), last.date() + timedelta(days=1))
    _intervals(w, view, goods)
    _due(w, view, rows, last + pd.Timedelta(days=1))
    _pairs(w, view, goods)
    _sequence(w, view, goods)
    _retention(w, view, rows, last + pd.Timedelta(days=1))
    hours = season.hours(w, view).frame
    once = rows.drop_duplicates("order_id")
    # The hour that is left out in spring is the next one: whoever noted it had not put the clock on yet.
    clock = once["at"].dt.tz_localize(str(company.of(w).zone), ambiguous=True, nonexistent="shift_forward")
    right = once.groupby([clock.dt.day_of_week.rename("d"), clock.dt.hour.rename("h")]).size()
    assert [tuple(map(int, row)) for row in hours.itertuples(index=False)] == [
        tuple(map(int, row)) for row in right.reset_index(name="n").itertuples(index=False)
    ]
    _segments(w, rows)


def _intervals(w: Work, view: patterns.View, goods: pd.DataFrame) -> None:
    known = gaps(goods, ["customer_id", "product_id"])
    by = known.groupby("product_id")
    right = pd.DataFrame(
        {
            "gaps": by["gap"].count(), "buyers": by["customer_id"].nunique(),
            "again": known.dropna(subset="gap").groupby("product_id")["customer_id"].nunique(),
            **{name: by["gap"].quantile(q) for name, q in (("lower", 0.25), ("median", 0.5), ("upper", 0.75))},
        }
    )  # fmt: skip
    found = intervals.by_product(w, view, most=ALL).frame
    assert len(found) > 100
    assert told(found, list(right.columns)) == told(right[right["gaps"] > 0], list(right.columns))


def _due(w: Work, view: patterns.View, rows: pd.DataFrame, today: pd.Timestamp) -> None:
    by = gaps(rows, ["customer_id"]).groupby("customer_id")
    right = pd.DataFrame({"gaps": by["gap"].count(), "median": by["gap"].median(), "last": by["day"].max()})
    right = right.assign(upper=by["gap"].quantile(0.75))[right["gaps"] >= 3]
    since = (today - right["last"]).dt.days
    right["days_over"] = since - np.ceil(right["median"])
    late = right[right["days_over"] >= 0]
    found = intervals.by_customer(w, view, due_only=True, most=ALL).frame
    assert told(found, ["gaps", "median", "upper", "days_over"]) == told(late, ["gaps", "median", "upper", "days_over"])
    assert (found["state"] == "overdue").sum() == (since > np.ceil(right["upper"]))[late.index].sum()


def _pairs(w: Work, view: patterns.View, goods: pd.DataFrame) -> None:
    seen = goods[["order_id", "product_id"]].drop_duplicates()
    order, product = seen["order_id"].astype("category").cat.codes, seen["product_id"].astype("category").cat.codes
    within = sparse.csr_matrix((np.ones(len(seen)), (order, product)))
    often = np.flatnonzero(np.asarray(within.sum(axis=0)).ravel() >= together.FEWEST)
    both = sparse.triu(within[:, often].T @ within[:, often], k=1).data
    found = together.pairs(w, view, most=100).frame
    assert sorted(found["k"].tolist(), reverse=True) == sorted(both, reverse=True)[:100]


def _sequence(w: Work, view: patterns.View, goods: pd.DataFrame) -> None:
    """The product with the most buyers, and what they bought for the first time in the 60 days after."""
    first = goods.dropna(subset="customer_id").groupby(["customer_id", "product_id"])["day"].min().reset_index()
    buyers = first.groupby("product_id").size()
    a = buyers.index[buyers == buyers.max()]
    mine = first[first["product_id"] == a[0]].set_index("customer_id")["day"]
    mine = mine[mine + pd.Timedelta(days=60) <= pd.Timestamp(view.last)]
    rest = first[(first["product_id"] != a[0]) & first["customer_id"].isin(mine.index)]
    wait = (rest["day"] - rest["customer_id"].map(mine)).dt.days
    k = rest[wait.between(1, 60)].groupby("product_id").size()
    had = rest[wait <= 0].groupby("product_id").size().reindex(k.index, fill_value=0)
    right = [(int(n), int(m)) for n, m in zip(len(mine) - had, k, strict=True) if n >= together.FEWEST]
    known = intervals.by_product(w, view, most=ALL).frame
    asked = patterns.view(w, product_id=int(known["product_id"].iloc[int(known["buyers"].argmax())]))
    found = together.sequences(w, asked, 60, together.base_rates(w, asked, 60).frame).frame
    assert int(known["buyers"].max()) == int(buyers.max())
    assert len(a) > 1 or sorted(zip(found["n"], found["k"], strict=True)) == sorted(right)


def _retention(w: Work, view: patterns.View, rows: pd.DataFrame, today: pd.Timestamp) -> None:
    mine = rows.dropna(subset="customer_id")
    month = mine["day"].dt.year * 12 + mine["day"].dt.month
    start = month.groupby(mine["customer_id"]).transform("min")
    over = today.year * 12 + today.month - 1
    active = mine[month <= over].groupby([start, month - start])["customer_id"].nunique()
    found = staying.triangle(w, view).frame
    right = {(f"{(s - 1) // 12}-{(s - 1) % 12 + 1:02}", int(m)): int(n) for (s, m), n in active.items()}
    cells = zip(found["cohort"], found["months"], found["active"], strict=True)
    assert {(c, m): n for c, m, n in cells if n} == right


def _segments(w: Work, rows: pd.DataFrame) -> None:
    today = pd.Timestamp(asking.today_of(w))
    by = rows.groupby("customer_id")
    orders, cents, last = by["order_id"].nunique(), by["cents"].sum(), by["day"].max()
    known = gaps(rows, ["customer_id"]).groupby("customer_id")["gap"]
    times = ((today - last).dt.days / known.median())[known.count() >= 3]
    half = float(times.median())

    def members(**raw: Any) -> int:
        return len(asking.ids(w, parse({"mode": "all", "parts": [raw]})))

    assert members(field="orders", op="at_least", low=5) == (orders >= 5).sum()
    assert members(field="revenue", op="at_least", low=100_000) == (cents >= 100_000).sum()
    assert members(field="overdue", op="at_least", low=half) == (times >= half).sum()
    days = (today.date() - date.fromisoformat(str(last.max().date()))).days + 60
    assert members(field="last_order", op="at_most", high=days) == ((today - last).dt.days <= days).sum()
