"""columnar: the log tells of postal code, age group, gender, income, household and of what was explained again too

Revision ID: 0024
Revises: 0023

The copy reads these columns since segments, postal regions and the board ask for them; a change of nothing else left no
entry.
"""

from alembic import op

from db.migrations.columnar_triggers import create, drop, watch

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

_CUSTOMER = "kind segment language acquisition_channel account_manager_id joined_at"
_ADDRESS = "city region country is_delivery"
_CONTACT = (
    "customer_id order_id case_id channel direction reason duration_s staff_id campaign_id happened_at date_known "
    "resolved_at"
)
BEFORE = (
    watch("customer", "customer", "id", _CUSTOMER),
    watch("customer_address", "customer", "customer_id", _ADDRESS),
    watch("interaction", "contact", "id", _CONTACT),
)
AFTER = (
    watch("customer", "customer", "id", f"{_CUSTOMER} birth_band gender income_band household_size"),
    watch("customer_address", "customer", "customer_id", f"{_ADDRESS} postal_code"),
    watch("interaction", "contact", "id", f"{_CONTACT} explained_again"),
)


def upgrade() -> None:
    dialect = op.get_bind().dialect.name
    for statement in (*drop(dialect, BEFORE), *create(dialect, AFTER)):
        op.execute(statement)
    # What was missed until now is in no log: every copy is made anew.
    op.execute("UPDATE columnar_state SET generation = generation || 'b'")


def downgrade() -> None:
    dialect = op.get_bind().dialect.name
    for statement in (*drop(dialect, AFTER), *create(dialect, BEFORE)):
        op.execute(statement)
