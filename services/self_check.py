"""Is this installation fit to start? Each question is answered in one line; a fatal "no" stops the start."""

import logging
import shutil
from dataclasses import dataclass
from datetime import timedelta

from pydantic import ValidationError
from sqlalchemy import text
from sqlmodel import col, select

from db import schema
from db.engine import make_engines
from db.models import AuditEntry
from services import clock, second_factor
from services.settings import secret, settings
from services.work import SYSTEM, bind, engines, reading

LOG = logging.getLogger(__name__)
LEAST_DISK_MB = 256


@dataclass(frozen=True)
class Finding:
    """One answer."""

    line: str
    good: bool
    fatal: bool = True


def bring_schema_up() -> None:
    """Make or update the tables.

    On PostgreSQL only those of an empty database: there `python cli.py migrate` is a step of its own, because several
    processes may start at once.
    """
    here = schema.current(engines().read)
    if here == schema.head() or (here is not None and not schema.knows(here)):
        return
    if here is None or engines().dialect == "sqlite":
        schema.migrate(engines().write)


def start_up() -> list[Finding]:
    """Read the settings, make the folder, bind the database, bring the schema up, and ask all questions.

    Never raises: what goes wrong is the last answer, in one line.
    """
    try:
        here = settings()
    except ValidationError as error:
        wrong = [f"RAPPORT_{str(e['loc'][0]).upper()} {e['input']!r}: {e['msg']}" for e in error.errors()]
        return [Finding("settings: " + "; ".join(wrong), good=False)]
    try:
        here.var_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        secret("cookie-secret")
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or type(error).__name__
        return [Finding(f"folder: {here.var_dir} cannot be used: {reason}", good=False)]
    try:
        bind(make_engines(here.url))
        bring_schema_up()
    except Exception as error:
        LOG.debug("database", exc_info=True)
        return [_no_database(error)]
    return findings()


def findings() -> list[Finding]:
    """All questions, in order. What needs the tables is left out when they are not there."""
    try:
        here = _schema(schema.current(engines().read))
        about_data = [*_sqlite(), _clock(), _second_factors()] if here.good else []
    except Exception as error:
        return [_no_database(error)]
    return [here, *about_data, _secrets(), _disk(), _address()]


def _no_database(error: Exception) -> Finding:
    """The kind of error only: its text may hold the address with the password."""
    return Finding(f"database: cannot be reached or read ({type(error).__name__})", good=False)


def _schema(here: str | None) -> Finding:
    head = schema.head()
    if here == head:
        return Finding(f"schema: at {head}", good=True)
    if here is not None and not schema.knows(here):
        return Finding(f"schema: {here} is newer than this program ({head}); update the program", good=False)
    return Finding(f"schema: at {here}, needs {head}; run `python cli.py migrate`", good=False)


def _sqlite() -> list[Finding]:
    if engines().dialect != "sqlite":
        return []
    with engines().write.connect() as connection:
        mode = connection.execute(text("PRAGMA journal_mode")).scalar()
        keys = connection.execute(text("PRAGMA foreign_keys")).scalar()
        sync = connection.execute(text("PRAGMA synchronous")).scalar()
    fit = (mode, keys, sync) == ("wal", 1, 2)
    return [Finding(f"sqlite: journal {mode}, foreign keys {keys}, synchronous {sync}", good=fit)]


def _secrets() -> Finding:
    long_enough = len(secret("cookie-secret")) >= 32
    file = settings().var_dir / "secrets" / "cookie-secret"
    private = file.stat().st_mode & 0o077 == 0
    return Finding(f"secrets: present, readable by the owner only: {private}", good=long_enough and private)


def _second_factors() -> Finding:
    with reading(SYSTEM) as w:
        closed = second_factor.unreadable(w)
    if not closed:
        return Finding("second factors: readable with this installation's key", good=True)
    told = f"second factors: {closed} were sealed with another key; only recovery codes work (see docs/security.md)"
    return Finding(told, good=False, fatal=False)


def _disk() -> Finding:
    free = shutil.disk_usage(settings().var_dir).free // 2**20
    return Finding(f"disk: {free:,} MB free under {settings().var_dir}", good=free >= LEAST_DISK_MB)


def _clock() -> Finding:
    with reading(SYSTEM) as w:
        newest = w.session.exec(select(AuditEntry.at).order_by(col(AuditEntry.id).desc()).limit(1)).first()
    behind = newest is not None and clock.now() < newest - timedelta(minutes=5)
    return Finding(
        "clock: behind the newest entry of the audit trail" if behind else "clock: plausible", good=not behind
    )


def _address() -> Finding:
    url = settings().public_url
    local = any(f"//{h}" in url for h in ("127.0.0.1", "localhost", "[::1]"))
    good = settings().https or local
    note = "" if good else "; people would send passwords unencrypted: put a proxy with https in front"
    return Finding(f"address: {url}{note}", good=good, fatal=False)
