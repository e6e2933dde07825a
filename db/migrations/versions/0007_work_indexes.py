"""indexes of daily work: the order desk by state, open promises by due day

Revision ID: 0007
Revises: 0006
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    is_open = sa.text("kept_at IS NULL AND broken_at IS NULL")
    op.create_index("ix_order_desk", "sales_order", ["status", "ordered_at", "id"])
    op.create_index("ix_promise_open", "promise", ["due_on", "id"], sqlite_where=is_open, postgresql_where=is_open)


def downgrade() -> None:
    op.drop_index("ix_promise_open", "promise")
    op.drop_index("ix_order_desk", "sales_order")
