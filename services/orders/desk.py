"""The order desk: what waits for somebody of the house, oldest first, and one order with all it takes to send it."""

from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import tuple_
from sqlmodel import col, select

from db.models import Customer, CustomerEmail, CustomerPhone, Order, OrderStatus, Role
from services import access
from services.errors import Invalid
from services.inputs import line
from services.orders.reading import Detail, Summary, detail, summaries
from services.orders.shipping import to_send
from services.search import customer_number
from services.text import _
from services.work import Work

#: The states in which staff have something to do.
WAITING = (OrderStatus.PLACED, OrderStatus.PICKED, OrderStatus.SHIPPED)
PER_PAGE = 25


@dataclass(frozen=True)
class Wanted:
    """What to list. `text` is an order number or part of the customer's name; `late` those past their promise."""

    state: OrderStatus = OrderStatus.PLACED
    text: str = ""
    late: bool = False


@dataclass(frozen=True)
class Row:
    """One order of the list, and whose it is."""

    order: Summary
    customer: str
    late: bool


@dataclass(frozen=True)
class OnDesk:
    """One order opened: what the customer sees, who the customer is, and what is still to be sent, by line."""

    seen: Detail
    customer_id: int | None
    customer: str
    email: str
    phone: str
    promised_on: date | None
    left: dict[int, int] = field(default_factory=dict)


def waiting(w: Work, wanted: Wanted, *, after: int | None = None) -> list[Row]:
    """A page of the orders in a state, oldest first, those after the order `after`. Staff only.

    Raises Invalid for a state in which nothing is to be done, NotFound for an `after` that is no order.
    """
    w.require(Role.STAFF)
    if wanted.state not in WAITING:
        raise Invalid(_("State"), _("choose one of the states in which something is to be done"))
    rows = select(Order, Customer.name, Customer.company)
    rows = rows.outerjoin(Customer, col(Customer.id) == Order.customer_id).where(Order.status == wanted.state)
    if text := line(wanted.text, _("Number or name"), 100, required=False):
        number = text.upper().removeprefix("O").lstrip("0")
        if number.isascii() and number.isdecimal() and len(number) < 10:
            rows = rows.where(Order.id == int(number))
        else:
            named = col(Customer.name).icontains(text, autoescape=True)
            rows = rows.where(named | col(Customer.company).icontains(text, autoescape=True))
    if wanted.late:
        rows = rows.where(col(Order.promised_at) < w.now)
    if after is not None:
        mark = access.order(w, after)
        rows = rows.where(tuple_(col(Order.ordered_at), col(Order.id)) > tuple_(mark.ordered_at, mark.id))
    found = w.session.exec(rows.order_by(col(Order.ordered_at), col(Order.id)).limit(PER_PAGE)).all()
    told = summaries(w, [order for order, _name, _company in found])
    return [
        Row(summary, called(order, name, company), order.promised_at is not None and order.promised_at < w.now)
        for summary, (order, name, company) in zip(told, found, strict=True)
    ]


def on_desk(w: Work, order_id: int) -> OnDesk:
    """One order with its customer. Staff only. Raises NotFound."""
    w.require(Role.STAFF)
    order = access.order(w, order_id)
    seen = detail(w, order_id)
    owner = w.session.get(Customer, order.customer_id) if order.customer_id else None
    emails = select(CustomerEmail.email).where(CustomerEmail.customer_id == order.customer_id)
    phones = select(CustomerPhone).where(CustomerPhone.customer_id == order.customer_id)
    emails = emails.order_by(col(CustomerEmail.is_primary).desc(), col(CustomerEmail.id)).limit(1)
    phones = phones.order_by(col(CustomerPhone.is_primary).desc(), col(CustomerPhone.id)).limit(1)
    phone = w.session.exec(phones).first()
    return OnDesk(
        seen=seen,
        customer_id=order.customer_id,
        customer=called(order, owner.name if owner else None, owner.company if owner else None),
        email=w.session.exec(emails).first() or "",
        phone=(phone.e164 or phone.as_written) if phone else "",
        promised_on=seen.summary.promised_on,
        left=to_send(w, order) if order.status in (OrderStatus.PLACED, OrderStatus.PICKED) else {},
    )


def called(order: Order, name: str | None, company: str | None) -> str:
    """Whose order it is, as staff read it."""
    if order.customer_id is None:
        return _("without a customer")
    return name or company or customer_number(order.customer_id)
