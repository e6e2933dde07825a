"""Which orders a case is about: the one it began with, and those that staff link to it."""

from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlmodel import col

from db.models import Case, CaseOrder, CaseState, Order, OrderStatus, Role
from services import access, audit
from services.cases.rules import case_number, held
from services.errors import Invalid
from services.search import order_number
from services.text import _
from services.work import Work


@dataclass(frozen=True)
class LinkedOrder:
    """One order of a case; the one it began with cannot be taken away."""

    id: int
    number: str
    status: OrderStatus
    total_cents: int
    first: bool


@dataclass(frozen=True)
class AboutOrder:
    """One case about an order."""

    id: int
    number: str
    subject: str
    state: CaseState


def of_case(w: Work, case_id: int) -> list[LinkedOrder]:
    """The orders of a case, for whoever may see the case. Raises NotFound."""
    case = access.case(w, case_id)
    more = select(col(CaseOrder.order_id)).where(col(CaseOrder.case_id) == case_id)
    rows = (
        select(col(Order.id), col(Order.status), col(Order.total_cents))
        .where(or_(col(Order.id).in_(more), col(Order.id) == (case.order_id or 0)))
        .order_by(col(Order.id).desc())
    )
    return [
        LinkedOrder(r.id, order_number(r.id), r.status, r.total_cents, r.id == case.order_id)
        for r in w.session.connection().execute(rows)
    ]


def of_order(w: Work, order_id: int) -> list[AboutOrder]:
    """The cases about an order, newest first, for whoever may see the order. Raises NotFound."""
    access.order(w, order_id)
    linked = select(col(CaseOrder.case_id)).where(col(CaseOrder.order_id) == order_id)
    rows = (
        select(col(Case.id), col(Case.subject), col(Case.state))
        .where(or_(col(Case.id).in_(linked), col(Case.order_id) == order_id))
        .order_by(col(Case.id).desc())
        .limit(50)
    )
    return [AboutOrder(r.id, case_number(r.id), r.subject, r.state) for r in w.session.connection().execute(rows)]


def choices(w: Work, case_id: int, most: int = 30) -> dict[int, str]:
    """The customer's last orders, by number, for linking one. Staff only."""
    w.require(Role.STAFF)
    case = access.case(w, case_id)
    rows = select(col(Order.id)).where(col(Order.customer_id) == case.customer_id)
    ids = w.session.execute(rows.order_by(col(Order.ordered_at).desc(), col(Order.id).desc()).limit(most)).scalars()
    return {i: order_number(i) for i in ids}


def link(w: Work, case_id: int, order_id: int, *, on: bool = True) -> None:
    """The case is about this order too, or not any more. Staff only. Raises NotFound, Invalid."""
    w.require(Role.STAFF)
    case, order = held(w, case_id), access.order(w, order_id)
    if order.customer_id != case.customer_id:
        raise Invalid(_("Order"), _("this order belongs to another customer"))
    row = w.session.get(CaseOrder, (case.id, order_id))
    if (row is not None) is on:
        return
    if row is None:
        w.session.add(CaseOrder(case_id=case.id, order_id=order_id, linked_at=w.now))
    else:
        w.session.delete(row)
    w.session.flush()
    audit.record(w, "cases.order", "case", case.id, customer_id=case.customer_id, after={"order": order_id, "on": on})
