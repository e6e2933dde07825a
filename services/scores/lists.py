"""Who buys again: the customers of the version in force, likeliest first or last, and the tenths they fall into."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlmodel import col

from db.models import Consent, Customer, CustomerScore, Erasure, ErasureState, Role
from services.due import called
from services.errors import Invalid
from services.exports import MOST_ROWS
from services.scores import reading
from services.scores.reading import HORIZONS, Version
from services.text import _
from services.work import Work

MOST_SHOWN = 50
ALL_TENTHS = 0


@dataclass(frozen=True)
class Filters:
    """What is looked for. `tenth` 10 is the likeliest; `segment` empty: all."""

    days: int = 90
    least_first: bool = False
    tenth: int = ALL_TENTHS
    segment: str = ""


@dataclass(frozen=True)
class Listed:
    """One customer of the list."""

    customer_id: int
    name: str
    chance: float
    score: CustomerScore


@dataclass(frozen=True)
class Tenth:
    """Customers of a tenth by probability within 90 days; `chance` is their mean."""

    tenth: int
    customers: int
    chance: float
    lowest: float
    highest: float


def listed(w: Work, version: Version, asked: Filters, *, place: int = 0, most: int = MOST_SHOWN) -> list[Listed]:
    """Customers from `place` on. Managers only. Raises Invalid."""
    w.require(Role.MANAGER)
    chance = _chance(version, asked)
    named = (Customer.id, Customer.name, Customer.company)
    mine = _narrowed(version, asked, chance, *named, chance, CustomerScore, few=True)
    order = (chance, col(CustomerScore.customer_id)) if asked.least_first else (
        chance.desc(), col(CustomerScore.customer_id).desc(),
    )  # fmt: skip
    found = w.session.execute(mine.order_by(*order).offset(max(place, 0)).limit(min(most, MOST_ROWS)))
    return [Listed(i, called(i, name, firm), p, score) for i, name, firm, p, score in found.all()]


def counted(w: Work, version: Version, asked: Filters) -> int:
    """How many `listed` would give without an end. Managers only. Raises Invalid."""
    w.require(Role.MANAGER)
    return w.session.scalar(_narrowed(version, asked, _chance(version, asked), func.count())) or 0


def tenths(w: Work, version: Version) -> list[Tenth]:
    """All customers of the version by tenth, the least likely first. Managers only."""
    w.require(Role.MANAGER)
    p, tenth = col(CustomerScore.p_buy_90), col(CustomerScore.decile)
    mine = reading.rows(version, tenth, func.count(), func.avg(p), func.min(p), func.max(p))
    return [Tenth(*row) for row in w.session.execute(mine.where(tenth.is_not(None)).group_by(tenth).order_by(tenth))]


def mark(w: Work, version: Version) -> str:
    """Another one whenever `tenths` and `counted` without a segment answer otherwise, for keeping what they answered:
    they read every figure there is. Managers only."""
    w.require(Role.MANAGER)
    said = select(func.max(Consent.id)).scalar_subquery()
    gone = select(func.count()).select_from(Erasure).where(col(Erasure.state) == ErasureState.DONE).scalar_subquery()
    return "{}:{}:{}".format(version.run_id, *w.session.execute(select(said, gone)).one())


def segments(w: Work) -> list[str]:
    """The segments that customers have. Managers only."""
    w.require(Role.MANAGER)
    found = select(col(Customer.segment)).where(col(Customer.segment) != "").distinct().limit(100)
    return sorted(s for s in w.session.scalars(found) if s)


def _chance(version: Version, asked: Filters) -> Any:
    """The column of a horizon that can be used. Raises Invalid."""
    if asked.days not in HORIZONS or asked.days not in version.usable():
        raise Invalid(_("Within"), _("choose one from the list"))
    return getattr(CustomerScore, f"p_buy_{asked.days}")


def _narrowed(version: Version, asked: Filters, chance: Any, *columns: Any, few: bool = False) -> Any:
    mine = reading.rows(version, *columns, few=few).select_from(CustomerScore)
    if few or asked.segment:
        mine = mine.join(Customer, col(Customer.id) == col(CustomerScore.customer_id))
    mine = mine.where(chance.is_not(None))
    if asked.tenth != ALL_TENTHS:
        mine = mine.where(col(CustomerScore.decile) == asked.tenth)
    if asked.segment:
        mine = mine.where(col(Customer.segment) == asked.segment)
    return mine
