"""One-time secrets: made once, known only to whoever was handed them, gone after one use or their time."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import delete
from sqlmodel import col

from db.models import Ticket, TicketKind
from services.work import Work

LIVES = {
    TicketKind.SIGN_IN: timedelta(seconds=30),
    TicketKind.CONFIRM: timedelta(hours=24),
    TicketKind.RESET: timedelta(hours=1),
    TicketKind.INVITE: timedelta(days=7),
    TicketKind.EMAIL_CHANGE: timedelta(hours=24),
    TicketKind.JOIN: timedelta(days=14),
    TicketKind.SECOND_FACTOR: timedelta(minutes=5),
}
#: Somebody may sign in with several browsers at the same moment.
BESIDE_EACH_OTHER = (TicketKind.SIGN_IN, TicketKind.SECOND_FACTOR)


@dataclass(frozen=True)
class Redeemed:
    """What a ticket said when it was used."""

    person_id: int | None
    email: str
    payload: dict[str, Any]


def digest(secret: str) -> str:
    """What is stored of a secret."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


def issue(
    w: Work,
    kind: TicketKind,
    *,
    person_id: int | None = None,
    email: str = "",
    browser: str = "",
    payload: dict[str, Any] | None = None,
) -> str:
    """A new secret of 256 bits. A newer one ends the older ones of its kind for the same person, or without a person
    for the same address; only sign-ins may wait beside each other."""
    if kind not in BESIDE_EACH_OTHER:
        nobodys = (col(Ticket.person_id).is_(None)) & (col(Ticket.email) == email)
        same = nobodys if person_id is None else col(Ticket.person_id) == person_id
        w.session.connection().execute(delete(Ticket).where(col(Ticket.kind) == kind, same))
    secret = secrets.token_urlsafe(32)
    w.session.add(
        Ticket(
            id=digest(secret),
            kind=kind,
            person_id=person_id,
            email=email,
            browser=browser,
            payload=payload or {},
            created_at=w.now,
            expires_at=w.now + LIVES[kind],
        )
    )
    w.session.flush()
    return secret


def peek(w: Work, kind: TicketKind, secret: str) -> Redeemed | None:
    """What a ticket says, without using it up: to greet somebody by name before a form is sent."""
    found = w.session.get(Ticket, digest(secret))
    if found is None or found.kind is not kind or found.expires_at <= w.now:
        return None
    return Redeemed(found.person_id, found.email, found.payload)


def redeem(w: Work, kind: TicketKind, secret: str, *, browser: str = "") -> Redeemed | None:
    """Use a ticket up. None when it is unknown, used, expired, of another kind or for another browser.

    One atomic DELETE decides, so of two that come at once only one wins.
    """
    statement = (
        delete(Ticket)
        .where(
            col(Ticket.id) == digest(secret),
            col(Ticket.kind) == kind,
            col(Ticket.expires_at) > w.now,
            col(Ticket.browser) == browser,
        )
        .returning(Ticket.person_id, Ticket.email, Ticket.payload)  # type: ignore[call-overload]  # SQLModel types columns as values
    )
    row = w.session.connection().execute(statement).one_or_none()
    return None if row is None else Redeemed(row[0], row[1], row[2])


def void(w: Work, person_id: int) -> None:
    """End all open tickets of a person, after a change of password or e-mail."""
    w.session.connection().execute(delete(Ticket).where(col(Ticket.person_id) == person_id))


def sweep(w: Work) -> int:
    """Remove what has expired. Returns how many."""
    return int(w.session.connection().execute(delete(Ticket).where(col(Ticket.expires_at) <= w.now)).rowcount)
