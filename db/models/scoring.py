"""Scoring runs: who is likely to buy again, by which model, and how that model did on earlier periods.

The number of a run is the version of its figures. Only the run that is DONE is read (services/scores).
"""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from db.columns import JSON_DOCUMENT, text_enum


class ScoringState(StrEnum):
    """How far a run is."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"  # in force: one run at most
    REPLACED = "replaced"  # by a newer one; its back-test is kept, its scores are not
    FAILED = "failed"
    STOPPED = "stopped"


class ScoringRun(SQLModel, table=True):
    """One run. What it found is written under its number and counts from the moment it is DONE."""

    __tablename__ = "scoring_run"
    __table_args__ = (Index("ix_scoring_run_state", "state", "id"),)  # the newest good version is asked for often

    id: int = Field(default=None, primary_key=True)
    state: ScoringState = Field(default=ScoringState.QUEUED, sa_type=text_enum(ScoringState))
    started_by: str = Field(default="", max_length=200)
    created_at: datetime
    started_at: datetime | None = None
    heartbeat_at: datetime | None = None
    finished_at: datetime | None = None
    tries: int = 0  # how often a process took it up
    claim: str = Field(default="", max_length=40)  # of the process that works on it; others must not write
    stop_asked: bool = False
    progress: float = 0.0  # 0 to 1
    step: str = Field(default="", max_length=40)  # a code, see services/scores/words.py
    as_of: date | None = None  # the last day that is known
    data_from: date | None = None
    data_to: date | None = None
    customers: int = 0  # with a figure
    repeaters: int = 0
    parameters: dict[str, Any] = Field(default_factory=dict, sa_type=JSON_DOCUMENT)  # family -> state, values
    horizons: dict[str, Any] = Field(default_factory=dict, sa_type=JSON_DOCUMENT)  # days -> candidate, naive, notes
    counts: dict[str, Any] = Field(default_factory=dict, sa_type=JSON_DOCUMENT)  # purchases, seconds, memory
    error: str = Field(default="", max_length=1000)


class CustomerScore(SQLModel, table=True):
    """What a run expects of a customer. A horizon without a model that beats the rules of thumb is NULL."""

    __tablename__ = "customer_score"
    __table_args__ = (
        Index("ix_customer_score_buy_30", "run_id", "p_buy_30", "customer_id"),  # lists, likeliest first or last
        Index("ix_customer_score_buy_90", "run_id", "p_buy_90", "customer_id", "decile"),  # the tenths by it alone
        Index("ix_customer_score_buy_365", "run_id", "p_buy_365", "customer_id"),
    )

    customer_id: int = Field(foreign_key="customer.id", ondelete="CASCADE", primary_key=True)
    run_id: int = Field(foreign_key="scoring_run.id", ondelete="CASCADE", primary_key=True)
    p_alive: float  # still active
    p_buy_30: float | None = None  # buys within so many days after the run's `as_of`
    p_buy_90: float | None = None
    p_buy_365: float | None = None
    expected_90: float | None = None  # purchases (days with an order) within 90 days
    expected_lo: float | None = None  # 80 percent range of them
    expected_hi: float | None = None
    next_from: date | None = None  # if the customer comes back within 90 days: between these days, 8 times of 10
    next_median: date | None = None
    next_to: date | None = None
    decile: int | None = None  # by p_buy_90: 10 is the likeliest tenth
    purchases: int  # what it rests on: days with a purchase
    first_on: date
    last_on: date
    usual_gap: float | None = None  # mean days between purchases; None after a single one
    reasons: list[Any] = Field(default_factory=list, sa_type=JSON_DOCUMENT)  # [fact, column, points, value, other]


class BacktestMember(SQLModel, table=True):
    """What the model in the chart would have said of a customer on the latest earlier day, and what came.

    The rows behind the groups of the newest back-tests; of at most as many customers as a back-test hears.
    """

    __tablename__ = "backtest_member"
    __table_args__ = (Index("ix_backtest_member_customer", "customer_id"),)  # who objects or is erased goes

    run_id: int = Field(foreign_key="scoring_run.id", ondelete="CASCADE", primary_key=True)
    days: int = Field(primary_key=True)  # the horizon
    customer_id: int = Field(foreign_key="customer.id", ondelete="CASCADE", primary_key=True)
    place: int  # of the group in `BacktestResult.calibration`, from 0
    said: float  # probability of a purchase within the days
    came: int  # purchases (days with an order) within them


class BacktestResult(SQLModel, table=True):
    """How one candidate did from one earlier day on. Kept for every run, so that drift is seen."""

    __tablename__ = "backtest_result"

    run_id: int = Field(foreign_key="scoring_run.id", ondelete="CASCADE", primary_key=True)
    days: int = Field(primary_key=True)  # the horizon
    cut_off: date = Field(primary_key=True)  # known up to and with this day
    candidate: str = Field(primary_key=True, max_length=20)
    customers: int
    buyers: int
    figures: dict[str, Any] = Field(default_factory=dict, sa_type=JSON_DOCUMENT)  # auc, lift_10, brier ...
    calibration: list[Any] = Field(default_factory=list, sa_type=JSON_DOCUMENT)  # [n, said, came, low, high], best last
    ranges: dict[str, Any] = Field(default_factory=dict, sa_type=JSON_DOCUMENT)  # coverage; the same for all candidates
