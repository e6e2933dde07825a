"""managed reasons, standing orders, muted suggestions

Revision ID: 0016
Revises: 0015
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql
from sqlmodel.sql.sqltypes import UTCDateTime

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

DOCUMENT = sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql")
#: What comes with Rapport; the words stand in services/reasons.py.
BUILT_IN = {
    "return": ("too_late", "damaged", "wrong_item", "not_as_described", "changed_mind", "other"),
    "cancel": ("by_mistake", "takes_too_long", "cheaper_elsewhere", "not_needed", "order_differently", "other"),
    "standing": ("too_much", "away", "too_expensive", "not_satisfied", "other"),
    "contact": ("order", "delivery", "invoice", "product", "fault", "account", "praise", "complaint"),
}


def upgrade() -> None:
    reason = op.create_table(
        "reason",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("code", sa.String(120), nullable=False),
        sa.Column("label", sa.String(120), nullable=False),
        sa.Column("active", sa.Boolean, nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
    )
    op.create_index("uq_reason", "reason", ["kind", "code"], unique=True)
    op.bulk_insert(
        reason,
        [
            {"kind": kind, "code": code, "label": "", "active": True, "position": n}
            for kind, codes in BUILT_IN.items()
            for n, code in enumerate(codes)
        ],
    )
    op.add_column("sales_order", sa.Column("cancel_reason", sa.String(120), nullable=True))
    _standing()
    op.create_table(
        "suggestion_mute",
        sa.Column("customer_id", sa.Integer, sa.ForeignKey("customer.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("product_id", sa.Integer, sa.ForeignKey("product.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("at", UTCDateTime, nullable=False),
    )
    op.create_index("ix_suggestion_mute_product", "suggestion_mute", ["product_id"])


def _standing() -> None:
    op.create_table(
        "standing_order",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("customer_id", sa.Integer, sa.ForeignKey("customer.id", ondelete="RESTRICT"), nullable=False),
        sa.Column("person_id", sa.Integer, sa.ForeignKey("person.id", ondelete="SET NULL")),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("every", sa.Integer, nullable=False),
        sa.Column("unit", sa.String(32), nullable=False),
        sa.Column("first_on", sa.Date, nullable=False),
        sa.Column("next_on", sa.Date, nullable=False),
        sa.Column("paused_until", sa.Date),
        sa.Column("announced_on", sa.Date),
        sa.Column("address_id", sa.Integer, sa.ForeignKey("customer_address.id", ondelete="SET NULL")),
        sa.Column("note", sa.String(1000), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("created_at", UTCDateTime, nullable=False),
        sa.Column("ended_at", UTCDateTime),
        sa.CheckConstraint("every > 0", name="standing_order_interval_positive"),
    )
    op.create_index("ix_standing_due", "standing_order", ["state", "next_on", "id"])
    for column in ("customer_id", "person_id", "address_id"):
        op.create_index(f"ix_standing_order_{column}", "standing_order", [column])
    whole = sa.ForeignKey("standing_order.id", ondelete="CASCADE")
    op.create_table(
        "standing_line",
        sa.Column("standing_order_id", sa.Integer, whole, primary_key=True),
        sa.Column("product_id", sa.Integer, sa.ForeignKey("product.id", ondelete="RESTRICT"), primary_key=True),
        sa.Column("quantity", sa.Integer, nullable=False),
        sa.Column("agreed_cents", sa.Integer, nullable=False),
        sa.CheckConstraint("quantity > 0", name="standing_line_quantity_positive"),
    )
    op.create_index("ix_standing_line_product", "standing_line", ["product_id"])
    op.create_table(
        "standing_event",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column(
            "standing_order_id", sa.Integer, sa.ForeignKey("standing_order.id", ondelete="CASCADE"), nullable=False
        ),
        sa.Column("at", UTCDateTime, nullable=False),
        sa.Column("step", sa.String(32), nullable=False),
        sa.Column("person_id", sa.Integer, sa.ForeignKey("person.id", ondelete="SET NULL")),
        sa.Column("run_on", sa.Date),
        sa.Column("order_id", sa.Integer, sa.ForeignKey("sales_order.id", ondelete="SET NULL")),
        sa.Column("reason", sa.String(120), nullable=False),
        sa.Column("detail", DOCUMENT, nullable=False),
    )
    op.create_index("ix_standing_event", "standing_event", ["standing_order_id", "at", "id"])
    ordered = sa.text("step = 'ordered'")
    op.create_index(
        "uq_standing_run",
        "standing_event",
        ["standing_order_id", "run_on"],
        unique=True,
        sqlite_where=ordered,
        postgresql_where=ordered,
    )
    for column in ("person_id", "order_id"):
        op.create_index(f"ix_standing_event_{column}", "standing_event", [column])


def downgrade() -> None:
    for table in ("suggestion_mute", "standing_event", "standing_line", "standing_order"):
        op.drop_table(table)
    op.drop_column("sales_order", "cancel_reason")
    op.drop_table("reason")
