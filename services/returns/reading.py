"""Looking at returns: the customer and staff see the same."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import tuple_
from sqlmodel import col, select

from db.models import AuditEntry, Customer, Order, OrderLine, Product, ReasonKind, Return, ReturnState, Role
from services import access, files, reasons
from services.catalogue.offer import shown_name
from services.files import File, Thing
from services.orders.desk import called
from services.returns.asking import ARRIVED
from services.returns.worth import last_day, most_cents, returnable, returns_of, too_late
from services.search import order_number
from services.work import Work

PER_PAGE = 25
OPEN = (ReturnState.REQUESTED, ReturnState.RECEIVED)


@dataclass(frozen=True)
class Shown:
    """One return. `lines` are (name, pieces); `told` is the reason that staff gave; `most_cents` may be refunded."""

    id: int
    state: ReturnState
    reason: str
    note: str
    lines: list[tuple[str, int]]
    refund_cents: int
    most_cents: int
    requested_at: datetime
    closed_at: datetime | None
    told: str
    files: list[File]


@dataclass(frozen=True)
class OfOrder:
    """The returns of an order, oldest first, and the pieces for which one can be asked, by line.

    `until` is the last day on which the customer may ask (None: no end); after it nothing is left to a customer.
    """

    returns: list[Shown]
    returnable: dict[int, int]
    until: date | None = None


@dataclass(frozen=True)
class Waiting:
    """A return that waits for staff."""

    id: int
    order_id: int
    number: str
    customer: str
    state: ReturnState
    reason: str
    requested_at: datetime


def of_order(w: Work, order_id: int) -> OfOrder:
    """The returns of an order and what may still go back. Raises NotFound."""
    w.require(Role.CUSTOMER, Role.STAFF)
    order = access.order(w, order_id)
    found = returns_of(w, order.id)
    names, told = (_names(w, order.id), _told(w, order.id)) if found else ({}, {})
    words = reasons.labels(w, ReasonKind.RETURN) if found else {}
    photos = files.of_each(w, Thing.RETURN, [one.id for one in found]) if found else {}
    shown = [
        Shown(
            id=one.id,
            state=one.state,
            reason=reasons.in_words(ReasonKind.RETURN, one.reason, words),
            note=one.note,
            lines=[(names.get(i["line_no"], ""), i["quantity"]) for i in one.lines],
            refund_cents=one.refund_cents,
            most_cents=most_cents(w, one) if one.state is ReturnState.RECEIVED else 0,
            requested_at=one.requested_at,
            closed_at=one.closed_at,
            told=told.get(one.id, ""),
            files=photos.get(one.id, []),
        )
        for one in found
    ]
    late = not w.actor.is_team and too_late(w, order)
    left = returnable(w, order) if order.status in ARRIVED and not late else {}
    return OfOrder(shown, left, last_day(w, order))


def waiting(w: Work, *, after: int | None = None) -> list[Waiting]:
    """A page of the returns of which something is to be done, oldest first, those after the return `after`.

    Staff only. Raises NotFound for an `after` that is no return.
    """
    w.require(Role.STAFF)
    rows = select(Return, Order, Customer).join(Order, col(Order.id) == Return.order_id)
    rows = rows.outerjoin(Customer, col(Customer.id) == Order.customer_id).where(col(Return.state).in_(OPEN))
    if after is not None:
        mark = access.order_return(w, after)
        rows = rows.where(tuple_(col(Return.requested_at), col(Return.id)) > tuple_(mark.requested_at, mark.id))
    rows = rows.order_by(col(Return.requested_at), col(Return.id)).limit(PER_PAGE)
    words = reasons.labels(w, ReasonKind.RETURN)
    return [
        Waiting(
            id=one.id,
            order_id=order.id,
            number=order_number(order.id),
            customer=called(order, customer.name if customer else None, customer.company if customer else None),
            state=one.state,
            reason=reasons.in_words(ReasonKind.RETURN, one.reason, words),
            requested_at=one.requested_at,
        )
        for one, order, customer in w.session.exec(rows)
    ]


def _names(w: Work, order_id: int) -> dict[int, str]:
    rows = w.session.exec(
        select(OrderLine, Product.name)
        .outerjoin(Product, col(Product.id) == OrderLine.product_id)
        .where(OrderLine.order_id == order_id)
    )
    return {i.line_no: i.name or shown_name(name or "", i.product_code, i.product_id or 0) for i, name in rows}


def _told(w: Work, order_id: int) -> dict[int, str]:
    """The reasons of staff, by return; the audit trail is where they are kept."""
    steps = select(AuditEntry).where(AuditEntry.entity == "order", AuditEntry.entity_id == str(order_id))
    steps = steps.where(col(AuditEntry.action).in_(("returns.refuse", "returns.refund")))
    return {entry.after["return_id"]: entry.reason for entry in w.session.exec(steps) if entry.reason}
