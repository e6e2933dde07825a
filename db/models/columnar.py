"""What the columnar copy follows: a log of changed keys, written by triggers of the database itself.

Migration 0017 makes the triggers (db/migrations/columnar_triggers.py); db/columnar reads and prunes the log.
"""

from datetime import datetime

from sqlalchemy import BigInteger, Integer
from sqlmodel import Field, SQLModel


class ColumnarChange(SQLModel, table=True):
    """One changed thing: `entity` says which kind, `key` which one. Rows are written by triggers only.

    `mark` is the transaction on PostgreSQL (ids are given before the commit and say nothing about its order), and a
    random number on SQLite, where it tells whether a position still belongs to this history.
    """

    __tablename__ = "columnar_change"

    id: int = Field(
        default=None,
        primary_key=True,
        sa_type=BigInteger().with_variant(Integer(), "sqlite"),
    )
    mark: int = Field(sa_type=BigInteger)
    entity: str = Field(max_length=12)
    key: int = Field(sa_type=BigInteger)


class ColumnarState(SQLModel, table=True):
    """One row. A copy that was made under another `generation`, or before `pruned`, is made anew."""

    __tablename__ = "columnar_state"

    id: int = Field(default=None, primary_key=True)
    generation: str = Field(max_length=40)
    pruned: int = Field(default=0, sa_type=BigInteger)  # the log is complete from here on (id, or transaction)
    next_prune: int = Field(default=0, sa_type=BigInteger)
    noted_at: datetime | None = None  # when `next_prune` was noted
