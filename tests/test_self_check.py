"""Unfit to start means: one clear line, exit code 1. Away later means: not ready, and calm."""

import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import make_url, text

from db import schema
from db.engine import make_engines
from db.models import Role
from services import self_check
from services import work as units
from services.settings import settings
from tests.live_server import ROOT, LiveServer, address_of, attach, free_port, serving


def newer(var: Path) -> None:
    with sqlite3.connect(var / "rapport.db") as database:
        database.execute("CREATE TABLE alembic_version (version_num VARCHAR)")
        database.execute("INSERT INTO alembic_version VALUES ('9999')")


def garbage(var: Path) -> None:
    (var / "rapport.db").write_bytes(b"not a database at all" * 1000)


def open_secret(var: Path) -> None:
    (var / "secrets").mkdir()
    (var / "secrets" / "cookie-secret").write_text("x" * 43)
    (var / "secrets" / "cookie-secret").chmod(0o644)


def empty_secret(var: Path) -> None:
    (var / "secrets").mkdir()
    (var / "secrets" / "cookie-secret").touch(0o600)


def folder_is_a_file(var: Path) -> None:
    var.rmdir()
    var.touch()


def nothing(_var: Path) -> None:
    return


UNFIT: list[tuple[str, Callable[[Path], None], dict[str, str], str]] = [
    ("newer schema", newer, {}, "9999 is newer than this program"),
    ("corrupted database", garbage, {}, "database: cannot be reached or read"),
    ("secret for all to read", open_secret, {}, "secrets: present, readable by the owner only: False"),
    ("secret missing", empty_secret, {}, "secrets:"),
    ("folder cannot be used", folder_is_a_file, {}, "cannot be used: "),
    (
        "database away",
        nothing,
        {"RAPPORT_DATABASE_URL": "postgresql://u:pass@127.0.0.1:1/x"},
        "database: cannot be reached",
    ),
    ("bad number", nothing, {"RAPPORT_TRUSTED_PROXIES": "many"}, "RAPPORT_TRUSTED_PROXIES 'many'"),
    ("bad choice", nothing, {"RAPPORT_LOG_LEVEL": "LOUD"}, "RAPPORT_LOG_LEVEL 'LOUD'"),
]


@pytest.fixture
def var(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A var folder of its own; the settings are read anew, before and after."""
    folder = tmp_path / "var"
    folder.mkdir()
    monkeypatch.setenv("RAPPORT_VAR_DIR", str(folder))
    monkeypatch.setattr(units._Bound, "engines", None)
    settings.cache_clear()
    yield folder
    if units._Bound.engines is not None:
        units._Bound.engines.dispose()
    monkeypatch.undo()
    settings.cache_clear()


@pytest.mark.parametrize(("what", "spoil", "env", "line"), UNFIT, ids=[u[0] for u in UNFIT])
def test_each_reason_not_to_start_is_one_line(
    var: Path,
    monkeypatch: pytest.MonkeyPatch,
    what: str,
    spoil: Callable[[Path], None],
    env: dict[str, str],
    line: str,
) -> None:
    spoil(var)
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    bad = [f for f in self_check.start_up() if not f.good and f.fatal]
    assert len(bad) == 1, what
    assert line in bad[0].line
    assert "\n" not in bad[0].line
    assert "pass" not in bad[0].line.replace("password", "")


def test_a_fresh_folder_is_fit(var: Path) -> None:
    assert all(f.good for f in self_check.start_up())
    assert (var / "secrets" / "cookie-secret").stat().st_mode & 0o077 == 0
    assert var.stat().st_mode & 0o400


@pytest.mark.parametrize(("spoil", "env", "line"), [(newer, {}, "9999 is newer"), (nothing, UNFIT[6][2], "many")])
def test_the_server_says_so_and_ends_with_1(
    tmp_path: Path, spoil: Callable[[Path], None], env: dict[str, str], line: str
) -> None:
    spoil(tmp_path)
    outside = {k: v for k, v in os.environ.items() if not k.startswith(("RAPPORT_", "STREAMLIT_"))}
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(free_port())]
    done = subprocess.run(
        command, cwd=ROOT, env=outside | env | {"RAPPORT_VAR_DIR": str(tmp_path)}, capture_output=True, timeout=60
    )
    said = (done.stdout + done.stderr).decode()
    assert done.returncode == 1
    assert "Traceback" not in said
    assert len([one for one in said.splitlines() if " ERROR " in one and line in one]) == 1


@pytest.fixture
def on_postgres(postgres_url: str, tmp_path: Path) -> Iterator[LiveServer]:
    """A server of its own on a PostgreSQL database of its own."""
    admin = make_engines(postgres_url)
    with admin.write.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("CREATE DATABASE away")
    url = make_url(postgres_url).set(database="away").render_as_string(hide_password=False)
    with serving(tmp_path / "live", url) as server:
        yield server
    admin.dispose()


def may_connect(postgres_url: str, allowed: bool) -> None:
    admin = make_engines(postgres_url)
    with admin.write.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql(f"ALTER DATABASE away ALLOW_CONNECTIONS {allowed}")
        connection.exec_driver_sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'away'")
    admin.dispose()


def test_while_the_database_is_away_the_server_is_not_ready_lets_nobody_in_and_comes_back(
    on_postgres: LiveServer, postgres_url: str
) -> None:
    server = on_postgres
    cookies = server.browser_of(address_of(Role.STAFF))
    server.engines.dispose()
    with server.wire(cookies) as tab:
        assert tab.open("security").of("text_input")
    assert server.ask("/readyz").status == 200
    may_connect(postgres_url, False)
    away = server.ask("/readyz")
    assert (away.status, away.body) == (503, b'{"status":"not ready"}')
    assert server.ask("/healthz").status == 200
    with server.wire(cookies) as tab:
        run = tab.open("security")
        # The sign-in form, or that the database does not answer; nothing of the page itself.
        assert {e.label for e in run.of("text_input")} <= {"E-mail", "Password"}
        assert "Change password" not in run.words
        assert not any(word in run.words for word in ("psycopg", "SELECT", "Traceback", "site-packages", "Operational"))
    assert server.ask("/session/ticket?t=x", cookies=cookies).status == 303
    may_connect(postgres_url, True)
    assert server.ask("/readyz").status == 200
    with server.wire(cookies) as tab:
        assert tab.open("security").of("text_input")


def test_a_database_at_another_migration_is_not_ready(live_server: LiveServer) -> None:
    head = schema.head()
    with live_server.engines.write.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0001'")
    try:
        assert live_server.ask("/readyz").status == 503
    finally:
        with live_server.engines.write.begin() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = :head"), {"head": head})
    assert live_server.ask("/readyz").status == 200
    attach(live_server.engines)
