"""The figures in force: those of the run that is done, without anybody who objects to predictions."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import pandas as pd
from sqlalchemy import Select, and_
from sqlalchemy import select as columns_of
from sqlmodel import col, select

from db.models import Customer, CustomerScore, Purpose, Role, ScoringRun, ScoringState
from services import access, consents
from services.work import Work

HORIZONS = (30, 90, 365)
#: The horizon of the range, the window of dates and the tenths.
MAIN = 90
FRAME_TYPES = {
    "customer_id": "int64",
    "p_alive": "float64",
    "p_buy_30": "float64",  # NaN where no model beats the rules of thumb
    "p_buy_90": "float64",
    "p_buy_365": "float64",
    "expected_90": "float64",
    "decile": "float64",
}


@dataclass(frozen=True)
class Horizon:
    """How a horizon was decided. `usable`: a model beats the rules of thumb on earlier periods."""

    days: int
    usable: bool
    candidate: str | None
    naive: str | None
    notes: tuple[str, ...]
    better_by: float | None
    cut_offs: tuple[date, ...]


@dataclass(frozen=True)
class Version:
    """A run whose figures may be read."""

    run_id: int
    as_of: date | None
    finished_at: datetime | None
    data_from: date | None
    data_to: date | None
    customers: int
    repeaters: int
    horizons: dict[int, Horizon]

    def usable(self) -> tuple[int, ...]:
        """The horizons for which there are forecasts."""
        return tuple(days for days, h in self.horizons.items() if h.usable)


def current(w: Work) -> Version | None:
    """The version in force; None before the first run is done. Staff only."""
    w.require(Role.STAFF)
    newest = select(ScoringRun).where(ScoringRun.state == ScoringState.DONE).order_by(col(ScoringRun.id).desc())
    run = w.session.exec(newest.limit(1)).first()
    return _version(run) if run else None


def finished(w: Work, run_id: int) -> Version | None:
    """A run whose figures are or were in force; None for any other. Managers only."""
    w.require(Role.MANAGER)
    run = w.session.get(ScoringRun, run_id)
    return _version(run) if run and run.state in (ScoringState.DONE, ScoringState.REPLACED) else None


def rows(version: Version, *columns: Any, few: bool = False) -> Select[Any]:
    """`CustomerScore` (or some of its columns) of a version, without those who object to predictions at this moment.

    To be narrowed, joined and ordered by the caller, who has checked who is asking. `few`: the caller reads the first
    rows of an index and no more.
    """
    who = col(CustomerScore.customer_id)
    mine = columns_of(*(columns or (CustomerScore,))).where(col(CustomerScore.run_id) == version.run_id)
    if few:
        return mine.where(~consents.objects(who, Purpose.PROFILING))
    return mine.where(who.not_in(consents.objecting(Purpose.PROFILING)))


def frame(w: Work, version: Version) -> pd.DataFrame:
    """`FRAME_TYPES` of all customers of a version. Staff only."""
    w.require(Role.STAFF)
    found = w.session.connection().execute(rows(version, *(getattr(CustomerScore, name) for name in FRAME_TYPES)))
    return pd.DataFrame(found.all(), columns=list(FRAME_TYPES)).astype(FRAME_TYPES)


def of_customer(w: Work, customer_id: int) -> CustomerScore | None:
    """The figures in force of one customer, for itself and for staff; None without any.

    They tell when and how much was bought: of a customer's people, who may see the orders. Raises NotFound, NotAllowed.
    """
    access.customer(w, customer_id)
    if not w.actor.is_team:
        access.own_orders(w)
    return in_force(w, customer_id)


def in_force(w: Work, customer_id: int) -> CustomerScore | None:
    """The same, for callers who have checked that the customer may be seen."""
    return standing(w, customer_id)[1]


def standing(w: Work, customer_id: int) -> tuple[bool, CustomerScore | None]:
    """Whether the customer objects to predictions, and the figures in force if not; in one query."""
    newest = columns_of(col(ScoringRun.id)).where(col(ScoringRun.state) == ScoringState.DONE)
    newest = newest.order_by(col(ScoringRun.id).desc()).limit(1)
    mine = and_(
        col(CustomerScore.customer_id) == col(Customer.id), col(CustomerScore.run_id) == newest.scalar_subquery()
    )
    objects = consents.objects(col(Customer.id), Purpose.PROFILING)
    found = columns_of(objects, CustomerScore).select_from(Customer).outerjoin(CustomerScore, mine)
    row = w.session.execute(found.where(col(Customer.id) == customer_id)).first()
    if row is None or row[0]:
        return row is not None, None
    return False, row[1]


def _version(run: ScoringRun) -> Version:
    return Version(
        run.id,
        run.as_of,
        run.finished_at,
        run.data_from,
        run.data_to,
        run.customers,
        run.repeaters,
        {int(days): horizon(int(days), told) for days, told in sorted(run.horizons.items(), key=lambda h: int(h[0]))},
    )


def horizon(days: int, told: dict[str, Any]) -> Horizon:
    """What a run wrote down about a horizon."""
    return Horizon(
        days,
        bool(told.get("usable")),
        told.get("candidate"),
        told.get("naive"),
        tuple(told.get("notes", ())),
        told.get("better_by"),
        tuple(date.fromisoformat(day) for day in told.get("cut_offs", ())),
    )
