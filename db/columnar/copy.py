"""A copy that is open: one DuckDB instance, one connection that brings it forward, a cursor for each question.

A DuckDB file that one process writes cannot be opened by another. So each process has a file of its own, and a refresh
is a small transaction instead of a swap of the whole file; readers of the process see it at once.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from db.columnar import fill
from db.columnar.fill import About
from db.columnar.source import Source
from db.columnar.tables import FED


class Unsound(RuntimeError):
    """The file is damaged, or no copy of these definitions."""


class InUse(RuntimeError):
    """Another process has the file open."""


@dataclass(frozen=True)
class Limits:
    """What DuckDB may use. Beyond the memory it works in files under `spill`."""

    memory: str = "1GB"
    threads: int = 2
    spill: Path | None = None


def connect(file: Path | None, limits: Limits) -> Any:
    """A DuckDB connection to a file, or to memory. Nothing is asked of the net."""
    # Imported at the first question: 60 MB that most processes of a small company never need.
    import duckdb  # noqa: PLC0415

    config: dict[str, Any] = {
        "memory_limit": limits.memory,
        "threads": limits.threads,
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
    }
    if limits.spill is not None:
        config["temp_directory"] = str(limits.spill)
    try:
        con = duckdb.connect(str(file) if file else ":memory:", config=config)
        con.execute("LOAD icu")  # part of the package
        con.execute("SET GLOBAL TimeZone = 'UTC'")
    except duckdb.Error as error:
        if "Conflicting lock" in str(error):
            raise InUse(str(file)) from error
        raise Unsound(str(error)) from error
    return con


class Copy:
    """An open copy. Threads may ask at the same time; one brings it forward."""

    def __init__(self, con: Any, about: About, file: Path | None) -> None:
        self._con = con
        self._readers = 0
        self._closing = False
        self._guard = threading.Lock()
        self.forward_lock = threading.Lock()
        self.file = file
        self.about = about

    @classmethod
    def opened(cls, file: Path, limits: Limits) -> "Copy":
        """Open a finished file. Raises InUse, Unsound."""
        con = connect(file, limits)
        try:
            about = fill.read(con)
            for fed in FED:
                con.execute(f"SELECT * FROM {fed.name} LIMIT 1").fetchall()
        except Exception as error:
            con.close()
            raise Unsound(f"{type(error).__name__}: {error}") from error
        return cls(con, about, file)

    @classmethod
    def in_memory(cls, source: Source, as_of: str, limits: Limits | None = None) -> "Copy":
        """A copy of what `source` sees that is gone with the process."""
        con = connect(None, limits or Limits())
        return cls(con, fill.whole(con, source, as_of), None)

    def forward(self, source: Source, as_of: str) -> bool:
        """Take in what was committed since. False: the copy has to be made anew."""
        with self.forward_lock:
            after = fill.onward(self._con, source, self.about, as_of)
            if after is not None:
                self.about = after
            return after is not None

    @contextmanager
    def reading(self) -> Iterator[tuple[Any, About]]:
        """A cursor on one state of the copy, and what the copy says of that state."""
        with self._guard:
            if self._closing:
                raise Unsound("the copy is closed")
            self._readers += 1
            cursor = self._con.cursor()
        try:
            cursor.execute("BEGIN")
            stored = fill.read(cursor)
            now = self.about  # the same state may be known to be newer than what was written with it
            yield cursor, now if now.changes == stored.changes else stored
        finally:
            cursor.close()  # ends the transaction
            self._left()

    def _left(self) -> None:
        with self._guard:
            self._readers -= 1
            if self._closing and not self._readers:
                self._con.close()

    def close(self) -> None:
        """No new questions; those at work are finished first. What the position has become is written down."""
        with self.forward_lock, suppress(Exception):  # a file that is gone or full: the position written before holds
            fill.note(self._con, self.about)
        with self._guard:
            self._closing = True
            idle = not self._readers
        if idle:
            self._con.close()


def remove(file: Path) -> None:
    """Delete a file of a copy with what DuckDB keeps beside it."""
    for path in (file, file.with_name(file.name + ".wal")):
        path.unlink(missing_ok=True)


__all__ = ["About", "Copy", "InUse", "Limits", "Unsound", "connect", "remove"]
