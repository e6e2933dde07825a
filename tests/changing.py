"""Random changes of everything that the columnar copy follows, and the comparison with a copy made from scratch."""

import random
from typing import Any

from sqlalchemy import Connection, text

from db.columnar import source
from db.columnar.copy import Copy, Limits
from db.columnar.source import Source
from db.columnar.tables import FED
from db.engine import Engines

SMALL = Limits("256MB", 1)
TABLES = (*(fed.name for fed in FED), "buyer")
LATER = "2026-01-02T00:00:00+00:00"
CUSTOMERS = 3
_AT = "2026-05-04 10:00:00"
_EMPTY = {"delivery_address": "{}", "attributes": "{}", "note": ""}
_SOME = "(SELECT min(id) + :r FROM {table})"
#: Statements that each change one thing; :r picks a row, :c a customer.
_CHANGES = (
    "UPDATE sales_order SET status = 'completed', customer_id = :c WHERE id = {sales_order}",
    "UPDATE sales_order SET note = 'nothing that the copy holds' WHERE id = {sales_order}",
    "UPDATE order_line SET quantity = quantity + 1 WHERE order_id = {sales_order}",
    "UPDATE order_line SET order_id = (SELECT max(id) FROM sales_order), line_no = line_no + 1000 + order_id * 10 "
    "WHERE line_no = 1 AND order_id = {sales_order}",
    "DELETE FROM order_line WHERE line_no = 0 AND order_id = {sales_order}",
    "DELETE FROM sales_order WHERE id = {sales_order} AND id NOT IN (SELECT order_id FROM order_return)",
    "UPDATE customer SET birth_band = CAST(:r AS VARCHAR(8)) WHERE id = :c",
    "UPDATE customer_address SET postal_code = CAST(:r AS VARCHAR(8)) WHERE customer_id = :c",
    "UPDATE customer_address SET customer_id = :c WHERE id = {customer_address}",
    "DELETE FROM customer_address WHERE id = {customer_address}",
    "UPDATE interaction SET explained_again = NOT explained_again WHERE id = {interaction}",
    "UPDATE interaction SET customer_id = :c WHERE id = {interaction}",
    "DELETE FROM interaction WHERE id = {interaction}",
    "UPDATE order_return SET state = 'refunded', refund_cents = :r WHERE id = {order_return}",
    "DELETE FROM consent WHERE id = {consent}",
)


def content(copy: Copy) -> dict[str, list[Any]]:
    """Every row of every table of a copy."""
    with copy.reading() as (cursor, _about):
        return {t: cursor.execute(f"SELECT * FROM {t} ORDER BY ALL").fetchall() for t in TABLES}  # noqa: S608 - constants


def expected(primary: Source) -> dict[str, list[Any]]:
    """What a copy made from scratch of this snapshot holds."""
    scratch = Copy.in_memory(primary, LATER, SMALL)
    found = content(scratch)
    scratch.close()
    return found


def assert_exact(engines: Engines, copy: Copy) -> dict[str, list[Any]]:
    """Bring the copy forward and compare it with one made from scratch of the very same snapshot."""
    with source.snapshot(engines.read) as primary:
        assert copy.forward(primary, LATER)
        whole = expected(primary)
    assert content(copy) == whole
    return whole


def insert(connection: Connection, table: str, row: dict[str, Any], returning: str = "") -> Any:
    """One row, without the services."""
    marks = ", ".join(f":{name}" for name in row)
    return connection.execute(text(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({marks}) {returning}"), row)  # noqa: S608 - constants


def an_order(connection: Connection, customer_id: int, rng: random.Random) -> None:
    """An order with its lines, and now and then a return of it."""
    sale = rng.choice(["placed", "cancelled", "delivered"])
    at = f"2026-0{rng.randint(1, 9)}-{rng.randint(10, 28)} {rng.randint(10, 23)}:30:00"
    order = {"customer_id": customer_id, "ordered_at": at, "status": sale, "channel": "portal", **_EMPTY}
    order |= dict.fromkeys(("lines_cents", "discount_cents", "shipping_cents", "total_cents"), 0)
    made = insert(connection, "sales_order", order, "RETURNING id").scalar_one()
    for n in range(rng.randint(1, 3)):
        line = {"order_id": made, "line_no": n, "product_code": "", "name": "", "quantity": 1, "discount_cents": 0}
        insert(connection, "order_line", {**line, "line_total_cents": rng.randint(1, 9999)})
    if rng.random() < 0.2:
        lines = '[{"line_no": 0, "quantity": 1}]'
        given = {"order_id": made, "state": "asked", "reason": "", "lines": lines, "requested_at": at}
        insert(connection, "order_return", {**given, "note": "", "refund_cents": 0})


def _something_new(connection: Connection, rng: random.Random) -> None:
    who = rng.randint(1, CUSTOMERS)
    kind = rng.randint(0, 3)
    if kind == 0:
        row = {"customer_id": who, "street": "", "city": "Bonn", "country": "DE", "postal_code": "", "region": ""}
        insert(connection, "customer_address", {**row, "is_delivery": True, "is_billing": False})
    elif kind == 1:
        row = {"customer_id": who, "purpose": "profiling", "granted": rng.random() < 0.5, "at": _AT, "how": ""}
        insert(connection, "consent", row)
    elif kind == 2:
        row = {"customer_id": who, "channel": "phone", "direction": "in", "reason": "", "subtopic": "", "summary": ""}
        insert(connection, "interaction", {**row, "outcome": "", "happened_at": _AT, "date_known": True,
                                           "logged_at": _AT, "attributes": "{}", "participants": "",
                                           "explained_again": False})  # fmt: skip
    else:
        an_order(connection, who, rng)


def change(connection: Connection, rng: random.Random) -> None:
    """One random thing that happens."""
    if rng.random() < 0.4:
        _something_new(connection, rng)
        return
    tables = ("sales_order", "customer_address", "interaction", "order_return", "consent")
    some = {table: _SOME.format(table=table) for table in tables}
    sql = text(rng.choice(_CHANGES).format(**some))
    given = {"r": rng.randint(0, 30), "c": rng.randint(1, CUSTOMERS)}
    connection.execute(sql, {name: given[name] for name in sql._bindparams})


__all__ = ["LATER", "SMALL", "an_order", "assert_exact", "change", "content", "expected", "insert"]
