"""Runs and back-tests as they are shown: the newest runs, how each candidate did, and how that drifts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select as columns_of
from sqlmodel import col, select

from db.models import BacktestMember, BacktestResult, Purpose, Role, ScoringRun, ScoringState
from services import consents
from services.work import Work

MOST_RUNS = 20
FINISHED = (ScoringState.DONE, ScoringState.REPLACED)


#: Whom the chart shows where no model speaks.
STAND_IN = "mbg_nbd"


@dataclass(frozen=True)
class Member:
    """A customer of a group: what would have been said on the earlier day (probability), and the purchases since."""

    customer_id: int
    said: float
    came: int


@dataclass(frozen=True)
class Drift:
    """One run's figures of one horizon: of the model it chose and of the best rule, means over its cut-offs."""

    as_of: date
    run_id: int
    candidate: str
    naive: str
    log_loss: float
    log_loss_naive: float
    lift: float
    coverage: float | None


def newest(w: Work, most: int = MOST_RUNS) -> list[ScoringRun]:
    """The newest runs first. Managers only."""
    w.require(Role.MANAGER)
    return list(w.session.exec(select(ScoringRun).order_by(col(ScoringRun.id).desc()).limit(most)))


def tested(w: Work, run_id: int, days: int) -> list[BacktestResult]:
    """Every candidate at every cut-off of a horizon, the latest cut-off first. Managers only."""
    w.require(Role.MANAGER)
    mine = select(BacktestResult).where(BacktestResult.run_id == run_id, BacktestResult.days == days)
    return list(w.session.exec(mine.order_by(col(BacktestResult.cut_off).desc(), col(BacktestResult.candidate))))


def judged(rows: list[BacktestResult], cut_offs: Sequence[date]) -> list[BacktestResult]:
    """Those of the days on which the models were compared: all candidates were heard there. All of them without any."""
    return [row for row in rows if row.cut_off in cut_offs] or rows


def drawn(candidate: str | None) -> str:
    """The candidate whose groups are drawn and whose customers are kept."""
    return candidate or STAND_IN


def members(w: Work, run_id: int, days: int, place: int) -> list[Member]:
    """The customers of a group of the calibration (its row there, from 0), whom most was said of first.

    Without those who were erased or object to predictions since. Managers only.
    """
    w.require(Role.MANAGER)
    who = col(BacktestMember.customer_id)
    mine = columns_of(who, col(BacktestMember.said), col(BacktestMember.came)).where(
        col(BacktestMember.run_id) == run_id, col(BacktestMember.days) == days, col(BacktestMember.place) == place
    )
    mine = mine.where(who.not_in(consents.objecting(Purpose.PROFILING)))
    return [Member(*row) for row in w.session.execute(mine.order_by(col(BacktestMember.said).desc(), who))]


def drift(w: Work, days: int) -> list[Drift]:
    """How the chosen model did, run by run, the oldest of the newest runs first; of several that knew the same days the
    last one. Managers only."""
    w.require(Role.MANAGER)
    finished = select(ScoringRun).where(col(ScoringRun.state).in_(FINISHED)).order_by(col(ScoringRun.id).desc())
    runs = [run for run in w.session.exec(finished.limit(MOST_RUNS)) if run.as_of is not None]
    mine = select(BacktestResult).where(
        BacktestResult.days == days, col(BacktestResult.run_id).in_([run.id for run in runs])
    )
    by_run: dict[int, list[BacktestResult]] = {}
    for row in w.session.exec(mine):
        by_run.setdefault(row.run_id, []).append(row)
    found = (_drift(run, run.horizons.get(str(days), {}), by_run.get(run.id, [])) for run in reversed(runs))
    of_day = {one.as_of: one for one in found if one is not None}
    return [of_day[as_of] for as_of in sorted(of_day)]


def _drift(run: ScoringRun, told: dict[str, Any], rows: list[BacktestResult]) -> Drift | None:
    own, rule = told.get("candidate"), told.get("naive")
    cuts = set(told.get("cut_offs", ()))
    common = [row for row in rows if row.cut_off.isoformat() in cuts]
    if not own or not rule or not common or run.as_of is None:
        return None
    covered = [row.ranges.get("date_coverage") for row in common if row.candidate == own]
    return Drift(
        run.as_of,
        run.id,
        own,
        rule,
        mean(common, own, "log_loss") or 0.0,
        mean(common, rule, "log_loss") or 0.0,
        mean(common, own, "lift_10") or 0.0,
        _mean([c for c in covered if c is not None]),
    )


def mean(rows: list[BacktestResult], candidate: str, figure: str) -> float | None:
    """Mean of a figure over cut-offs; of the error of the total the mean size, so that signs do not cancel."""
    values = [row.figures.get(figure) for row in rows if row.candidate == candidate]
    known = [float(v) for v in values if v is not None]
    return _mean([abs(v) for v in known] if figure == "total_error" else known)


def _mean(values: list[float]) -> float | None:
    return sum(values) / len(values) if values else None
