"""who took part, explaining again, contact templates, service reports

Revision ID: 0015
Revises: 0014
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql
from sqlmodel.sql.sqltypes import UTCDateTime

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

DOCUMENT = sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql")


def upgrade() -> None:
    op.add_column("interaction", sa.Column("participants", sa.String(400), nullable=False, server_default=""))
    op.add_column("interaction", sa.Column("explained_again", sa.Boolean, nullable=False, server_default=sa.false()))
    again = sa.text("explained_again")
    op.create_index(
        "ix_interaction_again", "interaction", ["happened_at"], sqlite_where=again, postgresql_where=again
    )
    op.create_table(
        "contact_template",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("name", sa.String(80), nullable=False, unique=True),
        sa.Column("reason", sa.String(120), nullable=False),
        sa.Column("way", sa.String(32), nullable=False),
        sa.Column("summary", sa.String(4000), nullable=False),
        sa.Column("outcome", sa.String(200), nullable=False),
        sa.Column("promise", sa.String(400), nullable=False),
        sa.Column("promise_days", sa.Integer),
        sa.Column("touch_reason", sa.String(200), nullable=False),
        sa.Column("touch_days", sa.Integer),
        sa.Column("active", sa.Boolean, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
    )
    op.create_table(
        "service_report",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("customer_id", sa.Integer, sa.ForeignKey("customer.id", ondelete="RESTRICT"), nullable=False),
        sa.Column("case_id", sa.Integer, sa.ForeignKey("support_case.id", ondelete="SET NULL")),
        sa.Column("staff_id", sa.Integer, sa.ForeignKey("staff_member.id", ondelete="SET NULL")),
        sa.Column("subject", sa.String(200), nullable=False),
        sa.Column("done_on", sa.Date, nullable=False),
        sa.Column("minutes", sa.Integer),
        sa.Column("who", sa.String(200), nullable=False),
        sa.Column("what", sa.String(8000), nullable=False),
        sa.Column("parts", DOCUMENT, nullable=False),
        sa.Column("next_step", sa.String(400), nullable=False),
        sa.Column("written_at", UTCDateTime, nullable=False),
        sa.Column("idempotency_key", sa.String(80), unique=True),
    )
    op.create_index("ix_service_report", "service_report", ["customer_id", "written_at", "id"])
    for column in ("case_id", "staff_id"):
        op.create_index(f"ix_service_report_{column}", "service_report", [column])


def downgrade() -> None:
    op.drop_table("service_report")
    op.drop_table("contact_template")
    op.drop_index("ix_interaction_again", "interaction")
    op.drop_column("interaction", "explained_again")
    op.drop_column("interaction", "participants")
