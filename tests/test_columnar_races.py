"""The copy while everything happens at once: writers, roll-backs, a pruned log, sources that break off, restarts."""

import random
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from pathlib import Path

import pyarrow as pa
import pytest
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from db.columnar import fill, source
from db.columnar.copy import Copy, connect
from db.columnar.source import SqlSource
from db.engine import Engines
from services import columnar
from services.columnar import pruning
from tests import make
from tests.changing import CUSTOMERS, LATER, SMALL, assert_exact, change, content, expected

STEPS = 12
#: Where the writers are slow it takes more steps until everything has happened that a test is about.
MOST_STEPS = 20 * STEPS


class BrokenOff(RuntimeError):
    pass


class Failing(SqlSource):
    """A source whose connection is lost at the n-th table that is asked for."""

    left = 0

    def rows(self, sql: str, raw: Mapping[str, str]) -> pa.RecordBatchReader:
        if self.left == 0:
            raise BrokenOff
        self.left -= 1
        return super().rows(sql, raw)


def _write(engines: Engines, seed: int, stop: threading.Event, failures: list[BaseException]) -> None:
    """A writer: transactions of several changes, some slow, some rolled back in whole or in part."""
    rng = random.Random(seed)
    long = engines.dialect == "postgresql" and seed == 0  # on SQLite it would keep all others from writing
    try:
        while not stop.is_set():
            # Two writers that want the same rows in another order: the database picks a victim, which changes nothing.
            try:
                # SQLite's writers stand in line, as those of the services do; one who does not may wait for ever.
                line = engines.lock.held() if engines.lock else nullcontext()
                with line, engines.write.connect() as connection, connection.begin() as transaction:
                    for _i in range(rng.randint(1, 4)):
                        part = connection.begin_nested()
                        change(connection, rng)
                        part.rollback() if rng.random() < 0.2 else part.commit()
                    if rng.random() < 0.4:
                        stop.wait(rng.random() if long else rng.random() / 20)
                    if rng.random() < 0.2:
                        transaction.rollback()
            except DBAPIError as error:
                # A line moved to a number that is taken, or to an order that is just being deleted: refused as well.
                if not any(word in str(error).lower() for word in ("deadlock", "unique", "foreign key")):
                    raise
            stop.wait(0.005)
    except BaseException as error:
        failures.append(error)


@contextmanager
def writers(engines: Engines, many: int = 4) -> Iterator[None]:
    """Some who write as long as the block lasts."""
    with Session(engines.write) as session:
        for _i in range(CUSTOMERS):
            make.customer(session)
        session.commit()
    stop, failures = threading.Event(), list[BaseException]()
    threads = [threading.Thread(target=_write, args=(engines, n, stop, failures)) for n in range(many)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert not failures, failures[0]


def test_nothing_is_missed_or_doubled_while_many_write(fresh_engines: Engines) -> None:
    """One copy follows every state, another one now and then; both hold what a copy from scratch holds."""
    with source.snapshot(fresh_engines.read) as primary:
        close, slow = Copy.in_memory(primary, LATER, SMALL), Copy.in_memory(primary, LATER, SMALL)
    seen: list[str] = []
    with writers(fresh_engines):
        for step in range(MOST_STEPS):
            if step >= STEPS and len(set(seen)) > 3:
                break
            with source.snapshot(fresh_engines.read) as primary:
                whole = expected(primary)
                for copy in (close, slow) if step % 5 == 4 else (close,):
                    assert copy.forward(primary, LATER)
                    assert content(copy) == whole
            seen.append(str(whole))
    for copy in (close, slow):
        assert len(assert_exact(fresh_engines, copy)["orders"]) > 0
        copy.close()
    assert len(set(seen)) > 3, "nobody wrote while the copy followed"


def test_a_step_that_breaks_off_is_taken_whole_the_next_time(
    fresh_engines: Engines, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng, broken = random.Random(5), 0
    with source.snapshot(fresh_engines.read) as primary:
        copy = Copy.in_memory(primary, LATER, SMALL)
    with writers(fresh_engines):
        for step in range(MOST_STEPS):
            if step >= STEPS and broken > 3:
                break
            with source.snapshot(fresh_engines.read) as primary:
                flaky, before = Failing(primary._connection), content(copy)
                flaky.left = rng.randint(0, 5)
                try:
                    assert copy.forward(flaky, LATER)
                except BrokenOff:
                    broken += 1
                    assert content(copy) == before, "half a step is to be seen"
                else:
                    assert content(copy) == expected(primary)
    assert broken > 3
    assert_exact(fresh_engines, copy)
    copy.close()


def test_a_copy_that_goes_on_beside_a_pruned_log_has_missed_nothing(
    fresh_engines: Engines, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Entries are removed as early as can be. A copy may be told to begin anew, never wrongly that it may go on.

    The file is closed and opened again between the steps: what it knows of its position is what it has written down.
    """
    monkeypatch.setattr(pruning, "KEEP", -pruning.KEEP)  # every entry is old enough at once
    rng, anew, gone_on, removed, number = random.Random(7), 0, 0, 0, 0

    def made() -> Path:
        file = tmp_path / f"{number}.duckdb"
        con = connect(file, SMALL)
        with source.snapshot(fresh_engines.read) as primary:
            fill.whole(con, primary, LATER)
        con.close()
        return file

    file = made()
    with writers(fresh_engines, 2):
        for step in range(MOST_STEPS):
            if step >= STEPS and removed and gone_on and anew:
                break
            for _time in range(rng.choice((0, 0, 1, 3))):
                removed += columnar.prune()
            copy = Copy.opened(file, SMALL)
            with source.snapshot(fresh_engines.read) as primary:
                if copy.forward(primary, LATER):
                    gone_on += 1
                    assert content(copy) == expected(primary)
                    copy.close()
                    continue
            copy.close()
            anew, number = anew + 1, number + 1
            file = made()
    assert removed > 0
    assert gone_on > 0
    assert anew > 0
