"""Column types that every model shares."""

import enum
from typing import Any

from sqlalchemy import JSON, Enum, Index, text
from sqlalchemy.dialects.postgresql import JSONB

#: A JSON document: JSONB on PostgreSQL, text on SQLite.
JSON_DOCUMENT = JSON().with_variant(JSONB(), "postgresql")


def text_enum(kind: type[enum.Enum]) -> Any:
    """Store an enum by its *value* in a VARCHAR, so that a new member needs no migration."""
    return Enum(kind, native_enum=False, length=32, values_callable=lambda e: [str(m.value) for m in e])


def where_given(name: str, column: str) -> Index:
    """An index over the rows that fill `column`, for references that most rows leave empty.

    Without it the removal of one row reads the whole table that may refer to it.
    """
    filled = text(f"{column} IS NOT NULL")
    return Index(name, column, sqlite_where=filled, postgresql_where=filled)
