"""Rows of the primary as Arrow, all of one instant: by SQLAlchemy in the server, by ADBC when a file is built.

ADBC streams four times as fast, but its SQLite is a second one: two of them in one process on one file take away each
other's locks (sqlite.org/howtocorrupt.html, 2.2.1). So it is only used in a process that opens the database in no
other way.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Protocol

import pyarrow as pa
from sqlalchemy import Connection, Engine, make_url, text

from db.engine import normal_url

ROWS = 20_000
ADBC_ROWS = "65536"
_ARROW = {"int": pa.int64(), "real": pa.float64(), "text": pa.string(), "bool": pa.bool_()}
#: A first row that tells ADBC's SQLite the types: it guesses them from the first rows, which may be all empty.
_FIRST = {"int": "0", "real": "0.5", "text": "''", "time": "''", "bool": "0"}


class Source(Protocol):
    """A read-only view of the primary that does not change."""

    dialect: str

    def values(self, sql: str) -> list[tuple[Any, ...]]:
        """A few rows."""

    def rows(self, sql: str, raw: Mapping[str, str]) -> pa.RecordBatchReader:
        """The rows of a SELECT of the columns `raw` (name -> int, real, text, time or bool), a part at a time."""


class SqlSource:
    """Through a connection of SQLAlchemy that is in a transaction. Times: text on SQLite, instants on PostgreSQL."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.dialect = connection.dialect.name

    def values(self, sql: str) -> list[tuple[Any, ...]]:
        return [tuple(row) for row in self._connection.exec_driver_sql(sql)]

    def rows(self, sql: str, raw: Mapping[str, str]) -> pa.RecordBatchReader:
        time = pa.string() if self.dialect == "sqlite" else pa.timestamp("us", tz="UTC")
        kinds = {name: _ARROW.get(kind, time) for name, kind in raw.items()}
        schema = pa.schema(kinds.items())
        cursor = self._connection.exec_driver_sql(sql, execution_options={"yield_per": ROWS})
        places = [list(cursor.keys()).index(name) for name in raw]

        def batches() -> Iterator[pa.RecordBatch]:
            for part in cursor.partitions(ROWS):
                columns = list(zip(*part, strict=True))
                yield pa.record_batch(
                    [_array(columns[at], kind) for at, kind in zip(places, kinds.values(), strict=True)], schema=schema
                )

        return pa.RecordBatchReader.from_batches(schema, batches())


def _array(values: Sequence[Any], kind: pa.DataType) -> pa.Array:
    if pa.types.is_boolean(kind):
        values = [None if v is None else bool(v) for v in values]  # SQLite has 0 and 1
    return pa.array(values, kind)


@contextmanager
def snapshot(engine: Engine) -> Iterator[SqlSource]:
    """A source of the committed state at this moment."""
    options = {"isolation_level": "REPEATABLE READ"} if engine.dialect.name == "postgresql" else {}
    with engine.connect().execution_options(**options) as connection, connection.begin():
        if engine.dialect.name == "postgresql":
            connection.execute(text("SET LOCAL statement_timeout = 0"))
        yield SqlSource(connection)


class AdbcSource:
    """Through an ADBC connection, which is in a transaction from its first statement on."""

    def __init__(self, connection: Any, dialect: str) -> None:
        self._connection = connection
        self.dialect = dialect

    def values(self, sql: str) -> list[tuple[Any, ...]]:
        with self._connection.cursor() as cursor:
            cursor.execute(sql)
            return [tuple(row) for row in cursor.fetchall()]

    def rows(self, sql: str, raw: Mapping[str, str]) -> pa.RecordBatchReader:
        cursor = self._connection.cursor()
        skipped = 0
        if self.dialect == "sqlite":
            skipped = 1
            cursor.adbc_statement.set_options(**{"adbc.sqlite.query.batch_rows": ADBC_ROWS})
            first = ", ".join(f"{_FIRST[kind]} AS {name}" for name, kind in raw.items())
            sql = f"SELECT {first} UNION ALL SELECT {', '.join(raw)} FROM ({sql})"
        cursor.execute(sql)
        reader = cursor.fetch_record_batch()

        def batches() -> Iterator[pa.RecordBatch]:
            with cursor:  # held as long as somebody reads: the stream ends with it
                for i, batch in enumerate(reader):
                    yield batch if i else batch.slice(skipped)

        return pa.RecordBatchReader.from_batches(reader.schema, batches())


@contextmanager
def adbc(url: str) -> Iterator[AdbcSource]:
    """A source through ADBC. Only in a process that does not open the same database by SQLAlchemy."""
    parsed = make_url(normal_url(url))
    if parsed.get_backend_name() == "sqlite":
        # Imported here: the drivers are needed in the process that builds a file, and in no other.
        from adbc_driver_sqlite import dbapi as sqlite  # noqa: PLC0415

        with sqlite.connect(str(parsed.database), autocommit=False) as connection:
            yield AdbcSource(connection, "sqlite")
            connection.rollback()
        return
    from adbc_driver_postgresql import dbapi as postgresql  # noqa: PLC0415 - as above

    plain = parsed.set(drivername="postgresql").render_as_string(hide_password=False)
    with postgresql.connect(plain, autocommit=False) as connection:
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        yield AdbcSource(connection, "postgresql")
        connection.rollback()
