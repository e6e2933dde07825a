"""The command line: what it says, what it returns, and that nothing happens on a refusal."""

import os
import sys
from pathlib import Path

import pytest
from rich.console import Console
from sqlmodel import Session, func, select
from typer.testing import CliRunner, Result

import cli
from db import schema
from db.engine import make_engines
from db.models import Customer, ImportRun, ImportState
from services import company
from services import work as work_module
from services.exchange import imports, on_console
from services.settings import ROOT, settings
from services.work import SYSTEM, work
from tests.import_tables import folder, one_of_everything


@pytest.fixture(autouse=True)
def installation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installation with nothing in it."""
    monkeypatch.setattr(settings(), "var_dir", tmp_path / "var")
    monkeypatch.setattr(settings(), "database_url", "")
    monkeypatch.setattr(cli, "out", Console(width=200))
    monkeypatch.setattr(cli, "err", Console(width=200, stderr=True))
    for factory in (work_module.WriteSession, work_module.ReadSession):
        factory.configure(join_transaction_mode="conditional_savepoint")
    company.forget()
    return tmp_path / "var"


def rapport(*arguments: object) -> Result:
    """Run the command line."""
    return CliRunner().invoke(cli.app, [str(a) for a in arguments], env={"TERM": "dumb", "COLUMNS": "200"})


def customers(var: Path) -> int:
    engines = make_engines(f"sqlite:///{var / 'rapport.db'}")
    with Session(engines.read) as session:
        n = session.exec(select(func.count()).select_from(Customer)).one()
    engines.dispose()
    return n


def test_every_command_explains_itself() -> None:
    listed = rapport("--help")
    assert listed.exit_code == 0
    for name in ("run", "migrate", "import", "backup", "restore"):
        assert f" {name} " in listed.output
        told = rapport(name, "--help")
        assert told.exit_code == 0
        assert len(told.output.splitlines()) > 5
    assert "import-queued" not in listed.output
    assert "order_lines" in rapport("import", "--help").output


def test_a_folder_is_imported_told_about_and_taken_back(tmp_path: Path, installation: Path) -> None:
    files = folder(tmp_path / "shop" / "neutral", one_of_everything())
    first = rapport("import", files)
    assert first.exit_code == 0
    assert "Import 1 of shop" in first.output  # the folder above, for "neutral" says nothing
    assert "rows/s" in first.output
    assert "- 1 order names no customer and is kept as an anonymous sale." in first.output
    again = rapport("import", files)
    assert "Nothing was added: every row that can be taken was here already." in again.output
    assert customers(installation) == 2
    assert "Import 1 (shop) is undone" in rapport("import", "--undo", 1).output
    assert customers(installation) == 0


def test_a_refusal_is_one_line_and_exit_code_one(tmp_path: Path) -> None:
    refused = rapport("import", tmp_path / "nowhere")
    assert refused.exit_code == 1
    assert refused.stderr.strip().splitlines()[-1].endswith("nowhere is not a folder")
    assert "Traceback" not in refused.output
    assert rapport("import", "--undo", 7).exit_code == 1
    assert rapport("import").exit_code == 2  # neither a folder nor an import to undo


def test_what_was_left_out_lies_in_a_file_that_is_named(tmp_path: Path, installation: Path) -> None:
    files = folder(tmp_path / "shop", {"customers": [{"customer_id": "C1", "joined_at": "yesterday"}]})
    told = rapport("import", files)
    assert str(installation / "imports" / "run-1-rejects.csv") in told.output


@pytest.mark.parametrize(
    ("path", "name"),
    [("erp/neutral", "erp"), ("erp", "erp"), ("Umsätze 2024 (neu)", "Umsätze 2024 -neu"), ("###", "import")],
)
def test_the_source_is_named_after_the_folder(tmp_path: Path, path: str, name: str) -> None:
    assert on_console.source_of(tmp_path / path) == name


def test_a_queued_import_is_executed_by_its_number(tmp_path: Path, installation: Path) -> None:
    rapport("migrate")
    files = folder(installation / "imports" / "upload-1", one_of_everything())
    work_module.bind(make_engines(settings().url))
    with work(SYSTEM) as w:
        queued = imports.queue(w, files, "shop")
    work_module.engines().dispose()
    assert rapport("import-queued", queued.id).exit_code == 0
    assert customers(installation) == 2


def test_migrate_says_where_the_database_stands(installation: Path) -> None:
    assert f"from empty to {schema.head()}" in rapport("migrate").output
    assert f"at the newest migration ({schema.head()})" in rapport("migrate").output


def test_run_migrates_and_becomes_the_server(installation: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[list[str]] = []
    monkeypatch.setattr(os, "execv", lambda _program, arguments: started.append(arguments))
    monkeypatch.chdir(ROOT)
    assert rapport("run", "--port", 9000).exit_code == 0
    [arguments] = started
    assert arguments[:5] == [sys.executable, "-m", "streamlit", "run", "app.py"]
    assert arguments[5:] == ["--server.address", "127.0.0.1", "--server.port", "9000"]
    assert (installation / "rapport.db").exists()


def test_a_backup_is_put_back_only_where_that_is_allowed(tmp_path: Path, installation: Path) -> None:
    rapport("import", folder(tmp_path / "shop", one_of_everything()))
    saved = rapport("backup", tmp_path / "b.tar.gz")
    assert saved.exit_code == 0
    assert str(tmp_path / "b.tar.gz") in saved.output
    rapport("import", "--undo", 1)
    refused = rapport("restore", tmp_path / "b.tar.gz")
    assert refused.exit_code == 1
    assert "--yes" in refused.stderr
    assert customers(installation) == 0
    assert rapport("restore", tmp_path / "b.tar.gz", "--yes").exit_code == 0
    assert customers(installation) == 2
    engines = make_engines(f"sqlite:///{installation / 'rapport.db'}")
    with Session(engines.read) as session:
        assert session.get_one(ImportRun, 1).state is ImportState.DONE
    engines.dispose()
