"""Brakes on guessing: after a few failures the next try has to wait, longer each time, never for good."""

from datetime import timedelta

from db.models import Throttle
from services.tickets import digest
from services.work import Work

FREE_TRIES = {"account": 5, "address": 30, "mail": 5}  # failures that cost nothing
LONGEST = timedelta(minutes=15)
FORGET_AFTER = timedelta(hours=24)


def _key(kind: str, who: str) -> str:
    return f"{kind}:{digest(who)}"


def blocked(w: Work, kind: str, who: str) -> bool:
    """Whether this account or address has to wait."""
    row = w.session.get(Throttle, _key(kind, who))
    return row is not None and row.blocked_until > w.now


def failed(w: Work, kind: str, who: str) -> bool:
    """Count a failure. True when it is the one that begins a wait."""
    key = _key(kind, who)
    row = w.session.get(Throttle, key, with_for_update=True)
    if row is None:
        row = Throttle(key=key, blocked_until=w.now, last_failure_at=w.now)
    if w.now - row.last_failure_at > FORGET_AFTER:
        row.failures = 0
    row.failures += 1
    row.last_failure_at = w.now
    over = row.failures - FREE_TRIES[kind]
    if over >= 0:
        row.blocked_until = w.now + min(timedelta(seconds=30 * 2 ** min(over, 10)), LONGEST)
    w.session.add(row)
    w.session.flush()
    return over == 0


def forgive(w: Work, kind: str, who: str) -> None:
    """Start counting anew, after a success."""
    row = w.session.get(Throttle, _key(kind, who))
    if row is not None:
        w.session.delete(row)
