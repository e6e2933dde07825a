"""Nothing explained twice: what was answered the last time, and how often a customer had to tell it again after all."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, literal_column, select
from sqlmodel import col

from db.models import Channel, Direction, Interaction, Promise, ReasonKind, Role, StaffMember
from services import access, reasons
from services.work import Work

#: For so long an answer counts as given: the same reason again within these days is a repetition.
WITHIN = timedelta(days=30)
SHOWN = 3
LONGEST = 600  # characters of the earlier words that are shown


@dataclass(frozen=True)
class Earlier:
    """An earlier contact for the same reason: what was said, what came of it, and what was promised then."""

    id: int
    at: datetime
    channel: Channel
    who: str
    summary: str
    outcome: str
    promise: str


@dataclass(frozen=True)
class Figure:
    """How often it happened: of `contacts` that customers began, in `again` they had to explain again."""

    contacts: int
    again: int
    by_reason: list[tuple[str, int]]  # the reason in words, how often; the most frequent first

    @property
    def share(self) -> float | None:
        """None where there was no contact."""
        return self.again / self.contacts if self.contacts else None


def earlier(w: Work, customer_id: int, reason: str) -> list[Earlier]:
    """The last contacts of this customer for this reason within 30 days, newest first. Staff only. Raises NotFound."""
    w.require(Role.STAFF)
    access.customer(w, customer_id)
    if not reason:
        return []
    contact = Interaction
    rows = (
        select(
            col(contact.id),
            col(contact.happened_at),
            col(contact.channel),
            col(StaffMember.name),
            col(contact.summary),
            col(contact.outcome),
        )
        .outerjoin(StaffMember, col(StaffMember.id) == col(contact.staff_id))
        .where(
            col(contact.customer_id) == customer_id,
            col(contact.happened_at) > w.now - WITHIN,
            col(contact.reason) == reason,
        )
        .order_by(col(contact.happened_at).desc(), col(contact.id).desc())
        .limit(SHOWN)
    )
    found = w.session.connection().execute(rows).all()
    promised = _promised(w, [row.id for row in found])
    return [
        Earlier(r.id, r.happened_at, r.channel, r.name or "", r.summary[:LONGEST], r.outcome, promised.get(r.id, ""))
        for r in found
    ]


def figure(w: Work, since: datetime, until: datetime) -> Figure:
    """How often customers had to explain again in contacts from `since` up to `until`. Managers only."""
    w.require(Role.MANAGER)
    contact = Interaction
    span = col(contact.happened_at) >= since, col(contact.happened_at) < until
    begun = col(contact.direction) == Direction.IN
    connection = w.session.connection()
    contacts = connection.scalar(select(func.count()).select_from(contact).where(*span, begun)) or 0
    counted = (
        select(col(contact.reason), func.count().label("n"))
        .where(*span, begun, literal_column("interaction.explained_again"))  # as the index says it
        .group_by(col(contact.reason))
        .order_by(func.count().desc(), col(contact.reason))
    )
    labels = reasons.labels(w, ReasonKind.CONTACT)
    rows = [(reasons.in_words(ReasonKind.CONTACT, code, labels), n) for code, n in connection.execute(counted)]
    return Figure(contacts, sum(n for _reason, n in rows), rows)


def _promised(w: Work, ids: list[int]) -> dict[int, str]:
    rows = select(col(Promise.interaction_id), col(Promise.what)).where(col(Promise.interaction_id).in_(ids))
    return {number: what for number, what in w.session.connection().execute(rows) if number is not None}
