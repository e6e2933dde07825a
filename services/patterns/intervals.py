"""At what intervals things are bought again, who is due by the own interval, and which product at which interval."""

from services.analytics.patterns.intervals import FEWEST_GAPS
from services.patterns.asked import DAYS, Answer, View, ask
from services.work import Work

MOST, MOST_EXPORTED = 200, 50_000
#: Upper ends of the classes of intervals, in days; the last class has none.
CLASSES = (7, 14, 30, 60, 90, 180)
PRODUCTS_IN_MAP = 15
_NAME = "coalesce(nullif(p.name, ''), p.sku, '')"
_GAPS = f"""WITH {DAYS}, gaps AS (
    SELECT d.customer_id, d.product_id, d.day,
        date_diff('day', lag(d.day) OVER (PARTITION BY d.customer_id, d.product_id ORDER BY d.day), d.day) AS gap
    FROM days AS d)"""
_OF_CUSTOMERS = """WITH days AS (
    SELECT DISTINCT f.customer_id, f.day FROM orders AS f JOIN customer AS k ON k.customer_id = f.customer_id
    WHERE f.is_sale AND f.day BETWEEN $first_day AND $last_day AND NOT k.no_profiling), gaps AS (
    SELECT d.customer_id, d.day,
        date_diff('day', lag(d.day) OVER (PARTITION BY d.customer_id ORDER BY d.day), d.day) AS gap
    FROM days AS d)"""
_QUARTILES = """count(g.gap) AS gaps, quantile_cont(g.gap, 0.25) AS lower, quantile_cont(g.gap, 0.5) AS median,
    quantile_cont(g.gap, 0.75) AS upper"""

_BY_PRODUCT = f"""{_GAPS}
SELECT g.product_id AS product_id, {_NAME} AS name, p.category AS category,
    count(DISTINCT g.customer_id) AS buyers,
    count(DISTINCT CASE WHEN g.gap IS NOT NULL THEN g.customer_id END) AS again, {_QUARTILES}
FROM gaps AS g JOIN product AS p ON p.product_id = g.product_id
GROUP BY g.product_id, {_NAME}, p.category HAVING count(g.gap) > 0
ORDER BY gaps DESC, g.product_id LIMIT $most"""


def by_product(w: Work, view: View, most: int = MOST) -> Answer:
    """Per product the days until the same customer bought it again: product_id, name, category, buyers, again, gaps,
    lower, median, upper (quartiles in days), enough. Most gaps first. Managers only.
    """
    found = ask(w, "intervals_by_product", _BY_PRODUCT, **view.values, most=most)
    return Answer(found.frame.assign(enough=found.frame["gaps"] >= FEWEST_GAPS), found.as_of, found.version)


_BY_CUSTOMER = f"""{_OF_CUSTOMERS}
SELECT t.customer_id AS customer_id, t.gaps AS gaps, t.lower AS lower, t.median AS median, t.upper AS upper,
    t.last_on AS last_on, t.due_on AS due_on, date_diff('day', t.due_on, $last_day) AS days_over,
    CASE WHEN date_diff('day', t.last_on, $last_day) > ceil(t.upper) THEN 'overdue'
        WHEN $last_day >= t.due_on THEN 'due'
        ELSE 'later' END AS state, count(*) OVER () AS total
FROM (SELECT g.customer_id, {_QUARTILES}, max(g.day) AS last_on,
        max(g.day) + CAST(ceil(quantile_cont(g.gap, 0.5)) AS INTEGER) AS due_on
    FROM gaps AS g GROUP BY g.customer_id HAVING count(g.gap) >= {FEWEST_GAPS}) AS t
WHERE $every OR $last_day >= t.due_on
ORDER BY days_over DESC, t.customer_id LIMIT $most"""


def by_customer(w: Work, view: View, *, due_only: bool = False, most: int = MOST) -> Answer:
    """Per customer the days between purchases of anything, and what follows: customer_id, gaps, lower, median, upper,
    last_on, due_on, days_over, state ("later", "due", "overdue"), total. Longest overdue first. Managers only.
    """
    values = {"first_day": view.first, "last_day": view.last, "every": not due_only, "most": most}
    return ask(w, "intervals_by_customer", _BY_CUSTOMER, **values)


_DUE = f"""{_GAPS}
SELECT t.customer_id AS customer_id, t.product_id AS product_id, {_NAME} AS name, p.category AS category,
    t.gaps AS gaps, t.median AS median, t.upper AS upper, t.last_on AS last_on, t.due_on AS due_on,
    date_diff('day', t.due_on, $last_day) AS days_over,
    CASE WHEN date_diff('day', t.last_on, $last_day) > ceil(t.upper) THEN 'overdue' ELSE 'due' END AS state,
    count(*) OVER () AS total
FROM (SELECT g.customer_id, g.product_id, {_QUARTILES}, max(g.day) AS last_on,
        max(g.day) + CAST(ceil(quantile_cont(g.gap, 0.5)) AS INTEGER) AS due_on
    FROM gaps AS g GROUP BY g.customer_id, g.product_id HAVING count(g.gap) >= {FEWEST_GAPS}) AS t
JOIN product AS p ON p.product_id = t.product_id
JOIN customer AS k ON k.customer_id = t.customer_id AND NOT k.no_profiling
WHERE $last_day >= t.due_on
    AND (CAST($state AS VARCHAR) IS NULL OR $state =
        CASE WHEN date_diff('day', t.last_on, $last_day) > ceil(t.upper) THEN 'overdue' ELSE 'due' END)
ORDER BY days_over DESC, t.customer_id, t.product_id LIMIT $most"""


def due(w: Work, view: View, *, state: str | None = None, most: int = MOST) -> Answer:
    """Products that customers are due to buy again by their own interval: customer_id, product_id, name, category,
    gaps, median, upper, last_on, due_on, days_over, state ("due", "overdue"), total. Managers only.
    """
    state = state if state in ("due", "overdue") else None
    return ask(w, "due_products", _DUE, **view.values, state=state, most=most)


_CLASS = (
    "CASE " + " ".join(f"WHEN g.gap <= {end} THEN {n}" for n, end in enumerate(CLASSES)) + f" ELSE {len(CLASSES)} END"
)
_MAP = f"""{_GAPS}, largest AS (
    SELECT g.product_id, count(g.gap) AS n FROM gaps AS g GROUP BY g.product_id HAVING count(g.gap) > 0
    ORDER BY n DESC, g.product_id LIMIT {PRODUCTS_IN_MAP})
SELECT g.product_id AS product_id, {_NAME} AS name, {_CLASS} AS class, count(*) AS gaps,
    count(DISTINCT g.customer_id) AS customers
FROM gaps AS g JOIN largest AS l ON l.product_id = g.product_id JOIN product AS p ON p.product_id = g.product_id
WHERE g.gap IS NOT NULL GROUP BY g.product_id, {_NAME}, {_CLASS}, l.n ORDER BY l.n DESC, g.product_id, class"""


def heat_map(w: Work, view: View) -> Answer:
    """How often which product came again after how long: product_id, name, class (see CLASSES), gaps, customers."""
    return ask(w, "interval_map", _MAP, **view.values)


_CELL = f"""{_GAPS}
SELECT g.customer_id AS customer_id, count(*) AS gaps, min(g.gap) AS shortest, max(g.gap) AS longest,
    max(g.day) AS last_on
FROM gaps AS g WHERE g.gap IS NOT NULL AND ($class < 0 OR {_CLASS} = $class)
GROUP BY g.customer_id ORDER BY gaps DESC, g.customer_id LIMIT $most"""


def behind(w: Work, view: View, product_id: int, klass: int | None = None, most: int = MOST_EXPORTED) -> Answer:
    """The customers behind a cell of the map, or behind a product: customer_id, gaps, shortest, longest, last_on.

    `gaps` adds up to the cell.
    """
    values = {**view.values, "product": product_id, "class": -1 if klass is None else klass, "most": most}
    return ask(w, "interval_cell", _CELL, **values)
