"""Looking through the whole company, once a night after the scoring run: who may be slipping away, what follows what.

The columnar copy names the few who can be meant; whether they are is decided by the same rules as for one customer.
"""

import time
from collections import Counter
from collections.abc import Iterator
from typing import Any

from sqlalchemy import delete, insert, or_, select
from sqlmodel import col

from db.models import CustomerWarning, Order, OrderStatus, Product, ProductFollow, Promise
from services import clock, columnar, company
from services.columnar import Preparing
from services.hints.beside import LATELY, ORDERED
from services.hints.judging import Candidate, chunks, judged, keep
from services.hints.silence import LONG
from services.patterns import together, view
from services.segments import asking
from services.segments.definition import parse
from services.work import SYSTEM, Work, reading, work

#: Of the customers of each account manager so many are kept; a list of the day is ten long.
EACH = 50
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


def look() -> None:
    """Find everything anew and put it in place of what was found before, in one transaction."""
    try:
        found, follows = _looked()
    finally:
        columnar.stop()  # its memory is not needed for writing
    with work(SYSTEM) as w:
        w.session.connection().execute(delete(CustomerWarning))
        keep(w, list(enumerate(found)))
        known = set(w.session.connection().scalars(select(col(Product.id))))
        w.session.connection().execute(delete(ProductFollow))
        for part in chunks([{**f, "as_of": w.now} for f in follows if {f["product_id"], f["other_id"]} <= known]):
            w.session.connection().execute(insert(ProductFollow), part)


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
    mine = Counter[int | None]()
    kept = []
    for one in judged(w, sorted(named)):
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
