"""What the import schema has no place for, written as tables with the ids of the import schema."""

import numpy as np
import pandas as pd

from db.demo.catalogue import BREWERS
from db.demo.contacts import Shop
from db.demo.people import HERO
from db.demo.phrases import NAMES, REASONS
from db.demo.seasons import only
from db.demo.tables import Ids, matter_ids


def cases(ids: Ids, case: pd.DataFrame) -> pd.DataFrame:
    kept = ["staff_id", "state", "priority", "subject", "next_step", "opened_at", "answer_by", "closed_at"]
    topic = np.array(NAMES, object)[case["reason"]]
    made = case[kept].assign(customer_id=ids.customers[case["who"]], order_id=ids.order(case["order"]), topic=topic)
    return made.assign(matter=matter_ids(case.index.to_numpy()), team=[REASONS[r].team for r in case["reason"]])


def promises(ids: Ids, given: pd.DataFrame) -> pd.DataFrame:
    kept = given[["staff_id", "what", "made_at", "due_on", "kept_at", "broken_at"]]
    return kept.assign(customer_id=ids.customers[given["who"]], matter=matter_ids(given["case"].to_numpy()))


def follow_ups(ids: Ids, planned: pd.DataFrame) -> pd.DataFrame:
    number = planned["contact"].to_numpy()
    contact = only(number >= 0, ids.contacts[np.maximum(number, 0)])
    kept = planned[["staff_id", "reason", "created_at", "due_at", "done_at"]]
    return kept.assign(customer_id=ids.customers[planned["who"]], interaction_id=contact)


def messages(ids: Ids, written: pd.DataFrame) -> pd.DataFrame:
    kept = written[["is_in", "staff_id", "text", "sent_at", "read_at"]]
    subject = np.array(NAMES, object)[written["reason"]]
    return kept.assign(
        customer_id=ids.customers[written["who"]], matter=matter_ids(written["case"].to_numpy()), subject=subject
    )


def consents(ids: Ids, given: pd.DataFrame) -> pd.DataFrame:
    return given[["purpose", "granted", "at", "how"]].assign(customer_id=ids.customers[given["who"]])


def prices(shop: Shop) -> pd.DataFrame:
    """The price history: product_id, valid_from, list_price_cents, unit_cost_cents; first entry three years ago."""
    goods = shop.catalogue
    n, periods = goods.price_cents.shape
    return pd.DataFrame(
        {
            "product_id": np.repeat(goods.frame["sku"].to_numpy(object), periods),
            "valid_from": np.tile(shop.calendar.date(goods.price_days).astype("datetime64[s]"), n),
            "list_price_cents": goods.price_cents.ravel(),
            "unit_cost_cents": goods.cost_cents.ravel(),
        }
    )


def returns(rng: np.random.Generator, shop: Shop, ids: Ids) -> pd.DataFrame:
    """Returned orders whole and refunded, and some fresh requests: order_id, state, reason, requested_at, closed_at."""
    orders, now = shop.orders, shop.calendar.as_of
    arrived = orders["delivered_at"].to_numpy("datetime64[s]")
    back = (orders["status"] == "returned").to_numpy()
    posted = orders["shipped_at"].notna() & (orders["who"] != HERO)
    fresh = posted.to_numpy() & (orders["status"] == "delivered").to_numpy() & (rng.random(len(orders)) < 0.03)
    row = np.flatnonzero(back | fresh)
    asked = np.minimum(arrived[row] + rng.integers(20, 90, len(row)) * np.timedelta64(3600, "s"), now)
    closed = np.minimum(asked + rng.integers(3, 9, len(row)) * np.timedelta64(86400, "s"), now)
    why = np.array(["does not fit", "changed my mind", "arrived damaged", "wrong item"], object)
    return pd.DataFrame(
        {
            "order_id": ids.orders[row],
            "state": np.where(back[row], "refunded", "requested"),
            "reason": why[rng.integers(0, len(why), len(row))],
            "requested_at": asked,
            "closed_at": np.where(back[row], closed, np.datetime64("NaT", "s")),
        }
    )


def truth(shop: Shop) -> pd.DataFrame:
    """What is really behind the customers, for tests of what tries to find it out. One row per customer."""
    how = shop.how
    return pd.DataFrame(
        {
            "customer_id": shop.customers["customer_id"],
            "is_company": how.is_company,
            "brewer": np.array(BREWERS, object)[how.brewer],
            "interval": how.interval,
            "regularity": how.regularity,
            "fading": how.fading,
            "leaves": how.leaves,
            "complains": how.complains,
        }
    )
