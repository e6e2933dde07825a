"""Loading the demonstration company when something goes wrong on the way, and from the command line."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select
from typer.testing import CliRunner

import cli
from db.engine import Engines
from db.models import Case, Customer, Interaction
from services import clock, demo, demo_sign_ins, rollup_check
from services import work as work_module
from services.errors import Conflict
from services.exchange import imports
from services.settings import settings
from services.work import SYSTEM, Work, reading

AS_OF = datetime(2026, 3, 3, 13, 20, tzinfo=ZoneInfo("Europe/Berlin"))  # a Tuesday


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> datetime:
    instant = AS_OF.astimezone(UTC)
    monkeypatch.setattr(clock, "now", lambda: instant)
    return instant


def _count(w: Work, model: type) -> int:
    return int(w.session.execute(select(func.count()).select_from(model)).scalar_one())


def test_a_load_that_fails_half_way_leaves_nothing_and_can_be_repeated(
    fresh_engines: Engines, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_given: object) -> None:
        raise RuntimeError("the power is out")

    with monkeypatch.context() as patch:
        patch.setattr("services.demo.demo_sign_ins.add", broken)
        with pytest.raises(RuntimeError, match="power"):
            demo.load(SYSTEM)
    with reading(SYSTEM) as w:
        assert (_count(w, Customer), _count(w, Case), _count(w, Interaction)) == (0, 0, 0)
        assert rollup_check.mismatches(w) == []
    assert len(demo.load(SYSTEM).sign_ins) == 3


def test_what_a_killed_process_has_left_is_cleared_away_first(
    fresh_engines: Engines, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("services.demo._given_up", lambda _actor: None)  # nobody is left to tidy up
        patch.setattr("services.demo.demo_rows.Adding", lambda *_given: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            demo.load(SYSTEM)
    with pytest.raises(Conflict, match="right now"):
        demo.load(SYSTEM)
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(hours=1))
    assert demo.load(SYSTEM).counts["customers"] == 500
    with reading(SYSTEM) as w:
        assert _count(w, Customer) == 500
        assert rollup_check.mismatches(w) == []


def test_progress_rises_to_the_end(fresh_engines: Engines, now: datetime) -> None:
    told: list[imports.Progress] = []
    demo.load(SYSTEM, on_progress=told.append)
    shares = [p.share for p in told]
    assert shares == sorted(shares)
    assert shares[-1] == pytest.approx(1.0)


def test_the_command_line_loads_it_and_prints_who_may_sign_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAPPORT_VAR_DIR", str(tmp_path))
    monkeypatch.delenv("RAPPORT_DATABASE_URL", raising=False)
    settings.cache_clear()
    for factory in (work_module.WriteSession, work_module.ReadSession):
        factory.configure(join_transaction_mode="conditional_savepoint")
    try:
        told, again = (CliRunner().invoke(cli.app, ["demo"]) for _time in range(2))
    finally:
        settings.cache_clear()
    assert told.exit_code == 0, told.output
    assert all(email in told.output for email in demo_sign_ins.EMAILS.values())
    assert again.exit_code == 1
    assert "without customers" in " ".join(again.output.split())
