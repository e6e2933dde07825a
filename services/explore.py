"""A view of the cube in words: the groups, the whole, the same before, and the rows behind a group with their links.

The figures are those of services/cube.py; here they get the names that the house gives to their values.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd
from sqlmodel import col, select

from db.models import Customer
from services import clock, company, cube, saved_views
from services.company import Company
from services.cube_view import DAY, View
from services.dimensions import DIMENSIONS, dimension_name
from services.facts import SOURCES
from services.measures import MEASURES, Measure, told
from services.reports import words
from services.reports.making import permitted
from services.search import customer_number
from services.text import _
from services.work import Actor, Work

MOST_MEASURES = 3


@dataclass(frozen=True)
class Explored:
    """The answer. `frame` holds codes; `shown` the same rows in words, measures in cents, numbers and shares.

    `view` is what was asked for, without what the asker may not see. `whole` and `before` are the figures without
    division, now and in as many days just before (None: not asked for).
    """

    view: View
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
    """Rows behind a group: `number`, `day`, `customer` (name), `customer_id`, `part`, and `whole` of a ratio.

    `thing`: what the numbers are of, see services/facts.py. `more`: more follow.
    """

    rows: pd.DataFrame
    thing: str
    more: bool


def fitting(measures: list[str], beside: Collection[str] = ()) -> list[str]:
    """The dimensions by which all of these measures can be divided, `beside` those that are chosen already."""
    return [d for d in DIMENSIONS if all(MEASURES[m].form({*beside, d}) for m in measures)]


def measures_for(actor: Actor, home: Company) -> list[Measure]:
    """The figures that somebody may see."""
    return [m for m in MEASURES.values() if cube.shown_to(actor, home, m.code)]


def narrowed(view: View, among: Collection[str] = tuple(MEASURES)) -> View:
    """The part of a view that can be asked: at most three measures `among` those that may be seen, dimensions that fit
    them, values that are any.

    An address is typed by anybody; what makes no sense there is left out.
    """
    measures = [m for m in view.measures if m in among][:MOST_MEASURES] or ["revenue"]
    chosen: list[str] = []
    for d in dict.fromkeys([*view.by, *view.only]):
        chosen += [d] if d in fitting(measures, chosen) else []
    only = {d: [v for v in values if _readable(d, v)] for d, values in view.only.items() if d in chosen}
    return view.model_copy(
        update={
            "measures": measures,
            "by": [d for d in view.by if d in chosen],
            "only": {d: values for d, values in only.items() if values},
            "compare": view.compare if view.period != "all" else "",
        }
    )


def explored(w: Work, view: View) -> Explored:
    """Ask it. Managers only. Raises Invalid, Preparing, Unavailable."""
    home = company.of(w)
    today = clock.day_of(w.now, home.zone)
    view = permitted(w, view)
    asked, days = view.question(today), view.days(today)
    answer, before = cube.ask(w, asked), None
    if view.compare:
        first, last = view.before(today)
        update = {"by": [], "from_day": first, "to_day": last + DAY}
        before = cube.ask(w, asked.model_copy(update=update)).whole
    known = words.names(w, [*view.by, *view.only], words.products(view, answer.frame))
    frame = answer.frame.copy()
    for m in view.measures:
        counted = pd.to_numeric(frame[m])
        frame[m] = counted.astype(float) if MEASURES[m].ratio else counted.fillna(0)
    shown = frame.copy()
    for d in view.by:
        shown[d] = [words.value(d, str(v), known) for v in frame[d]]
    filters = words.filters(view, known)
    return Explored(view, frame, shown, answer.whole, before, days, answer.as_of, home.zone, home.currency, filters)


def choices(w: Work, dimension: str, measure: str) -> dict[str, str]:
    """The values of a dimension that occur most, with their names: for filters. Managers only. Raises Preparing."""
    found = cube.values_of(w, dimension, measure)
    known = words.names(w, [dimension], found)
    return {v: words.value(dimension, v, known) for v in found if _readable(dimension, v)}


def behind(w: Work, view: View, measure: str, cell: dict[str, str], page: int = 0) -> Behind:
    """The orders, contacts, cases, returns or customers behind a group, fifty at a time. Managers only."""
    today = clock.day_of(w.now, company.of(w).zone)
    found = cube.behind(w, view.question(today), measure, cell, page)
    ids = {int(i) for i in found["customer_id"].dropna()}
    named = dict(w.session.exec(select(Customer.id, Customer.name).where(col(Customer.id).in_(ids))).all())
    found["customer"] = [_who(i, named) for i in found["customer_id"]]
    form = MEASURES[measure].form([*cell, *view.only])
    thing = "customer" if form is None or form.row else SOURCES[form.fact].thing
    return Behind(found, thing, len(found) == cube.PAGE)


def save(w: Work, name: str, view: View) -> int:
    """Keep it among the saved views; returns its id. Raises Invalid, Conflict."""
    return saved_views.save(w, name, view)


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
