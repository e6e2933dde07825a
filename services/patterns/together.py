"""What is bought together, and what follows: counts from the copy, expectation and range by the reference."""

from dataclasses import replace

import pandas as pd

from services.analytics.patterns import together as reference
from services.patterns.asked import BOUGHT, Answer, View, ask
from services.work import Work

FEWEST, MOST = reference.FEWEST, 200
_NAMES = """SELECT p.product_id, coalesce(nullif(p.name, ''), p.sku, '') AS name, p.category FROM product AS p"""
_SEEN = f"""seen AS (SELECT DISTINCT f.order_id, f.product_id FROM sale_line AS f
    WHERE f.is_sale AND f.quantity > 0 AND f.product_id IS NOT NULL AND {BOUGHT}
        AND f.day BETWEEN $first_day AND $last_day)"""
_PAIRS = f"""WITH {_SEEN},
counts AS (SELECT s.product_id, count(*) AS n FROM seen AS s GROUP BY s.product_id HAVING count(*) >= $fewest),
often AS (SELECT s.order_id, s.product_id FROM seen AS s JOIN counts AS c ON c.product_id = s.product_id),
pairs AS (SELECT x.product_id AS a, y.product_id AS b, count(*) AS k FROM often AS x
    JOIN often AS y ON y.order_id = x.order_id AND y.product_id <> x.product_id
    WHERE CAST($product AS BIGINT) IS NULL OR x.product_id = $product
    GROUP BY x.product_id, y.product_id HAVING count(*) >= 2),
names AS ({_NAMES})
SELECT q.a AS a, na.name AS name_a, q.b AS b, nb.name AS name_b, ca.n AS n, q.k AS k,
    CAST(cb.n AS DOUBLE) / (SELECT count(DISTINCT s.order_id) FROM seen AS s) AS base
FROM pairs AS q JOIN counts AS ca ON ca.product_id = q.a JOIN counts AS cb ON cb.product_id = q.b
JOIN names AS na ON na.product_id = q.a JOIN names AS nb ON nb.product_id = q.b
WHERE (CAST($category AS VARCHAR) IS NULL OR na.category = $category)
    AND (CAST($product AS BIGINT) IS NOT NULL OR q.a < q.b)
ORDER BY q.k DESC, q.a, q.b LIMIT $most"""


def pairs(w: Work, view: View, most: int = MOST, fewest: int = FEWEST) -> Answer:
    """Products in the same order: a, name_a, b, name_b and `PAIR_TYPES` of the reference. Each pair once, the most
    frequent first; with a product in the view all pairs that begin with it. Managers only.
    """
    return _told(ask(w, "pairs", _PAIRS, **view.values, most=most, fewest=fewest))


#: The first day of each customer and product; `ripe`: the days after it are over.
_FIRST = f"""first AS (SELECT f.customer_id, f.product_id, min(f.day) AS day FROM sale_line AS f
    WHERE f.is_sale AND f.quantity > 0 AND f.customer_id IS NOT NULL AND f.product_id IS NOT NULL AND f.day <= $last_day
        AND {BOUGHT}
    GROUP BY f.customer_id, f.product_id),
sizes AS (SELECT f.product_id, count(*) AS n FROM first AS f WHERE f.day + $days <= $last_day
    GROUP BY f.product_id HAVING count(*) >= $fewest),
starts AS (SELECT f.customer_id, f.product_id, f.day, CASE WHEN s.n IS NOT NULL AND f.day + $days <= $last_day
    THEN 1 ELSE 0 END AS ripe FROM first AS f LEFT JOIN sizes AS s ON s.product_id = f.product_id)"""
#: Per product B over all ripe starts of other products: how many had it already, how many bought it in the days after.
_BASE = f"""WITH {_FIRST},
around AS (SELECT t.product_id, t.ripe,
        coalesce(sum(t.ripe) OVER (PARTITION BY t.customer_id ORDER BY t.number
            RANGE BETWEEN $days PRECEDING AND 1 PRECEDING), 0) AS came,
        coalesce(sum(t.ripe) OVER (PARTITION BY t.customer_id ORDER BY t.number
            RANGE BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING), 0) - t.ripe AS had
    FROM (SELECT s.customer_id, s.product_id, s.ripe, date_diff('day', DATE '1970-01-01', s.day) AS number
        FROM starts AS s) AS t)
SELECT a.product_id AS b, CAST(sum(a.came) AS BIGINT) AS came, CAST(sum(a.had) AS BIGINT) AS had,
    CAST(sum(a.ripe) AS BIGINT) AS own, (SELECT CAST(sum(s.ripe) AS BIGINT) FROM starts AS s) AS all_starts
FROM around AS a GROUP BY a.product_id ORDER BY a.product_id"""
_AFTER = f"""WITH {_FIRST}, names AS ({_NAMES})
SELECT q.a AS a, na.name AS name_a, q.b AS b, nb.name AS name_b, s.n - q.had AS n, q.k AS k,
    q.median_days AS median_days
FROM (SELECT x.product_id AS a, y.product_id AS b,
        count(CASE WHEN y.day <= x.day THEN 1 END) AS had,
        count(CASE WHEN y.day > x.day AND y.day <= x.day + $days THEN 1 END) AS k,
        quantile_cont(CASE WHEN y.day > x.day AND y.day <= x.day + $days THEN date_diff('day', x.day, y.day) END, 0.5)
            AS median_days
    FROM starts AS x JOIN first AS y ON y.customer_id = x.customer_id AND y.product_id <> x.product_id
    WHERE x.ripe = 1 AND x.product_id = $product GROUP BY x.product_id, y.product_id) AS q
JOIN sizes AS s ON s.product_id = q.a
JOIN names AS na ON na.product_id = q.a JOIN names AS nb ON nb.product_id = q.b
WHERE q.k > 0 AND s.n - q.had >= $fewest ORDER BY q.k DESC, q.b"""


def base_rates(w: Work, view: View, days: int, fewest: int = FEWEST) -> Answer:
    """Per product B the share who first bought it within `days` of a first purchase of something else: b, base.

    The costly part of `sequences`, the same for every A: keep it by version, days and the last day.
    """
    values = {"last_day": view.last, "days": int(days), "fewest": fewest}
    found = ask(w, "sequence_base", _BASE, **values)
    frame = found.frame
    open_ = (frame["all_starts"] - frame["own"] - frame["had"]).clip(lower=1)
    return replace(found, frame=pd.DataFrame({"b": frame["b"], "base": frame["came"] / open_}))


def sequences(w: Work, view: View, days: int, base: pd.DataFrame, fewest: int = FEWEST) -> Answer:
    """Of n who first bought the product of the view, k bought B for the first time within `days` after: a, name_a, b,
    name_b and `SEQUENCE_TYPES` of the reference. Over all time up to the last day of the view. Managers only.
    """
    values = {"last_day": view.last, "days": int(days), "fewest": fewest, "product": view.product_id}
    found = ask(w, "sequences", _AFTER, **values)
    rates = found.frame["b"].map(base.set_index("b")["base"]).astype(float)
    told = _told(replace(found, frame=found.frame.assign(base=rates)))
    order = told.frame.sort_values(["shrunk", "b"], ascending=[False, True], ignore_index=True)
    return replace(told, frame=order)


#: Of the products with the most buyers: what first followed which, without the days between.
_FOLLOWERS = f"""WITH {_FIRST},
often AS (SELECT s.product_id, s.n FROM sizes AS s ORDER BY s.n DESC, s.product_id LIMIT $products)
SELECT x.product_id AS a, y.product_id AS b, t.n - count(CASE WHEN y.day <= x.day THEN 1 END) AS n,
    count(CASE WHEN y.day > x.day AND y.day <= x.day + $days THEN 1 END) AS k
FROM starts AS x JOIN first AS y ON y.customer_id = x.customer_id AND y.product_id <> x.product_id
JOIN often AS t ON t.product_id = x.product_id JOIN often AS u ON u.product_id = y.product_id
WHERE x.ripe = 1 GROUP BY x.product_id, y.product_id, t.n ORDER BY x.product_id, y.product_id"""


def followers(w: Work, view: View, days: int, each: int, products: int, fewest: int = FEWEST) -> Answer:
    """`sequences` of all products at once, for the `products` with the most buyers: a, b and `PAIR_TYPES`.

    Per product the `each` with the highest share to expect, where its 80 % range lies above the base. Managers only.
    """
    values = {"last_day": view.last, "days": int(days), "fewest": fewest, "products": products}
    found = ask(w, "followers", _FOLLOWERS, **values)
    base = base_rates(w, view, days, fewest).frame.set_index("b")["base"]
    counted = found.frame[(found.frame["k"] > 0) & (found.frame["n"] >= fewest)]
    told = _told(replace(found, frame=counted.assign(base=counted["b"].map(base).astype(float)))).frame
    better = told[told["low"] > told["base"]]
    best = better.sort_values(["a", "shrunk", "b"], ascending=[True, False, True]).groupby("a").head(each)
    return replace(found, frame=best.reset_index(drop=True))


_WHO = f"""WITH {_FIRST}
SELECT x.customer_id AS customer_id, x.day AS first_a, y.day AS first_b, date_diff('day', x.day, y.day) AS days_between
FROM starts AS x JOIN first AS y ON y.customer_id = x.customer_id AND y.product_id = $other
WHERE x.ripe = 1 AND x.product_id = $product AND y.day > x.day AND y.day <= x.day + $days
ORDER BY y.day DESC, x.customer_id"""
_BASKETS = f"""WITH {_SEEN}
SELECT o.customer_id AS customer_id, count(*) AS orders, max(o.day) AS last_on
FROM seen AS x JOIN seen AS y ON y.order_id = x.order_id AND y.product_id = $other
JOIN orders AS o ON o.order_id = x.order_id
WHERE x.product_id = $product GROUP BY o.customer_id ORDER BY orders DESC, o.customer_id"""


def who_followed(w: Work, view: View, other: int, days: int, fewest: int = FEWEST) -> Answer:
    """The k customers behind a sequence: customer_id, first_a, first_b, days_between."""
    values = {"last_day": view.last, "days": int(days), "fewest": fewest, "product": view.product_id, "other": other}
    return ask(w, "sequence_customers", _WHO, **values)


def who_together(w: Work, view: View, first: int, other: int) -> Answer:
    """The customers behind a pair, with their orders, which add up to k: customer_id (missing: anonymous), orders."""
    values = {"first_day": view.first, "last_day": view.last, "product": first, "other": other}
    return ask(w, "pair_customers", _BASKETS, **values)


def _told(found: Answer) -> Answer:
    return replace(found, frame=reference.shrunk(found.frame))
