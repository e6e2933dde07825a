"""Imports as they are shown: the newest runs, and the file of what could not be taken."""

from pathlib import Path

from sqlmodel import col, select

from db.models import ImportRun, Role
from services import access
from services.errors import NotFound
from services.text import _
from services.work import Work


def newest(w: Work, most: int = 20) -> list[ImportRun]:
    """The newest imports, newest first. Administrators only."""
    w.require(Role.ADMIN)
    return list(w.session.exec(select(ImportRun).order_by(col(ImportRun.id).desc()).limit(most)))


def rejects(w: Work, run_id: int) -> bytes:
    """The file that names each row left out, its column and the reason. Raises NotFound."""
    run = access.import_run(w, run_id)
    if not run.rejects_file or not Path(run.rejects_file).is_file():
        raise NotFound(_("file"))
    return Path(run.rejects_file).read_bytes()
