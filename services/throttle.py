"""Brakes on guessing and on mail: after a few tries the next one has to wait, longer each time, never for good.

What was counted fades with time, so that an office behind one address, where somebody mistypes a password now and then,
never adds up to a wait.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col, select

from db.models import Throttle
from services.tickets import digest
from services.work import Work

FIRST_WAIT = timedelta(seconds=30)


@dataclass(frozen=True)
class Brake:
    """`free` tries cost nothing; one is forgotten every `fades`; no wait is longer than `longest`."""

    free: int
    fades: timedelta
    longest: timedelta


BRAKES = {
    "account": Brake(5, timedelta(hours=1), timedelta(minutes=15)),  # wrong passwords for one login
    "address": Brake(30, timedelta(minutes=1), timedelta(minutes=2)),  # wrong passwords from one network address
    "mail": Brake(5, timedelta(hours=1), timedelta(minutes=15)),  # mails to one mailbox that anybody can cause
    "asking": Brake(20, timedelta(minutes=1), timedelta(minutes=2)),  # mails caused from one network address
    "view": Brake(20, timedelta(minutes=3), timedelta(minutes=15)),  # customers' pages opened by one of the staff
    "tracking": Brake(20, timedelta(minutes=1), timedelta(minutes=2)),  # wrong links to orders from one address
    "voucher": Brake(10, timedelta(minutes=5), timedelta(minutes=15)),  # codes that nobody gave out, by one person
    "hook": Brake(60, timedelta(seconds=1), timedelta(minutes=2)),  # forged messages of a payment provider
    "calendar": Brake(20, timedelta(minutes=1), timedelta(minutes=2)),  # wrong calendar addresses from one address
}


def _key(kind: str, who: str) -> str:
    return f"{kind}:{digest(who)}"


def blocked(w: Work, kind: str, who: str) -> bool:
    """Whether this account or address has to wait."""
    until = w.session.exec(select(Throttle.blocked_until).where(Throttle.key == _key(kind, who))).one_or_none()
    return until is not None and until > w.now


def hold(w: Work, kind: str, who: str) -> Throttle:
    """The count, kept from others until the end of this transaction: of many tries at once each sees those before."""
    key = _key(kind, who)
    insert: Any = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}[w.dialect]
    new = insert(Throttle).values(key=key, failures=0, blocked_until=w.now, last_failure_at=w.now)
    # Not "do nothing": the row that is there may be forgiven a moment later, and then there would be none to hold.
    w.session.connection().execute(new.on_conflict_do_update(index_elements=["key"], set_={"key": key}))
    mine = select(Throttle).where(col(Throttle.key) == key).with_for_update()
    return w.session.exec(mine, execution_options={"populate_existing": True}).one()


def failed(w: Work, kind: str, who: str) -> bool:
    """Count a try. True when it begins a wait."""
    brake, row = BRAKES[kind], hold(w, kind, who)
    # Who waited longest for the row may have begun before the one that had it: no time has passed then.
    passed = max(w.now - row.last_failure_at, timedelta())
    row.failures = max(0, row.failures - passed // brake.fades) + 1
    row.last_failure_at = w.now
    over = row.failures - brake.free
    if over >= 0:
        row.blocked_until = w.now + min(FIRST_WAIT * 2 ** min(over, 10), brake.longest)
    w.session.add(row)
    w.session.flush()
    return over >= 0


def forgive(w: Work, kind: str, who: str) -> None:
    """Start counting anew, after a success."""
    row = w.session.get(Throttle, _key(kind, who))
    if row is not None:
        w.session.delete(row)
