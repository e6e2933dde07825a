"""accounts: change requests, erasures, rounds of invitations, rights of a person; the trail gives way to an erasure

Revision ID: 0011
Revises: 0010
"""

import sqlalchemy as sa
import sqlmodel
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

JSON_DOCUMENT = sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql")
RIGHTS = ("sees_orders", "may_order", "manages_people")

# Nothing of an entry may change but that its personal values become empty, and that only while the erasure of their
# customer is being carried out. What an erasure itself wrote down stays whatever happens.
SAME = ("id", "at", "actor_id", "actor_role", "action", "entity", "entity_id", "customer_id")
OF_THE_ERASED = """OLD.action NOT LIKE 'erasure.%' AND EXISTS (SELECT 1 FROM erasure WHERE erasure.state = 'running' AND (
    erasure.customer_id = OLD.customer_id OR EXISTS (SELECT 1 FROM person
        WHERE person.customer_id = erasure.customer_id AND (person.id = OLD.actor_id
            OR (OLD.entity = 'person' AND OLD.entity_id = CAST(person.id AS VARCHAR(20)))))))"""
EMPTIED = """NEW.before = {empty} AND NEW.after = {empty} AND NEW.reason = ''
    AND (NEW.actor_name = OLD.actor_name OR NEW.actor_name = '') AND (NEW.address = OLD.address OR NEW.address = '')"""


def upgrade() -> None:
    _requests()
    _erasures()
    _invitations()
    for name in RIGHTS:
        op.add_column("person", sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.true()))
    _append_only()


def _requests() -> None:
    op.create_table(
        "change_request",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("field", sqlmodel.sql.sqltypes.AutoString(length=20), nullable=False),
        sa.Column("change", JSON_DOCUMENT, nullable=False),
        sa.Column("old", sqlmodel.sql.sqltypes.AutoString(length=1000), nullable=False),
        sa.Column("new", sqlmodel.sql.sqltypes.AutoString(length=1000), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("asked_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("decided_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("answer", sqlmodel.sql.sqltypes.AutoString(length=400), nullable=False),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["decided_by_id"], ["person.id"], ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_change_request_customer", "change_request", ["customer_id", "asked_at", "id"])
    op.create_index("ix_change_request_person_id", "change_request", ["person_id"])
    op.create_index("ix_change_request_decided_by_id", "change_request", ["decided_by_id"])
    waits = sa.text("state = 'open'")
    op.create_index("ix_change_request_open", "change_request", ["asked_at", "id"], sqlite_where=waits,
                    postgresql_where=waits)


def _erasures() -> None:
    op.create_table(
        "erasure",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("wish", sqlmodel.sql.sqltypes.AutoString(length=1000), nullable=False),
        sa.Column("asked_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("decided_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("answer", sqlmodel.sql.sqltypes.AutoString(length=400), nullable=False),
        sa.Column("counts", JSON_DOCUMENT, nullable=False),
        sa.Column("kept_until", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(["decided_by_id"], ["person.id"], ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id"),
    )
    asked = sa.text("state = 'asked'")
    op.create_index("uq_erasure_asked", "erasure", ["customer_id"], unique=True, sqlite_where=asked,
                    postgresql_where=asked)
    op.create_index("ix_erasure_state", "erasure", ["state", "asked_at", "id"])
    op.create_index("ix_erasure_customer", "erasure", ["customer_id"])
    op.create_index("ix_erasure_decided_by_id", "erasure", ["decided_by_id"])


def _invitations() -> None:
    op.create_table(
        "invitation_round",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("started_by_id", sa.Integer(), nullable=True),
        sa.Column("started_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("chosen", JSON_DOCUMENT, nullable=False),
        sa.Column("invited", sa.Integer(), nullable=False),
        sa.Column("stopped_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("stopped", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["started_by_id"], ["person.id"], ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_invitation_round_started_by_id", "invitation_round", ["started_by_id"])


def _append_only() -> None:
    if op.get_bind().dialect.name == "sqlite":
        same = " AND ".join(f"NEW.{c} IS OLD.{c}" for c in SAME)
        op.execute("DROP TRIGGER audit_entry_no_update")
        op.execute(
            f"CREATE TRIGGER audit_entry_no_update BEFORE UPDATE ON audit_entry WHEN NOT ({same} AND "
            + EMPTIED.format(empty="'{}'")
            + f" AND {OF_THE_ERASED}) BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END"
        )
        return
    same = " AND ".join(f"NEW.{c} IS NOT DISTINCT FROM OLD.{c}" for c in SAME)
    op.execute("DROP TRIGGER audit_entry_append_only ON audit_entry")
    op.execute("""CREATE TRIGGER audit_entry_append_only BEFORE DELETE OR TRUNCATE ON audit_entry
        FOR EACH STATEMENT EXECUTE FUNCTION rapport_append_only()""")
    op.execute(
        f"CREATE FUNCTION rapport_only_emptied() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF {same} AND "
        + EMPTIED.format(empty="'{}'::jsonb")
        + f" AND {OF_THE_ERASED} THEN RETURN NEW; END IF; RAISE EXCEPTION 'the audit trail is append-only'; END $$"
    )
    op.execute("""CREATE TRIGGER audit_entry_only_emptied BEFORE UPDATE ON audit_entry
        FOR EACH ROW EXECUTE FUNCTION rapport_only_emptied()""")


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER audit_entry_no_update")
        op.execute("""CREATE TRIGGER audit_entry_no_update BEFORE UPDATE ON audit_entry BEGIN
            SELECT RAISE(ABORT, 'the audit trail is append-only'); END""")
    else:
        op.execute("DROP TRIGGER audit_entry_only_emptied ON audit_entry")
        op.execute("DROP FUNCTION rapport_only_emptied")
        op.execute("DROP TRIGGER audit_entry_append_only ON audit_entry")
        op.execute("""CREATE TRIGGER audit_entry_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_entry
            FOR EACH STATEMENT EXECUTE FUNCTION rapport_append_only()""")
    for name in RIGHTS:
        op.drop_column("person", name)
    for table in ("invitation_round", "erasure", "change_request"):
        op.drop_table(table)
