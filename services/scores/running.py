"""A run from beginning to end, in a process of its own that may be ended at any moment without harm."""

import logging
import resource
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from db.models import Role, ScoringRun, ScoringState
from services import audit, clock, columnar
from services.columnar import Preparing
from services.errors import Conflict, RapportError, Unavailable
from services.scores import fitting, queueing, writing
from services.scores.fitting import Findings
from services.scores.known import Known, day_of, known
from services.scores.queueing import Claim, Lost, Stopped
from services.text import _
from services.work import SYSTEM, Actor, reading, work

LOG = logging.getLogger(__name__)
BEAT_S = 5.0


class Pulse(threading.Thread):
    """Writes every few seconds that the run lives, and notices when it shall end or is somebody else's."""

    def __init__(self, claim: Claim) -> None:
        super().__init__(name="rapport-scoring", daemon=True)
        self.claim, self.step, self.share = claim, "copy", 0.0
        self.ended: Exception | None = None
        self._over = threading.Event()

    def run(self) -> None:
        while not self._over.wait(BEAT_S):
            self.say()

    def say(self) -> None:
        try:
            queueing.beat(self.claim, self.step, self.share)
        except (Lost, Stopped) as end:
            self.ended = end
        except RapportError:
            LOG.warning("the scoring run could not say that it lives")  # the next beat may

    def at(self, step: str, share: float) -> None:
        """The run has come to this step. Raises Lost, Stopped."""
        self.step, self.share = step, share
        self.say()
        if self.ended is not None:
            raise self.ended

    def over(self) -> None:
        self._over.set()
        self.join()


@contextmanager
def _beating(claim: Claim) -> Iterator[Pulse]:
    pulse = Pulse(claim)
    pulse.start()
    try:
        yield pulse
    finally:
        pulse.over()


def now(actor: Actor) -> ScoringRun:
    """Carry out the run that waits, or a new one, here. Administrators only. Raises Conflict while another runs."""
    with work(actor) as w:
        w.require(Role.ADMIN)
    claim = queueing.claim()
    if claim is None:
        with work(actor) as w:
            queued = queueing.queue(w).id
        claim = queueing.claim(queued)
    if claim is None:
        raise Conflict(_("Another process has taken this run."))
    run(claim)
    with reading(SYSTEM) as w:
        return w.session.get_one(ScoringRun, claim.run_id)


def run(claim: Claim) -> None:
    """Carry out a claimed run. What goes wrong is kept in the run; the figures in force stay until the very end."""
    try:
        with _beating(claim) as pulse:
            _carried_out(claim, pulse)
        writing.prune()
    except Lost:
        LOG.warning("scoring run %s was taken over by another process", claim.run_id)
    except Stopped:
        _end(claim, ScoringState.STOPPED, "")
        writing.prune()
    except BaseException as error:
        reference = secrets.token_hex(4)
        LOG.exception("scoring run %s failed, reference %s", claim.run_id, reference)
        told = str(error) if isinstance(error, RapportError) else _("It was ended by an unexpected error; see the log.")
        _end(claim, ScoringState.FAILED, f"{told} ({reference})")
        raise


def _carried_out(claim: Claim, pulse: Pulse) -> None:
    started = time.perf_counter()
    writing.clear(claim)
    have = _read(pulse)
    read = time.perf_counter()
    found = fitting.found(have, lambda step, share: pulse.at(step, 0.05 + 0.6 * share))
    reckoned = time.perf_counter()
    pulse.at("write", 0.65)
    writing.tests(claim, found)
    writing.members(claim, found)
    written = _write(claim, pulse, have, found) if found.model is not None else 0
    seconds = {
        "read_s": round(read - started, 1),
        "reckon_s": round(reckoned - read, 1),
        "write_s": round(time.perf_counter() - reckoned, 1),
    }
    writing.put_in_force(claim, customers=written, **_about(have, found, seconds))


def _read(pulse: Pulse) -> Known:
    """Wait for the copy, bring it to now, read it and give its memory back."""
    try:
        while True:
            try:
                columnar.follow_now()
                with reading(SYSTEM) as w:
                    return known(w)
            except Preparing as waiting:
                pulse.at("copy", 0.05 * waiting.share)
                time.sleep(0.2)
    finally:
        columnar.stop()


def _write(claim: Claim, pulse: Pulse, have: Known, found: Findings) -> int:
    """All customers with their reasons, piece by piece."""
    written, horizon = 0, fitting.explaining_horizon(found)
    whole = max(len(found.figures), 1)
    done = 0
    for table, why in fitting.explained(have, found, horizon):
        written += writing.scores(claim, writing.rows_of(table, why, found, have.as_of))
        done += len(table)
        pulse.at("write", 0.65 + 0.34 * done / whole)
    return written


def _about(have: Known, found: Findings, seconds: dict[str, float]) -> dict[str, Any]:
    """What is written down with the run."""
    until = have.bought.until(have.as_of)
    any_choice = next(iter(found.choices.values()))
    dated = bool(until.day.size)
    return {
        "as_of": day_of(have.as_of),
        "data_from": day_of(until.first_day) if dated else None,
        "data_to": day_of(until.last_day) if dated else None,
        "repeaters": any_choice.repeaters,
        "parameters": writing.parameters(found.model),
        "horizons": {str(days): writing.told(choice) for days, choice in found.choices.items()},
        "counts": {
            "known_customers": any_choice.customers,
            "purchases": int(until.day.size),
            "explained": min(len(found.figures), fitting.MOST_EXPLAINED),
            "explained_days": fitting.explaining_horizon(found) if found.model is not None else None,
            "memory_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
            "copy_as_of": have.read_at,
            **seconds,
        },
    }


def _end(claim: Claim, state: ScoringState, told: str) -> None:
    """Close a run that found nothing, unless it is somebody else's by now."""
    try:
        with work(SYSTEM) as w:
            run = w.session.get(ScoringRun, claim.run_id, with_for_update=True)
            if run is not None and run.claim == claim.secret and run.state is ScoringState.RUNNING:
                run.state, run.finished_at, run.error = state, clock.now(), told[:1000]
                w.session.add(run)
                audit.record(w, "scores.end", "scoring_run", run.id, after={"state": state}, reason=told)
    except Unavailable:
        LOG.warning("the database is away; scoring run %s will be taken up again", claim.run_id)
