"""What a saved view asks: a question of the cube whose days are named, so that it means something else each week."""

from collections.abc import Callable
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from pydantic import ConfigDict, Field, ValidationError
from sqlmodel import SQLModel

from services import cube
from services.cube import MOST_DIMENSIONS, CubeQuestion
from services.errors import Invalid
from services.measures import DIMENSIONS
from services.text import _

DAY = timedelta(days=1)
LONGEST_VALUE = 200
MOST_VALUES = 200


class Named(StrEnum):
    """The days that can be meant by a name. Weeks begin on Monday; all but `RANGE` move on with the calendar."""

    YESTERDAY = "yesterday"
    LAST_7 = "7d"
    LAST_30 = "30d"
    LAST_WEEK = "last-week"
    LAST_MONTH = "last-month"
    LAST_QUARTER = "last-quarter"
    LAST_YEAR = "last-year"
    THIS_MONTH = "this-month"
    THIS_YEAR = "this-year"
    LAST_12_MONTHS = "12m"
    RANGE = "range"


class Definition(SQLModel):
    """A view as it is kept. `from_day` to before `to_day` only for a range; `against_before` sets the same span just
    before beside each figure, which needs a view without dimensions."""

    model_config = ConfigDict(extra="forbid")  # type: ignore[assignment]  # SQLModel's type of it knows less

    measures: list[str] = Field(min_length=1, max_length=6)
    by: list[str] = Field(default_factory=list, max_length=MOST_DIMENSIONS)
    period: Named = Named.LAST_WEEK
    from_day: date | None = None
    to_day: date | None = None
    only: dict[str, list[str]] = Field(default_factory=dict, max_length=12)
    most: int = Field(default=12, ge=1, le=200)
    against_before: bool = False


def checked(raw: object) -> Definition:
    """The view in a document that came from outside or from the table. Raises Invalid.

    Asked again at every opening: what could be asked last year may not be a measure any more.
    """
    try:
        found = Definition.model_validate(raw)
    except ValidationError as error:
        raise Invalid(_("View"), _("this is not a question that can be asked; please set it up again")) from error
    if (found.period is Named.RANGE) is not (found.from_day is not None and found.to_day is not None):
        raise Invalid(_("Period"), _("choose a first and a last day, or a period by its name"))
    if found.against_before and found.by:
        raise Invalid(_("Compare"), _("take the dimensions away; only whole figures are set against the time before"))
    for values in found.only.values():
        if len(values) > MOST_VALUES or any(len(v) > LONGEST_VALUE for v in values):
            raise Invalid(_("Filter"), _("at most {n} values").format(n=MOST_VALUES))
    cube.check(question(found, date(2026, 1, 1)))
    return found


def question(view: Definition, today: date) -> CubeQuestion:
    """What the view asks on this day of the company."""
    first, end = days(view, today)
    return CubeQuestion(measures=view.measures, by=view.by, from_day=first, to_day=end, only=view.only, most=view.most)


def days(view: Definition, today: date) -> tuple[date, date]:
    """(first day, day after the last) that the view means on this day of the company."""
    if view.period is Named.RANGE and view.from_day is not None and view.to_day is not None:
        return view.from_day, view.to_day
    return _SPANS[view.period](today)


def before(view: Definition, today: date) -> tuple[date, date]:
    """The span of the same kind just before: the month before a month, as many days before other days."""
    first, end = days(view, today)
    months = {Named.LAST_MONTH: 1, Named.LAST_QUARTER: 3, Named.LAST_YEAR: 12}.get(view.period)
    return (first - (end - first) if months is None else _months(first, -months)), first


def document(view: Definition) -> dict[str, Any]:
    """The view as it is kept."""
    return view.model_dump(mode="json", exclude_none=True)


def in_time(view: Definition) -> bool:
    """Is the first dimension one of time, so that a chart goes from left to right?"""
    return bool(view.by) and DIMENSIONS[view.by[0]].in_time


def _months(first: date, more: int) -> date:
    n = first.year * 12 + first.month - 1 + more
    return date(n // 12, n % 12 + 1, 1)


def _week(today: date) -> tuple[date, date]:
    monday = today - timedelta(days=today.weekday())
    return monday - timedelta(days=7), monday


def _back(months: int, unit: int) -> Callable[[date], tuple[date, date]]:
    """The whole span of `months` before the running one; it begins in months that `unit` divides."""

    def span(today: date) -> tuple[date, date]:
        start = date(today.year, (today.month - 1) // unit * unit + 1, 1)
        return _months(start, -months), start

    return span


_SPANS: dict[Named, Callable[[date], tuple[date, date]]] = {
    Named.YESTERDAY: lambda today: (today - DAY, today),
    Named.LAST_7: lambda today: (today - 6 * DAY, today + DAY),
    Named.LAST_30: lambda today: (today - 29 * DAY, today + DAY),
    Named.LAST_WEEK: _week,
    Named.LAST_MONTH: _back(1, 1),
    Named.LAST_QUARTER: _back(3, 3),
    Named.LAST_YEAR: _back(12, 12),
    Named.THIS_MONTH: lambda today: (today.replace(day=1), today + DAY),
    Named.THIS_YEAR: lambda today: (date(today.year, 1, 1), today + DAY),
    Named.LAST_12_MONTHS: _back(12, 1),
}
