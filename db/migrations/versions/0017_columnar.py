"""columnar: a log of changed keys, written by triggers, that the columnar copy follows

Revision ID: 0017
Revises: 0016
"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

from db.migrations.columnar_triggers import create, drop, watch

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

WATCHES = (
    watch("customer", "customer", "id", "kind segment language acquisition_channel account_manager_id joined_at"),
    watch("customer_address", "customer", "customer_id", "city region country is_delivery"),
    watch("consent", "customer", "customer_id", "purpose granted at"),
    watch("product", "product", "id", "sku name category subcategory brand list_price_cents unit_cost_cents is_service active"),
    watch("sales_order", "order", "id", "customer_id ordered_at status channel store_id staff_id lines_cents discount_cents "
          "shipping_cents total_cents payment_method"),
    watch("order_line", "order", "order_id", "line_no product_id product_code quantity unit_price_cents discount_cents "
          "line_total_cents unit_cost_cents"),
    watch("interaction", "contact", "id", "customer_id order_id case_id channel direction reason duration_s staff_id campaign_id "
          "happened_at date_known resolved_at"),
    watch("support_case", "case", "id", "customer_id order_id state priority topic owner_id team_id opened_at closed_at"),
    watch("order_return", "return", "id", "order_id state reason lines refund_cents requested_at closed_at"),
    watch("survey_response", "survey", "id", "customer_id order_id instrument score scale_min scale_max answered_at"),
    watch("team", "team", "id", "name"),
    watch("staff_member", "staff", "id", "title"),
    watch("team_member", "staff", "staff_id", "team_id"),
)


def upgrade() -> None:
    op.create_table(
        "columnar_change",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), primary_key=True),
        sa.Column("mark", sa.BigInteger(), nullable=False),
        sa.Column("entity", sa.String(12), nullable=False),
        sa.Column("key", sa.BigInteger(), nullable=False),
    )
    op.create_table(
        "columnar_state",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("generation", sa.String(40), nullable=False),
        sa.Column("pruned", sa.BigInteger(), nullable=False),
        sa.Column("next_prune", sa.BigInteger(), nullable=False),
        sa.Column("noted_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
    )
    dialect = op.get_bind().dialect.name
    sqlite = dialect == "sqlite"
    generation = "lower(hex(randomblob(16)))" if sqlite else "md5(random()::text || clock_timestamp()::text)"
    mark = "random()" if sqlite else "pg_current_xact_id()::text::bigint"
    op.execute(f"INSERT INTO columnar_state (id, generation, pruned, next_prune) VALUES (1, {generation}, 0, 0)")
    op.execute(f"INSERT INTO columnar_change (mark, entity, key) VALUES ({mark}, 'begin', 0)")
    if not sqlite:  # there new entries are found by their transaction, on SQLite by their id
        op.create_index("ix_columnar_change_mark", "columnar_change", ["mark"])
    for statement in create(dialect, WATCHES):
        op.execute(statement)


def downgrade() -> None:
    for statement in drop(op.get_bind().dialect.name, WATCHES):
        op.execute(statement)
    op.drop_table("columnar_state")
    op.drop_table("columnar_change")
