"""What is in an order: a machine with what belongs to it, the usual beans, something to clean with."""

import numpy as np
import pandas as pd

from db.demo.catalogue import CARE, CATEGORIES, COFFEE, GRINDERS, MACHINES, SERVICES, WATER, Catalogue
from db.demo.people import HERO, Habits
from db.demo.seasons import Calendar, Counts, Flags, Numbers

#: What people take, by what they brew with; the columns are catalogue.CATEGORIES. Machines come on their own.
WISHES = np.array(
    [
        [0, 0.015, 0.55, 0.10, 0.13, 0.06, 0.10, 0.045],
        [0, 0.000, 0.54, 0.15, 0.17, 0.05, 0.042, 0.048],
        [0, 0.010, 0.55, 0.24, 0.07, 0.03, 0.09, 0.010],
        [0, 0.020, 0.77, 0.08, 0.01, 0.00, 0.12, 0.000],
    ]
)
NO_MACHINE = 3


def machines(rng: np.random.Generator, catalogue: Catalogue, how: Habits) -> Counts:
    """The machine each customer has, whether bought here or not; -1 for those without."""
    own = catalogue.sample(rng, how.taste, np.full(len(how), MACHINES))
    own[HERO] = catalogue.number("MA-E20")
    return np.where(how.brewer == NO_MACHINE, -1, own)


def _usual(rng: np.random.Generator, catalogue: Catalogue, how: Habits) -> Counts:
    """Two favourites of each customer in each category: [customer, category, 2]."""
    n, c = len(how), len(CATEGORIES)
    taste = np.repeat(how.taste, c * 2)
    category = np.tile(np.repeat(np.arange(c), 2), n)
    return catalogue.sample(rng, taste, category).reshape(n, c, 2)


def _wishes(rng: np.random.Generator, catalogue: Catalogue, how: Habits, who: Counts) -> tuple[Counts, Counts]:
    """Order number and product of the ordinary lines."""
    lines = 1 + np.minimum(rng.poisson(np.where(how.is_company[who], 1.9, 1.35)), 6)
    order = np.repeat(np.arange(len(who)), lines)
    buyer = who[order]
    steps = np.cumsum(WISHES / WISHES.sum(axis=1, keepdims=True), axis=1)
    category = (rng.random(len(order))[:, None] > steps[how.brewer[buyer]]).sum(axis=1)
    first = order != np.concatenate([[-1], order[:-1]])
    category = np.where(first & (rng.random(len(order)) < 0.5), COFFEE, np.minimum(category, len(CATEGORIES) - 1))
    usual = _usual(rng, catalogue, how)[buyer, category]
    chance = rng.random(len(order))
    fresh = catalogue.sample(rng, how.taste[buyer], category)
    product = np.where(chance < 0.52, usual[:, 0], np.where(chance < 0.74, usual[:, 1], fresh))
    return order[product >= 0], product[product >= 0]


def _machine_orders(rng: np.random.Generator, how: Habits, who: Counts) -> Counts:
    """The orders in which a machine is bought: mostly the first one of new customers, any one of some old ones."""
    n = len(how)
    first = np.full(n, len(who))
    np.minimum.at(first, who, np.arange(len(who)))
    bought_by = np.bincount(who, minlength=n)
    owners = (how.brewer != NO_MACHINE) & (bought_by > 0)
    new = np.flatnonzero(owners & ~how.is_old & (rng.random(n) < 0.62))
    later = owners & how.is_old & (rng.random(n) < 0.3)
    later[HERO] = False
    any_one = rng.permutation(len(who))
    once = pd.Series(any_one).groupby(who[any_one]).first()
    replaced = once[once.index.isin(np.flatnonzero(later))].to_numpy()
    hero = np.flatnonzero(who == HERO)[2:3]
    return np.sort(np.concatenate([first[new], replaced, hero]).astype(np.int64))


def _with_machine(
    rng: np.random.Generator, catalogue: Catalogue, how: Habits, who: Counts, own: Counts
) -> tuple[Counts, Counts]:
    """The machine and what most people take with it."""
    order = _machine_orders(rng, how, who)
    buyer = who[order]
    taste, company = how.taste[buyer], how.is_company[buyer]
    parts = [(order, own[buyer])]
    for category, share in ((COFFEE, 0.85), (CARE, 0.6), (WATER, 0.55), (GRINDERS, 0.35)):
        product = catalogue.sample(rng, taste, np.full(len(order), category))
        parts.append((order, np.where(rng.random(len(order)) < share, product, -1)))
    visit = (catalogue.category[own[buyer]] == MACHINES) & (company | (rng.random(len(order)) < 0.1))
    visit &= (how.brewer[buyer] < 2) & (rng.random(len(order)) < 0.6)
    parts.append((order, np.where(visit, catalogue.number("SE-010"), -1)))
    orders, products = np.concatenate([p[0] for p in parts]), np.concatenate([p[1] for p in parts])
    return orders[products >= 0], products[products >= 0]


def _gifts(rng: np.random.Generator, calendar: Calendar, catalogue: Catalogue, day: Counts) -> tuple[Counts, Counts]:
    date = calendar.date(day)
    in_month = (date - date.astype("datetime64[M]")).astype(np.int64)
    month = calendar.month(day)
    season = ((month == 11) & (in_month >= 14)) | ((month == 12) & (in_month < 23))
    order = np.flatnonzero(season & (rng.random(len(day)) < 0.22))
    return order, np.full(len(order), catalogue.number("CO-113"))


def _by_hand(catalogue: Catalogue, who: Counts, order: Counts, product: Counts) -> tuple[Counts, Counts]:
    """The demonstration's customer takes what softens the water every other time, and now it is time again.

    Coffee is in the order that has just arrived.
    """
    softener, coffee = catalogue.number("FI-060"), catalogue.number("CO-101")
    kept = (who[order] != HERO) | (product != softener)
    own = np.flatnonzero(who == HERO)
    soft, arrived = own[-5::-2], own[-2:-1]
    more = np.repeat([softener, coffee], [len(soft), len(arrived)])
    return np.concatenate([order[kept], soft, arrived]), np.concatenate([product[kept], more])


def _still_sold(calendar: Calendar, catalogue: Catalogue, product: Counts, day: Counts) -> Counts:
    """What has left the range is replaced by its successor from that day on."""
    numbers = {sku: i for i, sku in enumerate(catalogue.frame["sku"])}
    successor = catalogue.frame["instead"].map(numbers).fillna(-1).to_numpy(np.int64)
    ended = len(calendar.passed) - 2 - catalogue.frame["ended"].fillna(-10_000).to_numpy(float)
    gone = (successor[product] >= 0) & (day >= ended[product])
    return np.where(gone, successor[product], product)


def _quantity(rng: np.random.Generator, catalogue: Catalogue, how: Habits, buyer: Counts, product: Counts) -> Counts:
    category, n = catalogue.category[product], len(product)
    consumed = np.isin(category, (COFFEE, WATER, CARE))
    chance = rng.random(n)
    at_home = 1 + (consumed & (chance < 0.4)) + (consumed & (chance < 0.12))
    big = (catalogue.price_cents[product, -1] > 6000) & consumed
    firm = 1 + np.where(consumed, rng.poisson(how.size[buyer] * np.where(big, 0.25, 1.0)), 0)
    once = np.isin(category, (MACHINES, SERVICES, GRINDERS))
    return np.where(once, 1, np.where(how.is_company[buyer], firm, at_home))


def lines(
    rng: np.random.Generator, calendar: Calendar, catalogue: Catalogue, how: Habits, orders: pd.DataFrame, own: Counts
) -> pd.DataFrame:
    """Out: order (row of `orders`), line_no, product (row of the catalogue), quantity, price, cost; in cents."""
    who, day = orders["who"].to_numpy(), orders["day"].to_numpy()
    parts = [
        _with_machine(rng, catalogue, how, who, own),
        _wishes(rng, catalogue, how, who),
        _gifts(rng, calendar, catalogue, day),
    ]
    order, product = np.concatenate([p[0] for p in parts]), np.concatenate([p[1] for p in parts])
    order, product = _by_hand(catalogue, who, order, product)
    product = _still_sold(calendar, catalogue, product, day[order])
    key = np.unique(order * len(catalogue.frame) + product)  # each product once per order, the machine first
    order, product = key // len(catalogue.frame), key % len(catalogue.frame)
    period = catalogue.period(day[order])
    count = np.bincount(order, minlength=len(orders))
    return pd.DataFrame(
        {
            "order": order,
            "line_no": np.arange(len(order)) - np.repeat(np.cumsum(count) - count, count) + 1,
            "product": product,
            "quantity": _quantity(rng, catalogue, how, who[order], product),
            "price": catalogue.price_cents[product, period],
            "cost": catalogue.cost_cents[product, period],
        }
    )


def discounts(frame: pd.DataFrame, per_mille: Numbers, is_service: Flags) -> Counts:
    """What is taken off each line, in whole cents; services are never discounted."""
    off = np.where(is_service, 0, per_mille)
    discount: Counts = np.rint((frame["quantity"] * frame["price"]).to_numpy() * off / 1000).astype(np.int64)
    return discount
