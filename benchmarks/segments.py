"""How many of a million customers are in a segment: its question to DuckDB, and the same written by hand.

python -m benchmarks.segments [--customers 1000000]
"""

import argparse
import re
import time
from datetime import date
from typing import Any

import duckdb
import numpy as np
import pandas as pd

from benchmarks.analytics import orders
from services.questions import Question
from services.segments.compile import compiled
from services.segments.definition import parse

TODAY = date(2026, 1, 1)
TIMES = 3
UPSET = {"field": "complaints", "op": "at_least", "low": 1, "within_days": 60}
RULES: dict[str, list[dict[str, Any]]] = {
    "overdue and complained lately": [{"field": "overdue", "op": "at_least", "low": 1.5}, UPSET],
    "five orders, 100.00 in a year, newsletter": [
        {"field": "orders", "op": "at_least", "low": 5},
        {"field": "revenue", "op": "at_least", "low": 10_000, "within_days": 365},
        {"field": "newsletter", "op": "yes"},
    ],
    "field of the grid: must not be lost": [{"field": "grid", "op": "one_of", "values": ["cannot_lose"]}],
}
#: The first rule as somebody would write it who had only this to ask.
BY_HAND = """WITH d AS (SELECT DISTINCT customer_id, day FROM orders WHERE is_sale),
g AS (SELECT customer_id, day, day - lag(day) OVER (PARTITION BY customer_id ORDER BY day) AS gap FROM d),
late AS (SELECT customer_id FROM g GROUP BY customer_id
    HAVING count(gap) >= 3 AND (DATE '2026-01-01' - max(day)) / median(gap) >= 1.5),
upset AS (SELECT customer_id FROM contact WHERE lower(reason) = 'complaint'
    AND day > DATE '2025-11-02' AND day <= DATE '2026-01-01')
SELECT count(*) FROM customer SEMI JOIN late USING (customer_id) SEMI JOIN upset USING (customer_id)
WHERE NOT no_profiling"""


def company(customers: int) -> duckdb.DuckDBPyConnection:
    """The tables that these rules ask for, as the copy has them."""
    chance = np.random.default_rng(2)
    sold = orders(customers)
    sold = pd.DataFrame(
        {
            "customer_id": sold["customer_id"] + 1,
            "day": sold["ordered_at"].dt.normalize().astype("datetime64[s]"),
            "lines_cents": (sold["revenue"] * 100).astype("int64"),
        }
    )
    talk = pd.DataFrame(
        {
            "customer_id": chance.integers(1, customers + 1, customers * 2),
            "day": np.datetime64("2024-01-01") + chance.integers(0, 731, customers * 2).astype("timedelta64[D]"),
            "reason": np.array(["Delivery", "Advice", "Complaint", "Invoice"])[chance.integers(0, 4, customers * 2)],
        }
    )
    copy = duckdb.connect(config={"threads": 2})
    for name, frame in (("sold", sold), ("talk", talk)):
        copy.register(name, frame)
    copy.execute("CREATE TABLE orders AS SELECT customer_id, CAST(day AS DATE) AS day, lines_cents, TRUE AS is_sale, "
                 "'portal' AS channel FROM sold")  # fmt: skip
    copy.execute("CREATE TABLE contact AS SELECT customer_id, CAST(day AS DATE) AS day, reason FROM talk")
    copy.execute("CREATE TABLE cases (customer_id BIGINT, day DATE, topic VARCHAR, state VARCHAR, closed_on DATE)")
    copy.register("everybody", pd.DataFrame({"n": np.arange(1, customers + 1)}))
    copy.execute("CREATE TABLE customer AS SELECT n AS customer_id, n % 9 = 0 AS no_profiling, "
                 "n % 3 = 0 AS takes_newsletter FROM everybody")  # fmt: skip
    return copy


def seconds(copy: duckdb.DuckDBPyConnection, sql: str, values: dict[str, Any]) -> tuple[float, float, int]:
    """The best of some tries, by the wall clock and by the processor; and the answer."""
    best = []
    for _try in range(TIMES):
        wall, cpu = time.perf_counter(), time.process_time()
        row = copy.execute(sql, values).fetchone()
        best.append((time.perf_counter() - wall, time.process_time() - cpu))
    return min(b[0] for b in best), min(b[1] for b in best), int(row[0]) if row else 0


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--customers", type=int, default=1_000_000)
    copy = company(parser.parse_args().customers)
    print("| rule | members | s | processor s |\n| --- | ---: | ---: | ---: |")
    for name, parts in RULES.items():
        asked = compiled(parse({"mode": "all", "parts": parts}), TODAY, {}, ["complaint"])
        question, values = asked.question("count(*) AS n")
        wall, cpu, members = seconds(copy, question.sql, values)
        print(f"| {name} | {members:,} | {wall:.2f} | {cpu:.2f} |")
    wall, cpu, members = seconds(copy, Question("by hand", re.sub(r"\s+", " ", BY_HAND)).sql, {})
    print(f"| the first, by hand | {members:,} | {wall:.2f} | {cpu:.2f} |")


if __name__ == "__main__":
    main()
