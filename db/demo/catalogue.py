"""The range of the demonstration company (products.csv) and what it has cost over three years."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from db.demo.seasons import DAYS, Calendar, Counts, Numbers

FILE = Path(__file__).with_name("products.csv")
#: What a customer brews with: portafilter, automatic, filter machine, or no machine at all.
BREWERS = ("e", "a", "f", "n")
CATEGORIES = (
    "Coffee machines", "Grinders", "Coffee", "Filters and water", "Cleaning and care", "Spare parts",
    "Barista tools and cups", "Services",
)  # fmt: skip
MACHINES, GRINDERS, COFFEE, WATER, CARE, PARTS, TOOLS, SERVICES = range(len(CATEGORIES))
YEARLY_RISE = 1.045


@dataclass(frozen=True)
class Catalogue:
    """The products in the order of the file, so that a product is a number; prices by period, in cents."""

    frame: pd.DataFrame
    category: Counts
    price_days: Counts  # the first day of each price period
    price_cents: Counts  # [product, period]
    cost_cents: Counts
    appeal: Numbers  # [brewer * 2 + is_company, product]

    def number(self, sku: str) -> int:
        return int(np.flatnonzero(self.frame["sku"] == sku)[0])

    def period(self, day: Counts) -> Counts:
        """Which price period a day is in."""
        return np.searchsorted(self.price_days, day, side="right") - 1

    def sample(self, rng: np.random.Generator, taste: Counts, category: Counts) -> Counts:
        """One product for each pair of taste and category, the popular ones more often; -1 where none fits."""
        chosen = np.full(len(taste), -1)
        pair = taste * len(CATEGORIES) + category
        for code in np.unique(pair):
            where = np.flatnonzero(pair == code)
            weights = self.appeal[code // len(CATEGORIES)] * (self.category == code % len(CATEGORIES))
            if weights.sum() > 0:
                chosen[where] = rng.choice(len(weights), len(where), p=weights / weights.sum())
        return chosen


def _appeal(frame: pd.DataFrame) -> Numbers:
    rows = []
    for brewer in BREWERS:
        fits = frame["fits"].str.contains(brewer).to_numpy() * frame["popularity"].to_numpy(float)
        for company in (False, True):
            liked = {"company": 2.5 if company else 0.01, "household": 0.12 if company else 1.0, "any": 1.0}
            rows.append(fits * frame["buyer"].map(liked).to_numpy(float))
    appeal = np.array(rows)
    appeal[:, frame["sku"] == "CO-113"] = 0.0  # the gift box is for Christmas (baskets.py)
    return appeal


def _rounded(price: Numbers) -> Counts:
    """Prices as shops write them, in cents: to 10 cents below 100, to whole units above."""
    return np.where(price < 100, np.round(price, 1) * 100, np.round(price) * 100).astype(np.int64)


def catalogue(rng: np.random.Generator, calendar: Calendar) -> Catalogue:
    """The range with its price history: a new list on each 1 February, the last one as in the file."""
    frame = pd.read_csv(FILE, dtype={"sku": str, "brand": str}, keep_default_na=False, na_values=[""])
    days = np.arange(DAYS + 1)
    dates = calendar.date(days).astype("datetime64[D]")
    first_of_month = dates == dates.astype("datetime64[M]").astype("datetime64[D]")
    changes = days[first_of_month & (calendar.month(days) == 2) & (days > 0)]
    price_days = np.concatenate([[0], changes])
    now = frame[["price", "cost"]].to_numpy(float)
    ago = np.arange(len(changes), -1, -1)
    own = 1 + (YEARLY_RISE - 1) * rng.uniform(0.0, 2.0, len(frame))
    price = _rounded(now[:, :1] / own[:, None] ** ago)
    price[:, -1] = np.round(now[:, 0] * 100).astype(np.int64)
    cost = np.round(now[:, 1:] * 100 / YEARLY_RISE**ago).astype(np.int64)
    category = np.array([CATEGORIES.index(name) for name in frame["category"]], np.int64)
    return Catalogue(frame, category, price_days, price, cost, _appeal(frame))
