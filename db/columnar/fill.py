"""Bringing a copy to the state that a source sees: whole, or what has changed since its position. One transaction."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from db.columnar import log
from db.columnar.log import Position
from db.columnar.shapes import Fed
from db.columnar.source import Source
from db.columnar.tables import ABOUT, BUYER, BUYER_ROWS, FED, VERSION

#: Told after each table: (its name, share of all that is done).
Watcher = Callable[[str, float], None]
_ONLY = re.compile(r"\{only:([\w.]+)\}")


@dataclass(frozen=True)
class About:
    """What a copy says of itself."""

    version: str
    zone: str
    position: Position
    as_of: str  # ISO, UTC: everything committed before is in it
    changes: int  # how often it was brought forward; equal numbers of one file mean equal data


def whole(con: Any, source: Source, as_of: str, watch: Watcher = lambda _name, _share: None) -> About:
    """Fill an empty DuckDB database."""
    about = About(VERSION, log.zone(source), log.position(source), as_of, 0)
    con.execute("BEGIN")
    for n, fed in enumerate(FED):
        watch(fed.name, n / len(FED))
        con.execute(fed.ddl)
        _take(con, source, fed, about.zone, "1 = 1")
    con.execute(BUYER)
    con.execute(BUYER_ROWS.format(only=""))
    con.execute(ABOUT)
    _write(con, about)
    con.execute("COMMIT")
    watch("", 1.0)
    return about


def onward(con: Any, source: Source, about: About, as_of: str) -> About | None:
    """Take in what was committed since `about`. None: it cannot be told any more, the copy has to be made anew."""
    if about.version != VERSION or log.zone(source) != about.zone or not log.usable(source, about.position):
        return None
    new = log.entries(source.dialect, about.position)
    changed = source.rows(
        f"SELECT DISTINCT entity, key FROM columnar_change WHERE {new}",
        {"entity": "text", "key": "int"},
    ).read_all()
    here = log.position(source)
    if not len(changed):
        return About(about.version, about.zone, here, as_of, about.changes)
    entities = set(changed.column("entity").to_pylist())
    after = About(about.version, about.zone, here, as_of, about.changes + 1)
    con.execute("BEGIN")
    try:
        con.register("changed_keys", changed)
        con.execute("CREATE OR REPLACE TEMP TABLE changed AS SELECT * FROM changed_keys")
        con.unregister("changed_keys")
        if "order" in entities:
            con.execute("CREATE OR REPLACE TEMP TABLE touched (customer_id BIGINT)")
            _touch(con)
        for fed in FED:
            if fed.entity in entities:
                con.execute(f"DELETE FROM {fed.name} WHERE {fed.key} IN ({_keys(fed)})")
                only = f"SELECT key FROM columnar_change WHERE entity = '{fed.entity}' AND {new}"
                _take(con, source, fed, about.zone, only)
        if "order" in entities:
            _touch(con)
            con.execute("DELETE FROM buyer WHERE customer_id IN (SELECT customer_id FROM touched)")
            con.execute(BUYER_ROWS.format(only="AND customer_id IN (SELECT customer_id FROM touched)"))
        _write(con, after)
        con.execute("COMMIT")
    except BaseException:
        con.execute("ROLLBACK")
        raise
    return after


def _keys(fed: Fed) -> str:
    return f"SELECT key FROM changed WHERE entity = '{fed.entity}'"


def _touch(con: Any) -> None:
    """Customers whose first sale may be another one now: those of the changed orders before and after."""
    con.execute(
        "INSERT INTO touched SELECT customer_id FROM orders WHERE customer_id IS NOT NULL "
        "AND order_id IN (SELECT key FROM changed WHERE entity = 'order')"
    )


def _take(con: Any, source: Source, fed: Fed, zone: str, only: str) -> None:
    """Add the rows of a table: all of them (`only` is "1 = 1"), or those whose key the query `only` gives."""

    def condition(found: re.Match[str]) -> str:
        return only if only == "1 = 1" else f"{found[1]} IN ({only})"

    con.register("raw", source.rows(_ONLY.sub(condition, fed.source), fed.raw))
    con.execute(fed.shape, {"zone": zone} if "$zone" in fed.shape else None)
    con.unregister("raw")


def _write(con: Any, about: About) -> None:
    con.execute("DELETE FROM about")
    rows = {
        "version": about.version,
        "zone": about.zone,
        "generation": about.position.generation,
        "at": about.position.at,
        "as_of": about.as_of,
        "changes": str(about.changes),
    }
    con.executemany("INSERT INTO about VALUES (?, ?)", list(rows.items()))


def read(con: Any) -> About:
    """What the copy says of itself. Raises KeyError or a DuckDB error when it is none."""
    rows = dict(con.execute("SELECT name, value FROM about").fetchall())
    place = Position(rows["generation"], rows["at"])
    return About(rows["version"], rows["zone"], place, rows["as_of"], int(rows["changes"]))


def note(con: Any, about: About) -> None:
    """Write down what the copy says of itself, nothing else."""
    con.execute("BEGIN")
    _write(con, about)
    con.execute("COMMIT")
