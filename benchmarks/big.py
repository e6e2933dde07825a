"""A large installation, written straight into SQLite: customers with contacts and orders evenly over three years."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import text

from db.engine import Engines
from services import rollup_check
from services.work import SYSTEM, work

BEGIN = datetime(2023, 1, 1, tzinfo=UTC)
SPAN = timedelta(days=3 * 365)
CHANNELS = ("phone", "e-mail", "visit", "message", "letter")
BATCH = 50_000


def many(raw: Any, sql: str, rows: int, row: Callable[[int], tuple[object, ...]]) -> None:
    """Insert row(0) to row(rows - 1) in batches."""
    for start in range(0, rows, BATCH):
        raw.executemany(sql, [row(i) for i in range(start, min(start + BATCH, rows))])


def moment(share: float) -> str:
    """An instant within the three years, as SQLite keeps it."""
    return (BEGIN + SPAN * share).strftime("%Y-%m-%d %H:%M:%S.%f")


def add_customers(raw: Any, first: int, customers: int) -> None:
    stamp = moment(0)
    many(
        raw,
        "INSERT INTO customer (id, kind, name, attributes, version, created_at, updated_at, joined_at)"
        " VALUES (?, 'individual', ?, '{}', 1, ?, ?, ?)",
        customers,
        lambda i: (first + i, f"Person {i:06d} Sample", stamp, stamp, stamp),
    )


def add_contacts(raw: Any, first: int, customers: int, contacts: int) -> None:
    many(
        raw,
        "INSERT INTO interaction (customer_id, channel, direction, reason, subtopic, summary, outcome,"
        " happened_at, date_known, logged_at, attributes) VALUES (?, ?, 'in', 'delivery', '', ?, '', ?, 1, ?, '{}')",
        contacts,
        lambda i: (
            first + i % customers,
            CHANNELS[i % 5],
            f"Asked about parcel {i} and was told when it comes.",
            moment(i / contacts),
            moment(i / contacts),
        ),
    )


def add_orders(raw: Any, first: int, customers: int, orders: int) -> None:
    many(
        raw,
        "INSERT INTO sales_order (customer_id, ordered_at, status, channel, lines_cents, discount_cents,"
        " shipping_cents, total_cents, delivery_address, note, attributes)"
        " VALUES (?, ?, 'delivered', 'portal', 4200, 0, 490, 4690, '{}', '', '{}')",
        orders,
        lambda i: (first + i % customers, moment(i / orders)),
    )


def fill(engines: Engines, customers: int, contacts: int, orders: int) -> None:
    """Add this many rows; the sums of the live board are made anew at the end."""
    with engines.write.begin() as connection:
        raw = connection.connection.cursor()
        first = connection.execute(text("SELECT coalesce(max(id), 0) + 1 FROM customer")).scalar_one()
        add_customers(raw, first, customers)
        add_contacts(raw, first, customers, contacts)
        add_orders(raw, first, customers, orders)
        connection.execute(text("ANALYZE"))
    with work(SYSTEM) as w:
        rollup_check.rebuild(w)
