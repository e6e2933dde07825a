"""A worker that is killed in the middle of sending a report: a process of its own for tests/test_report_mail.py."""

import os
import sys
from datetime import datetime

from db.columnar import source
from db.columnar.copy import Copy, Limits
from db.engine import make_engines
from services import clock, outbox, reports
from services.columnar import keeper
from services.work import bind
from tests.make import NOON


def main(url: str, due_at: str) -> None:
    """The mails and their files are written, the schedule has not moved on, nothing is committed: dead."""
    engines = make_engines(url)
    bind(engines)
    now = datetime.fromisoformat(due_at)
    clock.now = lambda: now
    with source.snapshot(engines.read) as primary:
        keeper.bind(Copy.in_memory(primary, NOON.isoformat(), Limits("256MB", 1)))
    post = outbox.post

    def killed(w, *args, **values):  # type: ignore[no-untyped-def]  # as `outbox.post`
        post(w, *args, **values)
        w.session.flush()
        os.kill(os.getpid(), 9)

    outbox.post = killed
    reports.tick()


if __name__ == "__main__":
    main(*sys.argv[1:])
