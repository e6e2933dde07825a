"""Customers who buy by the rules of the models, for tests of what the models make of them."""

import numpy as np
import pandas as pd

from services.analytics.recency import Purchases, purchases

BEGIN = pd.Timestamp("2025-01-01")


def orders_of(
    customers: int, days: int = 540, seed: int = 0, stop: float = 0.08, mean_gap: float = 30.0
) -> pd.DataFrame:
    """Orders of customers with rates of their own who stop with chance `stop` after each purchase."""
    chance = np.random.default_rng(seed)
    rate = chance.gamma(1.5, 1 / (1.5 * mean_gap), customers)
    quits = chance.beta(stop * 12, (1 - stop) * 12, customers)
    rows = []
    for who in range(customers):
        day = float(chance.uniform(0, days * 0.6))
        while day < days:
            rows.append((who + 1, BEGIN + pd.Timedelta(days=day), round(float(chance.gamma(3, 10)), 2)))
            if chance.random() < quits[who]:
                break
            day += float(chance.exponential(1 / rate[who]))
    return pd.DataFrame(rows, columns=["customer_id", "ordered_at", "revenue"])


def shop(customers: int, **how: float) -> Purchases:
    """The same as purchases."""
    return purchases(orders_of(customers, **how))  # type: ignore[arg-type] # the names are those of orders_of
