"""When a customer is likely to buy again, from the distances between its own purchases: the usual one and a range.

A simple rule: the median distance from the last purchase on, with the quartiles as the range. A model with a better
back-test may take its place here; who asks gets a value, a range and a reason, or why there is none.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from statistics import median, quantiles

from sqlmodel import col, select

from db.models import NOT_A_SALE, Order, Role
from services import access, company
from services.text import _, ngettext
from services.work import Work

LEAST = 3  # days of purchase; from fewer nothing is said
LOOKED_AT = 100  # newest orders; older habits say little about the next purchase


@dataclass(frozen=True)
class Expected:
    """`on` is None with too little data; `every_days` is the usual distance; `reason` says what it rests on."""

    on: date | None
    earliest: date | None
    latest: date | None
    every_days: int | None
    reason: str


def expected(w: Work, customer_id: int) -> Expected:
    """The next purchase of the customer as things stand. Staff only. Raises NotFound."""
    w.require(Role.STAFF)
    access.customer(w, customer_id)
    mine = select(Order.ordered_at).where(Order.customer_id == customer_id, col(Order.status).not_in(NOT_A_SALE))
    newest = w.session.exec(mine.order_by(col(Order.ordered_at).desc(), col(Order.id).desc()).limit(LOOKED_AT))
    zone = company.of(w).zone
    return from_days([at.astimezone(zone).date() for at in newest])


def from_days(bought: Sequence[date]) -> Expected:
    """The same from the days of purchase, in any order; several purchases of a day count once."""
    days = sorted(set(bought))
    if len(days) < LEAST:
        told = ngettext("too little data: {n} day of purchase", "too little data: {n} days of purchase", len(days))
        return Expected(None, None, None, None, told)
    gaps = [(later - earlier).days for earlier, later in pairwise(days)]
    low, _middle, high = quantiles(gaps, n=4, method="inclusive")
    usual = max(1, round(median(gaps)))
    last = days[-1]
    return Expected(
        last + timedelta(days=usual),
        last + timedelta(days=max(1, round(low))),
        last + timedelta(days=max(1, round(high))),
        usual,
        _("from {n} purchases").format(n=len(days)),
    )
