"""What an agent wants to know before saying hello, beside what is open: last talks, what changed, what comes next."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from sqlmodel import col, or_, select

from db.models import Channel, CustomerLine, Direction, Interaction, Role, StaffMember, Team
from services import access, company, customer_edit, hints, payments
from services.customer_edit import FieldChange
from services.expected_purchase import Expected, expected
from services.payments import OpenMoney
from services.text import money
from services.work import Work

CONTACTS, CHANGES = 3, 2


@dataclass(frozen=True)
class LastContact:
    """One line of the last talk."""

    at: datetime
    channel: Channel
    direction: Direction
    reason: str
    summary: str
    outcome: str
    by: str


@dataclass(frozen=True)
class Line:
    """The customer is served by a team of its own: which, why, until when."""

    team: str
    reason: str
    until_on: date | None


@dataclass(frozen=True)
class Hint:
    """A warning or an offer, with what it rests on."""

    kind: Literal["warning", "offer"]
    text: str
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True)
class Brief:
    """All of it. `owed` is what is invoiced and not paid."""

    contacts: tuple[LastContact, ...]
    changes: tuple[FieldChange, ...]
    expected: Expected
    line: Line | None
    owed: OpenMoney
    hints: tuple[Hint, ...]


def _warning(w: Work, customer_id: int) -> Sequence[Hint]:
    """The customer may be slipping away: each reason of up to three."""
    found = hints.of_customer(w, customer_id)
    return [Hint("warning", found.reasons[0], found.reasons[1:])] if found else []


def _offer(w: Work, customer_id: int) -> Sequence[Hint]:
    """One product, with its price and the counts it rests on."""
    found = hints.suggested(w, customer_id)
    if found is None:
        return []
    return [Hint("offer", f"{found.name}, {money(found.price_cents, company.of(w).currency)}", found.evidence)]


#: Who knows warnings and offers about a customer: (work, customer id) -> hints. Each checks the consent it needs.
HINTS: list[Callable[[Work, int], Sequence[Hint]]] = [_warning, _offer]


def brief(w: Work, customer_id: int) -> Brief:
    """All of it; the number of queries does not grow with the history. Staff only. Raises NotFound."""
    w.require(Role.STAFF)
    access.customer(w, customer_id)
    return Brief(
        contacts=_contacts(w, customer_id),
        changes=tuple(customer_edit.past(w, customer_id, most=CHANGES).changes[:CHANGES]),
        expected=expected(w, customer_id),
        line=_line(w, customer_id),
        owed=payments.open_money(w, customer_id),
        hints=tuple(hint for ask in HINTS for hint in ask(w, customer_id)),
    )


def _contacts(w: Work, customer_id: int) -> tuple[LastContact, ...]:
    mine = (
        select(Interaction, StaffMember.name)
        .outerjoin(StaffMember, col(StaffMember.id) == col(Interaction.staff_id))
        .where(Interaction.customer_id == customer_id, col(Interaction.date_known))
        .order_by(col(Interaction.happened_at).desc(), col(Interaction.id).desc())
        .limit(CONTACTS)
    )
    return tuple(
        LastContact(i.happened_at, i.channel, i.direction, i.reason, i.summary, i.outcome, name or "")
        for i, name in w.session.exec(mine)
    )


def _line(w: Work, customer_id: int) -> Line | None:
    until = col(CustomerLine.until_on)
    mine = (
        select(CustomerLine, Team.name)
        .join(Team, col(Team.id) == col(CustomerLine.team_id))
        .where(CustomerLine.customer_id == customer_id, or_(until.is_(None), until >= w.now.date()))
    )
    row = w.session.exec(mine).first()
    return Line(row[1], row[0].reason, row[0].until_on) if row else None
