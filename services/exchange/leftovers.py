"""Files of imports go when nobody needs them: uploads once they are taken, rows left out after a while.

They hold what customers' rows hold, so an erasure lets them go at once. The database says first that a file is over,
then it is removed; whatever stops it in between, the next sweep goes on.
"""

import re
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import event
from sqlmodel import col, or_, select, update

from db.models import ImportRun, ImportState
from services import audit
from services.settings import settings
from services.text import _
from services.work import Work

#: How long a failed import can be started again, and how long the rows left out can be fetched.
KEPT = timedelta(days=90)
#: An upload of which no import knows yet is a minute old at most; this leaves room for slow ones.
FRESH = timedelta(days=1)
_UNDER_WAY = (ImportState.QUEUED, ImportState.RUNNING)
_OURS = "upload-*"
_REJECTS = re.compile(r"run-(\d{1,9})-rejects\.csv")


def is_ours(folder: str) -> bool:
    """Whether files of an import lie where uploads are kept, so that they are removed by themselves."""
    return Path(folder).parent == _home() and Path(folder).match(_OURS)


def under_way(w: Work, source: str) -> list[int]:
    """Imports from a source that are running or about to."""
    now = select(ImportRun.id).where(ImportRun.source == source, col(ImportRun.state).in_(_UNDER_WAY))
    return list(w.session.exec(now.order_by(col(ImportRun.id))))


def let_go(w: Work, source: str) -> int:
    """Give up the files of all imports from a source that are not under way. Returns how many imports had some.

    One that has failed cannot be started again then.
    """
    mine = select(ImportRun).where(ImportRun.source == source, col(ImportRun.state).not_in(_UNDER_WAY))
    held = or_(col(ImportRun.rejects_file).is_not(None), ImportRun.state == ImportState.FAILED)
    runs = [r for r in w.session.exec(mine.where(held).with_for_update()) if r.rejects_file or is_ours(r.folder)]
    over = [Path(r.rejects_file) for r in runs if r.rejects_file] + [Path(r.folder) for r in runs if is_ours(r.folder)]
    for run in runs:
        run.rejects_file = None
        if run.state is ImportState.FAILED and is_ours(run.folder):
            run.folder, run.error = "", _("Its files were removed; upload them again to go on.")
        w.session.add(run)
        audit.record(w, "import.files_removed", "import_run", run.id)
    w.session.flush()
    event.listen(w.session, "after_commit", lambda _s: _remove_all(over), once=True)
    return len(runs)


def sweep(w: Work) -> int:
    """Remove the files that no import needs any more. Returns how many files and folders went."""
    over = (col(ImportRun.rejects_file).is_not(None), col(ImportRun.created_at) < w.now - KEPT)
    w.session.connection().execute(update(ImportRun).where(*over).values(rejects_file=None))
    gone = [*_uploads(w), *_rejects(w)]
    _remove_all(gone)
    return len(gone)


def _remove_all(paths: list[Path]) -> None:
    for path in paths:
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)  # what cannot go now goes with the next sweep
        else:
            path.unlink(missing_ok=True)


def _home() -> Path:
    return (settings().var_dir / "imports").resolve()


def _uploads(w: Work) -> Iterator[Path]:
    """Folders of uploads that are taken, given up or too old to go on with."""
    may_go_on = or_(
        col(ImportRun.state).in_(_UNDER_WAY),
        (col(ImportRun.state) == ImportState.FAILED) & (col(ImportRun.created_at) >= w.now - KEPT),
    )
    needed = set(w.session.exec(select(ImportRun.folder).where(may_go_on)))
    taken = set(w.session.exec(select(ImportRun.folder)))
    for folder in _home().glob(_OURS):
        young = datetime.fromtimestamp(folder.stat().st_mtime, UTC) > w.now - FRESH
        if str(folder) not in needed and (str(folder) in taken or not young):
            yield folder


def _rejects(w: Work) -> Iterator[Path]:
    """Files of rows left out that no import names; the one of an import under way is named at its end."""
    named = set(w.session.exec(select(ImportRun.rejects_file).where(col(ImportRun.rejects_file).is_not(None))))
    busy = set(w.session.exec(select(ImportRun.id).where(col(ImportRun.state).in_(_UNDER_WAY))))
    kept = {str(Path(name).resolve()) for name in named if name}
    for file in _home().glob("run-*-rejects.csv"):
        number = _REJECTS.fullmatch(file.name)
        if number and int(number[1]) not in busy and str(file) not in kept:
            yield file
