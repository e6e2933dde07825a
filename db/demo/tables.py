"""The invented company written as tables of the import schema."""

import json
from dataclasses import dataclass

import numpy as np
import pandas as pd

from db.demo import baskets
from db.demo.catalogue import SERVICES
from db.demo.contacts import Shop
from db.demo.feedback import COUPON_OFF
from db.demo.orders import CHANNELS as ORDER_CHANNELS
from db.demo.orders import PORTAL, STORE, paid
from db.demo.people import AGENT, HERO
from db.demo.phrases import CHANNELS, NAMES, REASONS
from db.demo.seasons import Counts, Texts, only

FREE_SHIPPING_FROM, SHIPPING = 5000, 490  # cents
FOUND_BY = ("search engine", "referral", "trade fair", "newspaper", "shop window", "social media")


class Ids:
    """From the row numbers used while inventing to the ids of the tables."""

    def __init__(self, shop: Shop) -> None:
        self.customers = shop.customers["customer_id"].to_numpy(object)
        self.orders = order_ids(len(shop.orders))
        self.contacts: Texts = np.empty(0, object)  # set when the contacts are written

    def order(self, row: "pd.Series[int]") -> Texts:
        """Order ids, None for row -1."""
        number = row.to_numpy(np.int64)
        return only(number >= 0, self.orders[np.maximum(number, 0)])


def order_ids(n: int) -> Texts:
    return np.array([f"DO{i + 1:07d}" for i in range(n)], object)


class Money:
    """Writes minor units as decimal text, exact, with the decimals of the currency."""

    def __init__(self, digits: int) -> None:
        self.digits = digits

    def __call__(self, minor: Counts) -> Texts:
        if self.digits == 0:
            return np.array([str(m) for m in minor.tolist()], object)
        unit, width = 10**self.digits, self.digits
        return np.array([f"{m // unit}.{m % unit:0{width}d}" for m in minor.tolist()], object)


def customers(rng: np.random.Generator, shop: Shop) -> pd.DataFrame:
    """A company's name stands in `company` alone; who answers the telephone there is an attribute."""
    known, how = shop.customers, shop.how
    found = np.array(FOUND_BY, object)[rng.choice([0, 2, 3, 4, 5], len(known), p=[0.48, 0.12, 0.1, 0.2, 0.1])]
    by_time = np.argsort(known["joined_at"].to_numpy(), kind="stable")
    place = np.argsort(by_time, kind="stable")
    friend = by_time[(rng.random(len(known)) * place).astype(int)]  # somebody who was there before
    referred = how.by_referral & (place > 0)
    attributes = [
        json.dumps(
            ({"contact_person": name} if c else {}) | ({"referred_by": known["customer_id"][f]} if r else {}),
            ensure_ascii=False,
        )
        for name, c, f, r in zip(known["name"], how.is_company, friend, referred, strict=True)
    ]
    sellers = shop.staff.loc[shop.staff["team"] == "sales", "staff_id"].to_numpy(object)
    manager = only(how.is_company, sellers[rng.integers(0, len(sellers), len(known))])
    manager[HERO] = shop.staff["staff_id"][AGENT]
    household = only(~how.is_company, rng.choice(["1", "2", "3", "4", "5+"], len(known)))
    return known.drop(columns="given").assign(
        name=only(~how.is_company, known["name"]),
        income_band=None,
        household_size=household,
        acquisition_channel=np.where(referred, "referral", found),
        account_manager_id=manager,
        attributes=attributes,
        language="en",
    )


def staff(shop: Shop) -> pd.DataFrame:
    hired = shop.calendar.first_day - (np.arange(len(shop.staff)) * 97 % 1500 + 30).astype("timedelta64[D]")
    return shop.staff.drop(columns="team").assign(hired_at=hired.astype("datetime64[s]"))


def products(shop: Shop, money: Money) -> pd.DataFrame:
    """The range with description, stock and delivery time, which the importer takes as well."""
    frame = shop.catalogue.frame
    return pd.DataFrame(
        {
            "product_id": frame["sku"],
            **{c: frame[c] for c in ("sku", "name", "category", "subcategory", "brand", "unit")},
            "list_price": money(shop.catalogue.price_cents[:, -1]),
            "unit_cost": money(shop.catalogue.cost_cents[:, -1]),
            "is_service": frame["service"] == 1,
            "active": frame["ended"].isna(),
            "attributes": None,
            "description": frame["description"],
            "stock": frame["stock"].astype("Int64"),
            "delivery_days": frame["delivery_days"],
        }
    )


@dataclass(frozen=True)
class Sums:
    """What the orders come to, in minor units. `discount` and `total` are per line, the others per order."""

    discount: Counts
    total: Counts
    off: Counts
    goods: Counts
    shipping: Counts


def _sums(shop: Shop, events: pd.DataFrame) -> Sums:
    orders, lines = shop.orders, shop.lines
    used = events.loc[events["event"] == "coupon_redeemed", "order"].to_numpy(np.int64)
    coupon = np.bincount(used, minlength=len(orders)) > 0
    off = np.maximum(shop.how.discount[orders["who"]], np.where(coupon, COUPON_OFF, 0))
    is_service = shop.catalogue.category[lines["product"]] == SERVICES
    row = lines["order"].to_numpy()

    def per_order(values: Counts) -> Counts:
        return np.bincount(row, weights=values, minlength=len(orders)).astype(np.int64)

    discount = baskets.discounts(lines, off[row], is_service)
    total = (lines["quantity"] * lines["price"]).to_numpy() - discount
    goods = per_order(total)
    posted = (per_order((~is_service).astype(np.int64)) > 0) & (orders["channel"] != STORE).to_numpy()
    shipping = np.where(posted & (goods < FREE_SHIPPING_FROM), SHIPPING, 0)
    return Sums(discount, total, per_order(discount), goods, shipping)


def sales(rng: np.random.Generator, shop: Shop, events: pd.DataFrame, money: Money) -> dict[str, pd.DataFrame]:
    """orders, order_lines and payments; what was discounted, shipped and paid adds up."""
    sums, ids, method = _sums(shop, events), order_ids(len(shop.orders)), paid(rng, shop.orders, shop.how)
    return {
        "orders": _orders(rng, shop, sums, method, money),
        "order_lines": _lines(shop, sums, ids, money),
        "payments": _payments(shop, ids, method, money(sums.goods + sums.shipping)),
    }


def _orders(rng: np.random.Generator, shop: Shop, sums: Sums, method: Texts, money: Money) -> pd.DataFrame:
    orders = shop.orders
    agents = shop.staff.loc[shop.staff["team"].isin(["service", "shop"]), "staff_id"].to_numpy(object)
    return pd.DataFrame(
        {
            "order_id": order_ids(len(orders)),
            "customer_id": shop.customers["customer_id"].to_numpy(object)[orders["who"]],
            "ordered_at": orders["ordered_at"],
            "status": orders["status"],
            "channel": ORDER_CHANNELS[orders["channel"]],
            "store_id": only(orders["channel"] == STORE, "main"),
            "staff_id": only(orders["channel"] != PORTAL, agents[rng.integers(0, len(agents), len(orders))]),
            "currency": None,
            "discount_total": money(sums.off),
            "shipping_fee": money(sums.shipping),
            "payment_method": method,
            **{c: orders[c] for c in ("promised_at", "shipped_at", "delivered_at")},
            "returns_order_id": None,
            "attributes": None,
        }
    )


def _lines(shop: Shop, sums: Sums, ids: Texts, money: Money) -> pd.DataFrame:
    lines = shop.lines
    return pd.DataFrame(
        {
            "order_id": ids[lines["order"]],
            "line_no": lines["line_no"],
            "product_id": shop.catalogue.frame["sku"].to_numpy(object)[lines["product"]],
            "quantity": lines["quantity"],
            "unit_price": money(lines["price"].to_numpy()),
            "discount": money(sums.discount),
            "line_total": money(sums.total),
            "unit_cost": money(lines["cost"].to_numpy()),
        }
    )


def _payments(shop: Shop, ids: Texts, method: Texts, amount: Texts) -> pd.DataFrame:
    """One payment per order; an invoice younger than ten days is still open, a cancelled order was never paid."""
    age = shop.calendar.as_of - shop.orders["ordered_at"].to_numpy("datetime64[s]")
    is_paid = (shop.orders["status"] != "cancelled") & ((method != "invoice") | (age > np.timedelta64(10, "D")))
    which = np.flatnonzero(is_paid)
    return pd.DataFrame(
        {"order_id": ids[which], "seq": 1, "method": method[which], "installments": 1, "amount": amount[which]}
    )


def interactions(
    rng: np.random.Generator, shop: Shop, ids: Ids, talk: pd.DataFrame, case: pd.DataFrame
) -> pd.DataFrame:
    """Sets `interaction_id` of `talk` as well, so that others can refer to it."""
    talk["interaction_id"] = [f"I{i + 1:07d}" for i in range(len(talk))]
    ids.contacts = talk["interaction_id"].to_numpy(object)
    chance = rng.random(len(talk))
    outcome = [
        REASONS[r].outcomes[int(u * len(REASONS[r].outcomes))] for r, u in zip(talk["reason"], chance, strict=True)
    ]
    in_case = talk["case"].to_numpy(np.int64)
    closed = case["closed_at"].to_numpy("datetime64[s]")[np.maximum(in_case, 0)]
    reason = np.array(NAMES, object)[talk["reason"]]
    return pd.DataFrame(
        {
            "interaction_id": talk["interaction_id"],
            "customer_id": ids.customers[talk["who"]],
            "order_id": ids.order(talk["order"]),
            "case_id": only(in_case >= 0, matter_ids(in_case)),
            "at": talk["at"],
            "channel": np.array(CHANNELS, object)[talk["channel"].astype(int)],
            "direction": np.where(talk["is_in"], "in", "out"),
            "staff_id": talk["staff_id"],
            "topic": reason,
            "subtopic": shop.catalogue.frame["subcategory"].to_numpy(object)[talk["product"].astype(int)],
            "text": talk["text"],
            "outcome": outcome,
            "resolved_at": np.where(in_case >= 0, closed, np.datetime64("NaT", "s")),
            "duration_s": talk["duration_s"].astype("Int64"),
            "campaign_id": None,
            "language": "en",
            "attributes": None,
        }
    )


def matter_ids(number: Counts) -> Texts:
    return np.array([f"M{i + 1:06d}" for i in number.tolist()], object)


def surveys(ids: Ids, answers: pd.DataFrame) -> pd.DataFrame:
    kept = answers[["instrument", "question", "score", "scale_min", "scale_max", "text", "asked_at", "answered_at"]]
    return kept.assign(
        response_id=[f"R{i + 1:06d}" for i in range(len(answers))],
        customer_id=ids.customers[answers["who"]],
        order_id=ids.order(answers["order"]),
        title=None,
        language="en",
    )


def campaign_events(ids: Ids, run: pd.DataFrame, events: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "campaign_id": run["campaign_id"].to_numpy(object)[events["campaign"]],
            "customer_id": ids.customers[events["who"]],
            "event": events["event"],
            "at": events["at"],
            "coupon_code": events["coupon"],
        }
    )
