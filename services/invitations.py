"""Inviting many customers to the portal at once: looked at first, mailed bit by bit, stopped at any time."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, delete, exists, func, or_, select
from sqlalchemy import func as sql
from sqlalchemy.orm import aliased
from sqlmodel import SQLModel, col

from db.models import (
    Customer,
    CustomerEmail,
    CustomerKind,
    InvitationRound,
    Order,
    OutboxEntry,
    OutboxState,
    Person,
    Purpose,
    Role,
    Ticket,
    TicketKind,
)
from services import audit, colleagues, consents, due, inputs
from services.errors import Conflict, Invalid, NotFound
from services.text import _
from services.work import Work

MOST = 2000  # in one round
EXAMPLES = 3
#: A mail every six seconds, the first after a minute: time to stop what was a mistake.
PAUSE, FIRST_AFTER = timedelta(seconds=6), timedelta(minutes=1)


class Chosen(SQLModel):
    """Which customers: all, those of a kind, those that bought lately, those of a list of addresses (see `listed`)."""

    kind: CustomerKind | None = None
    bought_within_days: int | None = None
    emails: list[str] | None = None


@dataclass(frozen=True)
class Preview:
    """How many would be invited, and some of them: (what they are called, address).

    Of a list: `strangers` are the addresses that no customer is known by.
    """

    count: int
    examples: list[tuple[str, str]]
    strangers: tuple[str, ...] = ()


@dataclass(frozen=True)
class Round:
    """A round and how far it is."""

    id: int
    started_at: datetime
    invited: int
    waiting: int
    stopped: int


def preview(w: Work, chosen: Chosen) -> Preview:
    """Customers of the choice with an address, without a sign-in, not invited in the last 14 days, who did not object.

    Managers only. Raises Invalid.
    """
    w.require(Role.MANAGER)
    wanted = _wanted(w, chosen)
    count = w.session.connection().scalar(select(func.count()).select_from(wanted.subquery())) or 0
    rows = w.session.connection().execute(wanted.order_by(col(Customer.id)).limit(EXAMPLES))
    return Preview(count, [(due.called(r.id, r.name, r.company), r.email) for r in rows], _strangers(w, chosen))


def listed(text: str) -> list[str]:
    """The addresses of a list, one a line or with commas or semicolons between them, each once. Raises Invalid."""
    written = [part.strip() for part in re.split(r"[\n,;]", text) if part.strip()]
    if len(written) > MOST:
        raise Invalid(_("Addresses"), _("at most {most} at once, these are {n}").format(most=MOST, n=len(written)))
    found: dict[str, None] = {}
    for part in written:
        try:
            found[inputs.email(part)] = None
        except Invalid as wrong:
            raise Invalid(_("Addresses"), _("“{part}” is no e-mail address").format(part=part[:80])) from wrong
    return list(found)


def start(w: Work, chosen: Chosen, *, expected: int) -> int:
    """Queue the invitations, `MOST` at most; returns the number of the round. Managers only.

    Raises Conflict where the choice fits another number of customers than the one that was looked at.
    """
    w.require(Role.MANAGER)
    if preview(w, chosen).count != expected or not expected:
        raise Conflict(_("The number of customers has changed. Please look again before you send."))
    rows = list(w.session.connection().execute(_wanted(w, chosen).order_by(col(Customer.id)).limit(MOST)))
    made = InvitationRound(started_by_id=w.actor.person_id, started_at=w.now, chosen=_noted(chosen), invited=len(rows))
    w.session.add(made)
    w.session.flush()
    for number, row in enumerate(rows):
        at = w.now + FIRST_AFTER + number * PAUSE
        name = row.name or row.company or row.email
        colleagues.post_invitation(w, row.id, name, row.email, colleagues.EVERYTHING, kind=_kind(made.id), at=at)
        audit.record(w, "invitations.post", "invitation_round", made.id, customer_id=row.id)
    audit.record(w, "invitations.start", "invitation_round", made.id, after={"invited": len(rows)})
    return made.id


def stop(w: Work, round_id: int) -> int:
    """Take back every mail of the round that has not left; returns how many. Managers only. Raises NotFound."""
    w.require(Role.MANAGER)
    row = w.session.get(InvitationRound, round_id, with_for_update=True)
    if row is None:
        raise NotFound(_("round"))
    connection = w.session.connection()
    gone = delete(OutboxEntry).where(*_waiting(w, round_id)).returning(col(OutboxEntry.recipient))
    emails = list(connection.execute(gone).scalars())
    mine = (
        col(Ticket.kind) == TicketKind.JOIN,
        col(Ticket.email).in_(emails),
        col(Ticket.created_at) == row.started_at,
    )
    connection.execute(delete(Ticket).where(*mine))
    row.stopped_at, row.stopped = w.now, row.stopped + len(emails)
    w.session.add(row)
    audit.record(w, "invitations.stop", "invitation_round", round_id, after={"stopped": len(emails)})
    return len(emails)


def rounds(w: Work, most: int = 10) -> list[Round]:
    """The last rounds, the newest first. Managers only."""
    w.require(Role.MANAGER)
    newest = select(InvitationRound).order_by(col(InvitationRound.id).desc()).limit(most)
    found = []
    for row in w.session.execute(newest).scalars():
        left = select(sql.count()).select_from(OutboxEntry).where(*_waiting(w, row.id))
        found.append(Round(row.id, row.started_at, row.invited, w.session.connection().scalar(left) or 0, row.stopped))
    return found


def _noted(chosen: Chosen) -> dict[str, object]:
    """The choice as it is kept. Of a list only how long it was: its addresses stand with the mails."""
    kept = chosen.model_dump(mode="json", exclude={"emails"})
    return kept if chosen.emails is None else {**kept, "listed": len(chosen.emails)}


def _strangers(w: Work, chosen: Chosen) -> tuple[str, ...]:
    if not chosen.emails:
        return ()
    theirs = select(col(CustomerEmail.email)).where(col(CustomerEmail.email).in_(chosen.emails))
    known = set(w.session.execute(theirs).scalars())
    return tuple(email for email in chosen.emails if email not in known)


def _kind(round_id: int) -> str:
    return f"portal-invitation:{round_id}"


def _waiting(w: Work, round_id: int) -> tuple[ColumnElement[bool], ...]:
    """Mails of the round that are neither sent nor in the hands of the delivery right now."""
    free = or_(col(OutboxEntry.leased_until).is_(None), col(OutboxEntry.leased_until) <= w.now)
    return (col(OutboxEntry.kind) == _kind(round_id), col(OutboxEntry.state) == OutboxState.WAITING, free)


def _wanted(w: Work, chosen: Chosen) -> Select[*tuple[object, ...]]:
    best = aliased(CustomerEmail)
    if chosen.emails is not None and len(chosen.emails) > MOST:
        raise Invalid(
            _("Addresses"), _("at most {most} at once, these are {n}").format(most=MOST, n=len(chosen.emails))
        )
    meant = col(best.is_primary) if chosen.emails is None else col(best.email).in_(chosen.emails)
    first = select(func.min(col(best.id))).where(col(best.customer_id) == col(CustomerEmail.customer_id), meant)
    # Few have a sign-in, an open invitation or said no: each is one short list, and not a question per customer.
    with_sign_in = select(col(Person.customer_id)).where(col(Person.customer_id).is_not(None))
    invited = select(col(Ticket.email)).where(col(Ticket.kind) == TicketKind.JOIN, col(Ticket.expires_at) > w.now)
    # Two customers with one address: the one known longest, as at the registration.
    namesake = aliased(CustomerEmail)
    older = exists().where(
        col(namesake.email) == col(CustomerEmail.email), col(namesake.customer_id) < col(CustomerEmail.customer_id)
    )
    wanted = (
        select(col(Customer.id), col(Customer.name), col(Customer.company), col(CustomerEmail.email))
        .join(CustomerEmail, col(CustomerEmail.customer_id) == col(Customer.id))
        .where(col(CustomerEmail.id) == first.correlate(CustomerEmail).scalar_subquery())
        .where(
            col(Customer.id).not_in(with_sign_in),
            col(CustomerEmail.email).not_in(select(col(Person.email))),
            col(CustomerEmail.email).not_in(invited),
            col(Customer.id).not_in(consents.objecting(Purpose.SERVICE)),
            ~older,
        )
    )
    if chosen.kind is not None:
        wanted = wanted.where(col(Customer.kind) == chosen.kind)
    return wanted if chosen.bought_within_days is None else wanted.where(_bought(w, chosen.bought_within_days))


def _bought(w: Work, days: int) -> ColumnElement[bool]:
    if type(days) is not int or not 1 <= days <= 3650:
        raise Invalid(_("Bought within"), _("between 1 and 3650 days"))
    since = w.now - timedelta(days=days)
    return exists().where(col(Order.customer_id) == col(Customer.id), col(Order.ordered_at) >= since)
