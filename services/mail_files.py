"""Files that go with mail: in the database with the mail that carries them, gone as soon as the mail server has it."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import delete
from sqlmodel import col, select

from db.models import OutboxFile, Role
from services.errors import Invalid, NotFound
from services.inputs import line
from services.text import _, number
from services.work import Work

#: Of one mail together: coded for the way they grow by a third, and many servers take no more than ten megabytes.
MOST_BYTES = 7_000_000
MOST = 5


@dataclass(frozen=True)
class MailFile:
    """A file that goes with a mail. `content_type` is like "application/pdf"."""

    name: str
    content_type: str
    content: bytes


@dataclass(frozen=True)
class Listed:
    """What a list shows of such a file."""

    position: int
    name: str
    size: int


def keep(w: Work, entry_id: int, files: Sequence[MailFile]) -> None:
    """Write them beside a mail that was just queued. Raises Invalid when they are too large for a mail."""
    size = sum(len(f.content) for f in files)
    if size > MOST_BYTES or len(files) > MOST:
        told = _("together larger than {most} MB; a mail cannot carry them").format(most=number(MOST_BYTES / 10**6))
        raise Invalid(_("Files"), told)
    for position, file in enumerate(files):
        name = line(file.name, _("File name"), 200)
        w.session.add(
            OutboxFile(
                entry_id=entry_id,
                position=position,
                file_name=name,
                content_type=file.content_type,
                size=len(file.content),
                content=file.content,
            )
        )


def of(w: Work, entry_id: int) -> tuple[MailFile, ...]:
    """The files of a mail that still waits, in their order. For the delivery."""
    w.require(Role.ADMIN)
    rows = select(OutboxFile).where(OutboxFile.entry_id == entry_id).order_by(col(OutboxFile.position))
    return tuple(MailFile(r.file_name, r.content_type, r.content) for r in w.session.exec(rows))


def listed(w: Work, entry_id: int) -> list[Listed]:
    """Names and sizes of the same. Administrators only."""
    w.require(Role.ADMIN)
    columns = select(OutboxFile.position, OutboxFile.file_name, OutboxFile.size)
    rows = columns.where(OutboxFile.entry_id == entry_id).order_by(col(OutboxFile.position))
    return [Listed(*row) for row in w.session.exec(rows)]


def content(w: Work, entry_id: int, position: int) -> bytes:
    """One of them. Administrators only. Raises NotFound, also once the mail is gone."""
    w.require(Role.ADMIN)
    found = w.session.get(OutboxFile, (entry_id, position))
    if found is None:
        raise NotFound(_("file"))
    return found.content


def forget(w: Work, entry_id: int) -> None:
    """The mail is on its way: what it carried is with its reader now."""
    w.session.execute(delete(OutboxFile).where(col(OutboxFile.entry_id) == entry_id))
