"""Looking through the whole company, once a night after the scoring run: who may be slipping away, what follows what.

The columnar copy names the few who can be meant; whether they are is decided by the same rules as for one customer.
"""

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

from sqlalchemy import delete, func, insert, or_, select
from sqlmodel import SQLModel, col

from db.models import (
    NOT_A_SALE,
    Customer,
    CustomerWarning,
    Order,
    OrderStatus,
    Product,
    ProductFollow,
    Promise,
    Purpose,
)
from services import clock, columnar, company, consents
from services.columnar import Preparing
from services.expected_purchase import LOOKED_AT
from services.hints.beside import LATELY, ORDERED, beside
from services.hints.silence import LONG, Silence, silence
from services.hints.warning import told
from services.patterns import together, view
from services.segments import asking
from services.segments.definition import parse
from services.segments.watching import forgotten
from services.work import SYSTEM, Work, reading, work

T = TypeVar("T")
#: Of the customers of each account manager so many are kept; a list of the day is ten long.
EACH = 50
CHUNK = 500
#: The days in which one product follows another, and how many products are looked at, and kept for each.
WITHIN, PRODUCTS, FOLLOWERS = 90, 500, 5
#: Below so small a share to be expected nobody is spoken to about it.
LEAST = 0.05
_RULE: dict[str, Any] = {
    "mode": "all",
    "parts": [
        {"field": "overdue", "op": "at_least", "low": LONG},
        {
            "mode": "any",
            "parts": [
                {"field": "complaints", "op": "at_least", "low": 1, "within_days": LATELY.days + 1},
                {"field": "returns", "op": "at_least", "low": 1, "within_days": LATELY.days + 1},
                {"field": "open_cases", "op": "at_least", "low": 1},
            ],
        },
    ],
}


@dataclass(frozen=True)
class Candidate:
    """Somebody who is slipping away; what they bought for decides among those with as many reasons."""

    customer_id: int
    manager_id: int | None
    reasons: int
    bought_cents: int
    quiet: Silence


def look() -> None:
    """Find everything anew and put it in place of what was found before, in one transaction."""
    try:
        found, follows = _looked()
    finally:
        columnar.stop()  # its memory is not needed for writing
    with work(SYSTEM) as w:
        _replace(w, CustomerWarning, _rows(w, found))
        known = set(w.session.connection().scalars(select(col(Product.id))))
        _replace(
            w, ProductFollow, [{**f, "as_of": w.now} for f in follows if {f["product_id"], f["other_id"]} <= known]
        )


def _looked() -> tuple[list[Candidate], list[dict[str, Any]]]:
    while True:
        try:
            columnar.follow_now()
            with reading(SYSTEM) as w:
                return slipping(w), following(w)
        except Preparing:
            time.sleep(0.2)


def slipping(w: Work) -> list[Candidate]:
    """Who may be slipping away, the most urgent first: more reasons, then what they bought for. Managers only."""
    named = {int(i) for i in asking.ids(w, parse(_RULE))} | set(_not_in_the_copy(w))
    found: list[Candidate] = []
    for part in _chunks(sorted(named)):
        found += _judged(w, part)
    found.sort(key=lambda c: (-c.reasons, -c.bought_cents, c.customer_id))
    mine = Counter[int | None]()
    kept = []
    for one in found:
        mine[one.manager_id] += 1
        if mine[one.manager_id] <= EACH:
            kept.append(one)
    return kept


def following(w: Work) -> list[dict[str, Any]]:
    """What follows what, as rows of `ProductFollow` without their time. Managers only."""
    frame = together.followers(w, view(w), WITHIN, FOLLOWERS, PRODUCTS).frame
    frame = frame[frame["shrunk"] >= LEAST]
    columns = zip(frame["a"], frame["b"], frame["n"], frame["k"], frame["base"], frame["shrunk"], strict=True)
    return [
        {"product_id": int(a), "other_id": int(b), "n": int(n), "k": int(k), "days": WITHIN, "base": float(base),
         "expected": float(share)}
        for a, b, n, k, base, share in columns
    ]  # fmt: skip


def _not_in_the_copy(w: Work) -> Iterator[int]:
    """Whose order was cancelled lately, or to whom a promise was not kept."""
    today = clock.day_of(w.now, company.of(w).zone)
    cancelled = select(col(Order.customer_id)).where(
        col(Order.status) == OrderStatus.CANCELLED, col(Order.ordered_at) >= w.now - ORDERED
    )
    broken = select(col(Promise.customer_id)).where(
        col(Promise.due_on).between(today - LATELY, today),
        col(Promise.kept_at).is_(None),
        or_(col(Promise.broken_at).is_not(None), col(Promise.due_on) < today),
    )
    for rows in (cancelled, broken):
        yield from (i for i in w.session.connection().scalars(rows) if i is not None)


def _judged(w: Work, customers: Sequence[int]) -> list[Candidate]:
    """Those of them of whom it is so."""
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


def _rows(w: Work, found: list[Candidate]) -> list[dict[str, Any]]:
    """Of those who are there still, and have not objected in between."""
    there = set[int]()
    for part in _chunks([c.customer_id for c in found]):
        here = select(col(Customer.id)).where(
            col(Customer.id).in_(part), ~consents.objects(col(Customer.id), Purpose.PROFILING)
        )
        there |= set(w.session.connection().scalars(here))
    kept = [c for c in found if c.customer_id in there]
    return [{"customer_id": c.customer_id, "place": n, "as_of": w.now, **vars(c.quiet.own)} for n, c in enumerate(kept)]


def _replace(w: Work, model: type[SQLModel], rows: list[dict[str, Any]]) -> None:
    w.session.connection().execute(delete(model))
    for part in _chunks(rows):
        w.session.connection().execute(insert(model), part)


def _chunks(rows: Sequence[T]) -> Iterator[Sequence[T]]:
    for begin in range(0, len(rows), CHUNK):
        yield rows[begin : begin + CHUNK]
