"""A large installation, written straight into SQLite: customers with contacts and orders evenly over three years."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from sqlalchemy import text

from db.engine import Engines
from services import rollup_check
from services.work import SYSTEM, work

BEGIN = datetime(2023, 1, 1, tzinfo=UTC)
CHANNELS = ("phone", "e-mail", "visit", "message", "letter")
BATCH = 50_000


def fill(engines: Engines, customers: int, contacts: int, orders: int) -> None:
    """Add this many rows; the sums of the live board are made anew at the end."""
    span = timedelta(days=3 * 365)
    with engines.write.begin() as connection:
        raw = connection.connection.cursor()

        def many(sql: str, rows: int, row: Callable[[int], tuple[object, ...]]) -> None:
            for start in range(0, rows, BATCH):
                raw.executemany(sql, [row(i) for i in range(start, min(start + BATCH, rows))])

        stamp = BEGIN.strftime("%Y-%m-%d %H:%M:%S.%f")
        first = connection.execute(text("SELECT coalesce(max(id), 0) + 1 FROM customer")).scalar_one()
        many(
            "INSERT INTO customer (id, kind, name, attributes, version, created_at, updated_at, joined_at)"
            " VALUES (?, 'individual', ?, '{}', 1, ?, ?, ?)",
            customers,
            lambda i: (first + i, f"Person {i:06d} Sample", stamp, stamp, stamp),
        )
        many(
            "INSERT INTO customer_search (customer_id, text) VALUES (?, ?)",
            customers,
            lambda i: (first + i, f"person {i:06d} sample person{i}@example.com"),
        )
        many(
            "INSERT INTO interaction (customer_id, channel, direction, reason, subtopic, summary, outcome,"
            " happened_at, date_known, logged_at, attributes)"
            " VALUES (?, ?, 'in', 'delivery', '', ?, '', ?, 1, ?, '{}')",
            contacts,
            lambda i: (
                first + i % customers,
                CHANNELS[i % 5],
                f"Asked about parcel {i} and was told when it comes.",
                when := (BEGIN + span * (i / contacts)).strftime("%Y-%m-%d %H:%M:%S.%f"),
                when,
            ),
        )
        many(
            "INSERT INTO sales_order (customer_id, ordered_at, status, channel, lines_cents, discount_cents,"
            " shipping_cents, total_cents, delivery_address, note, attributes)"
            " VALUES (?, ?, 'delivered', 'portal', 4200, 0, 490, 4690, '{}', '', '{}')",
            orders,
            lambda i: (first + i % customers, (BEGIN + span * (i / orders)).strftime("%Y-%m-%d %H:%M:%S.%f")),
        )
        connection.execute(text("ANALYZE"))
    with work(SYSTEM) as w:
        rollup_check.rebuild(w)
