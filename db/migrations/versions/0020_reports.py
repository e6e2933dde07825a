"""reports: what the live board counts about service

Contacts begun by customers, those that had to explain again, the working time until the first answer of a case, promises
kept late. Answers given before have no working time: they stand in no figure.

Revision ID: 0020
Revises: 0019
"""

from collections import Counter
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

CASE_INDEXES = {
    "ix_case_opened": ("opened_at", "id", "team_id"),
    "ix_case_settled": ("closed_at", "id", "team_id"),
    "ix_case_answered": ("first_answered_at", "id", "team_id", "first_answer_minutes"),
}
PROMISE_INDEX = ("due_on", "id", "owner_id", "due_at", "kept_at", "broken_at", "kept_late")


def upgrade() -> None:
    for name in ("begun", "again"):
        op.add_column("hourly_contacts", sa.Column(name, sa.Integer(), nullable=False, server_default="0"))
    op.add_column("support_case", sa.Column("first_answer_minutes", sa.Integer(), nullable=True))
    op.add_column("promise", sa.Column("kept_late", sa.Boolean(), nullable=False, server_default=sa.false()))
    for name, columns in CASE_INDEXES.items():
        where = None if name == "ix_case_opened" else sa.text(f"{columns[0]} IS NOT NULL")
        op.create_index(name, "support_case", columns, sqlite_where=where, postgresql_where=where)
    op.create_index("ix_promise_due", "promise", PROMISE_INDEX)
    zone = _zone()
    _count_contacts(zone)
    _judge_promises(zone)


def _zone() -> ZoneInfo:
    setting = sa.table("setting", sa.column("key"), sa.column("value", sa.JSON()))
    found = op.get_bind().scalar(sa.select(setting.c.value).where(setting.c.key == "time_zone"))
    return ZoneInfo(found["is"] if found else "UTC")


def _count_contacts(zone: ZoneInfo) -> None:
    c = sa.table("interaction", sa.column("happened_at", UTCDateTime()), sa.column("date_known", sa.Boolean()),
                 sa.column("explained_again", sa.Boolean()), *map(sa.column, ("channel", "direction"))).c  # fmt: skip
    again = sa.func.sum(sa.case((c.explained_again, 1), else_=0))
    groups = (
        sa.select(c.happened_at, c.channel, sa.func.count(), again)
        .where(c.direction == "in", c.date_known)
        .group_by(c.happened_at, c.channel)
    )
    sums: dict[str, Counter[tuple[date, int, str]]] = {"begun": Counter(), "again": Counter()}
    for at, channel, begun, repeated in op.get_bind().execute(groups):
        local = at.astimezone(zone)
        sums["begun"][local.date(), local.hour, channel] += begun
        sums["again"][local.date(), local.hour, channel] += repeated
    rows = [
        {"on": day, "at": hour, "by": channel, "n": n, "m": sums["again"][day, hour, channel]}
        for (day, hour, channel), n in sums["begun"].items()
    ]
    hours = sa.table("hourly_contacts", sa.column("day", sa.Date()),
                     *map(sa.column, ("hour", "channel", "begun", "again")))  # fmt: skip
    mine = (
        hours.c.day == sa.bindparam("on"),
        hours.c.hour == sa.bindparam("at"),
        hours.c.channel == sa.bindparam("by"),
    )
    change = sa.update(hours).where(*mine).values(begun=sa.bindparam("n"), again=sa.bindparam("m"))
    if rows:
        op.get_bind().execute(change, rows)


def _judge_promises(zone: ZoneInfo) -> None:
    promise = sa.table("promise", sa.column("id"), sa.column("due_on", sa.Date()), sa.column("kept_late"),
                       sa.column("due_at", UTCDateTime()), sa.column("kept_at", UTCDateTime()))  # fmt: skip
    kept = sa.select(promise).where(promise.c.kept_at.is_not(None))
    late = [row.id for row in op.get_bind().execute(kept) if _is_late(row, zone)]
    change = sa.update(promise).where(promise.c.id == sa.bindparam("which")).values(kept_late=sa.true())
    if late:
        op.get_bind().execute(change, [{"which": number} for number in late])


def _is_late(row: Any, zone: ZoneInfo) -> bool:
    at: datetime = row.kept_at
    return at > row.due_at if row.due_at else at.astimezone(zone).date() > row.due_on


def downgrade() -> None:
    op.drop_index("ix_promise_due", "promise")
    for name in CASE_INDEXES:
        op.drop_index(name, "support_case")
    op.drop_column("promise", "kept_late")
    op.drop_column("support_case", "first_answer_minutes")
    for name in ("again", "begun"):
        op.drop_column("hourly_contacts", name)
