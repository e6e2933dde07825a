"""saved views, their schedules, files of mails

Revision ID: 0021
Revises: 0020
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql
from sqlmodel.sql.sqltypes import UTCDateTime

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

DOCUMENT = sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql")


def _person(name: str, *, key: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.Integer, sa.ForeignKey("person.id", ondelete="CASCADE"), nullable=False, primary_key=key)


def upgrade() -> None:
    op.create_table(
        "saved_view",
        sa.Column("id", sa.Integer, primary_key=True),
        _person("owner_id"),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("definition", DOCUMENT, nullable=False),
        sa.Column("shared", sa.Boolean, nullable=False),
        sa.Column("created_at", UTCDateTime, nullable=False),
        sa.Column("changed_at", UTCDateTime, nullable=False),
        sa.Column("removed_at", UTCDateTime, nullable=True),
        sa.Column("version", sa.Integer, nullable=False),
    )
    op.create_index("ix_saved_view_owner", "saved_view", ["owner_id", "removed_at"])
    _schedules()
    op.create_table(
        "outbox_file",
        sa.Column("entry_id", sa.Integer, sa.ForeignKey("outbox_entry.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("position", sa.Integer, primary_key=True),
        sa.Column("file_name", sa.String(200), nullable=False),
        sa.Column("content_type", sa.String(120), nullable=False),
        sa.Column("size", sa.Integer, nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
    )


def _schedules() -> None:
    op.create_table(
        "report_schedule",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("view_id", sa.Integer, sa.ForeignKey("saved_view.id", ondelete="CASCADE"), nullable=False),
        _person("owner_id"),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("every", sa.String(32), nullable=False),
        sa.Column("day", sa.Integer, nullable=False),
        sa.Column("minute", sa.Integer, nullable=False),
        sa.Column("as_pdf", sa.Boolean, nullable=False),
        sa.Column("as_xlsx", sa.Boolean, nullable=False),
        sa.Column("due_at", UTCDateTime, nullable=False),
        sa.Column("try_at", UTCDateTime, nullable=False),
        sa.Column("created_at", UTCDateTime, nullable=False),
        sa.Column("last_due_at", UTCDateTime, nullable=True),
        sa.Column("last_sent_at", UTCDateTime, nullable=True),
        sa.Column("error", sa.String(400), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.CheckConstraint("minute BETWEEN 0 AND 1439", name="report_schedule_minute"),
        sa.CheckConstraint("day BETWEEN 0 AND 31", name="report_schedule_day"),
    )
    op.create_index("ix_report_schedule_due", "report_schedule", ["state", "try_at"])
    op.create_index("ix_report_schedule_view", "report_schedule", ["view_id"])
    op.create_index("ix_report_schedule_owner", "report_schedule", ["owner_id"])
    op.create_table(
        "report_recipient",
        sa.Column(
            "schedule_id", sa.Integer, sa.ForeignKey("report_schedule.id", ondelete="CASCADE"), primary_key=True
        ),
        _person("person_id", key=True),
    )
    op.create_index("ix_report_recipient_person_id", "report_recipient", ["person_id"])


def downgrade() -> None:
    for table in ("outbox_file", "report_recipient", "report_schedule", "saved_view"):
        op.drop_table(table)
