"""The first page of a long history against that of a short one, and a deep page against the first.

    python -m benchmarks.timeline [--url postgresql://...]

Without `--url` a SQLite file is made in a temporary folder. A database behind `--url` must be empty. Prints medians
and their ratios; the goal is that 10,000 entries cost no more than 1.2 times what 100 cost.
"""

import argparse
import random
import statistics
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, insert
from sqlmodel import SQLModel

from db import schema
from db.engine import make_engines
from db.models import (
    AuditEntry,
    Case,
    Channel,
    Customer,
    Direction,
    Interaction,
    Message,
    Order,
    OrderLine,
    OrderStatus,
    Promise,
    SurveyResponse,
)
from services import timeline
from services.work import SYSTEM, bind, reading

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
ROUNDS = 60
WORDS = "the blue kettle leaks again and the lid does not close so please send another one before Friday".split()  # noqa: SIM905 - reads better as a sentence
#: Of ten entries: how many are of each kind.
MIX = ("contact",) * 4 + ("order",) * 2 + ("message", "change", "survey", "case")


def history(connection: Connection, customer_id: int, count: int, first_id: int, before: datetime = NOW) -> None:
    """Add so many entries of all kinds to a customer, within three years before an instant."""
    chance = random.Random(customer_id)
    rows: dict[type[SQLModel], list[dict[str, Any]]] = {}
    for n in range(count):
        at, kind = before - timedelta(minutes=chance.randrange(1_500_000)), MIX[n % len(MIX)]
        text, number = " ".join(chance.choices(WORDS, k=14)), first_id + n
        mine = {"id": number, "customer_id": customer_id}
        contact = {"channel": Channel.PHONE, "direction": Direction.IN, "summary": text, "logged_at": at}
        line = {"order_id": number, "line_no": 1, "name": "Kettle", "quantity": 1, "line_total_cents": 2500}
        answer = {"instrument": "CSAT", "score": 4, "scale_min": 1, "scale_max": 5, "text": text}
        who = {"actor_name": "Ada", "actor_role": "customer", "action": "customers.change", "entity": "customer"}
        kinds: dict[str, tuple[type[SQLModel], dict[str, Any]]] = {
            "contact": (Interaction, contact | {"happened_at": at, "reason": "Repair"}),
            "order": (Order, {"ordered_at": at, "status": OrderStatus.DELIVERED, "total_cents": 2500}),
            "message": (Message, {"direction": Direction.IN, "body": text, "sent_at": at}),
            "change": (AuditEntry, who | {"at": at, "before": {"name": "A"}, "after": {"name": "B"}}),
            "survey": (SurveyResponse, answer | {"answered_at": at}),
            "case": (Case, {"subject": text[:80], "opened_at": at}),
        }
        model, row = kinds[kind]
        rows.setdefault(model, []).append(mine | row)
        if kind == "order":
            rows.setdefault(OrderLine, []).append(line)
    promise = {"customer_id": customer_id, "what": "a part", "due_on": before.date(), "made_at": before}
    rows[Promise] = [promise]
    for model, found in rows.items():
        connection.execute(insert(model), found)


def _fill(connection: Connection) -> None:
    """Customer 1 with 100 entries, customer 2 with 10,000, and 200 others with 500 each around them."""
    stamps = {"created_at": NOW, "updated_at": NOW}
    connection.execute(insert(Customer), [{"id": i, "name": f"Customer {i}", **stamps} for i in range(1, 203)])
    first = 1
    for customer_id, count in ((1, 100), (2, 10_000), *((i, 500) for i in range(3, 203))):
        history(connection, customer_id, count, first)
        first += count


def _milliseconds(customer_id: int, after: str) -> float:
    start = time.perf_counter()
    with reading(SYSTEM) as w:
        timeline.page(w, customer_id, after=after)
    return (time.perf_counter() - start) * 1000


def _deep(customer_id: int, pages: int) -> str:
    after = ""
    with reading(SYSTEM) as w:
        for _n in range(pages):
            after = timeline.page(w, customer_id, after=after).older
    return after


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", default="")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        engines = make_engines(asked.url or f"sqlite:///{Path(folder) / 'timeline.db'}")
        schema.migrate(engines.write)
        with engines.write.begin() as connection:
            _fill(connection)
        with engines.write.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("ANALYZE")
        bind(engines)
        places = {"100 entries, first page": (1, ""), "10,000 entries, first page": (2, "")}
        places["10,000 entries, page 190"] = (2, _deep(2, 189))
        took: dict[str, list[float]] = {name: [] for name in places}
        for _round in range(ROUNDS):  # by turns, so that whatever else the machine does hits all alike
            for name, (customer_id, after) in places.items():
                took[name].append(_milliseconds(customer_id, after))
        base = statistics.median(took["100 entries, first page"])
        print(f"{engines.dialect}, 110,100 entries in all, 50 a page, median of {ROUNDS}")
        for name, times in took.items():
            print(f"  {name:28} {statistics.median(times):7.2f} ms   x {statistics.median(times) / base:.2f}")
        engines.dispose()


if __name__ == "__main__":
    main()
