"""The file of the copy can be missing, damaged, of another version or half made: questions are answered anyway."""

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import duckdb
import pytest
from sqlalchemy import func, select
from sqlmodel import Session, col

from db.columnar import fill, source
from db.columnar.copy import Copy, connect
from db.engine import Engines
from db.models import AuditEntry, Order, OrderStatus, Role
from services import columnar
from services.columnar import files, keeper
from services.errors import NotAllowed, Unavailable
from services.patterns import asked
from services.settings import ROOT, settings
from services.work import SYSTEM, VISITOR, Work, reading, work
from tests import make

FOREVER = {"from_day": date(2000, 1, 1), "to_day": date(2100, 1, 1)}


@pytest.fixture
def shop(fresh_engines: Engines, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Engines]:
    """A committed order of 5.00, and a var folder of its own."""
    monkeypatch.setattr(settings(), "var_dir", tmp_path / "var")
    monkeypatch.setattr(settings(), "database_url", fresh_engines.write.url.render_as_string(hide_password=False))
    monkeypatch.setattr(settings(), "analytics_memory", "256MB")
    monkeypatch.setattr(keeper, "PATIENCE_S", 120.0)
    sell(500)
    yield fresh_engines
    columnar.stop()


@pytest.fixture
def ready(shop: Engines) -> Engines:
    """The same with a whole file that nobody uses, made here: the process that makes files takes two seconds."""
    file = files.new_file()
    file.parent.mkdir(parents=True)
    con = connect(file, files.limits())
    with source.snapshot(shop.read) as primary:
        fill.whole(con, primary, make.NOON.isoformat())
    con.close()
    return shop


def sell(cents: int) -> None:
    with work(SYSTEM) as w:
        sale = Order(ordered_at=make.NOON, status=OrderStatus.PLACED, lines_cents=cents)
        w.session.add(sale)
        w.session.flush()
        line = {"order_id": sale.id, "line_no": 1, "quantity": 1, "line_total_cents": cents}
        w.session.execute(Order.metadata.tables["order_line"].insert(), line)


def revenue() -> int:
    with reading(SYSTEM) as w, columnar.reading(w) as copy:
        return int(copy.frame("revenue_by_month", **FOREVER)["revenue_cents"].sum())


def own_file() -> Path:
    [file] = files.folder().glob("analytics-*.duckdb")
    return file


def until(condition: Callable[[], bool]) -> None:
    for _i in range(2400):  # on a machine with much other work a process takes long to start
        if condition():
            return
        time.sleep(0.05)
    raise AssertionError("this did not happen within two minutes")


def test_it_is_made_at_the_first_question_and_follows_within_seconds(shop: Engines) -> None:
    assert columnar.state().as_of is None
    with reading(SYSTEM) as w, columnar.reading(w) as copy:
        version, as_of = copy.version, copy.as_of
    assert revenue() == 500
    sell(250)
    until(lambda: revenue() == 750)
    with reading(SYSTEM) as w, columnar.reading(w) as copy:
        assert copy.version != version
        assert copy.as_of > as_of
    sell(1)
    columnar.follow_now()
    assert revenue() == 751


def test_a_process_that_starts_takes_over_the_file_of_one_that_has_ended(ready: Engines) -> None:
    assert revenue() == 500
    before = own_file()
    columnar.stop()
    sell(100)
    assert revenue() == 600
    assert own_file() == before


@pytest.mark.parametrize("kept", [1000, 0.5])
def test_a_damaged_file_is_replaced(ready: Engines, kept: float) -> None:
    assert revenue() == 500
    columnar.stop()
    file = own_file()
    whole = file.read_bytes()
    file.write_bytes(whole[: int(kept if kept != 0.5 else len(whole) / 2)])
    assert revenue() == 500
    assert own_file() != file


def test_a_file_of_other_definitions_is_replaced(ready: Engines) -> None:
    assert revenue() == 500
    columnar.stop()
    file = own_file()
    with duckdb.connect(str(file)) as con:
        con.execute("UPDATE about SET value = 'older' WHERE name = 'version'")
    assert revenue() == 500
    assert own_file() != file


def test_a_process_killed_while_it_makes_a_file_does_no_harm(ready: Engines, monkeypatch: pytest.MonkeyPatch) -> None:
    assert revenue() == 500
    columnar.stop()
    half = (
        "import db.columnar.build as b, db.columnar.fill as f, json, sys, os, signal\n"
        "f._write = lambda *_a: os.kill(os.getpid(), signal.SIGKILL)\n"
        "b.build(json.load(sys.stdin), sys.stdout)\n"
    )
    with monkeypatch.context() as patch:
        popen = subprocess.Popen
        patch.setattr(subprocess, "Popen", lambda command, **more: popen([command[0], "-c", half], **more))
        with pytest.raises(Unavailable):
            columnar.rebuild(SYSTEM)
    assert revenue() == 500  # from a file of its own, for the old one is of another generation now
    parts = list(files.folder().glob("*.part*"))
    assert parts, "the half file should still lie there: nobody knows yet that it is left"


def test_a_process_killed_while_it_follows_loses_nothing(ready: Engines) -> None:
    assert revenue() == 500
    columnar.stop()
    sell(70)
    script = (
        "import os, signal, sys\n"
        "from db.columnar import fill, source\n"
        "from db.columnar.copy import Copy, Limits\n"
        "from db.engine import make_engines\n"
        "from pathlib import Path\n"
        "fill._write = lambda *_a: os.kill(os.getpid(), signal.SIGKILL)\n"
        "copy = Copy.opened(Path(sys.argv[1]), Limits('256MB', 1))\n"
        "with source.snapshot(make_engines(sys.argv[2]).read) as primary:\n"
        "    copy.forward(primary, '2026-01-01T00:00:00+00:00')\n"
    )
    file = own_file()
    done = subprocess.run([sys.executable, "-c", script, str(file), settings().url], cwd=ROOT, check=False)
    assert done.returncode == -signal.SIGKILL
    assert revenue() == 570
    assert own_file() == file


def test_patterns_are_reckoned_once_a_minute_unless_they_name_people(
    ready: Engines, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asked, "KEPT_S", 3600.0)  # a busy machine may take longer than a minute for these lines
    sales = "SELECT count(*) AS n FROM orders AS o WHERE o.is_sale"

    def counted(name: str) -> int:
        with reading(SYSTEM) as w:
            return int(asked.ask(w, name, sales).frame["n"].iloc[0])

    assert (counted("categories"), counted("pair_customers")) == (1, 1)
    sell(250)
    until(lambda: counted("pair_customers") == 2)
    assert counted("categories") == 1
    monkeypatch.setattr(asked, "KEPT_S", 0.0)
    assert counted("categories") == 2


def test_two_processes_have_a_file_each(ready: Engines) -> None:
    assert revenue() == 500
    columnar.stop()
    other = "import duckdb, sys; con = duckdb.connect(sys.argv[1]); print('open', flush=True); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", other, str(own_file())], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "open\n"
        sell(5)
        assert revenue() == 505
        assert len(list(files.folder().glob("analytics-*.duckdb"))) == 2
        process.communicate()


def test_asked_for_anew_it_is_replaced_while_it_answers(ready: Engines, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeper, "TICK_S", 3600.0)  # on a busy machine it would look before the file is whole
    assert revenue() == 500
    before = own_file()
    steps: list[tuple[str, float]] = []
    fresh = columnar.rebuild(SYSTEM, lambda step, share: steps.append((step, share)))
    assert [share for _step, share in steps] == sorted(share for _step, share in steps)
    assert steps[-1][1] == 1.0
    keeper.start().wake()
    until(lambda: columnar.state().file == fresh.name)
    assert revenue() == 500
    until(lambda: not before.exists())
    with Session(ready.read) as session:
        noted = select(func.count()).select_from(AuditEntry).where(col(AuditEntry.action) == "columnar.rebuild")
        assert session.execute(noted).scalar_one() == 1


def test_managers_ask_and_administrators_renew(
    session: Session, work_as: Callable[..., Work], copied: Callable[[], Copy]
) -> None:
    copied()
    for role in (Role.CUSTOMER, Role.STAFF, None):
        with pytest.raises(NotAllowed):
            columnar.query(work_as(make.actor(session, role) if role else VISITOR), "revenue_by_month", **FOREVER)
    assert columnar.query(work_as(make.actor(session, Role.MANAGER)), "revenue_by_month", **FOREVER).empty
    with pytest.raises(NotAllowed):
        columnar.rebuild(make.actor(session, Role.MANAGER))
