"""An import that is killed goes on where it was; two at once add each row once."""

import os
import signal
import subprocess
import sys
import threading
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from db.engine import Engines
from db.models import ImportRun, ImportState, Order, OrderLine, StaffMember
from services import clock, rollup_check, worker
from services.errors import Conflict
from services.exchange import imports
from services.settings import ROOT, settings
from services.work import SYSTEM, reading, work
from tests.import_tables import Row, folder, line, one_of_everything, order, stored

#: Imports in batches of 100 rows and is killed inside the transaction of the batch of lines that is asked for.
CHILD = """
import os, signal, sys
from pathlib import Path
from db.engine import make_engines
from services import work
from services.exchange import imports, reading, sales
reading.BATCH_ROWS = 100
left, add_lines = int(sys.argv[2]), sales.add_lines
def killed(*arguments):
    global left
    add_lines(*arguments)
    left -= 1
    if not left:
        os.kill(os.getpid(), signal.SIGKILL)
sales.add_lines = killed
work.bind(make_engines(sys.argv[1]))
imports.run(Path(sys.argv[3]), source="shop", started_by=work.SYSTEM)
"""
ORDERS, LINES = 250, 1000


@pytest.fixture(autouse=True)
def var_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(settings(), "var_dir", tmp_path / "var")
    return tmp_path / "var"


def shop(path: Path) -> Path:
    orders = [order(f"O{i}", returns_order_id="O249" if i == 0 else "") for i in range(ORDERS)]
    lines: list[Row] = [line(f"O{i % ORDERS}", i // ORDERS + 1, "1.25") for i in range(LINES)]
    return folder(path, {"orders": orders, "order_lines": lines})


def is_whole() -> None:
    with reading(SYSTEM) as w:
        assert {o.lines_cents for o in w.session.exec(select(Order))} == {125 * LINES // ORDERS}
        assert rollup_check.mismatches(w) == []
        first = w.session.exec(select(Order).where(Order.source_id == "O0")).one()
        last = w.session.exec(select(Order).where(Order.source_id == "O249")).one()
        assert first.returns_order_id == last.id


def killed(engines: Engines, files: Path, at: int, var_dir: Path) -> None:
    url = engines.write.url.render_as_string(hide_password=False)
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "RAPPORT_VAR_DIR": str(var_dir)}
    child = subprocess.run([sys.executable, "-c", CHILD, url, str(at), str(files)], env=environment, check=False)
    assert child.returncode == -signal.SIGKILL


@pytest.mark.parametrize("at", [1, 7])
def test_a_killed_import_leaves_whole_batches_and_goes_on_when_started_again(
    fresh_engines: Engines, tmp_path: Path, var_dir: Path, at: int
) -> None:
    files = shop(tmp_path / "in")
    killed(fresh_engines, files, at, var_dir)
    assert stored(OrderLine) == (at - 1) * 100
    with reading(SYSTEM) as w:
        assert rollup_check.mismatches(w) == []
    run = imports.run(files, source="shop", started_by=SYSTEM)
    known = (at - 1) * 100
    assert run.counts["order_lines"] == {"read": LINES, "added": LINES - known, "known": known, "rejected": 0}
    is_whole()


def test_a_killed_import_is_found_and_finished_by_the_worker(
    fresh_engines: Engines, tmp_path: Path, var_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    killed(fresh_engines, shop(tmp_path / "in"), 5, var_dir)
    assert worker.claim_import() is None  # it may still be running
    later = clock.now() + worker.STALLED_AFTER + timedelta(seconds=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    run_id = worker.claim_import()
    assert run_id is not None
    assert worker.claim_import() is None  # nobody else takes it
    run = imports.run_queued(run_id)
    assert run.state is ImportState.DONE
    assert run.counts["order_lines"] == {"read": LINES, "added": LINES, "known": 0, "rejected": 0}
    is_whole()
    imports.undo(SYSTEM, run.id)
    assert (stored(Order), stored(OrderLine)) == (0, 0)


@pytest.mark.usefixtures("fresh_engines")
def test_two_imports_of_the_same_files_at_once_add_each_row_once(tmp_path: Path) -> None:
    files = shop(tmp_path / "in")
    done: list[ImportRun] = []

    def take() -> None:
        done.append(imports.run(files, source="shop", started_by=SYSTEM))

    both = [threading.Thread(target=take) for _ in range(2)]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join()
    assert sum(run.counts["order_lines"]["added"] for run in done) == LINES
    assert sum(run.counts["orders"]["added"] for run in done) == ORDERS
    is_whole()


@pytest.mark.usefixtures("fresh_engines")
def test_an_undo_that_was_cut_short_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = imports.run(folder(tmp_path / "in", one_of_everything()), source="shop", started_by=SYSTEM)

    def dies(*_arguments: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("services.exchange.undoing._sweep", dies)
        with pytest.raises(KeyboardInterrupt):
            imports.undo(SYSTEM, run.id)
    assert stored(StaffMember) == 0
    assert imports.undo(SYSTEM, run.id).state is ImportState.UNDONE


@pytest.mark.usefixtures("fresh_engines")
def test_an_import_that_is_running_is_not_undone(tmp_path: Path) -> None:
    run = imports.run(folder(tmp_path / "in", one_of_everything()), source="shop", started_by=SYSTEM)
    with work(SYSTEM) as w:
        again = w.session.get_one(ImportRun, run.id)
        again.state, again.heartbeat_at = ImportState.RUNNING, w.now
    with pytest.raises(Conflict, match="still running"):
        imports.undo(SYSTEM, run.id)
