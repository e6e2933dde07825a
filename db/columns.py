"""Column types that every model shares."""

import enum
from typing import Any

from sqlalchemy import JSON, Enum
from sqlalchemy.dialects.postgresql import JSONB

#: A JSON document: JSONB on PostgreSQL, text on SQLite.
JSON_DOCUMENT = JSON().with_variant(JSONB(), "postgresql")


def text_enum(kind: type[enum.Enum]) -> Any:
    """Store an enum by its *value* in a VARCHAR, so that a new member needs no migration."""
    return Enum(kind, native_enum=False, length=32, values_callable=lambda e: [str(m.value) for m in e])
