"""Questions to the columnar copy beside the same work in plain DuckDB: 1 million customers, 10 million lines.

    python -m benchmarks.copy_questions [--customers 1000000 --lines 10000000 --rounds 5]

The copy is filled by DuckDB itself; the primary database holds the settings and, for the refresh, the orders that have
changed. Ours and bare are asked in turn of the same file, and the ratio is that of the medians of their processor
seconds: DuckDB works in threads of this process, so nothing is left out and other work on the machine counts little.
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, text

from db import schema
from db.columnar import source
from db.columnar.copy import Copy, Limits, connect
from db.columnar.fill import About, read, whole
from db.engine import Engines, make_engines
from services import company, cube
from services.columnar import keeper
from services.cube import CubeQuestion
from services.segments import asking
from services.segments.definition import parse
from services.work import SYSTEM, Work, bind, reading

LINES_OF_AN_ORDER = 4
CHANGED = 200
FROM, TO = date(2023, 1, 1), date(2026, 1, 1)
_SALE = f"o.is_sale AND o.day >= DATE '{FROM}' AND o.day < DATE '{TO}'"
_ROWS = {
    "product": """SELECT i AS product_id, 'Product ' || i AS name, 'Category ' || i % 40 AS category,
        'Brand ' || i % 200 AS brand, 2000 AS list_price_cents, TRUE AS active FROM range(5000) t(i)""",
    "customer": """SELECT i AS customer_id, 'individual' AS kind, 'Segment ' || i % 7 AS segment, 'DE' AS country,
        'Region ' || i % 16 AS region, FALSE AS no_profiling, DATE '2023-01-01' AS joined_on
        FROM range({customers}) t(i)""",
    "orders": """SELECT i AS order_id,
        CAST({customers} * (hash(i) % 1000003 / 1000003.0) ** 2 AS BIGINT) AS customer_id,
        day + INTERVAL 12 HOUR AS ordered_at, day, 12 AS hour, 'delivered' AS status, TRUE AS is_sale,
        CASE i % 3 WHEN 0 THEN 'portal' WHEN 1 THEN 'phone' ELSE 'store' END AS channel,
        8000 AS lines_cents, 8000 AS total_cents
        FROM (SELECT i, CAST(DATE '2023-01-01' + CAST(hash(i * 7) % 1095 AS INTEGER) AS DATE) AS day
        FROM range({orders}) t(i))""",
    "sale_line": """SELECT o.order_id, n AS line_no, o.customer_id, o.ordered_at, o.day, o.hour, o.status, o.is_sale,
        o.channel, CAST(hash(o.order_id * 8 + n) % 5000 AS BIGINT) AS product_id, 1 + n % 3 AS quantity,
        1000 + CAST(hash(o.order_id + n) % 2000 AS BIGINT) AS line_total_cents FROM orders o, range({each}) t(n)""",
    "buyer": """SELECT customer_id, min(order_id) AS first_order_id, min(day) AS first_day FROM orders GROUP BY 1""",
}
CUBE: list[tuple[str, dict[str, Any], str]] = [
    (
        "revenue by month and category",
        {"measures": ["revenue"], "by": ["month", "category"], "most": 40},
        """SELECT date_trunc('month', o.day), coalesce(p.category, ''), sum(o.line_total_cents)
        FROM sale_line o LEFT JOIN product p ON p.product_id = o.product_id WHERE {sale} GROUP BY 1, 2""",
    ),
    (
        "revenue and units by quarter, region, channel",
        {"measures": ["revenue", "units"], "by": ["quarter", "region", "channel"], "most": 20},
        """SELECT date_trunc('quarter', o.day), coalesce(c.region, ''), o.channel, sum(o.line_total_cents),
        sum(o.quantity) FROM sale_line o LEFT JOIN customer c ON c.customer_id = o.customer_id
        WHERE {sale} GROUP BY 1, 2, 3""",
    ),
    (
        "customers and orders by month",
        {"measures": ["customers", "orders"], "by": ["month"]},
        """SELECT date_trunc('month', o.day), count(DISTINCT o.customer_id), count(DISTINCT o.order_id)
        FROM orders o WHERE {sale} GROUP BY GROUPING SETS ((1), ())""",
    ),
    (
        "revenue, orders and units by month in two categories",
        {
            "measures": ["revenue", "orders", "units"],
            "by": ["month"],
            "only": {"category": ["Category 1", "Category 7"]},
        },
        """SELECT date_trunc('month', o.day), sum(o.line_total_cents), count(DISTINCT o.order_id), sum(o.quantity)
        FROM sale_line o LEFT JOIN product p ON p.product_id = o.product_id
        WHERE {sale} AND p.category IN ('Category 1', 'Category 7') GROUP BY GROUPING SETS ((1), ())""",
    ),
    (
        "revenue by month of the first purchase and quarter",
        {"measures": ["revenue"], "by": ["cohort", "quarter"], "most": 40},
        """SELECT date_trunc('month', b.first_day), date_trunc('quarter', o.day), sum(o.lines_cents)
        FROM orders o LEFT JOIN buyer b ON b.customer_id = o.customer_id WHERE {sale} GROUP BY 1, 2""",
    ),
    (
        "customers by category and channel, 12 of 40 categories and the others",
        {"measures": ["customers"], "by": ["category", "channel"], "most": 12},
        """SELECT coalesce(p.category, ''), o.channel, count(DISTINCT o.customer_id)
        FROM sale_line o LEFT JOIN product p ON p.product_id = o.product_id
        WHERE {sale} GROUP BY GROUPING SETS ((1, 2), (1), (2), ())""",
    ),
    (
        "customers by month and category, 12 of 40 categories and the others",
        {"measures": ["customers"], "by": ["month", "category"], "most": 12},
        """SELECT date_trunc('month', o.day), coalesce(p.category, ''), count(DISTINCT o.customer_id)
        FROM sale_line o LEFT JOIN product p ON p.product_id = o.product_id
        WHERE {sale} GROUP BY GROUPING SETS ((1, 2), (2), ())""",
    ),
]  # fmt: skip
_RULE = {
    "mode": "all",
    "parts": [
        {"field": "revenue", "op": "at_least", "low": 30_000},
        {"field": "orders", "op": "at_least", "low": 3},
        {"field": "segment", "op": "one_of", "values": ["Segment 1", "Segment 2"]},
    ],
}
_BARE_RULE = """SELECT count(*) FROM customer c
    JOIN (SELECT customer_id, sum(lines_cents) AS revenue, count(*) AS orders FROM orders WHERE is_sale
    GROUP BY customer_id) s USING (customer_id)
    WHERE s.revenue >= 30000 AND s.orders >= 3 AND c.segment IN ('Segment 1', 'Segment 2')"""


def primary(file: Path) -> Engines:
    """A migrated database that holds nothing but the settings."""
    engines = make_engines(f"sqlite:///{file}")
    schema.migrate(engines.write)
    bind(engines)
    company.forget()
    return engines


def filled(engines: Engines, file: Path, customers: int, lines: int) -> tuple[Copy, Any]:
    """A copy of that size, and the connection beneath it."""
    con = connect(file, Limits("1GB", 2, file.parent / "spill"))
    with source.snapshot(engines.read) as empty:
        whole(con, empty, "2026-01-01T00:00:00+00:00")
    size = {"customers": customers, "orders": lines // LINES_OF_AN_ORDER, "each": LINES_OF_AN_ORDER}
    for table, sql in _ROWS.items():
        con.execute(f"INSERT INTO {table} BY NAME {sql.format(**size)}")
    con.execute("CHECKPOINT")
    about: About = read(con)
    return Copy(con, about, None), con


def turns(
    ours: Callable[[], object], bare: Callable[[], object], rounds: int, before: Callable[[], object] | None = None
) -> str:
    """Both in turn. First and median seconds of ours, seconds of bare, processor seconds of both, and their ratio."""
    taken: dict[str, list[tuple[float, float]]] = {"ours": [], "bare": []}
    for _round in range(rounds):
        if before is not None:
            before()
        for who, work in (("ours", ours), ("bare", bare)):
            wall, processor = time.perf_counter(), time.process_time()
            work()
            taken[who].append((time.perf_counter() - wall, time.process_time() - processor))
    wall, own = (statistics.median(run[k] for run in taken["ours"][1:]) for k in (0, 1))
    bare_wall, plain = (statistics.median(run[k] for run in taken["bare"][1:]) for k in (0, 1))
    figures = (taken["ours"][0][0], wall, bare_wall, own, plain, own / plain)
    return " | ".join(f"{figure:.2f}" for figure in figures)


def questions(w: Work, con: Any, rounds: int) -> None:
    """The cube, and the count of a rule."""

    def plain(sql: str) -> Callable[[], object]:
        return lambda: con.cursor().sql(sql).df()

    for name, asked, sql in CUBE:
        question = CubeQuestion(from_day=FROM, to_day=TO, **asked)
        print(
            f"| {name} | {turns(partial(cube.ask, w, question), plain(sql.format(sale=_SALE)), rounds)} |", flush=True
        )
    rule = parse(_RULE)
    print(f"| count of a rule | {turns(partial(asking.counted, w, rule), plain(_BARE_RULE), rounds)} |", flush=True)


def changed(connection: Connection, begin: int) -> None:
    """Some orders that are in the copy, in the primary with another total; the triggers log them."""
    order = {"status": "completed", "channel": "portal", "note": "", "delivery_address": "{}", "attributes": "{}"}
    money = dict.fromkeys(("lines_cents", "discount_cents", "shipping_cents", "total_cents"), 100)
    orders = [
        {"id": n, "ordered_at": "2025-06-01 10:00:00.000000", **order, **money} for n in range(begin, begin + CHANGED)
    ]
    names = list(orders[0])
    marks = ", ".join(f":{name}" for name in names)
    connection.execute(text(f"INSERT INTO sales_order ({', '.join(names)}) VALUES ({marks})"), orders)  # noqa: S608 - constants
    line = {"product_code": "", "name": "", "quantity": 1, "discount_cents": 0, "line_total_cents": 25}
    lines = [{"order_id": o["id"], "line_no": n, **line} for o in orders for n in range(LINES_OF_AN_ORDER)]
    marks = ", ".join(f":{name}" for name in lines[0])
    connection.execute(text(f"INSERT INTO order_line ({', '.join(lines[0])}) VALUES ({marks})"), lines)  # noqa: S608 - constants


_BARE_STEP = """BEGIN;
    DELETE FROM orders WHERE order_id BETWEEN {begin} AND {end};
    DELETE FROM sale_line WHERE order_id BETWEEN {begin} AND {end};
    INSERT INTO orders BY NAME SELECT range AS order_id, 100 AS lines_cents, TRUE AS is_sale,
        DATE '2025-06-01' AS day FROM range({begin}, {end} + 1);
    INSERT INTO sale_line BY NAME SELECT range AS order_id, n AS line_no, 25 AS line_total_cents, TRUE AS is_sale,
        DATE '2025-06-01' AS day FROM range({begin}, {end} + 1), range(4) t(n);
    COMMIT"""


def refresh(engines: Engines, copy: Copy, con: Any, rounds: int) -> None:
    """Following two hundred changed orders, beside deleting and inserting the same rows in DuckDB alone."""
    place = iter(range(0, 1_000_000, CHANGED))

    def prepared() -> None:
        with engines.write.begin() as connection:
            changed(connection, next(place))

    def follow() -> None:
        with source.snapshot(engines.read) as now:
            assert copy.forward(now, "2026-01-02T00:00:00+00:00")

    def bare() -> None:
        begin = next(place)
        con.cursor().execute(_BARE_STEP.format(begin=begin, end=begin + CHANGED - 1))

    print(f"| a step of {CHANGED} changed orders | {turns(follow, bare, rounds, prepared)} |", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    for name, count in (("customers", 1_000_000), ("lines", 10_000_000), ("rounds", 5)):
        parser.add_argument(f"--{name}", type=int, default=count)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        engines = primary(Path(folder) / "primary.db")
        copy, con = filled(engines, Path(folder) / "copy.duckdb", asked.customers, asked.lines)
        keeper.bind(copy)
        print("| what | first s | then s | bare s | processor s | bare processor s | ratio |")
        print("| --- | ---: | ---: | ---: | ---: | ---: | ---: |")
        with reading(SYSTEM) as w:
            questions(w, con, asked.rounds)
        refresh(engines, copy, con, asked.rounds)
        keeper.bind(None)
        copy.close()
        engines.dispose()


if __name__ == "__main__":
    main()
