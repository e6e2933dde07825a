"""files lie in the database, with what they are attached to; the table that nothing ever used goes

Revision ID: 0008
Revises: 0007
"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

THINGS = {
    "product_id": "product",
    "order_id": "sales_order",
    "return_id": "order_return",
    "case_id": "support_case",
    "message_id": "message",
    "interaction_id": "interaction",
}
AT_MOST_ONE = " + ".join(f"(CASE WHEN {name} IS NULL THEN 0 ELSE 1 END)" for name in THINGS) + " <= 1"


def text(length: int) -> sqlmodel.sql.sqltypes.AutoString:
    return sqlmodel.sql.sqltypes.AutoString(length=length)


def upgrade() -> None:
    op.drop_table("attachment")
    op.create_table(
        "stored_file",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=True),
        *(sa.Column(name, sa.Integer(), nullable=True) for name in THINGS),
        sa.Column("file_name", text(200), nullable=False),
        sa.Column("caption", text(200), nullable=False),
        sa.Column("content_type", text(60), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", text(64), nullable=False),
        sa.Column("width", sa.Integer(), nullable=True),
        sa.Column("height", sa.Integer(), nullable=True),
        sa.Column("visible", sa.Boolean(), nullable=False),
        sa.Column("added_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("added_by_id", sa.Integer(), nullable=True),
        sa.Column("added_by", text(200), nullable=False),
        sa.CheckConstraint(AT_MOST_ONE, name="stored_file_of_one_thing"),
        sa.CheckConstraint("size > 0", name="stored_file_not_empty"),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(["added_by_id"], ["person.id"], ondelete="SET NULL"),
        *(sa.ForeignKeyConstraint([name], [f"{table}.id"], ondelete="CASCADE") for name, table in THINGS.items()),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_stored_file_adder", "stored_file", ["added_by_id", "added_at"])
    for name in ("customer_id", *THINGS):
        filled = sa.text(f"{name} IS NOT NULL")
        index = f"ix_stored_file_{name.removesuffix('_id')}"
        op.create_index(index, "stored_file", [name], sqlite_where=filled, postgresql_where=filled)
    op.create_table(
        "file_content",
        sa.Column("file_id", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("thumbnail", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["file_id"], ["stored_file.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("file_id"),
    )


def downgrade() -> None:
    op.drop_table("file_content")
    op.drop_table("stored_file")
    things = {"customer_id": "customer", **{n: THINGS[n] for n in ("interaction_id", "case_id", "message_id")}}
    op.create_table(
        "attachment",
        sa.Column("id", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=True) for name in things),
        sa.Column("file_name", text(200), nullable=False),
        sa.Column("content_type", text(120), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", text(64), nullable=False),
        sa.Column("stored_as", text(80), nullable=False, unique=True),
        sa.Column("added_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("added_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["added_by_id"], ["person.id"], ondelete="SET NULL"),
        *(
            sa.ForeignKeyConstraint([name], [f"{table}.id"], ondelete="RESTRICT" if table == "customer" else "CASCADE")
            for name, table in things.items()
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    for name in things:
        op.create_index(f"ix_attachment_{name}", "attachment", [name])
