"""What is looked at (days, category, product), and answers with what they are of."""

import threading
import time
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

import pandas as pd

from db.models import Role
from services import clock, columnar, company
from services.errors import Invalid
from services.questions import Question
from services.text import _
from services.work import Work

EVER = date(1900, 1, 1)
STALE_DAYS = 30
#: Lines of products and not of fees: nobody buys postage again.
BOUGHT = "f.product_id NOT IN (SELECT x.product_id FROM product AS x WHERE x.is_fee)"
MOST_PRODUCTS = 1_000
#: Questions over everything whose answers name nobody: asked again within a minute they are not reckoned again, however
#: many orders came in between. Each tells its `as_of`.
KEPT = {
    *("last_sale", "categories", "products", "intervals_by_product", "interval_map", "daily_orders", "orders_by_hour"),
    *("retention", "pairs", "sequence_base", "sequences"),
}
KEPT_S, MOST_KEPT = 60.0, 64
_guard = threading.Lock()
_answers: dict[object, tuple[float, "Answer"]] = {}


@dataclass(frozen=True)
class View:
    """Days from `first` to `last`, both included; a category or a product, None for all.

    `ended`: the data are an imported past that ends with this day; `last` is the day after it, in place of today.
    """

    first: date
    last: date
    category: str | None = None
    product_id: int | None = None
    ended: date | None = None

    @property
    def narrowed(self) -> bool:
        """Whether there is more than these days, this category or this product."""
        return self.first > EVER or self.category is not None or self.product_id is not None

    @property
    def values(self) -> dict[str, Any]:
        return {"first_day": self.first, "last_day": self.last, "category": self.category, "product": self.product_id}


@dataclass(frozen=True)
class Answer:
    """Rows, and of which state of the data they are: equal versions mean equal data."""

    frame: pd.DataFrame
    as_of: datetime
    version: str


def view(w: Work, days: int | None = None, category: str | None = None, product_id: int | None = None) -> View:
    """The last so many days up to today (None: from the beginning on), limited as asked. Raises Invalid, Preparing.

    Where nothing was sold for more than 30 days the data are an imported past, and its end counts as today; the scoring
    runs do the same.
    """
    if days is not None and not 1 <= days <= 36_500:
        raise Invalid(_("Period"), _("choose one from the list"))
    today = clock.day_of(w.now, company.of(w).zone)
    ended = last_sale(w, today)
    ended = ended if ended is not None and (today - ended).days > STALE_DAYS else None
    last = today if ended is None else ended + timedelta(days=1)
    first = EVER if days is None else last - timedelta(days=days - 1)
    return View(first, last, (category or None) and str(category)[:120], product_id, ended)


def last_sale(w: Work, today: date) -> date | None:
    """The day of the newest sale up to a day; None before the first. Managers only. Raises Preparing."""
    sql = "SELECT max(o.day) AS last_day FROM orders AS o WHERE o.is_sale AND o.day <= $today"
    newest = ask(w, "last_sale", sql, today=today).frame["last_day"].iloc[0]
    return None if pd.isna(newest) else newest.date()


def ask(w: Work, name: str, sql: str, **values: Any) -> Answer:
    """One question, for managers. Raises Preparing, Unavailable."""
    w.require(Role.MANAGER)
    with columnar.reading(w) as copy:
        file = copy.version.rpartition(" ")[0]
        key = (file, name, sql, tuple(sorted(values.items())))
        lasting = name in KEPT and not file.isdecimal()  # a copy in memory has no name that stays its own
        known = _known(key, copy.version) if lasting else None
        if known is None:
            known = Answer(copy.frame(Question(name, sql), **values), copy.as_of, copy.version)
            if lasting:
                _keep(key, known)
        return replace(known, frame=known.frame.copy())


def _known(key: object, version: str) -> Answer | None:
    with _guard:
        at, answer = _answers.get(key, (0.0, None))
        fresh = answer is not None and (answer.version == version or time.monotonic() - at < KEPT_S)
        return answer if fresh else None


def _keep(key: object, answer: Answer) -> None:
    with _guard:
        _answers[key] = (time.monotonic(), answer)
        while len(_answers) > MOST_KEPT:
            del _answers[next(iter(_answers))]


def categories(w: Work) -> list[str]:
    """Categories that were sold, the most frequent first."""
    sql = """SELECT p.category AS category, count(*) AS n FROM sale_line AS f
        JOIN product AS p ON p.product_id = f.product_id
        WHERE f.is_sale AND p.category IS NOT NULL AND p.category <> ''
        GROUP BY p.category ORDER BY n DESC, p.category"""
    return [str(c) for c in ask(w, "categories", sql).frame["category"]]


def products(w: Work, category: str | None = None) -> dict[int, str]:
    """Products that were sold, the most frequent first, at most a thousand: number -> name."""
    sql = f"""SELECT p.product_id AS product_id, coalesce(nullif(p.name, ''), p.sku, '') AS name, count(*) AS n
        FROM sale_line AS f JOIN product AS p ON p.product_id = f.product_id
        WHERE f.is_sale AND {BOUGHT} AND (CAST($category AS VARCHAR) IS NULL OR p.category = $category)
        GROUP BY p.product_id, coalesce(nullif(p.name, ''), p.sku, '')
        ORDER BY n DESC, p.product_id LIMIT {MOST_PRODUCTS}"""
    found = ask(w, "products", sql, category=category).frame
    return dict(zip(found["product_id"].astype(int).tolist(), found["name"].astype(str).tolist(), strict=True))


#: Days on which a customer bought a product, within the view. Several orders of a day are one.
DAYS = f"""days AS (
    SELECT DISTINCT f.customer_id, f.product_id, f.day FROM sale_line AS f
    LEFT JOIN product AS p ON p.product_id = f.product_id
    WHERE f.is_sale AND f.quantity > 0 AND f.customer_id IS NOT NULL AND f.product_id IS NOT NULL AND {BOUGHT}
        AND f.day BETWEEN $first_day AND $last_day
        AND (CAST($category AS VARCHAR) IS NULL OR p.category = $category)
        AND (CAST($product AS BIGINT) IS NULL OR f.product_id = $product))"""
