"""words of the search line, and the misspellings they are found under

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op
from sqlmodel import Session

from db import search_index

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

WORD = sa.String(60).with_variant(sa.String(60, collation="C"), "postgresql")
CHUNK = 10_000


def upgrade() -> None:
    op.create_table(
        "customer_word",
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("word", WORD, nullable=False),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("customer_id", "word"),
    )
    op.create_index("ix_customer_word_word", "customer_word", ["word", "customer_id"])
    op.create_table(
        "word_variant",
        sa.Column("variant", WORD, nullable=False),
        sa.Column("word", WORD, nullable=False),
        sa.PrimaryKeyConstraint("variant", "word"),
    )
    _fill()


def _fill() -> None:
    """Customers that are already here must be found at once."""
    session, last = Session(bind=op.get_bind()), 0
    page = sa.text("SELECT customer_id, text FROM customer_search WHERE customer_id > :last ORDER BY customer_id LIMIT :n")
    while rows := session.execute(page, {"last": last, "n": CHUNK}).all():
        search_index.add(session, [(row[0], row[1]) for row in rows])
        last = rows[-1][0]


def downgrade() -> None:
    op.drop_table("word_variant")
    op.drop_table("customer_word")
