"""Backup and restore: one file with the database of an installation, made while people work.

Files that people added lie in the database (db/models/file.py), so they are in it.

Secrets are not in it: an installation makes its own, and everybody signs in anew after a restore elsewhere.
"""

import hashlib
import tarfile
import tempfile
import zlib
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pydantic import BaseModel, ValidationError

from db import dump, schema
from db.models import Role
from services import audit, clock, columnar, company
from services.errors import Conflict, Invalid, Unavailable
from services.settings import settings
from services.text import _
from services.work import Actor, engines, work

FORMAT = 1
DATABASE, MANIFEST = "database", "manifest.json"


class Manifest(BaseModel):
    """The first thing in a backup: what it holds."""

    format: int
    made_at: datetime
    dialect: str
    revision: str
    sha256: str  # of the database file
    counts: dict[str, int]  # rows per table


@dataclass(frozen=True)
class Backup:
    """A finished backup."""

    file: Path
    manifest: Manifest
    size: int


def make(actor: Actor, file: Path | None = None) -> Backup:
    """Write a backup to `file` (default: a new one in var/backups). Administrators only.

    Raises Conflict when the file exists, Unavailable when PostgreSQL's programs are missing or the disk is full.
    """
    with work(actor) as w:
        w.require(Role.ADMIN)
        file = file or settings().var_dir / "backups" / f"rapport-{w.now:%Y%m%d-%H%M%S-%f}.tar.gz"
        audit.record(w, "backup.make", "backup", after={"file": str(file)})
    if file.exists():
        raise Conflict(_("{file} exists already; name another file.").format(file=file))
    file.parent.mkdir(parents=True, exist_ok=True)
    part = file.with_name(file.name + ".part")
    try:
        manifest = _write(part)
        part.replace(file)
    except dump.DumpFailed as error:
        raise Unavailable(_("No backup was made: {why}.").format(why=error)) from error
    except OSError as error:
        raise Unavailable(_("No backup was made: {why}.").format(why=error.strerror or error)) from error
    finally:
        part.unlink(missing_ok=True)
    return Backup(file, manifest, file.stat().st_size)


def _write(part: Path) -> Manifest:
    with tempfile.TemporaryDirectory(dir=part.parent, prefix=".backup-") as folder:
        database = Path(folder) / DATABASE
        rows = dump.dump(engines().write, database)
        manifest = Manifest(
            format=FORMAT,
            made_at=clock.now(),
            dialect=engines().dialect,
            revision=schema.current(engines().read) or "",
            sha256=_sha256(database),
            counts=rows,
        )
        described = Path(folder) / MANIFEST
        described.write_text(manifest.model_dump_json(indent=1), "utf-8")
        part.touch(mode=0o600)  # all data of all customers
        with tarfile.open(part, "w:gz", compresslevel=3) as archive:
            archive.add(described, MANIFEST)
            archive.add(database, DATABASE)
    return manifest


def _sha256(file: Path) -> str:
    with file.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def restore(actor: Actor, file: Path, *, overwrite: bool = False) -> Manifest:
    """Put a backup in the place of this installation's data, and bring it to the newest migration.

    What is there already is saved to var/backups first; without `overwrite` it is not touched at all (Conflict).
    Raises Invalid for a file that is no sound backup (nothing is changed then), Unavailable when it cannot be put back.
    """
    with work(actor) as w:
        w.require(Role.ADMIN)
    settings().var_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    with tempfile.TemporaryDirectory(dir=settings().var_dir, prefix=".restore-") as unpacked:
        manifest = _unpack(file, Path(unpacked))
        if _has_data():
            if not overwrite:
                raise Conflict(
                    _("There is data here already. Allow it to be overwritten (--yes), or use an empty database.")
                )
            make(actor)
        try:
            dump.load(engines().write, Path(unpacked) / DATABASE)
            _check_restored(manifest)
        except dump.DumpFailed as error:
            raise Unavailable(_("The backup was not put back: {why}.").format(why=error)) from error
    schema.migrate(engines().write)
    company.forget()
    with work(actor) as w:
        after = {"file": str(file), "made_at": manifest.made_at, "revision": manifest.revision}
        audit.record(w, "backup.restore", "backup", after=after)
        columnar.forget(w)
    return manifest


def _unpack(file: Path, folder: Path) -> Manifest:
    """The content of a backup, checked as far as it can be without a database."""
    unfit = Invalid(_("Backup"), _("{file} is no backup of Rapport, or it is damaged").format(file=file))
    try:
        with tarfile.open(file, "r:gz") as archive:
            archive.extractall(folder, filter="data")
        manifest = Manifest.model_validate_json((folder / MANIFEST).read_bytes())
        whole = _sha256(folder / DATABASE) == manifest.sha256
    except (OSError, EOFError, tarfile.TarError, zlib.error, ValidationError) as error:
        raise unfit from error
    if not whole or manifest.format != FORMAT:
        raise unfit
    if not schema.knows(manifest.revision):
        raise Invalid(_("Backup"), _("it was made by a newer program; update this one first"))
    if manifest.dialect != engines().dialect:
        told = _("it was made of {theirs} and cannot be put into {ours}")
        raise Invalid(_("Backup"), told.format(theirs=manifest.dialect, ours=engines().dialect))
    if manifest.dialect == "sqlite":
        try:
            dump.check_sqlite(folder / DATABASE)
        except dump.DumpFailed as error:
            raise unfit from error
    return manifest


def _has_data() -> bool:
    with engines().write.connect() as connection:
        return any(dump.counts(connection).values())


def _check_restored(manifest: Manifest) -> None:
    with engines().write.connect() as connection:
        if dump.counts(connection) != manifest.counts:
            raise dump.DumpFailed("the restored tables do not hold what the backup says")
