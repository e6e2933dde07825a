"""Taking an import back, and imports that run later."""

from pathlib import Path

import pytest
from sqlmodel import col, select

from db.models import (
    AuditEntry,
    Channel,
    Customer,
    ImportRun,
    ImportState,
    Interaction,
    Order,
    Product,
)
from services import rollup_check
from services.errors import Conflict, Invalid
from services.exchange import imports
from services.settings import settings
from services.work import SYSTEM, reading, work
from tests.import_tables import folder, line, one_of_everything, only, order, stored

pytestmark = pytest.mark.usefixtures("fresh_engines")


@pytest.fixture(autouse=True)
def var_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(settings(), "var_dir", tmp_path / "var")
    return tmp_path / "var"


@pytest.fixture
def shop(tmp_path: Path) -> ImportRun:
    return imports.run(folder(tmp_path / "in", one_of_everything()), source="shop", started_by=SYSTEM)


def test_an_import_is_not_undone_when_later_work_hangs_on_it(shop: ImportRun) -> None:
    with work(SYSTEM) as w:
        joerg = only(w, Customer, source_id="C1")
        note = Interaction(customer_id=joerg.id, channel=Channel.PHONE, happened_at=w.now, logged_at=w.now)
        w.session.add(note)
    with pytest.raises(Conflict, match=r"later work hangs on its rows: contacts \(1\)"):
        imports.undo(SYSTEM, shop.id)
    assert stored(Order) == 2
    with work(SYSTEM) as w:
        w.session.delete(only(w, Interaction, source=None))
    assert imports.undo(SYSTEM, shop.id).state is ImportState.UNDONE
    assert (stored(Order), stored(Customer), stored(Product)) == (0, 0, 0)
    with pytest.raises(Conflict, match="nothing to undo"):
        imports.undo(SYSTEM, shop.id)


def test_an_import_is_not_undone_when_a_customer_was_changed_since(shop: ImportRun) -> None:
    with work(SYSTEM) as w:
        joerg = only(w, Customer, source_id="C1")
        joerg.version += 1
        w.session.add(joerg)
    with pytest.raises(Conflict, match="1 of its rows was changed since"):
        imports.undo(SYSTEM, shop.id)


def test_an_import_on_top_of_another_one_is_undone_first(shop: ImportRun, tmp_path: Path) -> None:
    more = {"orders": [order("O3", "C1")], "order_lines": [line("O1", 9, "0.50"), line("O3")]}
    second = imports.run(folder(tmp_path / "more", more), source="shop", started_by=SYSTEM)
    with pytest.raises(Conflict, match=r"order lines \(2\), orders \(1\)"):
        imports.undo(SYSTEM, shop.id)
    imports.undo(SYSTEM, second.id)
    with reading(SYSTEM) as w:
        assert only(w, Order, source_id="O1").total_cents == 2490
        assert rollup_check.mismatches(w) == []
    imports.undo(SYSTEM, shop.id)
    assert stored(Order) == 0


def test_a_queued_import_runs_later_and_lies_below_the_var_folder(tmp_path: Path, var_dir: Path) -> None:
    outside = folder(tmp_path / "in", one_of_everything())
    with pytest.raises(Invalid, match="only uploaded files"), work(SYSTEM) as w:
        imports.queue(w, outside, "shop")
    files = folder(var_dir / "imports" / "upload-1", one_of_everything())
    with work(SYSTEM) as w:
        queued = imports.queue(w, files, "shop")
    assert (queued.state, queued.counts) == (ImportState.QUEUED, {})
    with pytest.raises(Conflict, match="nothing to undo"):
        imports.undo(SYSTEM, queued.id)
    done = imports.run_queued(queued.id)
    assert (done.state, done.progress, done.counts["customers"]["added"]) == (ImportState.DONE, 1.0, 2)
    with pytest.raises(Conflict, match="finished already"):
        imports.run_queued(queued.id)


def test_a_queued_import_whose_folder_is_gone_fails_and_says_so(var_dir: Path) -> None:
    files = folder(var_dir / "imports" / "upload-1", one_of_everything())
    with work(SYSTEM) as w:
        queued = imports.queue(w, files, "shop")
    for file in files.iterdir():
        file.unlink()
    with pytest.raises(Invalid):
        imports.run_queued(queued.id)
    with reading(SYSTEM) as w:
        failed = w.session.get_one(ImportRun, queued.id)
        assert failed.state is ImportState.FAILED
        assert "there is no table in" in failed.error


def test_each_import_and_each_undo_leaves_a_trace(shop: ImportRun) -> None:
    imports.undo(SYSTEM, shop.id)
    with reading(SYSTEM) as w:
        entries = select(AuditEntry.action).where(AuditEntry.entity == "import_run").order_by(col(AuditEntry.id))
        assert list(w.session.exec(entries)) == ["import.start", "import.finish", "import.undo"]
