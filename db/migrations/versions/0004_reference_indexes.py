"""indexes behind references, so that removing a row does not read the tables that may refer to it

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

#: name, table, column; over the rows that fill the column.
WHERE_GIVEN = (
    ("ix_order_returned", "sales_order", "returns_order_id"),
    ("ix_interaction_order", "interaction", "order_id"),
    ("ix_case_order", "support_case", "order_id"),
    ("ix_follow_up_interaction", "follow_up", "interaction_id"),
    ("ix_promise_interaction", "promise", "interaction_id"),
    ("ix_survey_order", "survey_response", "order_id"),
    ("ix_web_session_customer", "web_session", "customer_id"),
)
WHOLE = (
    ("ix_basket_line_product", "basket_line", "product_id"),
    ("ix_campaign_event_customer_id", "campaign_event", "customer_id"),
)


def upgrade() -> None:
    for name, table, column in WHERE_GIVEN:
        filled = sa.text(f"{column} IS NOT NULL")
        op.create_index(name, table, [column], sqlite_where=filled, postgresql_where=filled)
    for name, table, column in WHOLE:
        op.create_index(name, table, [column])


def downgrade() -> None:
    for name, table, _column in (*WHERE_GIVEN, *WHOLE):
        op.drop_index(name, table_name=table)
