"""The overview of a customer that an agent has before the eyes during a call: who, how to reach, what is open."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import phonenumbers
from phonenumbers import timezone as phone_zones
from sqlmodel import col, select

from db.models import (
    STILL_OPEN,
    Case,
    CaseState,
    Customer,
    CustomerAddress,
    CustomerEmail,
    CustomerPhone,
    FollowUp,
    Order,
    OrderStatus,
    Promise,
    Role,
    StaffMember,
)
from services import access, company, consents, search
from services.consents import Current
from services.work import Work

SHOWN = 5  # open promises, cases, follow-ups and last orders on the overview


@dataclass(frozen=True)
class OpenPromise:
    id: int
    what: str
    due_on: date


@dataclass(frozen=True)
class OpenCase:
    id: int
    subject: str
    state: CaseState
    next_step: str
    answer_by: datetime | None


@dataclass(frozen=True)
class OpenFollowUp:
    id: int
    reason: str
    due_at: datetime


@dataclass(frozen=True)
class LastOrder:
    id: int
    ordered_at: datetime
    status: OrderStatus
    total_cents: int


@dataclass(frozen=True)
class Overview:
    """What fits on one screen. `zone` is the customer's; `zone_known` is False where it was guessed from the phone."""

    as_of: datetime
    id: int
    number: str
    name: str
    company: str
    source_id: str
    language: str
    zone: ZoneInfo
    zone_known: bool
    account_manager: str
    joined_at: datetime | None
    emails: tuple[str, ...]
    phones: tuple[str, ...]
    address: str
    promises: tuple[OpenPromise, ...]
    cases: tuple[OpenCase, ...]
    follow_ups: tuple[OpenFollowUp, ...]
    orders: tuple[LastOrder, ...]
    consents: tuple[Current, ...]


def overview(w: Work, customer_id: int) -> Overview:
    """Who the customer is and what is open with it. Staff only. Raises NotFound."""
    w.require(Role.STAFF)
    found = access.customer(w, customer_id)
    emails = select(CustomerEmail).where(CustomerEmail.customer_id == customer_id)
    phones = w.session.exec(select(CustomerPhone).where(CustomerPhone.customer_id == customer_id)).all()
    phones = sorted(phones, key=lambda p: (not p.is_primary, p.id))
    written = [p.e164 or p.as_written for p in phones]
    manager = w.session.get(StaffMember, found.account_manager_id) if found.account_manager_id else None
    zone, zone_known = _zone(w, found, written)
    return Overview(
        as_of=w.now,
        id=found.id,
        number=search.customer_number(found.id),
        name=found.name or found.company or search.customer_number(found.id),
        company=(found.company or "") if found.name != found.company else "",
        source_id=found.source_id or "",
        language=found.language or "",
        zone=zone,
        zone_known=zone_known,
        account_manager=manager.name if manager else "",
        joined_at=found.joined_at,
        emails=tuple(e.email for e in sorted(w.session.exec(emails), key=lambda e: (not e.is_primary, e.id))),
        phones=tuple(written),
        address=_address(w, customer_id),
        promises=_promises(w, customer_id),
        cases=_cases(w, customer_id),
        follow_ups=_follow_ups(w, customer_id),
        orders=_orders(w, customer_id),
        consents=consents.current(w, customer_id),
    )


def _zone(w: Work, found: Customer, phones: Sequence[str]) -> tuple[ZoneInfo, bool]:
    """The customer's zone; else that of its first phone; else the company's."""
    own = _known_zone(found.time_zone or "")
    if own is not None:
        return own, True
    for number in phones:
        if number.startswith("+"):
            guessed = phone_zones.time_zones_for_number(phonenumbers.parse(number))
            zone = _known_zone(guessed[0] if guessed else "")
            if zone is not None:
                return zone, False
    return company.of(w).zone, False


@cache
def _known_zone(name: str) -> ZoneInfo | None:
    """The zone, unless this machine does not know it; Python's list of all zones would be read from the disk anew."""
    try:
        return ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError):
        return None


def _address(w: Work, customer_id: int) -> str:
    mine = select(CustomerAddress).where(CustomerAddress.customer_id == customer_id)
    found = w.session.exec(mine.order_by(col(CustomerAddress.is_billing).desc(), col(CustomerAddress.id)).limit(1))
    row = found.one_or_none()
    if row is None:
        return ""
    town = " ".join(p for p in (row.postal_code, row.city) if p)
    return ", ".join(p for p in (row.street, town, row.region, row.country) if p)


def _promises(w: Work, customer_id: int) -> tuple[OpenPromise, ...]:
    mine = (
        select(Promise)
        .where(Promise.customer_id == customer_id, col(Promise.kept_at).is_(None), col(Promise.broken_at).is_(None))
        .order_by(col(Promise.due_on), col(Promise.id))
    )
    return tuple(OpenPromise(p.id, p.what, p.due_on) for p in w.session.exec(mine.limit(SHOWN)))


def _cases(w: Work, customer_id: int) -> tuple[OpenCase, ...]:
    mine = (
        select(Case)
        .where(Case.customer_id == customer_id, col(Case.state).in_(STILL_OPEN))
        .order_by(col(Case.opened_at).desc(), col(Case.id).desc())
    )
    return tuple(
        OpenCase(c.id, c.subject, c.state, c.next_step, c.answer_by) for c in w.session.exec(mine.limit(SHOWN))
    )


def _follow_ups(w: Work, customer_id: int) -> tuple[OpenFollowUp, ...]:
    mine = (
        select(FollowUp)
        .where(FollowUp.customer_id == customer_id, col(FollowUp.done_at).is_(None))
        .order_by(col(FollowUp.due_at), col(FollowUp.id))
    )
    return tuple(OpenFollowUp(f.id, f.reason, f.due_at) for f in w.session.exec(mine.limit(SHOWN)))


def _orders(w: Work, customer_id: int) -> tuple[LastOrder, ...]:
    mine = (
        select(Order)
        .where(Order.customer_id == customer_id)
        .order_by(col(Order.ordered_at).desc(), col(Order.id).desc())
    )
    return tuple(LastOrder(o.id, o.ordered_at, o.status, o.total_cents) for o in w.session.exec(mine.limit(SHOWN)))
