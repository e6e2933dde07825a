"""segments, who is in them, and rounds of follow-ups

Revision ID: 0019
Revises: 0018
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql
from sqlmodel.sql.sqltypes import UTCDateTime

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

DOCUMENT = sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql")


def upgrade() -> None:
    op.create_table(
        "segment",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("definition", DOCUMENT, nullable=False),
        sa.Column("owner_id", sa.Integer, sa.ForeignKey("person.id", ondelete="SET NULL")),
        sa.Column("sharing", sa.String(32), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("created_at", UTCDateTime, nullable=False),
        sa.Column("ruled_at", UTCDateTime, nullable=False),
        sa.Column("checked_at", UTCDateTime),
        sa.Column("claimed_until", UTCDateTime),
        sa.Column("retired_at", UTCDateTime),
    )
    _given("ix_segment_owner", "segment", "owner_id")
    of_segment = sa.ForeignKey("segment.id", ondelete="CASCADE")
    op.create_table(
        "segment_member",
        sa.Column("segment_id", sa.Integer, of_segment, primary_key=True),
        sa.Column("customer_id", sa.Integer, sa.ForeignKey("customer.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("since", UTCDateTime, nullable=False),
    )
    op.create_index("ix_segment_member_customer_id", "segment_member", ["customer_id"])
    op.create_table(
        "segment_event",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("segment_id", sa.Integer, sa.ForeignKey("segment.id", ondelete="CASCADE"), nullable=False),
        sa.Column("customer_id", sa.Integer, sa.ForeignKey("customer.id", ondelete="CASCADE"), nullable=False),
        sa.Column("at", UTCDateTime, nullable=False),
        sa.Column("entered", sa.Boolean, nullable=False),
    )
    op.create_index("ix_segment_event", "segment_event", ["segment_id", "at", "id"])
    op.create_index("ix_segment_event_customer_id", "segment_event", ["customer_id"])
    _rounds()


def _rounds() -> None:
    op.create_table(
        "segment_round",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("segment_id", sa.Integer, sa.ForeignKey("segment.id", ondelete="RESTRICT"), nullable=False),
        sa.Column("definition", DOCUMENT, nullable=False),
        sa.Column("reason", sa.String(200), nullable=False),
        sa.Column("due_on", sa.Date, nullable=False),
        sa.Column("owner_id", sa.Integer, sa.ForeignKey("staff_member.id", ondelete="SET NULL")),
        sa.Column("hold_out_percent", sa.Integer, nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("made_by_id", sa.Integer, sa.ForeignKey("person.id", ondelete="SET NULL")),
        sa.Column("made_by", sa.String(200), nullable=False),
        sa.Column("made_at", UTCDateTime, nullable=False),
        sa.Column("idempotency_key", sa.String(80), unique=True),
        sa.CheckConstraint("hold_out_percent BETWEEN 0 AND 50", name="segment_round_hold_out_share"),
    )
    op.create_index("ix_segment_round_segment", "segment_round", ["segment_id"])
    op.create_index("ix_segment_round_state", "segment_round", ["state"])
    op.create_index("ix_segment_round_owner_id", "segment_round", ["owner_id"])
    op.create_index("ix_segment_round_made_by_id", "segment_round", ["made_by_id"])
    op.create_table(
        "segment_touch",
        sa.Column("round_id", sa.Integer, sa.ForeignKey("segment_round.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("customer_id", sa.Integer, sa.ForeignKey("customer.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("held_out", sa.Boolean, nullable=False),
        sa.Column("settled", sa.Boolean, nullable=False),
        sa.Column("follow_up_id", sa.Integer, sa.ForeignKey("follow_up.id", ondelete="SET NULL")),
    )
    _given("ix_segment_touch_follow_up", "segment_touch", "follow_up_id")
    op.create_index("ix_segment_touch_customer", "segment_touch", ["customer_id"])


def _given(name: str, table: str, column: str) -> None:
    filled = sa.text(f"{column} IS NOT NULL")
    op.create_index(name, table, [column], sqlite_where=filled, postgresql_where=filled)


def downgrade() -> None:
    for table in ("segment_touch", "segment_round", "segment_event", "segment_member", "segment"):
        op.drop_table(table)
