"""indexes for a company with millions of rows: what is open, what is a no, what customers did themselves

Revision ID: 0023
Revises: 0022
"""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

#: name, table, columns, condition on SQLite, condition on PostgreSQL
PARTIAL = (
    ("ix_consent_no", "consent", ["purpose", "customer_id"], "granted = 0", "NOT granted"),
    ("ix_follow_up_open", "follow_up", ["due_at", "id"], "done_at IS NULL", "done_at IS NULL"),
    ("ix_payment_trouble", "payment", ["order_id", "seq"], "trouble <> ''", "trouble <> ''"),
    (
        "ix_audit_news",
        "audit_entry",
        ["at", "id"],
        "actor_role = 'customer' AND entity IN ('customer', 'message')",
        "actor_role = 'customer' AND entity IN ('customer', 'message')",
    ),
)


#: name, table, columns before, columns added
WIDER = (
    ("ix_interaction_time", "interaction", ["happened_at", "id"], ["direction"]),
    ("ix_customer_score_buy_90", "customer_score", ["run_id", "p_buy_90", "customer_id"], ["decile"]),
)


def upgrade() -> None:
    for name, table, columns, sqlite, postgres in PARTIAL:
        op.create_index(name, table, columns, sqlite_where=sa.text(sqlite), postgresql_where=sa.text(postgres))
    for name, table, before, added in WIDER:
        op.drop_index(name, table)
        op.create_index(name, table, [*before, *added])


def downgrade() -> None:
    for name, table, before, _added in reversed(WIDER):
        op.drop_index(name, table)
        op.create_index(name, table, before)
    for name, table, _columns, _sqlite, _postgres in reversed(PARTIAL):
        op.drop_index(name, table)
