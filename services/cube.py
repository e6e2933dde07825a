"""Measures by up to three dimensions, over a period, with filters; and the rows behind a cell. From the columnar copy.

Codes come from the dictionary (services/measures.py, services/dimensions.py) and nothing else reaches the text of a
question; values are bound.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

import pandas as pd
from pydantic import Field
from sqlmodel import SQLModel

from db.models import Role
from services import areas, columnar, company
from services.columnar import Answers
from services.cube_text import Asked, Parts
from services.dimensions import DIMENSIONS, MEMBERS, NONE, OTHERS, dimension_name
from services.errors import Invalid
from services.measures import MEASURES, Form, told
from services.questions import Question
from services.segments import belonging
from services.text import _
from services.work import Actor, Work

__all__ = ["MOST_DIMENSIONS", "NONE", "OTHERS", "PAGE", "Cube", "CubeQuestion", "ask", "behind", "check", "values_of"]

MOST_DIMENSIONS, MOST_GROUPS = 3, 2_000
PAGE = 50


class CubeQuestion(SQLModel):
    """What is asked: days from `from_day` to before `to_day`; `only` names the values of a dimension to let in."""

    measures: list[str] = Field(min_length=1, max_length=6)
    by: list[str] = Field(default_factory=list, max_length=MOST_DIMENSIONS)
    from_day: date
    to_day: date
    only: dict[str, list[str]] = Field(default_factory=dict, max_length=12)
    most: int = Field(default=12, ge=1, le=200)  # values of a dimension; the rest is one group, "others"

    @property
    def dimensions(self) -> list[str]:
        """Those that divide and those that limit."""
        return [*self.by, *self.only]


@dataclass(frozen=True)
class Cube:
    """The answer: one row per group, dimensions as text, then the measures; `whole` is the same without division."""

    frame: pd.DataFrame
    whole: dict[str, float | None]
    as_of: datetime
    version: str


def ask(w: Work, question: CubeQuestion) -> Cube:
    """Answer a question. Managers only. Raises Invalid, Preparing, Unavailable.

    A group that has more values than `most` shows the largest by the first measure and puts the others into one, which
    is computed from their rows: with it the parts add up wherever the measure is additive.
    """
    w.require(Role.MANAGER)
    check(question)
    allowed(w, question.measures)
    forms = _forms(question)
    facts = list(dict.fromkeys(form.fact for form in forms.values()))
    kept: dict[str, list[str]] = {}
    with columnar.reading(w) as copy:
        _lend(w, copy, question)
        parts = []
        for fact in facts:
            asked = Asked(fact, {m: f for m, f in forms.items() if f.fact is fact}, question.by)
            found = Parts.of(copy, asked, _bound(w, question), question, kept)
            kept = found.kept
            parts.append(found)
    frame = parts[0].frame
    for part in parts[1:]:
        frame = frame.merge(part.frame, how="outer", on=question.by) if question.by else frame.join(part.frame)
    if len(frame) > MOST_GROUPS:
        told_n = _("these are {n} groups, at most {most} can be shown; take fewer dimensions or a coarser time")
        raise Invalid(_("Groups"), told_n.format(n=len(frame), most=MOST_GROUPS))
    if question.by:
        frame = frame.sort_values(question.by, kind="stable", ignore_index=True)
    whole = {m: v for part in parts for m, v in part.whole.items()}
    frame = frame[[*question.by, *question.measures]]
    return Cube(frame, {m: whole[m] for m in question.measures}, copy.as_of, copy.version)


def behind(w: Work, question: CubeQuestion, measure: str, cell: dict[str, str], page: int = 0) -> pd.DataFrame:
    """The orders, contacts, cases, returns or customers behind a cell, fifty at a time.

    Columns: `number`, `day`, `customer_id`, the measure of each as `part`, and what a ratio divides by as `whole` (0
    for other figures). The parts add up to the cell, those of a ratio divided by the sum of `whole`. Managers only.
    Raises Invalid, Preparing.
    """
    w.require(Role.MANAGER)
    allowed(w, [measure])
    cells = {d: v for d, v in cell.items() if v != OTHERS}
    only = {**question.only, **{d: [v] for d, v in cells.items()}}
    narrowed = question.model_copy(update={"measures": [measure], "by": [], "only": only})
    check(narrowed.model_copy(update={"by": [d for d in cell if d not in cells]}))
    form = _form(question.model_copy(update={"by": list(cell)}), measure)
    with columnar.reading(w) as copy:
        _lend(w, copy, question)
        asked, values = Asked(form.fact, {measure: form}, []), _bound(w, narrowed)
        others = {d: _kept(w, copy, question, d) for d in cell.keys() - cells.keys()}
        sql = asked.rows(narrowed, others) + f" ORDER BY number LIMIT {PAGE} OFFSET {PAGE * max(0, page)}"
        values |= {f"kept_{d}": kept for d, kept in others.items()}
        return copy.frame(Question("behind", sql), **values)


def _kept(w: Work, copy: Answers, question: CubeQuestion, dimension: str) -> list[str]:
    """The values of a dimension that the answer showed by themselves."""
    first = question.measures[0]
    form = _form(question, first)
    asked = Asked(form.fact, {first: form}, question.by)
    return Parts.of(copy, asked, _bound(w, question), question, {}).kept[dimension]


def values_of(w: Work, dimension: str, measure: str = "orders", most: int = 200) -> list[str]:
    """The values of a dimension that occur most where a measure is counted, for filters. Managers only."""
    w.require(Role.MANAGER)
    known = DIMENSIONS.get(dimension)
    form = MEASURES[measure].form([dimension]) if known is not None and measure in MEASURES else None
    if known is None or form is None:
        raise Invalid(_("Filter"), _("choose one from the list"))
    if dimension == "saved_segment":
        return list(belonging.names(w))
    sql = Asked(form.fact, {}, []).values(known, most)
    with columnar.reading(w) as copy:
        bound = {"areas": areas.texts(company.of(w).areas)}
        return [str(v) for v in copy.frame(Question("values", sql), **bound)["value"]]


def check(question: CubeQuestion) -> None:
    """Can this be asked? Raises Invalid."""
    unknown = {*question.measures} - MEASURES.keys() or {*question.dimensions} - DIMENSIONS.keys()
    if unknown or len({*question.by}) < len(question.by) or len({*question.measures}) < len(question.measures):
        raise Invalid(_("Question"), _("choose measures and dimensions from the lists, each once"))
    if question.from_day >= question.to_day:
        raise Invalid(_("Period"), _("the end lies before the beginning"))
    for m in question.measures:
        for d in question.dimensions:
            if MEASURES[m].form([d]) is None:
                wrong = _("{measure} cannot be divided by this; take it away, or the measure")
                raise Invalid(dimension_name(d), wrong.format(measure=told(m)[0]))
        _form(question, m)


def seen(w: Work, measure: str) -> bool:
    """Whether the actor may see this figure: a company can keep costs for its administrators."""
    return shown_to(w.actor, company.of(w), measure)


def shown_to(actor: Actor, home: company.Company, measure: str) -> bool:
    """The same for a page."""
    return not (MEASURES[measure].confidential and home.costs_for_admins) or actor.system or actor.role is Role.ADMIN


def allowed(w: Work, measures: list[str]) -> None:
    """Refuse figures that the actor may not see. Raises Invalid."""
    for m in measures:
        if not seen(w, m):
            raise Invalid(told(m)[0], _("costs are shown to administrators only; take this figure away"))


def _forms(question: CubeQuestion) -> dict[str, Form]:
    """How each figure is made; one that is the same either way is made from rows that are read anyway."""
    found = {m: _form(question, m) for m in question.measures}
    needed = {form.fact for m, form in found.items() if not MEASURES[m].alike}
    for m, form in found.items():
        other = next((f for f in MEASURES[m].forms if f.fact in needed), None) if MEASURES[m].alike else None
        found[m] = form if other is None else replace(other, distinct=form.distinct)
    return found


def _form(question: CubeQuestion, measure: str) -> Form:
    form = MEASURES[measure].form(question.dimensions)
    if form is None:
        wrong = _("{measure} cannot be divided by these together; take one of them away")
        raise Invalid(_("Question"), wrong.format(measure=told(measure)[0]))
    return replace(form, distinct=form.distinct or any(DIMENSIONS[d].overlaps for d in question.dimensions))


def _bound(w: Work, question: CubeQuestion) -> dict[str, Any]:
    values: dict[str, Any] = {"from_day": question.from_day, "to_day": question.to_day}
    values |= {f"only_{d}": list(allowed) for d, allowed in question.only.items()}
    return values | {"areas": areas.texts(company.of(w).areas)}


def _lend(w: Work, copy: Answers, question: CubeQuestion) -> None:
    """Who is in the saved segments that a question speaks of."""
    if "saved_segment" in question.dimensions:
        chosen = question.only.get("saved_segment", [])
        copy.lend(MEMBERS, belonging.members(w, copy, [] if NONE in chosen else chosen))
