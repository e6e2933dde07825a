"""customer page: who is here, who looked at an account, the customer's pages as the customer sees them

Revision ID: 0012
Revises: 0011
"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

HOW = sa.Enum("opened", "as-customer", name="lookhow", native_enum=False, length=32)


def upgrade() -> None:
    text, instant = sqlmodel.sql.sqltypes.AutoString, sqlmodel.sql.sqltypes.UTCDateTime
    op.create_table(
        "presence",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("place", text(length=60), nullable=False),
        sa.Column("seen_at", instant(), nullable=False),
        sa.Column("editing", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("person_id", "place"),
    )
    op.create_index("ix_presence_place", "presence", ["place", "seen_at"])
    op.create_table(
        "customer_view",
        sa.Column("session_id", text(length=64), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("reason", text(length=200), nullable=False),
        sa.Column("began_at", instant(), nullable=False),
        sa.Column("expires_at", instant(), nullable=False),
        sa.ForeignKeyConstraint(["session_id"], ["login_session.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("session_id"),
    )
    op.create_index("ix_customer_view_customer_id", "customer_view", ["customer_id"])
    op.create_index("ix_customer_view_person_id", "customer_view", ["person_id"])
    op.create_table(
        "account_look",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("name", text(length=200), nullable=False),
        sa.Column("how", HOW, nullable=False),
        sa.Column("slot", sa.BigInteger(), nullable=False),
        sa.Column("reason", text(length=200), nullable=False),
        sa.Column("at", instant(), nullable=False),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_look_customer", "account_look", ["customer_id", "at", "id"])
    op.create_index("uq_look", "account_look", ["customer_id", "person_id", "how", "slot"], unique=True)
    op.create_index("ix_follow_up_timeline", "follow_up", ["customer_id", "created_at", "id"])


def downgrade() -> None:
    op.drop_index("ix_follow_up_timeline", "follow_up")
    for table in ("account_look", "customer_view", "presence"):
        op.drop_table(table)
