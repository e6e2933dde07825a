"""When a customer is likely to buy again, from the distances between its own purchases: the usual one and a range.

The figures of the scoring run in force, where it says something of this customer that is not over yet. Else a simple
rule: the median distance from the last purchase on, with the quartiles as the range. Nothing of either for customers
who object to predictions. Who asks gets a value, a range and a reason, or why there is none.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from itertools import pairwise
from statistics import median, quantiles

from sqlmodel import col, select

from db.models import NOT_A_SALE, CustomerScore, Order, Role
from services import access, clock, company
from services.scores import reading, words
from services.text import _, money, ngettext
from services.work import Work

LEAST = 3  # days of purchase; from fewer nothing is said
LOOKED_AT = 100  # newest orders; older habits say little about the next purchase


@dataclass(frozen=True)
class Expected:
    """`on` is None with too little data; `every_days` is the usual distance; `reason` says what it rests on.

    `chance` (a purchase within 90 days) and `why` come from the model, the strongest reason first.
    """

    on: date | None
    earliest: date | None
    latest: date | None
    every_days: int | None
    reason: str
    chance: float | None = None
    why: tuple[str, ...] = ()


def expected(w: Work, customer_id: int) -> Expected:
    """The next purchase of the customer as things stand. Staff only. Raises NotFound."""
    w.require(Role.STAFF)
    access.customer(w, customer_id)
    objects, score = reading.standing(w, customer_id)
    if objects:
        return Expected(None, None, None, None, _("the customer does not want predictions"))
    here = company.of(w)
    if score is not None and score.next_to is not None and score.next_to >= clock.day_of(w.now, here.zone):
        return _from_score(score, here.currency)
    mine = select(Order.ordered_at).where(Order.customer_id == customer_id, col(Order.status).not_in(NOT_A_SALE))
    newest = w.session.exec(mine.order_by(col(Order.ordered_at).desc(), col(Order.id).desc()).limit(LOOKED_AT))
    return from_days([clock.day_of(at, here.zone) for at in newest])


def _from_score(score: CustomerScore, currency: str) -> Expected:
    """What the model expects if the customer comes back within its horizon."""
    every = None if score.usual_gap is None else max(1, round(score.usual_gap))
    why = tuple(words.reason(row, partial(money, currency=currency)) for row in score.reasons)
    reason = ngettext("from {n} day of purchase", "from {n} days of purchase", score.purchases)
    return Expected(score.next_median, score.next_from, score.next_to, every, reason, score.p_buy_90, why)


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
