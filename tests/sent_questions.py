"""The questions that patterns and segments send to the copy: noted while everything they offer is asked for once."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pyarrow as pa
import pytest
from sqlmodel import Session, col, select

from db.models import (
    Case,
    CaseState,
    CustomerScore,
    Order,
    OrderLine,
    Product,
    Return,
    ScoringRun,
    ScoringState,
    SurveyResponse,
)
from services import patterns
from services.columnar import Answers
from services.patterns import intervals, season, staying, together
from services.patterns.staying import By
from services.questions import Question
from services.segments import asking, comparing
from services.segments.definition import OPS, parse
from services.segments.fields import FIELDS, Kind
from services.work import Work
from tests import make
from tests.test_segments import believable


@dataclass(frozen=True)
class Sent:
    """A question with the values it takes and the rows it gave."""

    question: Question
    values: dict[str, Any]
    rows: list[tuple[Any, ...]]


@contextmanager
def noted() -> Iterator[tuple[list[Sent], dict[str, pa.Table]]]:
    """The questions sent inside the block, each once, and the tables lent to them."""
    sent: list[Sent] = []
    lent: dict[str, pa.Table] = {}
    seen: set[str] = set()
    arrow, lend = Answers.arrow, Answers.lend

    def note(self: Answers, question: str | Question, **values: Any) -> pa.Table:
        answer = arrow(self, question, **values)
        if isinstance(question, Question):
            bound = {name: values[name] for name in question.parameters}
            if f"{question.sql} {bound}" not in seen:
                sent.append(Sent(question, bound, [tuple(row.values()) for row in answer.to_pylist()]))
            seen.add(f"{question.sql} {bound}")
        return answer

    def lending(self: Answers, name: str, table: pa.Table) -> None:
        lent[name] = table
        lend(self, name, table)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Answers, "arrow", note)
        patch.setattr(Answers, "lend", lending)
        yield sent, lent


def ask_patterns(w: Work) -> None:
    """Everything the page of purchase patterns asks."""
    whole = patterns.view(w)
    product, other = list(patterns.products(w))[:2]
    for view in (whole, patterns.view(w, 300, patterns.categories(w)[0]), patterns.view(w, product_id=product)):
        intervals.by_product(w, view)
        intervals.by_customer(w, view)
        intervals.by_customer(w, view, due_only=True)
        intervals.due(w, view, state="overdue")
        intervals.heat_map(w, view)
        season.season(w, view)
        season.hours(w, view)
        together.pairs(w, view, fewest=2)
    intervals.behind(w, whole, product)
    intervals.behind(w, whole, product, 2)
    season.behind(w, whole, month=3)
    season.behind(w, whole, weekday=1, hour=12)
    together.who_together(w, whole, product, other)
    of_one = patterns.view(w, product_id=product)
    together.sequences(w, of_one, 60, together.base_rates(w, of_one, 60, fewest=2).frame, fewest=2)
    together.who_followed(w, of_one, other, 60, fewest=2)
    for by in By:
        triangle = staying.triangle(w, whole, by).frame
        staying.behind(w, whole, by, str(triangle["cohort"].iloc[0]), 0)


def ask_segments(w: Work, *, each: bool = True) -> None:
    """Every field with every comparison, limit and part; the lists; the grid; a rule as of a day that is over.

    `each`: one text for each condition; else thirty in one, for where a text costs more than its rows.
    """
    someone = int(asking.ids(w, parse({"mode": "all", "parts": []}, empty=True))[0])
    every = list(conditions())
    at_once = 1 if each else 30
    for first in range(0, len(every), at_once):
        asking.why(w, parse({"mode": "any", "parts": every[first : first + at_once]}), someone)
        asking.ids(w, parse({"mode": "any", "parts": every[first : first + at_once]}))
    whole = parse({"mode": "any", "parts": [raw for raw in every if raw["op"] in ("at_least", "yes")][:30]})
    asking.why(w, whole, someone)
    asking.ids(w, whole, on=asking.today_of(w) - timedelta(days=40))
    asking.counted(w, whole)
    asking.listed(w, whole)
    asking.everybody(w, whole)
    asking.by_number(w, [someone])
    asking.products(w)
    for field in FIELDS.values() if each else ():
        for about in [*([None] if field.kind is Kind.CHOICE else []), *(a for a in field.about if a != "product")]:
            asking.choices(w, field.code, about)
    comparing.grid(w)
    comparing.in_cell(w, 1, 0)
    comparing.clusters(w)


def conditions() -> Iterator[dict[str, Any]]:
    """One of each kind, as the form sends them."""
    for code, field in FIELDS.items():
        if field.kind is Kind.SEGMENT:
            continue  # asks what the others do
        for op in OPS[field.kind]:
            figures = {"at_least": ["low"], "at_most": ["high"], "between": ["low", "high"]}.get(op, [])
            yield {"field": code, "op": op.value, **{f: 2 if f == "low" else 40 for f in figures}} | (
                {"values": ["gold", "champions", "North"]} if op in ("one_of", "none_of") else {}
            )
        first = {"field": code, "op": "at_least", "low": 1}
        if field.within:
            yield first | {"within_days": 90}
        for about in field.about:
            yield first | {"about": [about, "Pans" if about == "category" else "1"]}


EVERYTHING: tuple[Callable[[Work], None], ...] = (ask_patterns, ask_segments)


def lived_in(session: Session) -> None:
    """Customers who buy, complain and object, with cases, surveys, returns, and a scoring run in force."""
    known = believable(session, 7, 40)
    session.add(run := ScoringRun(state=ScoringState.DONE, created_at=make.NOON, finished_at=make.NOON))
    session.flush()
    for n, (who, of) in enumerate(known.items()):
        at = make.NOON - timedelta(days=7 * n % 200)
        state, closed = (CaseState.CLOSED, at + timedelta(days=3)) if n % 2 else (CaseState.OPEN, None)
        session.add(Case(customer_id=who, subject="x", topic="Valve", opened_at=at, state=state, closed_at=closed))
        session.add(SurveyResponse(customer_id=who, instrument="nps", score=n % 11, scale_min=0, scale_max=10,
                                   answered_at=at))  # fmt: skip
        session.add(CustomerScore(customer_id=who, run_id=run.id, p_alive=0.5, p_buy_90=n / 50, decile=1 + n % 10,
                                  purchases=len(of["bought"]), first_on=at.date(), last_on=at.date()))  # fmt: skip
    for order in session.exec(select(Order).where(col(Order.id) % 5 == 0)):
        session.add(Return(order_id=order.id, reason="broken", requested_at=make.NOON))
    second_lines(session)
    session.flush()


def second_lines(session: Session) -> None:
    """Some orders have another product too."""
    products = list(session.exec(select(Product.id)))
    for line in session.exec(select(OrderLine).where(OrderLine.line_no == 1, col(OrderLine.order_id) % 3 == 0)).all():
        other = next(p for p in products if p != line.product_id)
        session.add(OrderLine(order_id=line.order_id, line_no=9, quantity=1, line_total_cents=5, product_id=other))
