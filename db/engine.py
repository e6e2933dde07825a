"""Engines for SQLite and PostgreSQL: one that writes and one that can only read.

SQLite: WAL, foreign keys, synchronous=FULL; a writer begins with BEGIN IMMEDIATE, so that a read followed by a
write never fails with "database is locked"; readers run beside it on connections that refuse to write.
PostgreSQL: psycopg 3 with pre-ping, a statement timeout and READ ONLY transactions for readers.
"""

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url

BUSY_TIMEOUT_S = 10
STATEMENT_TIMEOUT_MS = 15_000


class Nested(RuntimeError):
    """A unit of work was begun inside another one of the same thread: a bug, told at once instead of a deadlock."""


class WriteLock:
    """Queues the writers of this process in front of SQLite, first come first served.

    SQLite's own waiting is unfair (32 threads: p95 x3), and so is a plain lock (p95 x2): who has just let go takes it
    again before the others wake up.
    """

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._taken = False
        self._waiting: deque[threading.Lock] = deque()
        self._owner = threading.local()

    @contextmanager
    def held(self) -> Iterator[None]:
        if getattr(self._owner, "held", False):
            raise Nested("a unit of work cannot be begun inside another one")
        self._take()
        self._owner.held = True
        try:
            yield
        finally:
            self._owner.held = False
            self._pass_on()

    def _take(self) -> None:
        with self._guard:
            if not self._taken:
                self._taken = True
                return
            turn = threading.Lock()
            turn.acquire()
            self._waiting.append(turn)
        turn.acquire()  # until `_pass_on` lets go of it

    def _pass_on(self) -> None:
        with self._guard:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._taken = False


@dataclass(frozen=True)
class Engines:
    """`write` for units of work that change something, `read` for all others. `lock` is None on PostgreSQL."""

    write: Engine
    read: Engine
    lock: WriteLock | None

    @property
    def dialect(self) -> str:
        return self.write.dialect.name

    def dispose(self) -> None:
        self.write.dispose()
        self.read.dispose()


def normal_url(url: str) -> str:
    """Accept the usual spellings of a PostgreSQL address and name the driver we use."""
    for prefix in ("postgres://", "postgresql://"):
        if url.startswith(prefix):
            return "postgresql+psycopg://" + url[len(prefix) :]
    return url


def _sqlite_engine(url: str, begin: str, read_only: bool) -> Engine:
    engine = create_engine(
        url,
        connect_args={"timeout": BUSY_TIMEOUT_S, "check_same_thread": False},
        pool_size=16,
        max_overflow=48,
        pool_use_lifo=read_only,  # SQLite's page cache and its count of commits are each connection's own: stay on one
    )

    @event.listens_for(engine, "connect")
    def _connect(raw: Any, _record: Any) -> None:
        raw.isolation_level = None  # the driver must not begin on its own; _begin does
        cursor = raw.cursor()
        cursor.execute("PRAGMA journal_mode = WAL")
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.execute("PRAGMA synchronous = FULL")
        cursor.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_S * 1000}")
        cursor.execute("PRAGMA cache_size = -65536")
        cursor.execute("PRAGMA temp_store = MEMORY")
        if read_only:
            cursor.execute("PRAGMA query_only = ON")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine


def _postgres_engine(url: str, read_only: bool) -> Engine:
    options = f"-c statement_timeout={STATEMENT_TIMEOUT_MS} -c lock_timeout=10000 -c timezone=UTC"
    if read_only:
        options += " -c default_transaction_read_only=on"
    return create_engine(
        url,
        pool_pre_ping=True,
        pool_size=8,
        max_overflow=24,
        pool_timeout=10,
        connect_args={"options": options},
    )


def make_engines(url: str) -> Engines:
    """Both engines for a database address, `sqlite:///path` or `postgresql://...`. Nothing is connected yet."""
    url = normal_url(url)
    if make_url(url).get_backend_name() == "sqlite":
        database = make_url(url).database
        if database and database != ":memory:":
            Path(database).parent.mkdir(parents=True, exist_ok=True)
        return Engines(
            _sqlite_engine(url, "BEGIN IMMEDIATE", read_only=False),
            _sqlite_engine(url, "BEGIN", read_only=True),
            WriteLock(),
        )
    return Engines(_postgres_engine(url, read_only=False), _postgres_engine(url, read_only=True), None)
