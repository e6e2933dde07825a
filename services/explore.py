"""A view of the cube in words: the groups, the whole, the same before, and the rows behind a group with their links.

The figures are those of services/cube.py; here they get the names that the house gives to their values.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd
from sqlmodel import col, select

from db.models import Customer, Role
from services import clock, company, cube, saved_views
from services.cube_view import View
from services.measures import DIMENSIONS, MEASURES, Fact, dimension_name, told
from services.reports import words
from services.saved_views import Named
from services.search import customer_number
from services.text import _
from services.work import Work

MOST_MEASURES = 3
#: The moving periods that a saved view knows by name; others are kept as the days they mean today.
NAMED = {
    "7d": Named.LAST_7, "30d": Named.LAST_30, "month": Named.THIS_MONTH, "year": Named.THIS_YEAR,
    "last_year": Named.LAST_YEAR,
}  # fmt: skip


@dataclass(frozen=True)
class Explored:
    """The answer. `frame` holds codes; `shown` the same rows in words, measures in cents, numbers and shares.

    `whole` and `before` are the figures without division, now and in as many days just before (None: not asked for).
    """

    frame: pd.DataFrame
    shown: pd.DataFrame
    whole: dict[str, float | None]
    before: dict[str, float | None] | None
    days: tuple[date, date]
    as_of: datetime
    zone: ZoneInfo
    currency: str
    filters: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Behind:
    """Rows behind a group. Columns: `number`, `day`, `customer` (name), `customer_id`, `value`; `more`: more follow."""

    rows: pd.DataFrame
    fact: Fact
    more: bool


def fitting(measures: list[str]) -> list[str]:
    """The dimensions by which all of these measures can be divided."""
    facts = {MEASURES[m].fact for m in measures}
    return [d.code for d in DIMENSIONS.values() if facts <= d.sql.keys()]


def narrowed(view: View) -> View:
    """The part of a view that can be asked: at most three measures, dimensions that fit them, values that are any.

    An address is typed by anybody; what makes no sense there is left out.
    """
    measures = view.measures[:MOST_MEASURES]
    fit = fitting(measures)
    only = {d: [v for v in values if _readable(d, v)] for d, values in view.only.items() if d in fit}
    return view.model_copy(
        update={
            "measures": measures,
            "by": [d for d in view.by if d in fit],
            "only": {d: values for d, values in only.items() if values},
            "compare": "before" if view.compare and view.period != "all" else "",
        }
    )


def explored(w: Work, view: View) -> Explored:
    """Ask it. Managers only. Raises Invalid, Preparing, Unavailable."""
    home = company.of(w)
    today = clock.day_of(w.now, home.zone)
    asked, days = view.question(today), view.days(today)
    answer, before = cube.ask(w, asked), None
    if view.compare:
        span = asked.to_day - asked.from_day
        update = {"by": [], "from_day": asked.from_day - span, "to_day": asked.from_day}
        before = cube.ask(w, asked.model_copy(update=update)).whole
    known = words.names(w, [*view.by, *view.only])
    frame = answer.frame.copy()
    for m in view.measures:
        counted = pd.to_numeric(frame[m])
        frame[m] = counted.fillna(0) if MEASURES[m].additive else counted.astype(float)
    shown = frame.copy()
    for d in view.by:
        shown[d] = [words.value(d, str(v), known) for v in frame[d]]
    filters = tuple(
        (dimension_name(d), ", ".join(words.value(d, v, known) for v in some)) for d, some in view.only.items()
    )
    return Explored(frame, shown, answer.whole, before, days, answer.as_of, home.zone, home.currency, filters)


def choices(w: Work, dimension: str, measure: str) -> dict[str, str]:
    """The values of a dimension that occur most, with their names: for filters. Managers only. Raises Preparing."""
    known = words.names(w, [dimension])
    found = cube.values_of(w, dimension, MEASURES[measure].fact)
    return {v: words.value(dimension, v, known) for v in found if _readable(dimension, v)}


def behind(w: Work, view: View, measure: str, cell: dict[str, str], page: int = 0) -> Behind:
    """The orders, contacts, cases, returns or buyers behind a group, fifty at a time. Managers only."""
    w.require(Role.MANAGER)
    today = clock.day_of(w.now, company.of(w).zone)
    found = cube.behind(w, view.question(today), measure, cell, page)
    found = found.rename(columns={measure: "value"})
    ids = {int(i) for i in found["customer_id"].dropna()}
    named = dict(w.session.exec(select(Customer.id, Customer.name).where(col(Customer.id).in_(ids))).all())
    found["customer"] = [_who(i, named) for i in found["customer_id"]]
    return Behind(found, MEASURES[measure].fact, len(found) == cube.PAGE)


def save(w: Work, name: str, view: View) -> int:
    """Keep it among the saved views; returns its id. Raises Invalid, Conflict."""
    today = clock.day_of(w.now, company.of(w).zone)
    first, last = view.days(today)
    period: dict[str, Any] = {"period": NAMED.get(view.period, Named.RANGE)}
    if period["period"] is Named.RANGE:
        period |= {"from_day": first, "to_day": last + timedelta(days=1)}
    asked = {"measures": view.measures, "by": view.by, "only": view.only, "most": view.most, **period}
    return saved_views.save(w, name, asked | {"against_before": bool(view.compare) and not view.by})


def title(view: View) -> str:
    """What is shown, in one line: "Revenue, Orders by Month, Channel"."""
    measures = ", ".join(told(m)[0] for m in view.measures)
    if not view.by:
        return measures
    return _("{measures} by {dimensions}").format(
        measures=measures, dimensions=", ".join(dimension_name(d) for d in view.by)
    )


def _who(customer_id: Any, named: dict[int, str]) -> str:
    if pd.isna(customer_id):
        return _("Anonymous")
    return named.get(int(customer_id)) or customer_number(int(customer_id))


def _readable(dimension: str, value: str) -> bool:
    """Is this a value that the dimension can have?"""
    try:
        words.value(dimension, value, {})
    except (ValueError, IndexError, KeyError, OverflowError):
        return False
    return True
