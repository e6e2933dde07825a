"""the clocks of cases that ran out, among all that is noted

Revision ID: 0026
Revises: 0025
"""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    alarms = sa.text("action = 'cases.alarm' AND entity = 'case'")
    op.create_index("ix_audit_alarms", "audit_entry", ["at", "id"], sqlite_where=alarms, postgresql_where=alarms)


def downgrade() -> None:
    op.drop_index("ix_audit_alarms", "audit_entry")
