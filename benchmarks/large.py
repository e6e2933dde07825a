"""A large company: the demonstration many times over, with names of its own for everybody, written by the database.

    python -m benchmarks.large FOLDER [--url postgresql://...] [--customers 300000 --orders 1000000 --contacts 2000000]

Without `--url` the database is FOLDER/rapport.db, where a server with RAPPORT_VAR_DIR=FOLDER finds it. A database
behind `--url` must be empty. Seeded: the same numbers give the same rows, up to the instant at which it was made.
Everything that services would keep is there: search lines, sums of the live board, the trail of each order and
account, looks at accounts. FOLDER/people.json names the customers who may sign in and those with 100 and 10,000
entries on the timeline.
"""

import argparse
import json
import time
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, insert, text
from sqlmodel import Session, SQLModel

from benchmarks.copies import COPIED, bare, copy_rows, more_contacts, staff
from benchmarks.people import people as invented
from benchmarks.timeline import history
from db import schema, search_index
from db.engine import Engines, make_engines
from db.models import Person, Role
from services import clock, company, demo, rollup_check
from services.exchange.afterwards import patient
from services.search import line_for
from services.work import SYSTEM, bind, work

SIGNED_IN = 60
CHUNK = 20_000
_TRAIL = """INSERT INTO audit_entry (at, actor_name, actor_role, address, action, entity, entity_id, customer_id,
    "before", "after", reason)
    SELECT {at}, 'Rapport', 'system', '', '{action}', '{entity}', CAST(id AS VARCHAR(20)), {customer}, '{{}}',
    '{after}', '' FROM {table} WHERE {at} IS NOT NULL AND {customer} IS NOT NULL"""
_LOOKS = """INSERT INTO account_look (customer_id, person_id, name, how, slot, reason, at)
    SELECT id, 2, 'Agent', 'opened', 0, '', created_at FROM customer"""
_NEWEST = """SELECT max(id) FROM (SELECT max(id) AS id FROM audit_entry UNION ALL SELECT max(id) FROM interaction
    UNION ALL SELECT max(id) FROM sales_order) AS newest"""
_BUSY = """SELECT customer_id FROM sales_order WHERE customer_id BETWEEN 2 AND :last
    GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT :most"""
_NAMELESS = """SELECT c.id, c.name, c.company,
    (SELECT email FROM customer_email e WHERE e.customer_id = c.id LIMIT 1),
    (SELECT e164 FROM customer_phone p WHERE p.customer_id = c.id LIMIT 1) FROM customer c
    WHERE NOT EXISTS (SELECT 1 FROM customer_search s WHERE s.customer_id = c.id) ORDER BY c.id"""


@dataclass(frozen=True)
class Size:
    """How much there is to be at the end, about."""

    customers: int
    orders: int
    contacts: int


def said(what: str, since: list[float]) -> None:
    now = time.perf_counter()
    print(f"  {what:40} {now - since[-1]:6.1f} s", flush=True)
    since.append(now)


def trail(connection: Connection) -> None:
    """What the services would have noted about orders and accounts, and who looked at them."""
    order = {"entity": "order", "table": "sales_order", "customer": "customer_id", "after": "{}"}
    for at, action in (
        ("ordered_at", "orders.place"),
        ("shipped_at", "orders.ship"),
        ("delivered_at", "orders.deliver"),
    ):
        connection.exec_driver_sql(_TRAIL.format(at=at, action=action, **order))
    account = {"entity": "customer", "table": "customer", "customer": "id"}
    made = {"action": "customers.change", "after": '{"segment": "regular"}'}
    connection.exec_driver_sql(_TRAIL.format(at="created_at", **made, **account))
    connection.exec_driver_sql(_LOOKS)


def named(connection: Connection) -> None:
    """Everybody their own name, address and number; private and found by it."""
    ids = [i for (i,) in connection.exec_driver_sql("SELECT id FROM customer WHERE company IS NULL ORDER BY id")]
    names = list(zip(ids, invented(len(ids), seed=2), strict=True))
    for start in range(0, len(names), CHUNK):
        some = [{"i": i, "n": n, "m": m, "p": p} for i, (_k, n, m, p) in names[start : start + CHUNK] if i > 500]
        if not some:
            continue
        connection.execute(text("UPDATE customer SET name = :n WHERE id = :i"), some)
        connection.execute(text("UPDATE customer_email SET email = :m WHERE customer_id = :i"), some)
        connection.execute(text("UPDATE customer_phone SET e164 = :p, as_written = :p WHERE customer_id = :i"), some)


def findable(connection: Connection) -> None:
    """The search line and the words of every customer that has none yet."""
    rows = connection.exec_driver_sql(_NAMELESS).all()
    session = Session(bind=connection)
    for start in range(0, len(rows), CHUNK):
        lines = [(i, line_for(n, c, [m] if m else [], [p])) for i, n, c, m, p in rows[start : start + CHUNK]]
        written = [{"i": i, "t": line} for i, line in lines]
        connection.execute(text("INSERT INTO customer_search (customer_id, text) VALUES (:i, :t)"), written)
        search_index.add(session, lines)


def long_histories(connection: Connection) -> dict[str, int]:
    """Two customers of their own: 100 entries and 10,000. Returns their ids."""
    first = connection.exec_driver_sql("SELECT max(id) + 1 FROM customer").scalar_one()
    begin = 1 + connection.exec_driver_sql(_NEWEST).scalar_one()
    stamps = {"created_at": clock.now(), "updated_at": clock.now()}
    table = SQLModel.metadata.tables["customer"]
    connection.execute(insert(table), [{"id": first + n, "name": f"Long History {n}", **stamps} for n in (0, 1)])
    history(connection, first, 100, begin, before=clock.now())
    history(connection, first + 1, 10_000, begin + 100, before=clock.now())
    return {"short": first, "long": first + 1}


def sign_ins(connection: Connection, last: int) -> list[str]:
    """Customers with many orders, numbered up to `last`, get a sign-in without a password; returns their addresses."""
    ids = list(connection.scalars(text(_BUSY), {"last": last, "most": SIGNED_IN}))
    now = clock.now()
    made = {"role": Role.CUSTOMER, "created_at": now, "confirmed_at": now, "name": "Busy Customer"}
    rows = [{"email": f"busy{n}@example.com", "customer_id": i, **made} for n, i in enumerate(ids)]
    connection.execute(insert(Person), rows)
    return [str(row["email"]) for row in rows]


def multiplied(connection: Connection, size: Size, since: list[float]) -> None:
    """All copies of the demonstration that lies in the database."""
    strides = {
        table: connection.exec_driver_sql(f'SELECT coalesce(max(id), 0) + 1 FROM "{table}"').scalar_one()  # noqa: S608 - our tables
        for table in (*COPIED, "staff_member")
        if "id" in SQLModel.metadata.tables[table].columns
    }
    times = max(1, size.customers // (strides["customer"] - 1))
    share = round(1000 * (size.orders - strides["sales_order"]) / max(1, (times - 1) * strides["sales_order"]))
    connection.exec_driver_sql("CREATE TEMPORARY TABLE copies (k INTEGER PRIMARY KEY, minutes INTEGER)")
    rows = [{"k": k, "m": k * 7919 % 719} for k in range(times)]
    connection.execute(text("INSERT INTO copies VALUES (:k, :m)"), rows)
    staff(connection, strides["staff_member"])
    for table in COPIED:
        copy_rows(connection, table, strides, {"share": min(1000, share)})
        said(table, since)
    more_contacts(connection, times, strides["interaction"], strides["customer"], size.contacts)
    said("more contacts", since)
    connection.exec_driver_sql("DROP TABLE copies")


def numbers_go_on(connection: Connection) -> None:
    """PostgreSQL counts ids apart from the rows."""
    for table in (*COPIED, "staff_member", "audit_entry", "account_look"):
        if connection.dialect.name != "sqlite" and "id" in SQLModel.metadata.tables[table].columns:
            connection.exec_driver_sql(
                f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM \"{table}\"))"  # noqa: S608 - our tables
            )


def build(engines: Engines, size: Size) -> dict[str, object]:
    """Fill the empty database. Returns what people.json holds."""
    since = [time.perf_counter()]
    schema.migrate(engines.write)
    bind(engines)
    with work(SYSTEM) as w:
        company.save(w, name="Kettle & Sons", currency="EUR", time_zone="Europe/Berlin", language="en", set_up=True)
    summary = demo.load(SYSTEM)
    said("the demonstration", since)
    with engines.write.begin() as connection:
        if connection.dialect.name != "sqlite":
            connection.exec_driver_sql("SET statement_timeout = 0")
        with bare(connection):
            multiplied(connection, size, since)
            trail(connection)
            long = long_histories(connection)
            numbers_go_on(connection)
            said("trail", since)
        said("indexes", since)
        named(connection)
        said("names", since)
        findable(connection)
        said("search", since)
        told: dict[str, object] = {
            **long,
            "customers": sign_ins(connection, long["short"] - 1),
            "agent": summary.sign_ins[1].email,
        }
        told["manager"] = summary.sign_ins[2].email
        connection.exec_driver_sql("DELETE FROM columnar_change WHERE id < (SELECT max(id) FROM columnar_change)")
    with work(SYSTEM) as w:
        patient(w)
        rollup_check.rebuild(w)
    said("sums of the live board", since)
    with engines.write.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE")
    said("statistics", since)
    return told


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--url", default="")
    for name, count in (("customers", 300_000), ("orders", 1_000_000), ("contacts", 2_000_000)):
        parser.add_argument(f"--{name}", type=int, default=count)
    asked = parser.parse_args()
    asked.folder.mkdir(parents=True, exist_ok=True)
    engines = make_engines(asked.url or f"sqlite:///{asked.folder / 'rapport.db'}")
    told = build(engines, Size(asked.customers, asked.orders, asked.contacts))
    (asked.folder / "people.json").write_text(json.dumps(told, indent=1))
    engines.dispose()


if __name__ == "__main__":
    main()
