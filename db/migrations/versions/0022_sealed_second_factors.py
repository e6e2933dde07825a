"""room for sealed secrets of second factors; an index for the reasons of contacts

Revision ID: 0022
Revises: 0021
"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("second_factor") as table:
        table.alter_column("secret", existing_type=sa.String(64), type_=sa.String(255), existing_nullable=False)
    op.create_index("ix_interaction_reason", "interaction", ["reason", "customer_id"])


def downgrade() -> None:
    op.drop_index("ix_interaction_reason", "interaction")
    with op.batch_alter_table("second_factor") as table:
        table.alter_column("secret", existing_type=sa.String(255), type_=sa.String(64), existing_nullable=False)
