"""planned contact: times and series, reminders, calendar feeds, rules after delivery, specialised lines

Revision ID: 0014
Revises: 0013
"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "contact_rule",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("product_id", sa.Integer(), nullable=True),
        sa.Column("category", sqlmodel.sql.sqltypes.AutoString(length=120), nullable=True),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("reason", sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
        sa.Column("talking_points", sqlmodel.sql.sqltypes.AutoString(length=4000), nullable=False),
        sa.Column(
            "owner_by",
            sa.Enum("customer's owner", "team", "person", name="ownerby", native_enum=False, length=32),
            nullable=False,
        ),
        sa.Column("team_id", sa.Integer(), nullable=True),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column("hold_out_percent", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("since", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("days >= 0", name="contact_rule_days_not_negative"),
        sa.CheckConstraint("hold_out_percent BETWEEN 0 AND 50", name="contact_rule_hold_out_share"),
        sa.ForeignKeyConstraint(["owner_id"], ["staff_member.id"], ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_contact_rule_team_id"), "contact_rule", ["team_id"], unique=False)
    op.create_index(op.f("ix_contact_rule_owner_id"), "contact_rule", ["owner_id"], unique=False)
    op.create_index(
        "ix_contact_rule_product",
        "contact_rule",
        ["product_id"],
        unique=False,
        sqlite_where=sa.text("product_id IS NOT NULL"),
        postgresql_where=sa.text("product_id IS NOT NULL"),
    )
    op.create_table(
        "follow_up_series",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column("reason", sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
        sa.Column("unit", sa.Enum("day", "week", "month", name="every", native_enum=False, length=32), nullable=False),
        sa.Column("every", sa.Integer(), nullable=False),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("at", sa.Time(), nullable=False),
        sa.Column("time_zone", sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("times", sa.Integer(), nullable=True),
        sa.Column("made", sa.Integer(), nullable=False),
        sa.Column("created_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("ended_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.CheckConstraint("every > 0", name="follow_up_series_every_positive"),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(["owner_id"], ["staff_member.id"], ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_follow_up_series_customer_id"), "follow_up_series", ["customer_id"], unique=False)
    op.create_index(
        "ix_follow_up_series_owner",
        "follow_up_series",
        ["owner_id"],
        unique=False,
        sqlite_where=sa.text("owner_id IS NOT NULL"),
        postgresql_where=sa.text("owner_id IS NOT NULL"),
    )
    op.create_table(
        "calendar_feed",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("secret_hash", sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
        sa.Column("details", sa.Boolean(), nullable=False),
        sa.Column("created_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("person_id"),
        sa.UniqueConstraint("secret_hash"),
    )
    op.create_table(
        "customer_line",
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("team_id", sa.Integer(), nullable=False),
        sa.Column("reason", sqlmodel.sql.sqltypes.AutoString(length=400), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("set_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("set_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(["set_by_id"], ["person.id"], ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("customer_id"),
    )
    op.create_index(op.f("ix_customer_line_team_id"), "customer_line", ["team_id"], unique=False)
    op.create_table(
        "reminder_choice",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column(
            "by_mail", sa.Enum("each", "digest", "off", name="bymail", native_enum=False, length=32), nullable=False
        ),
        sa.Column("working_hours_only", sa.Boolean(), nullable=False),
        sa.Column("digest_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("person_id"),
    )
    op.create_table(
        "rule_touch",
        sa.Column("rule_id", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("follow_up_id", sa.Integer(), nullable=True),
        sa.Column("held_out", sa.Boolean(), nullable=False),
        sa.Column("delivered_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("made_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("in_touch_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["customer_id"], ["customer.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["follow_up_id"], ["follow_up.id"], ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["order_id"], ["sales_order.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["rule_id"], ["contact_rule.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("rule_id", "order_id"),
    )
    op.create_index("ix_rule_touch_customer", "rule_touch", ["customer_id"], unique=False)
    op.create_index(
        "ix_rule_touch_follow_up",
        "rule_touch",
        ["follow_up_id"],
        unique=False,
        sqlite_where=sa.text("follow_up_id IS NOT NULL"),
        postgresql_where=sa.text("follow_up_id IS NOT NULL"),
    )
    op.create_index("ix_rule_touch_order", "rule_touch", ["order_id"], unique=False)
    op.add_column(
        "follow_up",
        sa.Column(
            "ending",
            sa.Enum("done", "skipped", "in touch", "series ended", name="ending", native_enum=False, length=32),
            nullable=True,
        ),
    )
    op.add_column("follow_up", sa.Column("reminded_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True))
    with op.batch_alter_table("follow_up") as batch:  # SQLite adds no constraint to a table that is there
        batch.add_column(sa.Column("series_id", sa.Integer(), nullable=True))
        batch.create_foreign_key(
            "follow_up_series_id_fkey", "follow_up_series", ["series_id"], ["id"], ondelete="SET NULL"
        )
    op.add_column("follow_up", sa.Column("series_step", sa.Integer(), nullable=True))
    op.add_column("follow_up", sa.Column("series_on", sa.Date(), nullable=True))
    op.create_index(
        "ix_follow_up_remind",
        "follow_up",
        ["due_at"],
        unique=False,
        sqlite_where=sa.text("done_at IS NULL AND reminded_at IS NULL"),
        postgresql_where=sa.text("done_at IS NULL AND reminded_at IS NULL"),
    )
    op.create_index("uq_follow_up_series_step", "follow_up", ["series_id", "series_step"], unique=True)
    op.add_column("promise", sa.Column("due_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True))
    op.drop_index("ix_follow_up_customer_id", "follow_up")
    op.add_column("promise", sa.Column("snoozed_until", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True))
    op.add_column("promise", sa.Column("reminded_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True))
    op.create_index(
        "ix_promise_remind",
        "promise",
        ["due_on"],
        unique=False,
        sqlite_where=sa.text("kept_at IS NULL AND broken_at IS NULL AND reminded_at IS NULL"),
        postgresql_where=sa.text("kept_at IS NULL AND broken_at IS NULL AND reminded_at IS NULL"),
    )
    op.create_index(
        "ix_order_delivered",
        "sales_order",
        ["delivered_at"],
        unique=False,
        sqlite_where=sa.text("delivered_at IS NOT NULL"),
        postgresql_where=sa.text("delivered_at IS NOT NULL"),
    )
    # What was due before there were reminders is on the list of the day; nobody wants a mail about each.
    op.execute("UPDATE follow_up SET reminded_at = due_at WHERE done_at IS NULL AND due_at < CURRENT_TIMESTAMP")
    op.execute("UPDATE promise SET reminded_at = made_at WHERE due_on < CURRENT_DATE")


def downgrade() -> None:
    op.drop_index("ix_order_delivered", "sales_order")
    op.drop_index("ix_promise_remind", "promise")
    op.drop_column("promise", "reminded_at")
    op.drop_column("promise", "snoozed_until")
    op.create_index("ix_follow_up_customer_id", "follow_up", ["customer_id"])
    op.drop_column("promise", "due_at")
    op.drop_table("rule_touch")
    op.drop_index("uq_follow_up_series_step", "follow_up")
    op.drop_index("ix_follow_up_remind", "follow_up")
    with op.batch_alter_table("follow_up") as batch:
        for column in ("series_on", "series_step", "series_id", "reminded_at", "ending"):
            batch.drop_column(column)
    for table in ("reminder_choice", "customer_line", "calendar_feed", "follow_up_series"):
        op.drop_table(table)
    op.drop_table("contact_rule")
