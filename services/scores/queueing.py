"""Who runs when: asking for a run, taking it up, showing that it lives, stopping it."""

import secrets
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from sqlalchemy import or_
from sqlmodel import col, select, update

from db.models import Order, Role, ScoringRun, ScoringState
from services import audit, company
from services.errors import Conflict, NotFound
from services.text import _
from services.work import SYSTEM, Work, work

#: A process that has said nothing for so long is taken for dead; it speaks every few seconds.
STALLED_AFTER = timedelta(minutes=2)
MOST_TRIES = 3
#: From this hour on, in the company's time zone, the run of the day may begin.
NIGHT_HOUR = 2
WAITING = (ScoringState.QUEUED, ScoringState.RUNNING)


@dataclass(frozen=True)
class Claim:
    """The right to work on a run. Whoever finds another `secret` in the row has lost it."""

    run_id: int
    secret: str


class Lost(Exception):
    """Another process has taken the run over, or it is gone. Nothing more may be written."""


class Stopped(Exception):
    """Somebody has asked for the run to end."""


def queue(w: Work) -> ScoringRun:
    """Ask for a run; a worker takes it up within seconds. Administrators only. Raises Conflict while one waits."""
    w.require(Role.ADMIN)
    if _waiting(w):
        raise Conflict(_("A scoring run waits or runs already."))
    run = ScoringRun(started_by=w.actor.name, created_at=w.now, heartbeat_at=w.now)
    w.session.add(run)
    w.session.flush()
    audit.record(w, "scores.queue", "scoring_run", run.id)
    return run


def queue_unless_waiting(w: Work) -> None:
    """The same for those who only want that there is one soon. Administrators only."""
    if not _waiting(w):
        queue(w)


def _waiting(w: Work) -> bool:
    waiting = select(ScoringRun.id).where(col(ScoringRun.state).in_(WAITING)).limit(1)
    return w.session.exec(waiting).first() is not None


def stop(w: Work, run_id: int) -> None:
    """Ask a run to end; the figures in force stay. Administrators only. Raises NotFound, Conflict."""
    w.require(Role.ADMIN)
    run = w.session.exec(select(ScoringRun).where(ScoringRun.id == run_id).with_for_update()).first()
    if run is None:
        raise NotFound(_("scoring run"))
    if run.state not in WAITING:
        raise Conflict(_("This run has ended already."))
    run.stop_asked = True
    if run.state is ScoringState.QUEUED:
        run.state, run.finished_at = ScoringState.STOPPED, w.now
    w.session.add(run)
    audit.record(w, "scores.stop", "scoring_run", run_id)


def queue_nightly() -> None:
    """Once a day, from `NIGHT_HOUR` on; made up for later when nobody was there. Not without orders."""
    with work(SYSTEM) as w:
        zone = company.of(w).zone
        here = w.now.astimezone(zone)
        due = datetime.combine(here.date(), time(NIGHT_HOUR), zone)
        lately = select(ScoringRun.id).where(or_(col(ScoringRun.created_at) >= due, col(ScoringRun.state).in_(WAITING)))
        if here < due or w.session.exec(lately.limit(1)).first() is not None:
            return
        if w.session.exec(select(Order.id).limit(1)).first() is not None:
            queue(w)


def claim(run_id: int | None = None) -> Claim | None:
    """Take up the oldest run that waits or whose process has died (or this one). None: no such, or others were faster.

    What has died too often is given up.
    """
    with work(SYSTEM) as w:
        died = (col(ScoringRun.state) == ScoringState.RUNNING) & (col(ScoringRun.heartbeat_at) < w.now - STALLED_AFTER)
        waits = or_(col(ScoringRun.state) == ScoringState.QUEUED, died)
        oldest = select(ScoringRun).where(waits).order_by(col(ScoringRun.id)).limit(1)
        run = w.session.exec(oldest if run_id is None else oldest.where(ScoringRun.id == run_id)).first()
        if run is None:
            return None
        mine = update(ScoringRun).where(col(ScoringRun.id) == run.id, waits)
        if run.tries >= MOST_TRIES or run.stop_asked:
            told = "" if run.stop_asked else _("Its process ended {n} times before it was done.").format(n=run.tries)
            state = ScoringState.STOPPED if run.stop_asked else ScoringState.FAILED
            w.session.connection().execute(mine.values(state=state, finished_at=w.now, error=told))
            return None
        secret = secrets.token_hex(16)
        values = {"state": ScoringState.RUNNING, "claim": secret, "heartbeat_at": w.now, "tries": run.tries + 1}
        taken = w.session.connection().execute(mine.values(started_at=w.now, step="copy", progress=0.0, **values))
        return Claim(run.id, secret) if taken.rowcount == 1 else None


def held(w: Work, claim: Claim) -> ScoringRun:
    """The run, locked for this transaction, if it is still ours. Raises Lost, Stopped."""
    mine = select(ScoringRun).where(ScoringRun.id == claim.run_id).with_for_update()
    run = w.session.exec(mine).first()
    if run is None or run.claim != claim.secret or run.state is not ScoringState.RUNNING:
        raise Lost
    if run.stop_asked:
        raise Stopped
    return run


def beat(claim: Claim, step: str | None = None, share: float | None = None) -> None:
    """Say that the run lives and how far it is. Raises Lost, Stopped."""
    with work(SYSTEM) as w:
        run = held(w, claim)
        run.heartbeat_at = w.now
        if step is not None and share is not None:
            run.step, run.progress = step, share
        w.session.add(run)
