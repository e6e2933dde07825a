"""What can only be told when all rows are in: orders without lines, orders of one day, codes in two spellings."""

from collections import Counter

import pandas as pd
from sqlalchemy import exists, func, text
from sqlmodel import col, select

from db.models import Order, OrderLine, Product
from services.exchange import writing
from services.exchange.rows import Run
from services.work import Actor, Work, work

CHUNK = 50_000
_IN_ORDER = """SELECT customer_id, ordered_at FROM sales_order
    WHERE import_run_id = :run AND customer_id IS NOT NULL ORDER BY customer_id, ordered_at"""


def notes(actor: Actor, run: Run, added: set[str]) -> Counter[str]:
    """Notes about the tables of which rows were added."""
    found: Counter[str] = Counter()
    with work(actor) as w:
        patient(w)
        if "orders" in added:
            found["no lines"] = _orders_without_lines(w, run)
            found["same day"] = _again_on_the_same_day(w, run)
        if "products" in added:
            found["spelled"] = _spelled_twice(w, run)
    return found


def patient(w: Work) -> None:
    """Let the statements of this transaction take as long as they need: they read whole tables."""
    if w.dialect == "postgresql":
        w.session.execute(text("SET LOCAL statement_timeout = 0"))


def _orders_without_lines(w: Work, run: Run) -> int:
    has_lines = exists().where(col(OrderLine.order_id) == Order.id)
    return w.session.exec(select(func.count()).where(col(Order.import_run_id) == run.id, ~has_lines)).one()


def _again_on_the_same_day(w: Work, run: Run) -> int:
    """How often an order follows another one of the same customer on the same local day."""
    rows = w.session.execute(text(_IN_ORDER).execution_options(yield_per=CHUNK), {"run": run.id})
    again, last = 0, pd.DataFrame()
    for part in rows.partitions(CHUNK):
        customers, times = zip(*part, strict=True)
        local = pd.Series(writing.instants(times)).dt.tz_localize("UTC").dt.tz_convert(run.local.zone)
        days = pd.DataFrame({"customer": customers, "day": local.dt.tz_localize(None).dt.normalize()})
        both = pd.concat([last, days])
        again += int(both.duplicated().sum())
        last = both.tail(1)
    return again


def _spelled_twice(w: Work, run: Run) -> int:
    codes = select(func.count(), func.count(func.distinct(func.lower(Product.source_id))))
    every, different = w.session.exec(codes.where(Product.source == run.source)).one()
    return every - different
