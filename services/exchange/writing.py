"""Many rows at once into either database: SQLite by executemany, PostgreSQL by COPY; ids of many keys at once.

Columns are numpy arrays; datetime64 arrays are instants in UTC. Names of tables and columns come from the models only.
"""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import repeat
from typing import Any

import numpy as np
import pandas as pd
import psycopg
from sqlalchemy import Table as SqlTable
from sqlmodel import SQLModel

from services.errors import Unavailable
from services.text import _
from services.work import Work


def table_of(model: type[SQLModel]) -> SqlTable:
    """The SQLAlchemy table behind a model."""
    return model.__table__  # type: ignore[attr-defined, no-any-return]  # SQLModel does not declare it


def insert(w: Work, model: type[SQLModel], columns: dict[str, Any]) -> int:
    """Insert rows given as columns: arrays of equal length, or one value for all rows. Returns how many."""
    arrays = [c for c in columns.values() if isinstance(c, np.ndarray)]
    n = len(arrays[0])
    if not n:
        return 0
    table = table_of(model)
    full = {**_defaults(table, columns), **columns}
    rows = zip(*(stored(c) if isinstance(c, np.ndarray) else repeat(_plain(c), n) for c in full.values()), strict=False)
    names = ", ".join(f'"{table.c[name].name}"' for name in full)
    if w.dialect == "sqlite":
        marks = ", ".join("?" * len(full))
        sql = f'INSERT INTO "{table.name}" ({names}) VALUES ({marks})'  # noqa: S608 - names of our models
        w.session.connection().exec_driver_sql(sql, list(rows))
        return n
    cursor: Any = w.session.connection().connection.cursor()  # psycopg's own, in the same transaction
    try:
        with cursor, cursor.copy(f'COPY "{table.name}" ({names}) FROM STDIN') as copy:
            for row in rows:
                copy.write_row(row)
    except psycopg.OperationalError as error:  # SQLAlchemy does not see what happens on the driver's own cursor
        raise Unavailable(_("The database does not answer right now. Please try again.")) from error
    return n


def _plain(value: Any) -> Any:
    """One value as a driver takes it beside the columns of `stored`."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")
    if isinstance(value, dict | list):
        return json.dumps(value)
    return getattr(value, "value", value)


def _defaults(table: SqlTable, given: dict[str, Any]) -> dict[str, Any]:
    """What the model would fill in for columns that are not given."""
    found: dict[str, Any] = {}
    for column in table.columns:
        default = column.default
        if column.name not in given and default is not None:
            arg: Any = default.arg  # type: ignore[attr-defined]  # all defaults of our models have one
            found[column.name] = arg(None) if callable(arg) else arg
    return found


def stored(column: np.ndarray) -> list[Any]:
    """The values as a driver takes them: instants as text in UTC, numbers as Python numbers."""
    if column.dtype.kind != "M":
        plain: list[Any] = column.tolist()
        return plain
    codes, distinct = pd.factorize(column)
    texts = [text.replace("T", " ") for text in np.datetime_as_string(distinct.astype("datetime64[us]")).tolist()]
    written = np.array([*texts, None], dtype=object)  # a missing time has code -1: the last one
    values: list[Any] = written[codes].tolist()
    return values


def ids(w: Work, model: type[SQLModel], source: str, keys: np.ndarray, *more: str) -> dict[str, tuple[Any, ...]]:
    """source_id -> (id, *more columns) for those of `keys` that are here. Asks once, for distinct keys."""
    distinct = sorted({str(k) for k in keys if k})
    if not distinct:
        return {}
    table = table_of(model)
    columns = ", ".join(f't."{table.c[name].name}"' for name in ("source_id", "id", *more))
    if w.dialect == "sqlite":
        sql = (
            f'SELECT {columns} FROM json_each(?) k CROSS JOIN "{table.name}" t '  # noqa: S608 - names of our models
            "ON t.source = ? AND t.source_id = k.value"
        )
        rows = w.session.connection().exec_driver_sql(sql, (json.dumps(distinct), source))
    else:
        sql = f'SELECT {columns} FROM "{table.name}" t WHERE t.source = %s AND t.source_id = ANY(%s)'  # noqa: S608 - same
        rows = w.session.connection().exec_driver_sql(sql, (source, distinct))
    return {row[0]: tuple(row[1:]) for row in rows.all()}


def rows_of(w: Work, model: type[SQLModel], key: str, ids: Sequence[int], *columns: str) -> list[tuple[Any, ...]]:
    """The named columns of all rows whose `key` column holds one of `ids`."""
    table = table_of(model)
    names = ", ".join(f't."{table.c[name].name}"' for name in columns)
    if w.dialect == "sqlite":
        sql = f'SELECT {names} FROM json_each(?) k CROSS JOIN "{table.name}" t ON t."{key}" = k.value'  # noqa: S608 - same
        rows = w.session.connection().exec_driver_sql(sql, (json.dumps(ids),))
    else:
        sql = f'SELECT {names} FROM "{table.name}" t WHERE t."{key}" = ANY(%s)'  # noqa: S608 - same
        rows = w.session.connection().exec_driver_sql(sql, (list(ids),))
    return [tuple(row) for row in rows.all()]


def change(w: Work, model: type[SQLModel], ids: Sequence[int], columns: dict[str, Sequence[Any]], how: str) -> None:
    """Update rows by id, each with its own values. `how` is the SET clause, with `v.NAME` for a value of the row."""
    if not len(ids):
        return
    table = table_of(model)
    if w.dialect == "sqlite":
        rows = json.dumps(list(zip(ids, *columns.values(), strict=True)))
        values = ", ".join(f"json_extract(value, '$[{i}]') AS {name}" for i, name in enumerate(("id", *columns)))
        sql = (
            f'UPDATE "{table.name}" SET {how} FROM (SELECT {values} FROM json_each(?)) v WHERE "{table.name}".id = v.id'  # noqa: S608 - same
        )
        w.session.connection().exec_driver_sql(sql, (rows,))
        return
    names = ", ".join(("id", *columns))
    marks = ", ".join(["%s::bigint[]"] * (1 + len(columns)))
    sql = f'UPDATE "{table.name}" SET {how} FROM unnest({marks}) AS v({names}) WHERE "{table.name}".id = v.id'  # noqa: S608 - same
    w.session.connection().exec_driver_sql(sql, (list(ids), *(list(c) for c in columns.values())))


def instants(values: Sequence[Any]) -> np.ndarray:
    """Times as either driver returns them, as datetime64[us] in UTC."""
    if values and isinstance(values[0], str):
        return pd.to_datetime(pd.Series(values), format="ISO8601").to_numpy(dtype="datetime64[us]")
    return pd.to_datetime(pd.Series(values), utc=True).dt.tz_localize(None).to_numpy(dtype="datetime64[us]")
