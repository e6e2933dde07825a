"""Everything the live board shows at one instant, read in one go: what was asked for and the answer. For managers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import pandas as pd

from db.models import Role
from services import clock, columnar, company, teams
from services.board import compared, periods, stretches, sums
from services.board.compared import Figure, Kind
from services.board.periods import Choice, Grain, Period
from services.board.regional import Regional
from services.board.service import Service, service
from services.board.usual import Usual, usual
from services.work import Work


@dataclass(frozen=True)
class Asked:
    """What somebody wants to see. Empty filters mean everything."""

    choice: Choice = Choice.TODAY
    given: tuple[date, date] | None = None  # the ends of a range
    grain: Grain | None = None  # how finely; None: as fits
    channels: Sequence[str] = ()
    categories: Sequence[str] = ()
    teams: Sequence[int] = ()
    regions: Sequence[str] = ()  # areas of the company, "" for customers without one


@dataclass(frozen=True)
class View:
    """What is asked for, in days: each chart with its own period and grain."""

    today: date
    period: Period
    grain: Grain
    daily: Period
    daily_grain: Grain
    monthly: Period
    monthly_grain: Grain
    channels: Sequence[str] = ()
    categories: Sequence[str] = ()
    teams: Sequence[int] = ()
    regions: Sequence[str] = ()


@dataclass(frozen=True)
class Board:
    """The answer. `extent` says whether there is any data at all, and when."""

    at: datetime
    zone: str
    currency: str
    view: View
    extent: sums.Extent
    contacts: pd.DataFrame
    orders: pd.DataFrame
    usual: Usual | None
    customers: pd.DataFrame
    joined: int
    revenue: sums.Revenue
    cases: sums.OpenCases
    service: Service
    again: pd.DataFrame
    figures: list[Figure]
    teams: dict[str, str]  # by number; NO_TEAM is not among them

    @property
    def quiet(self) -> bool:
        """Nothing happened in the period."""
        some = self.contacts["contacts"].any() or self.orders["orders"].any() or self.joined
        return not (some or any(f.value for f in self.figures if f.kind is Kind.COUNT))


def view_of(w: Work, asked: Asked, extent: sums.Extent) -> View:
    """The days of each chart, in the company's calendar."""
    today = clock.day_of(w.now, company.of(w).zone)
    period = periods.chosen(asked.choice, today, extent.period, asked.given)
    daily, monthly = periods.recent(period), periods.whole_months(period)
    finest = Grain.DAY if asked.grain is Grain.HOUR else asked.grain
    months = periods.grain_of(monthly, Grain.MONTH)
    return View(
        today,
        period,
        periods.grain_of(period, asked.grain),
        daily,
        periods.grain_of(daily, finest),
        monthly,
        months,
        tuple(asked.channels),
        tuple(asked.categories),
        tuple(asked.teams),
        tuple(asked.regions),
    )


def board(w: Work, asked: Asked) -> Board:
    """The figures and frames of all charts at this instant. The number of statements does not depend on the data.

    Of some areas they come from the columnar copy. Raises Preparing while there is none.
    """
    w.require(Role.MANAGER)
    if not asked.regions:
        return _board(w, asked, None)
    columnar.follow_now()
    with columnar.reading(w) as copy:
        return _board(w, asked, Regional.of(w, copy, asked.regions))


def _board(w: Work, asked: Asked, part: Regional | None) -> Board:
    extent = sums.extent(w)
    view = view_of(w, asked, extent)
    home = company.of(w)
    joined = sums.customers(w, view.daily, view.daily_grain, part)
    against = stretches.compared(w, view.period, extent.period.first if extent.period else None)
    asked_of = [*against.all, *stretches.of_buckets(w, view.daily, view.daily_grain)]
    found = service(w, asked_of, view.teams, view.regions)
    return Board(
        at=w.now,
        zone=home.time_zone,
        currency=home.currency,
        view=view,
        extent=extent,
        contacts=sums.contacts(w, view.period, view.grain, view.channels, part),
        orders=sums.orders(w, view.period, view.grain, part),
        usual=usual(w, view.period, extent.sales, part),
        customers=joined,
        joined=_joined(joined, view),
        revenue=sums.revenue(w, view.monthly, view.monthly_grain, view.categories, part),
        cases=sums.open_cases(w, view.teams, view.regions),
        service=found,
        again=sums.again(w, view.daily, view.daily_grain, view.channels, part),
        figures=compared.figures(against, compared.rolled(w, against, view.channels, part), found),
        teams={str(team.id): team.name for team in teams.everything(w)},
    )


def _joined(frame: pd.DataFrame, view: View) -> int:
    """New customers of the period itself; its chart shows two weeks where the period is one day."""
    day = view.period.last.isoformat() if view.period.single else None
    pairs = zip(frame["bucket"].tolist(), frame["joined"].tolist(), strict=True)
    return sum(joined for bucket, joined in pairs if day in (None, bucket))
