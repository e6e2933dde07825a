"""Mail leaves after the transaction that caused it: written here in the same transaction, delivered by the worker."""

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, update
from sqlmodel import col, select

from db.models import OutboxEntry, OutboxState, Person, Role
from services import audit, company, mail_files, throttle
from services.mail_files import MailFile
from services.settings import settings
from services.text import _
from services.work import Work

LEASE = timedelta(minutes=10)  # longer than the slowest mail server may take over one mail
_SECRET = re.compile(r"(?<=[?&]t=)[\w-]+")
MOST_TRIES = 12


@dataclass(frozen=True)
class Mail:
    """One mail to be handed to the mail server."""

    entry_id: int
    recipient: str
    subject: str
    body: str
    message_id: str
    files: tuple[MailFile, ...] = ()


def link(path: str, **query: str) -> str:
    """An address of ours for a mail. The host comes from the settings, never from a request."""
    asked = "&".join(f"{k}={v}" for k, v in query.items())
    return f"{settings().public_url.rstrip('/')}/{path}" + (f"?{asked}" if asked else "")


def post(
    w: Work,
    kind: str,
    recipient: str,
    subject: str,
    lines: list[str],
    *,
    customer_id: int | None = None,
    not_before: datetime | None = None,
    files: Sequence[MailFile] = (),
) -> None:
    """Queue a mail to a *stored* address, to leave at once or `not_before`. `lines` are paragraphs of plain text.

    `files` lie in the database beside the mail until it is taken; see services/mail_files.py for their size.
    """
    home = company.of(w)
    domain = settings().mail_from.rpartition("@")[2]
    entry = OutboxEntry(
        kind=kind,
        recipient=recipient,
        subject=" ".join(subject.split())[:300],
        body="\n\n".join([*lines, _("Kind regards") + "\n" + home.name]),
        customer_id=customer_id,
        message_id=f"<{secrets.token_hex(16)}@{domain}>",
        created_at=w.now,
        next_try_at=not_before or w.now,
    )
    w.session.add(entry)
    if files:
        w.session.flush()
        mail_files.keep(w, entry.id, files)


def may_ask(w: Work, email: str) -> bool:
    """Count a mail that somebody outside causes; False when this mailbox or whoever asks has had enough for now."""
    waits = throttle.blocked(w, "mail", email) or throttle.blocked(w, "asking", w.actor.address)
    if not waits:
        throttle.failed(w, "mail", email)
        throttle.failed(w, "asking", w.actor.address)
    return not waits


def due(w: Work, most: int = 20) -> list[Mail]:
    """Lease the mails whose time has come, so that no other process sends them too."""
    waiting = (
        select(OutboxEntry)
        .where(
            OutboxEntry.state == OutboxState.WAITING,
            OutboxEntry.next_try_at <= w.now,
            (col(OutboxEntry.leased_until).is_(None)) | (col(OutboxEntry.leased_until) <= w.now),
        )
        .order_by(col(OutboxEntry.next_try_at))
        .limit(most)
        .with_for_update(skip_locked=True)
    )
    rows = list(w.session.exec(waiting))
    for row in rows:
        row.leased_until = w.now + LEASE
        row.tries += 1
        w.session.add(row)
    return [Mail(r.id, r.recipient, r.subject, r.body, r.message_id, mail_files.of(w, r.id)) for r in rows]


def delivered(w: Work, entry_id: int) -> None:
    """The mail server has taken it. From now on only the reader has its files and knows the secret of its link."""
    body = struck(w.session.get_one(OutboxEntry, entry_id).body)
    mail_files.forget(w, entry_id)
    _close(w, entry_id, state=OutboxState.SENT, sent_at=w.now, leased_until=None, error="", body=body)


def struck(body: str) -> str:
    """The mail without the secrets of its links."""
    return _SECRET.sub("…", body)


def failed(w: Work, entry_id: int, error: str, *, for_good: bool) -> None:
    """It was not taken: try again later, each time after a longer pause, or give up and show it."""
    row = w.session.get_one(OutboxEntry, entry_id)
    dead = for_good or row.tries >= MOST_TRIES
    pause = min(timedelta(seconds=30) * 2 ** min(row.tries, 9), timedelta(hours=4))
    _close(
        w,
        entry_id,
        state=OutboxState.DEAD if dead else OutboxState.WAITING,
        next_try_at=w.now + pause,
        leased_until=None,
        error=error[:400],
    )


def _close(w: Work, entry_id: int, **values: object) -> None:
    w.session.flush()
    w.session.connection().execute(update(OutboxEntry).where(col(OutboxEntry.id) == entry_id).values(**values))
    w.session.expire_all()


def mailbox(w: Work, *, before: datetime | None = None, most: int = 50) -> list[OutboxEntry]:
    """The newest mails with their state, for administrators.

    Only without a mail server with the secrets of the links: then this is where they are opened. Otherwise an
    administrator could take over any login with a link that was mailed to somebody else.
    """
    w.require(Role.ADMIN)
    newest = select(OutboxEntry).order_by(col(OutboxEntry.id).desc()).limit(most)
    rows = list(w.session.exec(newest if before is None else newest.where(OutboxEntry.created_at < before)))
    for row in rows:
        w.session.expunge(row)
        row.body = struck(row.body) if settings().smtp_url else row.body
    return rows


def sent_to(customer_id: int, person_id: int | None) -> ColumnElement[bool]:
    """Which mails of a customer are this person's to see: all but those to another person of the customer."""
    others = select(Person.email).where(Person.customer_id == customer_id, col(Person.id) != person_id)
    return and_(col(OutboxEntry.customer_id) == customer_id, col(OutboxEntry.recipient).not_in(others))


def retry(w: Work, entry_id: int) -> None:
    """Try a mail that was given up once more. Administrators only."""
    w.require(Role.ADMIN)
    audit.record(w, "outbox.retry", "outbox_entry", entry_id)
    _close(w, entry_id, state=OutboxState.WAITING, next_try_at=w.now, tries=0, error="")


def links(body: str) -> list[str]:
    """The addresses of ours in a mail, for the development mailbox."""
    ours = settings().public_url.rstrip("/") + "/"
    return [line for line in body.splitlines() if line.startswith(ours)]
