"""Warnings about customers that stand on the first page of staff: who, why, and until when to act.

Whoever finds them (a model, a rule) adds its function to `SOURCES`; with none there is nothing to show. A source reads
through indexes, keeps to the scope, and gives at most `most`, the most urgent first.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from db.models import Role
from services import hints
from services.due import Scope
from services.work import Work

MOST = 10


@dataclass(frozen=True)
class EarlyWarning:
    """`reasons` are in words and numbers ("interval 31 to 58 days"), the weightiest first.

    `as_of`: when it was found.
    """

    customer_id: int
    customer: str
    reasons: tuple[str, ...]
    act_until: date | None = None
    as_of: datetime | None = None


def slipping(w: Work, scope: Scope, most: int) -> list[EarlyWarning]:
    """Customers who may be slipping away (services/hints)."""
    found = hints.lately(w, scope, most)
    return [EarlyWarning(s.customer_id, s.customer, s.reasons, as_of=s.as_of) for s in found]


Source = Callable[[Work, Scope, int], list[EarlyWarning]]
SOURCES: list[Source] = [slipping]


def of_day(w: Work, scope: Scope) -> list[EarlyWarning]:
    """At most `MOST`, of all sources in their order. Staff only."""
    w.require(Role.STAFF)
    return [warning for source in SOURCES for warning in source(w, scope, MOST)][:MOST]
