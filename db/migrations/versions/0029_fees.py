"""products that are a fee, charged with an order and not bought again

Revision ID: 0029
Revises: 0028
"""

import sqlalchemy as sa
from alembic import op

from db.migrations.columnar_triggers import create, drop, watch

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

_PRODUCT = "sku name category subcategory brand list_price_cents unit_cost_cents is_service active"
BEFORE = (watch("product", "product", "id", _PRODUCT),)
AFTER = (watch("product", "product", "id", f"{_PRODUCT} is_fee"),)


def upgrade() -> None:
    op.add_column("product", sa.Column("is_fee", sa.Boolean(), nullable=True))
    dialect = op.get_bind().dialect.name
    for statement in (*drop(dialect, BEFORE), *create(dialect, AFTER)):
        op.execute(statement)
    # The copies have no such column yet: every one is made anew.
    op.execute("UPDATE columnar_state SET generation = generation || 'f'")


def downgrade() -> None:
    dialect = op.get_bind().dialect.name
    for statement in (*drop(dialect, AFTER), *create(dialect, BEFORE)):
        op.execute(statement)
    op.drop_column("product", "is_fee")
    op.execute("UPDATE columnar_state SET generation = generation || 'f'")
