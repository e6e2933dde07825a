"""What has changed in the primary since a position, exactly: nothing missed, nothing twice, whoever writes meanwhile.

A position is a state of the primary. On SQLite writers come one after the other, so it is the newest entry of the log;
its random mark tells whether the entry is still the same (a file may have been put back from elsewhere). On PostgreSQL
it is the snapshot: an entry is new when its transaction was not visible in the old snapshot and is in the new one. The
order of ids or times says nothing there, for a transaction that began earlier may commit later.
"""

import re
from dataclasses import dataclass

from db.columnar.source import Source

_SNAPSHOT = re.compile(r"\d+:\d+:[\d,]*")
_ZONE = "SELECT CAST(value AS TEXT) FROM setting WHERE key = 'time_zone'"


@dataclass(frozen=True)
class Position:
    """A state of the primary. `at` is "id:mark" on SQLite, a snapshot on PostgreSQL."""

    generation: str
    at: str


def position(source: Source) -> Position:
    """The state that `source` sees."""
    [(generation,)] = source.values("SELECT generation FROM columnar_state")
    if source.dialect == "sqlite":
        newest = "SELECT id, mark FROM columnar_change ORDER BY id DESC LIMIT 1"
        row = next(iter(source.values(newest)), (0, 0))
        return Position(str(generation), f"{row[0]}:{row[1]}")
    [(snapshot, table)] = source.values("SELECT pg_current_snapshot()::text, 'columnar_change'::regclass::oid::bigint")
    # A database that was put back has a log of its own, with another number.
    return Position(f"{generation} {table}", str(snapshot))


def usable(source: Source, since: Position) -> bool:
    """Whether the log still tells everything since that position."""
    here = position(source)
    if here.generation != since.generation:
        return False
    if source.dialect == "sqlite":
        if here.at == since.at:  # also of a log without entries, as in a database that nobody has written to
            return True
        number, mark = (int(part) for part in since.at.split(":"))
        return bool(source.values(f"SELECT 1 FROM columnar_change WHERE id = {number} AND mark = {mark}"))
    [(pruned,)] = source.values("SELECT pruned FROM columnar_state")
    oldest, _end = _bounds(since)
    return oldest >= int(pruned) and _bounds(here)[1] >= _end


def entries(dialect: str, since: Position) -> str:
    """The condition that holds for entries of the log that `since` did not see."""
    if dialect == "sqlite":
        return f"id > {int(since.at.split(':')[0])}"
    oldest, _end = _bounds(since)
    return f"mark >= {oldest} AND NOT pg_visible_in_snapshot(mark::text::xid8, '{since.at}'::pg_snapshot)"


def _bounds(since: Position) -> tuple[int, int]:
    if not _SNAPSHOT.fullmatch(since.at):
        raise ValueError(f"not a snapshot: {since.at!r}")
    oldest, end = since.at.split(":")[:2]
    return int(oldest), int(end)


def zone(source: Source) -> str:
    """The company's time zone, as services/company.py keeps it."""
    row = next(iter(source.values(_ZONE)), None)
    found = re.search(r'"is"\s*:\s*"([\w/+-]+)"', str(row[0])) if row else None
    return found[1] if found else "UTC"
