"""The real server in a process of its own, with a company that is set up and somebody of every role to sign in as."""

import atexit
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from sqlmodel import select

from api import cookies
from db import schema
from db.engine import Engines, make_engines
from db.models import OutboxEntry, Role
from services import company, people, registration, sessions
from services import work as units
from services.work import SYSTEM, VISITOR, work
from tests.wire import Answer, Wire, ask

ROOT = Path(__file__).resolve().parent.parent
PASSWORD = "seven green kettles sing"
STARTING_S = 90


def free_port() -> int:
    """A TCP port that nobody listens on and that no other process of the tests is given.

    The system may give the same one twice until somebody listens, and takes those it gives for its own connections.
    So this is one of those below, and its UDP port is held until the process ends.
    """
    while True:
        port = 12_000 + secrets.randbelow(20_000)
        held = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            held.bind(("127.0.0.1", port))
            with socket.socket() as probe:
                probe.bind(("127.0.0.1", port))
        except OSError:
            held.close()
        else:
            atexit.register(held.close)
            return port


def address_of(role: Role) -> str:
    """The e-mail address of the prepared person of a role; the password is PASSWORD."""
    return f"{role}@rapport.example"


@dataclass
class LiveServer:
    """A server on 127.0.0.1 and its database. `engines` reach the same database from the test."""

    port: int
    var_dir: Path
    database_url: str
    engines: Engines
    env: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> str:
        return (self.var_dir / "server.log").read_text("utf-8", "replace")

    def start(self, *, wait: bool = True) -> None:
        """Start the process; with `wait` until it is ready to serve."""
        settings = {
            "RAPPORT_VAR_DIR": str(self.var_dir),
            "RAPPORT_DATABASE_URL": self.database_url,
            "RAPPORT_PUBLIC_URL": self.url,
            "RAPPORT_SCORING": "false",  # a process more on a busy machine; the tests of scoring start it
            **self.env,
        }
        outside = {k: v for k, v in os.environ.items() if not k.startswith(("RAPPORT_", "STREAMLIT_"))}
        command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(self.port)]
        with (self.var_dir / "server.log").open("ab") as log:
            self.process = subprocess.Popen(command, cwd=ROOT, env=outside | settings, stdout=log, stderr=log)
        if wait:
            self.wait_until_ready()

    def wait_until_ready(self) -> None:
        until = time.monotonic() + STARTING_S
        while time.monotonic() < until:
            with suppress(OSError):
                if ask(self.url, "/readyz").status == 200:
                    return
            if self.process is None or self.process.poll() is not None:
                break
            time.sleep(0.1)
        pytest.fail(f"the server did not start:\n{self.log}")

    def stop(self, how: signal.Signals = signal.SIGTERM) -> int:
        """End the process and return its exit code."""
        assert self.process is not None
        if self.process.poll() is None:
            self.process.send_signal(how)
        try:
            return self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return self.process.wait(10)

    def ask(self, path: str, **how: object) -> Answer:
        """An HTTP request; see `tests.wire.ask`."""
        return ask(self.url, path, **how)  # type: ignore[arg-type]  # handed on as they are

    def wire(self, cookies: dict[str, str] | None = None, **how: object) -> Wire:
        """A socket; see `tests.wire.Wire`."""
        return Wire(self.url, cookies=cookies, **how)  # type: ignore[arg-type]  # handed on as they are

    def new_browser(self) -> dict[str, str]:
        """The cookies of a browser that has loaded a page."""
        return self.ask("/").cookies

    def cookie_for(self, email: str, password: str = PASSWORD) -> dict[str, str]:
        """Sign in as a browser does - form, ticket, cookie - and return all its cookies."""
        cookies = self.new_browser()
        with self.wire(cookies) as tab:
            tab.open("sign-in")
            redirect = tab.submit("Sign in", sign_in_email=email, sign_in_password=password).redirect
        assert redirect.startswith("/session/ticket?"), f"{email} could not sign in"
        return cookies | self.ask(redirect, cookies=cookies).cookies

    def cookie_of(self, role: Role) -> dict[str, str]:
        """The same for the prepared person of a role."""
        return self.cookie_for(address_of(role))

    def browser_of(self, email: str) -> dict[str, str]:
        """Cookies of a browser in which this person is signed in, made without the form and its slow password."""
        before = secrets.token_urlsafe(32)
        with work(VISITOR) as w:
            person = people.by_email(units.Work(w.session, SYSTEM, w.now), email)
            secret = sessions.begin(w, person, user_agent="a test", address="127.0.0.1")
        return {f"{cookies.STRONG}{cookies.BEFORE}": before, f"{cookies.STRONG}{cookies.SESSION}": secret}


def register_customer(name: str, email: str, password: str = PASSWORD) -> int:
    """A customer with a login, through the services; returns the id of the person."""
    with work(VISITOR) as w:
        registration.ask(w, name, email)
    with work(VISITOR) as w:
        newest = select(OutboxEntry).where(OutboxEntry.recipient == email).order_by(OutboxEntry.id.desc())  # type: ignore[attr-defined]  # SQLModel types columns as values
        body = w.session.exec(newest).first()
        assert body is not None
        registration.complete(w, body.body.partition("?t=")[2].split()[0], password, browser="a" * 64)
        person = people.by_email(units.Work(w.session, SYSTEM, w.now), email)
    return person.id


def prepare(engines: Engines) -> None:
    """Migrate, set the company up, and make somebody of every role."""
    schema.migrate(engines.write)
    attach(engines)
    with work(SYSTEM) as w:
        company.save(w, name="Kettle & Sons", currency="EUR", time_zone="Europe/Berlin", language="en", set_up=True)
        for role in (Role.STAFF, Role.MANAGER, Role.ADMIN):
            people.add(w, f"{role.title()} Person", address_of(role), role, PASSWORD)
    register_customer("Ada Lovelace", address_of(Role.CUSTOMER))


def attach(engines: Engines) -> None:
    """Let `work` and `reading` of this process use a database that really commits."""
    for factory in (units.WriteSession, units.ReadSession):
        factory.configure(join_transaction_mode="conditional_savepoint")
    units.bind(engines)
    company.forget()


@contextmanager
def serving(var_dir: Path, database_url: str = "", *, prepared: bool = True, **env: str) -> Iterator[LiveServer]:
    """A server of one's own, ended at the end of the block. `env` are further RAPPORT_ settings."""
    var_dir.mkdir(parents=True, exist_ok=True)
    url = database_url or f"sqlite:///{var_dir / 'rapport.db'}"
    engines = make_engines(url)
    if prepared:
        prepare(engines)
    server = LiveServer(free_port(), var_dir, url, engines, env)
    try:
        server.start()
        yield server
    finally:
        server.stop(signal.SIGKILL)
        engines.dispose()


@pytest.fixture(scope="session")
def running_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """One server for all tests of a worker; ask for `live_server` instead."""
    with serving(tmp_path_factory.mktemp("live")) as server:
        yield server


@pytest.fixture
def live_server(running_server: LiveServer) -> LiveServer:
    """The running server, with `work` and `reading` of the test bound to its database."""
    attach(running_server.engines)
    return running_server
