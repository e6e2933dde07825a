"""What happens without anybody clicking: mail goes out, people are reminded, imports run, what has expired is swept."""

import logging
import os
import subprocess
import sys
import threading
import time
from contextlib import suppress
from datetime import datetime, timedelta

from sqlmodel import col, select, update

from db.models import ImportRun, ImportState
from services import (
    cases,
    clock,
    columnar,
    contact_rules,
    erasure,
    hints,
    mail_delivery,
    prices,
    reminders,
    reports,
    saved_views,
    second_factor,
    segments,
    sessions,
    standing,
    tickets,
)
from services.analytics import WORKER_ENVIRONMENT
from services.exchange import leftovers
from services.scores import queueing as scoring
from services.settings import ROOT, settings
from services.work import SYSTEM, work

LOG = logging.getLogger(__name__)
TICK_S = 1.0
REMIND_EVERY = timedelta(seconds=20)
STANDING_EVERY = timedelta(minutes=1)
CASES_EVERY = timedelta(seconds=20)
WARNINGS_EVERY = timedelta(minutes=1)
REPORTS_EVERY = timedelta(seconds=20)
SWEEP_EVERY = timedelta(minutes=10)
PRUNE_EVERY_S = 20.0
SCORES_EVERY_S = 5.0
SEGMENTS_EVERY_S = 20.0
STALLED_AFTER = timedelta(minutes=15)  # a batch takes seconds; the notes at the end of a very large import minutes


class Worker(threading.Thread):
    """One thread per process. Two processes never do the same thing: mails are leased, imports are claimed."""

    def __init__(self) -> None:
        super().__init__(name="rapport-worker", daemon=True)
        self._stop_asked = threading.Event()
        self._swept_at: datetime | None = None
        self._ordered_at: datetime | None = None
        self._reminded_at: datetime | None = None
        self._cases_at: datetime | None = None
        self._warned_at: datetime | None = None
        self._reported_at: datetime | None = None
        self._pruned_at = 0.0
        self._scores_at = time.monotonic()
        self._scoring: subprocess.Popen[bytes] | None = None
        self._segments_at = 0.0

    def stop(self) -> None:
        """Ask it to end; it does so after the step at hand."""
        self._stop_asked.set()

    def run(self) -> None:
        while not self._stop_asked.wait(TICK_S):
            steps = (self._remind, prices.apply_due, mail_delivery.deliver_due, self._start_imports)
            for step in (
                *steps,
                self._look_after_cases,
                self._place_standing_orders,
                self._score,
                self._warn,
                self._look_at_segments,
                self._report,
                self._sweep,
                self._prune,
            ):
                try:
                    step()
                except Exception:
                    # One failing step must not end the others; the next tick tries again.
                    LOG.exception("background step failed")

    def _remind(self) -> None:
        """What rules plan, then what has fallen due; before the mail goes out, so that it leaves in the same round."""
        now = clock.now()
        if self._reminded_at is None or now - self._reminded_at >= REMIND_EVERY:
            self._reminded_at = now
            contact_rules.step()
            reminders.send_due()

    def _sweep(self) -> None:
        now = clock.now()
        if self._swept_at is not None and now - self._swept_at < SWEEP_EVERY:
            return
        self._swept_at = now
        with work(SYSTEM) as w:
            tickets.sweep(w)
            sessions.sweep(w)
            erasure.sweep(w)
            saved_views.sweep(w)
            second_factor.seal_old(w)
            leftovers.sweep(w)

    def _place_standing_orders(self) -> None:
        """Due days change at most once an hour somewhere, so asking once a minute is often enough."""
        now = clock.now()
        if self._ordered_at is None or now - self._ordered_at >= STANDING_EVERY:
            self._ordered_at = now
            while standing.tick() and not self._stop_asked.is_set():
                pass  # a page of each kind at a time

    def _look_after_cases(self) -> None:
        """Times are set in minutes."""
        now = clock.now()
        if self._cases_at is None or now - self._cases_at >= CASES_EVERY:
            self._cases_at = now
            while cases.escalation.step() and not self._stop_asked.is_set():
                pass  # a page of cases at a time

    def _look_at_segments(self) -> None:
        """Follow-ups of rounds, a part of one at a time; and who came into a segment or left it."""
        while segments.rounds.step() and not self._stop_asked.is_set():
            pass
        now = time.monotonic()
        if now - self._segments_at > SEGMENTS_EVERY_S:
            with suppress(columnar.Preparing):  # asked for now, there at one of the next times
                while segments.watching.step() and not self._stop_asked.is_set():
                    pass
            self._segments_at = now

    def _warn(self) -> None:
        """Who gave cause to warn of since the last time; at first, since yesterday."""
        now = clock.now()
        if self._warned_at is None or now - self._warned_at >= WARNINGS_EVERY:
            since, self._warned_at = self._warned_at or now - timedelta(days=1), now
            hints.renew(since)

    def _report(self) -> None:
        """Times are set in minutes."""
        now = clock.now()
        if self._reported_at is None or now - self._reported_at >= REPORTS_EVERY:
            self._reported_at = now
            reports.tick()

    def _prune(self) -> None:
        """The log that the columnar copies follow, a part at a time."""
        if time.monotonic() - self._pruned_at > PRUNE_EVERY_S:
            self._pruned_at = time.monotonic()
            columnar.prune()

    def _score(self) -> None:
        """A scoring run has a process of its own, which steps back for pages; one at a time on this machine."""
        if not settings().scoring or time.monotonic() - self._scores_at < SCORES_EVERY_S:
            return
        self._scores_at = time.monotonic()
        if self._scoring is not None and self._scoring.poll() is None:
            return
        scoring.queue_nightly()
        claim = scoring.claim()
        if claim is not None:
            command = [sys.executable, str(ROOT / "cli.py"), "score-queued", str(claim.run_id), claim.secret]
            environment = os.environ | WORKER_ENVIRONMENT
            self._scoring = subprocess.Popen(command, cwd=ROOT, env=environment)  # noqa: S603 - as for imports

    def _start_imports(self) -> None:
        """A queued import runs in a process of its own, so that pages keep their speed."""
        run_id = claim_import()
        if run_id is not None:
            command = [sys.executable, str(ROOT / "cli.py"), "import-queued", str(run_id)]
            subprocess.Popen(command, cwd=ROOT)  # noqa: S603 - our own command, our own number


def claim_import() -> int | None:
    """The id of the oldest import that waits, or whose process has died; now marked as running. None: no such."""
    with work(SYSTEM) as w:
        died = (col(ImportRun.heartbeat_at) < w.now - STALLED_AFTER) & (col(ImportRun.folder) != "")
        waits = (col(ImportRun.state) == ImportState.QUEUED) | ((col(ImportRun.state) == ImportState.RUNNING) & died)
        oldest = select(ImportRun.id).where(waits).order_by(col(ImportRun.id)).limit(1)
        run_id = w.session.exec(oldest).first()
        if run_id is None:
            return None
        mine = update(ImportRun).where(col(ImportRun.id) == run_id, waits)
        taken = w.session.connection().execute(mine.values(state=ImportState.RUNNING, heartbeat_at=w.now))
        return run_id if taken.rowcount == 1 else None
