"""billing: taxes, delivery fees, vouchers, documents with their numbers, and what becomes of payments

Revision ID: 0010
Revises: 0009
"""

import sqlalchemy as sa
import sqlmodel
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

JSON_DOCUMENT = sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql")


def upgrade() -> None:
    op.create_table(
        "delivery_fee",
        sa.Column("country", sqlmodel.sql.sqltypes.AutoString(length=2), nullable=False),
        sa.Column("from_cents", sa.BigInteger(), nullable=False),
        sa.Column("fee_cents", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("from_cents >= 0 AND fee_cents >= 0", name="delivery_fee_not_negative"),
        sa.PrimaryKeyConstraint("country", "from_cents"),
    )
    op.create_table(
        "number_series",
        sa.Column("series", sqlmodel.sql.sqltypes.AutoString(length=8), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("series", "year"),
    )
    op.create_table(
        "tax_class",
        sa.Column("code", sqlmodel.sql.sqltypes.AutoString(length=40), nullable=False),
        sa.Column("name", sqlmodel.sql.sqltypes.AutoString(length=80), nullable=False),
        sa.Column("is_default", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("code"),
    )
    op.create_table(
        "voucher",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sqlmodel.sql.sqltypes.AutoString(length=40), nullable=False),
        sa.Column("name", sqlmodel.sql.sqltypes.AutoString(length=120), nullable=False),
        sa.Column("percent_bp", sa.Integer(), nullable=True),
        sa.Column("amount_cents", sa.BigInteger(), nullable=True),
        sa.Column("minimum_cents", sa.BigInteger(), nullable=False),
        sa.Column("categories", JSON_DOCUMENT, nullable=False),
        sa.Column("valid_from", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("valid_until", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("uses_total", sa.Integer(), nullable=True),
        sa.Column("uses_per_customer", sa.Integer(), nullable=True),
        sa.Column("used", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("updated_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.CheckConstraint("(percent_bp IS NULL) <> (amount_cents IS NULL)", name="voucher_share_or_amount"),
        sa.CheckConstraint("used >= 0 AND (uses_total IS NULL OR used <= uses_total)", name="voucher_not_overused"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("code"),
    )
    op.create_table(
        "tax_rate",
        sa.Column("tax_class", sqlmodel.sql.sqltypes.AutoString(length=40), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("basis_points", sa.Integer(), nullable=False),
        sa.CheckConstraint("basis_points >= 0 AND basis_points <= 10000", name="tax_rate_sane"),
        sa.ForeignKeyConstraint(["tax_class"], ["tax_class.code"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("tax_class", "valid_from"),
    )
    op.create_table(
        "payment_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("provider", sqlmodel.sql.sqltypes.AutoString(length=40), nullable=False),
        sa.Column("event_id", sqlmodel.sql.sqltypes.AutoString(length=120), nullable=False),
        sa.Column("kind", sqlmodel.sql.sqltypes.AutoString(length=40), nullable=False),
        sa.Column("reference", sqlmodel.sql.sqltypes.AutoString(length=80), nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.Column("currency", sqlmodel.sql.sqltypes.AutoString(length=3), nullable=False),
        sa.Column("happened_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("received_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("outcome", sqlmodel.sql.sqltypes.AutoString(length=40), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["order_id"], ["sales_order.id"], ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_payment_event_order_id", "payment_event", ["order_id"], unique=False)
    op.create_index("uq_payment_event", "payment_event", ["provider", "event_id"], unique=True)
    op.create_table(
        "refund",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("amount_cents", sa.BigInteger(), nullable=False),
        sa.Column(
            "state", sa.Enum("open", "sent", "done", name="refundstate", native_enum=False, length=32), nullable=False
        ),
        sa.Column("reason", sqlmodel.sql.sqltypes.AutoString(length=60), nullable=False),
        sa.Column("provider", sqlmodel.sql.sqltypes.AutoString(length=40), nullable=False),
        sa.Column("reference", sqlmodel.sql.sqltypes.AutoString(length=80), nullable=False),
        sa.Column("created_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("done_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("trouble", sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
        sa.ForeignKeyConstraint(["order_id"], ["sales_order.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("reference"),
    )
    op.create_index("ix_refund_order_id", "refund", ["order_id"], unique=False)
    op.create_index("ix_refund_state", "refund", ["state", "created_at"], unique=False)
    op.create_table(
        "voucher_use",
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("voucher_id", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("discount_cents", sa.BigInteger(), nullable=False),
        sa.Column("used_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("given_back_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["order_id"], ["sales_order.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["voucher_id"], ["voucher.id"], ondelete="RESTRICT"),
        sa.PrimaryKeyConstraint("order_id"),
    )
    op.create_index("ix_voucher_use_customer", "voucher_use", ["voucher_id", "customer_id"], unique=False)
    op.create_index("ix_voucher_use_customer_id", "voucher_use", ["customer_id"], unique=False)
    op.create_table(
        "document",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("invoice", "credit_note", "delivery_note", name="documentkind", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("series", sqlmodel.sql.sqltypes.AutoString(length=8), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("number", sqlmodel.sql.sqltypes.AutoString(length=40), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=True),
        sa.Column("customer_id", sa.Integer(), nullable=True),
        sa.Column("return_id", sa.Integer(), nullable=True),
        sa.Column("shipment_id", sa.Integer(), nullable=True),
        sa.Column("issued_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("total_cents", sa.BigInteger(), nullable=False),
        sa.Column("content", JSON_DOCUMENT, nullable=False),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(["order_id"], ["sales_order.id"], ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["return_id"], ["order_return.id"], ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["shipment_id"], ["shipment.id"], ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("number"),
    )
    op.create_index("ix_document_customer_id", "document", ["customer_id"], unique=False)
    op.create_index("ix_document_order_id", "document", ["order_id"], unique=False)
    op.create_index(
        "ix_document_return",
        "document",
        ["return_id"],
        unique=False,
        sqlite_where=sa.text("return_id IS NOT NULL"),
        postgresql_where=sa.text("return_id IS NOT NULL"),
    )
    op.create_index(
        "ix_document_shipment",
        "document",
        ["shipment_id"],
        unique=False,
        sqlite_where=sa.text("shipment_id IS NOT NULL"),
        postgresql_where=sa.text("shipment_id IS NOT NULL"),
    )
    op.create_index("uq_document_number", "document", ["series", "year", "seq"], unique=True)
    op.add_column(
        "basket",
        sa.Column(
            "voucher_code", sqlmodel.sql.sqltypes.AutoString(length=40), nullable=False, server_default=sa.text("''")
        ),
    )
    op.add_column("order_line", sa.Column("tax_bp", sa.Integer(), nullable=True))
    op.add_column("order_line", sa.Column("tax_cents", sa.BigInteger(), nullable=True))
    op.add_column(
        "payment", sa.Column("credited_cents", sa.BigInteger(), nullable=False, server_default=sa.text("'0'"))
    )
    op.add_column(
        "payment",
        sa.Column(
            "state",
            sa.Enum("open", "paid", "failed", "void", name="paymentstate", native_enum=False, length=32),
            nullable=False,
            server_default=sa.text("'paid'"),
        ),
    )
    op.add_column("payment", sa.Column("due_on", sa.Date(), nullable=True))
    op.add_column(
        "payment",
        sa.Column(
            "provider", sqlmodel.sql.sqltypes.AutoString(length=40), nullable=False, server_default=sa.text("''")
        ),
    )
    op.add_column("payment", sa.Column("reference", sqlmodel.sql.sqltypes.AutoString(length=80), nullable=True))
    op.add_column(
        "payment",
        sa.Column(
            "trouble", sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False, server_default=sa.text("''")
        ),
    )
    op.create_index(
        "ix_payment_open",
        "payment",
        ["due_on", "order_id"],
        unique=False,
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_index("uq_payment_reference", "payment", ["reference"], unique=True)
    op.add_column("product", sa.Column("tax_class", sqlmodel.sql.sqltypes.AutoString(length=40), nullable=True))
    op.add_column("sales_order", sa.Column("tax_cents", sa.BigInteger(), nullable=True))
    op.add_column("sales_order", sa.Column("shipping_tax_bp", sa.Integer(), nullable=True))
    op.add_column("sales_order", sa.Column("shipping_tax_cents", sa.BigInteger(), nullable=True))
    op.add_column(
        "sales_order",
        sa.Column(
            "voucher_code", sqlmodel.sql.sqltypes.AutoString(length=40), nullable=False, server_default=sa.text("''")
        ),
    )
    op.add_column("sales_order", sa.Column("requested_on", sa.Date(), nullable=True))


def downgrade() -> None:
    op.drop_column("sales_order", "requested_on")
    op.drop_column("sales_order", "voucher_code")
    op.drop_column("sales_order", "shipping_tax_cents")
    op.drop_column("sales_order", "shipping_tax_bp")
    op.drop_column("sales_order", "tax_cents")
    op.drop_column("product", "tax_class")
    op.drop_index("uq_payment_reference", table_name="payment")
    op.drop_index(
        "ix_payment_open",
        table_name="payment",
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )
    op.drop_column("payment", "trouble")
    op.drop_column("payment", "reference")
    op.drop_column("payment", "provider")
    op.drop_column("payment", "due_on")
    op.drop_column("payment", "state")
    op.drop_column("payment", "credited_cents")
    op.drop_column("order_line", "tax_cents")
    op.drop_column("order_line", "tax_bp")
    op.drop_column("basket", "voucher_code")
    op.drop_index("uq_document_number", table_name="document")
    op.drop_index(
        "ix_document_shipment",
        table_name="document",
        sqlite_where=sa.text("shipment_id IS NOT NULL"),
        postgresql_where=sa.text("shipment_id IS NOT NULL"),
    )
    op.drop_index(
        "ix_document_return",
        table_name="document",
        sqlite_where=sa.text("return_id IS NOT NULL"),
        postgresql_where=sa.text("return_id IS NOT NULL"),
    )
    op.drop_index("ix_document_order_id", table_name="document")
    op.drop_index("ix_document_customer_id", table_name="document")
    op.drop_table("document")
    op.drop_index("ix_voucher_use_customer_id", table_name="voucher_use")
    op.drop_index("ix_voucher_use_customer", table_name="voucher_use")
    op.drop_table("voucher_use")
    op.drop_index("ix_refund_state", table_name="refund")
    op.drop_index("ix_refund_order_id", table_name="refund")
    op.drop_table("refund")
    op.drop_index("uq_payment_event", table_name="payment_event")
    op.drop_index("ix_payment_event_order_id", table_name="payment_event")
    op.drop_table("payment_event")
    op.drop_table("tax_rate")
    op.drop_table("voucher")
    op.drop_table("tax_class")
    op.drop_table("number_series")
    op.drop_table("delivery_fee")
