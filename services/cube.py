"""Measures by up to three dimensions, over a period, with filters; and the rows behind a cell. From the columnar copy.

Codes come from the dictionary (services/measures.py) and nothing else reaches the text of a question; values are bound.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import pandas as pd
from pydantic import Field
from sqlmodel import SQLModel

from db.models import Role
from services import columnar
from services.columnar import Answers
from services.errors import Invalid
from services.measures import DIMENSIONS, MEASURES, SOURCES, Dimension, Fact, dimension_name, joins, told
from services.questions import Question
from services.text import _
from services.work import Work

MOST_DIMENSIONS, MOST_GROUPS = 3, 2_000
OTHERS, NONE = "…", ""  # values of a dimension: all that are not among the largest; where nothing is recorded
PAGE = 50


class CubeQuestion(SQLModel):
    """What is asked: days from `from_day` to before `to_day`; `only` names the values of a dimension to let in."""

    measures: list[str] = Field(min_length=1, max_length=6)
    by: list[str] = Field(default_factory=list, max_length=MOST_DIMENSIONS)
    from_day: date
    to_day: date
    only: dict[str, list[str]] = Field(default_factory=dict, max_length=12)
    most: int = Field(default=12, ge=1, le=200)  # values of a dimension; the rest is one group, "others"


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
    with columnar.reading(w) as copy:
        kept = {d: _largest(copy, question, DIMENSIONS[d]) for d in question.by if not DIMENSIONS[d].in_time}
        parts = [_part(copy, question, fact, question.by, kept) for fact in _facts(question)]
        wholes = [_part(copy, question, fact, [], {}) for fact in _facts(question)]
    frame = parts[0]
    for part in parts[1:]:
        frame = frame.merge(part, how="outer", on=question.by) if question.by else frame.join(part)
    if len(frame) > MOST_GROUPS:
        told_n = _("these are {n} groups, at most {most} can be shown; take fewer dimensions or a coarser time")
        raise Invalid(_("Groups"), told_n.format(n=len(frame), most=MOST_GROUPS))
    if question.by:
        frame = frame.sort_values(question.by, kind="stable", ignore_index=True)
    whole = {c: None if pd.isna(v) else float(v) for part in wholes for c, v in part.iloc[0].items()}
    return Cube(
        frame[[*question.by, *question.measures]], {str(k): v for k, v in whole.items()}, copy.as_of, copy.version
    )


def behind(w: Work, question: CubeQuestion, measure: str, cell: dict[str, str], page: int = 0) -> pd.DataFrame:
    """The orders, contacts, cases, returns or buyers behind a cell, fifty at a time.

    Columns: `number`, `day`, `customer_id`, the measure of each. Their sum is the cell where the measure is additive.
    Managers only. Raises Invalid, Preparing.
    """
    w.require(Role.MANAGER)
    narrowed = question.model_copy(update={"measures": [measure], "by": [], "only": {**question.only}})
    cells = {d: v for d, v in cell.items() if v != OTHERS}
    narrowed.only |= {d: [v] for d, v in cells.items()}
    check(narrowed)
    fact, source = MEASURES[measure].fact, SOURCES[MEASURES[measure].fact]
    with columnar.reading(w) as copy:
        where, values = _where(narrowed, fact)
        for d in cell.keys() - cells.keys():
            values[f"kept_{d}"] = _largest(copy, question, DIMENSIONS[d])
            where.append(f"{_text(DIMENSIONS[d], fact)} NOT IN (SELECT unnest(CAST($kept_{d} AS VARCHAR[])))")
        sql = (
            f"SELECT {source.row} AS number, min({source.day}) AS day, min({source.customer}) AS customer_id, "
            f"{MEASURES[measure].sql} AS {measure} FROM {source.table} {joins(fact, where)} "
            f"WHERE {' AND '.join(where)} GROUP BY {source.row} "
            f"ORDER BY number LIMIT {PAGE} OFFSET {PAGE * max(0, page)}"
        )
        return copy.frame(Question("behind", sql), **values)


def values_of(w: Work, dimension: str, fact: Fact = Fact.SALE, most: int = 200) -> list[str]:
    """The values of a dimension that occur most, for filters. Managers only."""
    w.require(Role.MANAGER)
    known = DIMENSIONS.get(dimension)
    if known is None or fact not in known.sql:
        raise Invalid(_("Filter"), _("choose one from the list"))
    source, text = SOURCES[fact], _text(known, fact)
    sql = (
        f"SELECT {text} AS value, count(*) AS n FROM {source.table} {joins(fact, [text])} "
        f"GROUP BY {text} ORDER BY n DESC, value LIMIT {int(most)}"
    )
    return [str(v) for v in columnar.query(w, Question("values", sql))["value"]]


def _facts(question: CubeQuestion) -> list[Fact]:
    return list(dict.fromkeys(MEASURES[m].fact for m in question.measures))


def check(question: CubeQuestion) -> None:
    """Can this be asked? Raises Invalid."""
    unknown = {*question.measures} - MEASURES.keys() or {*question.by, *question.only} - DIMENSIONS.keys()
    if unknown or len({*question.by}) < len(question.by) or len({*question.measures}) < len(question.measures):
        raise Invalid(_("Question"), _("choose measures and dimensions from the lists, each once"))
    if question.from_day >= question.to_day:
        raise Invalid(_("Period"), _("the end lies before the beginning"))
    for m in question.measures:
        for d in (*question.by, *question.only):
            if MEASURES[m].fact not in DIMENSIONS[d].sql:
                wrong = _("{measure} cannot be divided by this; take it away, or the measure")
                raise Invalid(dimension_name(d), wrong.format(measure=told(m)[0]))


def _text(dimension: Dimension, fact: Fact) -> str:
    return f"coalesce(CAST({dimension.sql[fact]} AS VARCHAR), '{NONE}')"


def _where(question: CubeQuestion, fact: Fact) -> tuple[list[str], dict[str, Any]]:
    source = SOURCES[fact]
    where = [source.where, f"{source.day} >= $from_day", f"{source.day} < $to_day"]
    values: dict[str, Any] = {"from_day": question.from_day, "to_day": question.to_day}
    for d, allowed in question.only.items():
        where.append(f"{_text(DIMENSIONS[d], fact)} IN (SELECT unnest(CAST($only_{d} AS VARCHAR[])))")
        values[f"only_{d}"] = list(allowed)
    return where, values


def _largest(copy: Answers, question: CubeQuestion, dimension: Dimension) -> list[str]:
    """The values that are shown by themselves: the largest by the first measure; of equal ones the first by name."""
    measure = MEASURES[question.measures[0]]
    where, values = _where(question, measure.fact)
    text, source = _text(dimension, measure.fact), SOURCES[measure.fact]
    sql = (
        f"SELECT {text} AS value, {measure.sql} AS size FROM {source.table} {joins(measure.fact, [*where, text])} "
        f"WHERE {' AND '.join(where)} GROUP BY {text} ORDER BY size DESC NULLS LAST, value LIMIT {question.most}"
    )
    return [str(v) for v in copy.frame(Question("largest", sql), **values)["value"]]


def _part(copy: Answers, question: CubeQuestion, fact: Fact, by: list[str], kept: dict[str, list[str]]) -> pd.DataFrame:
    """The measures of one kind of rows."""
    source = SOURCES[fact]
    where, values = _where(question, fact)
    groups = []
    for d in by:
        text = _text(DIMENSIONS[d], fact)
        if d in kept:
            values[f"kept_{d}"] = kept[d]
            text = f"CASE WHEN {text} IN (SELECT unnest(CAST($kept_{d} AS VARCHAR[]))) THEN {text} ELSE '{OTHERS}' END"
        groups.append(text)
    measures = [f"{MEASURES[m].sql} AS {m}" for m in question.measures if MEASURES[m].fact is fact]
    columns = ", ".join([*(f"{text} AS {d}" for text, d in zip(groups, by, strict=True)), *measures])
    sql = f"SELECT {columns} FROM {source.table} {joins(fact, [*where, *groups])} WHERE {' AND '.join(where)}"
    if groups:
        sql += f" GROUP BY {', '.join(str(n + 1) for n in range(len(groups)))} LIMIT {MOST_GROUPS + 1}"
    return copy.frame(Question("cube", sql), **values)
