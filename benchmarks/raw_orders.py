"""One order written by the bare driver: the measure beside which benchmarks/orders.py puts the service."""

import json
import secrets
from contextlib import nullcontext
from typing import Any

from db.engine import Engines
from services import clock
from services.work import Actor

_ORDER = """INSERT INTO sales_order (customer_id, ordered_at, status, channel, placed_by_id, lines_cents,
    discount_cents, shipping_cents, total_cents, delivery_address, note, promised_at, idempotency_key, attributes)
    VALUES (?, ?, 'placed', 'portal', ?, ?, 0, 0, ?, ?, '', ?, ?, '{}') RETURNING id"""
_LINE = """INSERT INTO order_line (order_id, line_no, product_id, product_code, name, quantity, unit_price_cents,
    discount_cents, line_total_cents) VALUES (?, ?, ?, '', 'Product', 1, ?, 0, ?)"""
_TAKE = "UPDATE product SET stock = stock - 1 WHERE id = ? AND stock >= 1"
_DAY = """INSERT INTO daily_sales (day, category, lines, units, revenue_cents) VALUES (?, ?, 1, 1, ?)
    ON CONFLICT (day, category) DO UPDATE SET lines = daily_sales.lines + 1, units = daily_sales.units + 1,
    revenue_cents = daily_sales.revenue_cents + excluded.revenue_cents"""
_HOUR = """INSERT INTO hourly_orders (day, hour, channel, orders, revenue_cents) VALUES (?, ?, 'portal', 1, ?)
    ON CONFLICT (day, hour, channel) DO UPDATE SET orders = hourly_orders.orders + 1,
    revenue_cents = hourly_orders.revenue_cents + excluded.revenue_cents"""
_AUDIT = """INSERT INTO audit_entry (at, actor_id, actor_name, actor_role, address, action, entity, entity_id,
    customer_id, before, after, reason)
    VALUES (?, ?, 'P', 'customer', '', 'orders.place', 'order', ?, ?, '{}', ?, '')"""
_MAIL = """INSERT INTO outbox_entry (state, kind, recipient, subject, body, customer_id, message_id, created_at,
    next_try_at, tries, error) VALUES ('waiting', 'order-placed', ?, 'Your order', ?, ?, ?, ?, ?, 0, '')"""


def raw_order(engines: Engines, driver: Any, actor: Actor, product_ids: list[int], cents: int) -> None:
    """The rows of one order of three lines, in one transaction."""
    sqlite = engines.dialect == "sqlite"
    now = clock.now()
    at: Any = now.replace(tzinfo=None).isoformat(" ") if sqlite else now
    total, day = cents * len(product_ids), now.date().isoformat()
    with engines.lock.held() if engines.lock else nullcontext():
        cursor = driver.cursor()

        def send(statement: str, rows: list[tuple[Any, ...]]) -> None:
            cursor.executemany(statement if sqlite else statement.replace("?", "%s"), rows)

        if sqlite:
            cursor.execute("BEGIN IMMEDIATE")
        address = json.dumps({"street": "Street 1", "city": "Town"})
        values = (actor.customer_id, at, actor.person_id, total, total, address, at, secrets.token_hex(32))
        cursor.execute(_ORDER if sqlite else _ORDER.replace("?", "%s"), values)
        order_id = cursor.fetchone()[0]
        send(_TAKE, [(i,) for i in sorted(product_ids)])
        send(_LINE, [(order_id, n, i, cents, cents) for n, i in enumerate(product_ids, 1)])
        send(_AUDIT, [(at, actor.person_id, str(order_id), actor.customer_id, json.dumps({"total_cents": total}))])
        body = "thank you for your order " * 12
        send(_MAIL, [(actor.email, body, actor.customer_id, secrets.token_hex(16), at, at)])
        send(_DAY, sorted((day, f"Category {(i - 1) % 20}", cents) for i in product_ids))
        send(_HOUR, [(day, now.hour, total)])
        driver.commit()
