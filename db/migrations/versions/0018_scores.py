"""scoring runs, customers' scores, back-tests

Revision ID: 0018
Revises: 0017
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql
from sqlmodel.sql.sqltypes import UTCDateTime

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

DOCUMENT = sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), "postgresql")


def upgrade() -> None:
    op.create_table(
        "scoring_run",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("started_by", sa.String(200), nullable=False),
        sa.Column("created_at", UTCDateTime, nullable=False),
        sa.Column("started_at", UTCDateTime),
        sa.Column("heartbeat_at", UTCDateTime),
        sa.Column("finished_at", UTCDateTime),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("claim", sa.String(40), nullable=False),
        sa.Column("stop_asked", sa.Boolean, nullable=False),
        sa.Column("progress", sa.Float, nullable=False),
        sa.Column("step", sa.String(40), nullable=False),
        sa.Column("as_of", sa.Date),
        sa.Column("data_from", sa.Date),
        sa.Column("data_to", sa.Date),
        sa.Column("customers", sa.Integer, nullable=False),
        sa.Column("repeaters", sa.Integer, nullable=False),
        sa.Column("parameters", DOCUMENT, nullable=False),
        sa.Column("horizons", DOCUMENT, nullable=False),
        sa.Column("counts", DOCUMENT, nullable=False),
        sa.Column("error", sa.String(1000), nullable=False),
    )
    op.create_index("ix_scoring_run_state", "scoring_run", ["state", "id"])
    _scores()
    op.create_table(
        "backtest_result",
        sa.Column("run_id", sa.Integer, sa.ForeignKey("scoring_run.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("days", sa.Integer, primary_key=True),
        sa.Column("cut_off", sa.Date, primary_key=True),
        sa.Column("candidate", sa.String(20), primary_key=True),
        sa.Column("customers", sa.Integer, nullable=False),
        sa.Column("buyers", sa.Integer, nullable=False),
        sa.Column("figures", DOCUMENT, nullable=False),
        sa.Column("calibration", DOCUMENT, nullable=False),
        sa.Column("ranges", DOCUMENT, nullable=False),
    )


def _scores() -> None:
    numbers = ("p_buy_30", "p_buy_90", "p_buy_365", "expected_90", "expected_lo", "expected_hi")
    op.create_table(
        "customer_score",
        sa.Column("customer_id", sa.Integer, sa.ForeignKey("customer.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("run_id", sa.Integer, sa.ForeignKey("scoring_run.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("p_alive", sa.Float, nullable=False),
        *(sa.Column(name, sa.Float) for name in numbers),
        *(sa.Column(name, sa.Date) for name in ("next_from", "next_median", "next_to")),
        sa.Column("decile", sa.Integer),
        sa.Column("purchases", sa.Integer, nullable=False),
        sa.Column("first_on", sa.Date, nullable=False),
        sa.Column("last_on", sa.Date, nullable=False),
        sa.Column("usual_gap", sa.Float),
        sa.Column("reasons", DOCUMENT, nullable=False),
    )
    for days in (30, 90, 365):
        columns = ["run_id", f"p_buy_{days}", "customer_id"]
        op.create_index(f"ix_customer_score_buy_{days}", "customer_score", columns)


def downgrade() -> None:
    for table in ("backtest_result", "customer_score", "scoring_run"):
        op.drop_table(table)
