"""A scoring process that is killed, on databases that really commit; and the switch that ends predictions."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sqlmodel import Session, col, func, select, update

from db.engine import Engines
from db.models import CustomerScore, Purpose, Role, ScoringRun, ScoringState
from services import columnar, consents, scores
from services.analytics import WORKER_ENVIRONMENT
from services.call_brief import brief
from services.scores import fitting, queueing
from services.settings import ROOT, settings
from services.work import SYSTEM, Actor, reading, work
from tests import make
from tests.test_scores import run_now, shop


@pytest.fixture
def own_var(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fresh_engines: Engines) -> dict[str, str]:
    """The environment of a process that scores this database."""
    url = fresh_engines.write.url.render_as_string(hide_password=False)
    environment = {"RAPPORT_VAR_DIR": str(tmp_path / "var"), "RAPPORT_DATABASE_URL": url}
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    settings.cache_clear()
    with Session(fresh_engines.write) as session:
        shop(session, 40)
        session.commit()
    return {**os.environ, **environment, **WORKER_ENVIRONMENT}


def begun(environment: dict[str, str]) -> subprocess.Popen[bytes]:
    """What the worker starts."""
    with work(SYSTEM) as w:
        queueing.queue_unless_waiting(w)
    claim = queueing.claim()
    assert claim is not None
    command = [sys.executable, str(ROOT / "cli.py"), "score-queued", str(claim.run_id), claim.secret]
    return subprocess.Popen(command, cwd=ROOT, env=environment)


def count(engines: Engines, run_id: int) -> int:
    with Session(engines.read) as session:
        mine = select(func.count()).select_from(CustomerScore).where(CustomerScore.run_id == run_id)
        return session.exec(mine).one()


def run_of(engines: Engines, run_id: int) -> ScoringRun:
    with Session(engines.read) as session:
        return session.get_one(ScoringRun, run_id)


def test_killed_at_any_step_it_leaves_the_last_good_version_and_the_next_try_finishes(
    fresh_engines: Engines, own_var: dict[str, str]
) -> None:
    try:
        assert begun(own_var).wait(240) == 0
        with reading(SYSTEM) as w:
            good = scores.current(w)
        assert good is not None
        assert good.run_id == 1
        whole = count(fresh_engines, 1)
        assert whole > 30
        process = begun(own_var)
        until = time.monotonic() + 240
        while run_of(fresh_engines, 2).progress < 0.06 and time.monotonic() < until:
            time.sleep(0.05)
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert run_of(fresh_engines, 2).state is ScoringState.RUNNING, "killed in the middle"
        with reading(SYSTEM) as w:
            assert scores.current(w) == good
        assert count(fresh_engines, 1) == whole
        assert queueing.claim() is None, "it may still live"
        with work(SYSTEM) as w:
            long_ago = w.now - queueing.STALLED_AFTER * 2
            w.session.connection().execute(
                update(ScoringRun).where(col(ScoringRun.id) == 2).values(heartbeat_at=long_ago)
            )
        assert begun(own_var).wait(240) == 0
        with reading(SYSTEM) as w:
            after = scores.current(w)
        assert after is not None
        assert (after.run_id, count(fresh_engines, 1), count(fresh_engines, 2)) == (2, 0, whole)
        assert run_of(fresh_engines, 2).tries == 2
    finally:
        columnar.stop()
        settings.cache_clear()


def test_the_call_brief_tells_the_model_and_falls_silent_with_the_switch(
    session: Session, copied: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fitting, "HORIZONS", (90,))
    shop(session, 36)
    run_now(session, copied)  # type: ignore[arg-type]  # the fixture as it is
    likely = select(CustomerScore).order_by(col(CustomerScore.p_buy_90).desc()).limit(1)
    score = session.exec(likely).one()
    staff = make.actor(session, Role.STAFF)
    with reading(staff) as w:
        seen = brief(w, score.customer_id).expected
    assert (seen.on, seen.earliest, seen.latest) == (score.next_median, score.next_from, score.next_to)
    assert seen.chance == score.p_buy_90
    assert len(seen.why) == len(score.reasons)
    with work(Actor(role=Role.CUSTOMER, customer_id=score.customer_id)) as w:
        consents.switch(w, Purpose.PROFILING, False)
    with reading(staff) as w:
        silent = brief(w, score.customer_id).expected
    assert (silent.on, silent.chance, silent.why) == (None, None, ())
    assert "does not want" in silent.reason
