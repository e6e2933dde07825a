"""How fast real data comes in, with all checks, against the database driver writing the same finished rows.

    python -m benchmarks.import_speed [--runs 3] [online_retail completejourney_500 ...]

The ratio compares a whole import (reading, checking, looking up, writing, sums, roll-ups) with one `executemany` per
table of the same rows into the same tables with the same indexes, in one transaction: what no importer can beat.
Seconds of the processor are given beside those of the wall clock, for machines that have other work to do.
"""

import argparse
import os
import sqlite3
import statistics
import tempfile
import time
from contextlib import closing
from pathlib import Path

from sqlmodel import SQLModel

from db import schema
from db.engine import Engines, make_engines
from services import company
from services import work as units
from services.exchange import imports
from services.settings import ROOT, settings
from services.work import SYSTEM

DATA = Path(os.environ.get("RAPPORT_TEST_DATA", ROOT.parent / "shared" / "data"))
SETS = ("online_retail", "completejourney_500", "cdnow")


def fresh(file: Path) -> Engines:
    engines = make_engines(f"sqlite:///{file}")
    schema.migrate(engines.write)
    units.bind(engines)
    company.forget()
    return engines


def imported(name: str, file: Path) -> tuple[int, float, float]:
    """(rows, wall seconds, processor seconds) of one import into a new database."""
    engines = fresh(file)
    wall, processor = time.perf_counter(), time.process_time()
    run = imports.run(DATA / name / "neutral", source=name, started_by=SYSTEM)
    taken = time.perf_counter() - wall, time.process_time() - processor
    engines.dispose()
    return sum(c["read"] for c in run.counts.values()), *taken


def raw(full: Path, file: Path) -> tuple[float, float]:
    """(wall, processor) seconds for writing the finished rows of `full` into an empty database with bare sqlite3."""
    fresh(file).dispose()
    tables = [t.name for t in SQLModel.metadata.sorted_tables]
    with closing(sqlite3.connect(full)) as source:
        rows = {t: source.execute(f'SELECT * FROM "{t}"').fetchall() for t in tables}  # noqa: S608 - names of our models
    with closing(sqlite3.connect(file, isolation_level=None)) as target:
        target.execute("PRAGMA synchronous = FULL")
        target.execute("PRAGMA cache_size = -65536")
        wall, processor = time.perf_counter(), time.process_time()
        target.execute("BEGIN IMMEDIATE")
        for table, values in rows.items():
            if values:
                marks = ", ".join("?" * len(values[0]))
                target.executemany(f'INSERT INTO "{table}" VALUES ({marks})', values)  # noqa: S608 - the same
        target.execute("COMMIT")
        return time.perf_counter() - wall, time.process_time() - processor


def measure(name: str, runs: int, folder: Path) -> list[str]:
    """The median of some runs, as a row of a table."""
    ours, bare, n = [], [], 0
    for i in range(runs):
        full = folder / f"{name}-{i}.db"
        n, wall, processor = imported(name, full)
        ours.append((wall, processor))
        bare.append(raw(full, folder / f"{name}-{i}-raw.db"))
        for file in folder.glob(f"{name}-{i}*"):
            file.unlink()
    wall, processor = (statistics.median(run[k] for run in ours) for k in (0, 1))
    raw_wall, raw_processor = (statistics.median(run[k] for run in bare) for k in (0, 1))
    return [
        name, f"{n:,}", f"{n / wall:,.0f}", f"{n / processor:,.0f}", f"{n / raw_wall:,.0f}", f"{wall / raw_wall:.1f}",
        f"{processor / raw_processor:.1f}",
    ]  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("sets", nargs="*", default=SETS)
    parser.add_argument("--runs", type=int, default=3)
    given = parser.parse_args()
    print("| data set | rows | rows/s | rows per processor second | raw rows/s | ratio | ratio of processor time |")
    print("| --- | ---: | ---: | ---: | ---: | ---: | ---: |")
    with tempfile.TemporaryDirectory() as folder:
        settings().var_dir = Path(folder)
        for name in given.sets:
            print("| " + " | ".join(measure(name, given.runs, Path(folder))) + " |", flush=True)


if __name__ == "__main__":
    main()
