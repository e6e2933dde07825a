"""The whole database into one file and back: SQLite by its online backup, PostgreSQL by pg_dump and pg_restore.

Both copies are of one instant, whoever writes meanwhile.
"""

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from sqlalchemy import URL, Connection, Engine, inspect, text
from sqlmodel import SQLModel

ENV = {"PGHOST": "host", "PGPORT": "port", "PGUSER": "username", "PGPASSWORD": "password", "PGDATABASE": "database"}
VERSION_TABLE = "alembic_version"


class DumpFailed(RuntimeError):
    """The copy could not be made or put back; the message says why."""


def tables(connection: Connection) -> list[str]:
    """Our tables that are there, in the order in which they depend on each other."""
    there = set(inspect(connection).get_table_names())
    return [t.name for t in SQLModel.metadata.sorted_tables if t.name in there]


def counts(connection: Connection) -> dict[str, int]:
    """Rows per table."""
    return {
        name: connection.execute(text(f'SELECT count(*) FROM "{name}"')).scalar_one()  # noqa: S608 - names of our models
        for name in tables(connection)
    }


def sqlite_file(engine: Engine) -> Path:
    """Where a SQLite database lies."""
    return Path(str(engine.url.database))


def dump(engine: Engine, file: Path) -> dict[str, int]:
    """Write the database to `file` and return the rows per table in it. Raises DumpFailed."""
    if engine.dialect.name == "sqlite":
        return _dump_sqlite(engine, file)
    # pg_dump looks at the same snapshot as the counting, so that both agree while others write.
    with engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
        connection.execute(text("SET LOCAL statement_timeout = 0"))
        snapshot = connection.execute(text("SELECT pg_export_snapshot()")).scalar_one()
        rows = counts(connection)
        _run(engine.url, "pg_dump", "--format=custom", "--no-owner", f"--snapshot={snapshot}", f"--file={file}")
    return rows


def _dump_sqlite(engine: Engine, file: Path) -> dict[str, int]:
    source = sqlite3.connect(f"file:{sqlite_file(engine)}?mode=ro", uri=True)
    with closing(source), closing(sqlite3.connect(file)) as copy:
        source.backup(copy)
        copy.execute("PRAGMA journal_mode = DELETE")  # one file, without a log beside it
    return check_sqlite(file)


def check_sqlite(file: Path) -> dict[str, int]:
    """Rows per table of a copy, after the database itself has looked for damage. Raises DumpFailed."""
    try:
        with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as copy:
            sound = copy.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            if not sound or copy.execute("PRAGMA foreign_key_check").fetchone():
                raise DumpFailed("the database in it is damaged")
            there = {row[0] for row in copy.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
            return {
                t.name: copy.execute(f'SELECT count(*) FROM "{t.name}"').fetchone()[0]  # noqa: S608 - names of our models
                for t in SQLModel.metadata.sorted_tables
                if t.name in there
            }
    except sqlite3.Error as error:
        raise DumpFailed(f"the database in it cannot be read ({error})") from error


def load(engine: Engine, file: Path) -> None:
    """Replace the content of the database by that of `file`. Raises DumpFailed."""
    if engine.dialect.name == "sqlite":
        # Through the database, never by moving files: a program that has it open goes on with the new content.
        target = sqlite_file(engine)
        target.parent.mkdir(parents=True, exist_ok=True)
        with closing(sqlite3.connect(file)) as source, closing(sqlite3.connect(target, timeout=30)) as database:
            try:
                source.backup(database)
                database.execute("PRAGMA journal_mode = WAL")
            except sqlite3.Error as error:
                raise DumpFailed(f"the database is in use ({error}); stop Rapport first") from error
        return
    with engine.begin() as connection:
        connection.execute(text("SET LOCAL statement_timeout = 0"))
        for name in (*reversed(tables(connection)), VERSION_TABLE):
            connection.execute(text(f'DROP TABLE IF EXISTS "{name}" CASCADE'))
        for signature in connection.execute(text(_OUR_FUNCTIONS)).scalars().all():
            connection.execute(text(f"DROP FUNCTION {signature} CASCADE"))
    _run(engine.url, "pg_restore", "--no-owner", "--single-transaction", "--exit-on-error", "-d",
         str(engine.url.database), str(file))  # fmt: skip


_OUR_FUNCTIONS = """SELECT p.oid::regprocedure::text FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
    WHERE n.nspname = current_schema() AND p.proname LIKE 'rapport\\_%'"""


def program(name: str, which: Callable[[str], str | None] = shutil.which) -> str:
    """The path of one of PostgreSQL's own programs. Raises DumpFailed when it is not installed."""
    found = which(name)
    if found is None:
        raise DumpFailed(f"{name} is not installed here; install PostgreSQL's client programs (postgresql-client)")
    return found


def _run(url: URL, name: str, *arguments: str) -> None:
    given = {key: str(value) for key, part in ENV.items() if (value := getattr(url, part))}
    for option, key in (("host", "PGHOST"), ("port", "PGPORT"), ("sslmode", "PGSSLMODE")):
        if option in url.query:
            given[key] = str(url.query[option])
    # The password travels in the environment: arguments can be read by everybody on the machine.
    done = subprocess.run(  # noqa: S603 - a program of PostgreSQL, with arguments of ours
        [program(name), *arguments], env={**os.environ, **given}, capture_output=True, text=True, check=False
    )
    if done.returncode:
        said = done.stderr.strip().splitlines() or [f"{name} failed"]
        raise DumpFailed(" ".join(said[:2]))
