"""What was written between a customer and the company: messages of the account and the mails we sent, newest first."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement
from sqlmodel import col, select

from db.models import Case, Direction, Message, OutboxEntry, OutboxState
from services import access, outbox
from services.errors import NotFound
from services.text import _
from services.work import Work

PER_PAGE = 20
MOST_PAGES = 50  # a bound for what one look costs; older letters are in "My data"


@dataclass(frozen=True)
class Letter:
    """A mail (`mail_id`) or a message of the account (`message_id`). `text` is without the links of a mail."""

    at: datetime
    subject: str
    text: str
    by_customer: bool
    unread: bool = False
    mail_id: int | None = None
    message_id: int | None = None
    case_id: int | None = None
    recipient: str = ""
    waits: bool = False  # a mail that has not left yet
    failed: bool = False  # a mail that could not be delivered


def listing(w: Work, page: int = 1) -> tuple[list[Letter], bool]:
    """One page of one's own letters, newest first, and whether older ones follow. Customers only."""
    own, page = access.own_customer_id(w), min(max(page, 1), MOST_PAGES)
    most = page * PER_PAGE + 1
    found = _mails(w, own, most) + _messages(w, own, most)
    found.sort(key=lambda i: (i.at, i.mail_id or 0, i.message_id or 0), reverse=True)
    older = len(found) > page * PER_PAGE and page < MOST_PAGES
    return found[(page - 1) * PER_PAGE : page * PER_PAGE], older


def mail(w: Work, mail_id: int) -> Letter:
    """One mail that was sent to oneself. Raises NotFound."""
    own = access.own_customer_id(w)
    rows = select(OutboxEntry).where(OutboxEntry.id == mail_id, *_to_me(w, own))
    row = w.session.exec(rows).one_or_none()
    if row is None:
        raise NotFound(_("mail"))
    return _as_mail(row)


def message(w: Work, message_id: int) -> Letter:
    """One message of the account. Raises NotFound."""
    own = access.own_customer_id(w)
    rows = select(Message).where(Message.id == message_id, *_to_us_or_me(w, own))
    row = w.session.exec(rows).one_or_none()
    if row is None:
        raise NotFound(_("message"))
    return _as_message(row)


def _to_me(w: Work, own: int) -> tuple[ColumnElement[bool], ...]:
    """Who may not see the orders sees no mail to the address that all share."""
    mine = outbox.sent_to(own, w.actor.person_id)
    return (mine,) if w.actor.sees_orders else (mine, col(OutboxEntry.recipient) == w.actor.email)


def _to_us_or_me(w: Work, own: int) -> tuple[ColumnElement[bool], ...]:
    mine = col(Message.customer_id) == own
    if w.actor.sees_orders:
        return (mine,)
    return (mine, col(Message.case_id).in_(select(Case.id).where(access.own_cases(w))))


def _mails(w: Work, own: int, most: int) -> list[Letter]:
    rows = select(OutboxEntry).where(*_to_me(w, own))
    rows = rows.order_by(col(OutboxEntry.created_at).desc(), col(OutboxEntry.id).desc())
    return [_as_mail(row) for row in w.session.exec(rows.limit(most))]


def _messages(w: Work, own: int, most: int) -> list[Letter]:
    rows = select(Message).where(*_to_us_or_me(w, own))
    rows = rows.order_by(col(Message.sent_at).desc(), col(Message.id).desc())
    return [_as_message(row) for row in w.session.exec(rows.limit(most))]


def _as_mail(row: OutboxEntry) -> Letter:
    """A link that is a key by itself is for the mailbox alone, even while the mail waits to leave."""
    hidden = _("(this link stands in the mail only)")
    lines = (hidden if outbox.struck(line) != line else line for line in row.body.splitlines())
    return Letter(
        at=row.created_at,
        subject=row.subject,
        text="\n".join(lines),
        by_customer=False,
        mail_id=row.id,
        recipient=row.recipient,
        waits=row.state is OutboxState.WAITING,
        failed=row.state is OutboxState.DEAD,
    )


def _as_message(row: Message) -> Letter:
    inward = row.direction is Direction.IN
    return Letter(
        at=row.sent_at,
        subject=row.subject,
        text=row.body,
        by_customer=inward,
        unread=row.read_at is None and not inward,
        message_id=row.id,
        case_id=row.case_id,
    )
