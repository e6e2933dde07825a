"""By day: who gave cause for a warning joins the list of the night, within minutes and by the same rules.

Nothing is added to the writes that give cause, and the whole company is not looked through: the audit trail says which
customers something happened to, the clocks whose answer or promise fell past its time. Who is on the list already is
left alone, for reasons are read when the list is shown.
"""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, select
from sqlmodel import col

from db.models import AuditEntry, Case, CustomerWarning, Promise
from services import clock, company
from services.hints.judging import Candidate, chunks, judged, keep
from services.work import SYSTEM, Work, reading, work

#: A transaction writes its entries down under the time it began with, so those of the last minutes are read again.
AGAIN = timedelta(minutes=10)
#: At one time at most so many events of each kind are followed, the newest first; the night finds the others.
MOST = 5_000
#: What a complaint, a case, a promise, a cancellation and a return are recorded under.
_CAUSES = ("interaction", "case", "promise", "order")


def renew(since: datetime) -> int:
    """The step of the worker: add who gave cause since then. Those of today stand first. Returns how many."""
    with reading(SYSTEM) as w:
        new = arisen(w, since - AGAIN)
    if not new:
        return 0
    with work(SYSTEM) as w:
        return keep(w, [(-c.reasons, c) for c in new])


def arisen(w: Work, since: datetime) -> list[Candidate]:
    """Who is slipping away, is not on the list, and gave cause since then. Its cost grows with what happened since."""
    named = set[int]()
    for causes in (_touched(since), _late(w, since), _missed(w, since)):
        named.update(i for i in w.session.connection().scalars(causes.limit(MOST)) if i is not None)
    new = sorted(named - _listed(w, named))
    return judged(w, new)


def _touched(since: datetime) -> Select[Any]:
    """Entry by entry: grouped by customer, a database would walk the whole trail along its index of customers."""
    at = col(AuditEntry.at)
    happened = at >= since, col(AuditEntry.entity).in_(_CAUSES)
    return select(col(AuditEntry.customer_id)).where(*happened).order_by(at.desc(), col(AuditEntry.id).desc())


def _late(w: Work, since: datetime) -> Select[Any]:
    due = col(Case.due_at)
    return (
        select(col(Case.customer_id))
        .where(col(Case.closed_at).is_(None), due >= since, due < w.now)
        .order_by(due.desc())
    )


def _missed(w: Work, since: datetime) -> Select[Any]:
    """A promise is missed when its day is over, in the company's time."""
    zone, due = company.of(w).zone, col(Promise.due_on)
    over = due >= clock.day_of(since, zone), due < clock.day_of(w.now, zone)
    still_open = col(Promise.kept_at).is_(None), col(Promise.broken_at).is_(None)
    return select(col(Promise.customer_id)).where(*still_open, *over).order_by(due.desc())


def _listed(w: Work, named: set[int]) -> set[int]:
    who = col(CustomerWarning.customer_id)
    return {
        i for part in chunks(sorted(named)) for i in w.session.connection().scalars(select(who).where(who.in_(part)))
    }
