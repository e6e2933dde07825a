"""Of customers that are named, those who are slipping away: the same rules as for one, a fixed number of questions."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

from sqlalchemy import func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import SQLModel, col

from db.models import NOT_A_SALE, Customer, Order, Purpose
from services import clock, company, consents
from services.expected_purchase import LOOKED_AT
from services.hints.beside import beside
from services.hints.silence import Silence, silence
from services.hints.warning import told
from services.segments.watching import forgotten
from services.work import Work

T = TypeVar("T")
CHUNK = 500
_TABLE = SQLModel.metadata.tables["customer_warning"]


@dataclass(frozen=True)
class Candidate:
    """Somebody who is slipping away; what they bought for decides among those with as many reasons."""

    customer_id: int
    manager_id: int | None
    reasons: int
    bought_cents: int
    quiet: Silence


def judged(w: Work, customers: Sequence[int]) -> list[Candidate]:
    """Those of them of whom it is so and who do not object, the most urgent first: more reasons, then what they bought
    for.
    """
    found: list[Candidate] = []
    for part in chunks(customers):
        found += _judged(w, part)
    found.sort(key=lambda c: (-c.reasons, -c.bought_cents, c.customer_id))
    return found


def keep(w: Work, found: Sequence[tuple[int, Candidate]]) -> int:
    """Write who is not written down yet, each with a place; of those who are there still and have not objected in
    between. How many.
    """
    dialect = {"sqlite": sqlite, "postgresql": postgresql}[w.dialect]
    kept = 0
    for part in chunks(found):
        here = select(col(Customer.id)).where(
            col(Customer.id).in_([c.customer_id for _place, c in part]),
            ~consents.objects(col(Customer.id), Purpose.PROFILING),
        )
        there = set(w.session.connection().scalars(here))
        rows: list[dict[str, Any]] = [
            {"customer_id": c.customer_id, "place": place, "as_of": w.now, **vars(c.quiet.own)}
            for place, c in part
            if c.customer_id in there
        ]
        if rows:
            w.session.connection().execute(dialect.insert(_TABLE).values(rows).on_conflict_do_nothing())
        kept += len(rows)
    return kept


def chunks(rows: Sequence[T]) -> Iterator[Sequence[T]]:
    """Parts of a size that a question takes."""
    for begin in range(0, len(rows), CHUNK):
        yield rows[begin : begin + CHUNK]


def _judged(w: Work, customers: Sequence[int]) -> list[Candidate]:
    today = clock.day_of(w.now, company.of(w).zone)
    bought, spent = _bought(w, customers)
    quiet = {i: s for i, days in bought.items() if (s := silence(days, today)) is not None and s.long}
    others = beside(w, list(quiet))
    known = select(col(Customer.id), col(Customer.account_manager_id)).where(
        col(Customer.id).in_(others), ~consents.objects(col(Customer.id), Purpose.PROFILING), ~forgotten()
    )
    return [
        Candidate(i, manager, len(told(quiet[i], others[i])), spent[i], quiet[i])
        for i, manager in w.session.connection().execute(known)
    ]


def _bought(w: Work, customers: Sequence[int]) -> tuple[dict[int, list[date]], Counter[int]]:
    """Of the newest orders of each: the days, and what they came to."""
    newest = func.row_number().over(
        partition_by=col(Order.customer_id), order_by=(col(Order.ordered_at).desc(), col(Order.id).desc())
    )
    all_of_them = (
        select(col(Order.customer_id), col(Order.ordered_at), col(Order.lines_cents), newest.label("n"))
        .where(col(Order.customer_id).in_(customers), col(Order.status).not_in(NOT_A_SALE))
        .subquery()
    )
    rows = select(all_of_them.c.customer_id, all_of_them.c.ordered_at, all_of_them.c.lines_cents)
    zone, days, spent = company.of(w).zone, dict[int, list[date]](), Counter[int]()
    for who, at, cents in w.session.connection().execute(rows.where(all_of_them.c.n <= LOOKED_AT)):
        days.setdefault(who, []).append(clock.day_of(at, zone))
        spent[who] += cents
    return days, spent
