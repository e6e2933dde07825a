"""indexes of the timeline: account changes and promises of one customer, newest first

Revision ID: 0005
Revises: 0004
"""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_audit_account", "audit_entry", ["customer_id", "entity", "at", "id"])
    op.create_index("ix_promise_timeline", "promise", ["customer_id", "made_at", "id"])


def downgrade() -> None:
    op.drop_index("ix_promise_timeline", "promise")
    op.drop_index("ix_audit_account", "audit_entry")
