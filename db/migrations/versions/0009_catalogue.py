"""catalogue: stock movements, planned prices, what goes together, warranty

Every stock that is counted gets an opening balance, so that movements sum to stock from here on.

Revision ID: 0009
Revises: 0008
"""

from datetime import UTC, datetime

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

TIME = sqlmodel.sql.sqltypes.UTCDateTime()


def text(length: int) -> sqlmodel.sql.sqltypes.AutoString:
    return sqlmodel.sql.sqltypes.AutoString(length=length)


def upgrade() -> None:
    movement = op.create_table(
        "stock_movement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("product_id", sa.Integer(), nullable=False),
        sa.Column("delta", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=32), nullable=False),
        sa.Column("note", text(200), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=True),
        sa.Column("at", TIME, nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("by", text(200), nullable=False),
        sa.CheckConstraint("delta <> 0", name="stock_movement_moves"),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["order_id"], ["sales_order.id"], ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_stock_movement_product", "stock_movement", ["product_id", "id"])
    filled = sa.text("order_id IS NOT NULL")
    op.create_index(
        "ix_stock_movement_order", "stock_movement", ["order_id"], sqlite_where=filled, postgresql_where=filled
    )
    op.create_table(
        "product_link",
        sa.Column("product_id", sa.Integer(), nullable=False),
        sa.Column("goes_with_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.CheckConstraint("product_id <> goes_with_id", name="product_link_to_another"),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["goes_with_id"], ["product.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("product_id", "goes_with_id"),
    )
    op.create_index("ix_product_link_goes_with", "product_link", ["goes_with_id"])
    op.add_column("product", sa.Column("price_due_at", TIME, nullable=True))
    op.add_column("product", sa.Column("warranty_months", sa.Integer(), nullable=True))
    planned = sa.text("price_due_at IS NOT NULL")
    op.create_index(
        "ix_product_price_due", "product", ["price_due_at"], sqlite_where=planned, postgresql_where=planned
    )
    op.add_column("price_change", sa.Column("set_by", text(200), nullable=False, server_default=""))
    product = sa.table("product", sa.column("id", sa.Integer), sa.column("stock", sa.Integer))
    now = sa.literal(datetime.now(UTC), TIME)
    balances = sa.select(
        product.c.id, product.c.stock, sa.literal("opening"), sa.literal(""), now, sa.literal("system")
    ).where(product.c.stock > 0)
    columns = ["product_id", "delta", "reason", "note", "at", "by"]
    op.execute(movement.insert().from_select(columns, balances))


def downgrade() -> None:
    op.drop_column("price_change", "set_by")
    op.drop_index("ix_product_price_due", "product")
    op.drop_column("product", "warranty_months")
    op.drop_column("product", "price_due_at")
    op.drop_table("product_link")
    op.drop_table("stock_movement")
