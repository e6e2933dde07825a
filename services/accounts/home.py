"""What a customer comes for: what is open, what was promised, what was ordered last."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func
from sqlalchemy import select as columns_of
from sqlmodel import col, select

from db.models import NOT_A_SALE, STILL_OPEN, Case, CaseState, Direction, Message, Order, OrderLine, Promise
from services import access, catalogue, orders, payments
from services.catalogue import Offer, Stock
from services.payments import OpenMoney
from services.work import Work

SHOWN = 5
LAST = 3  # finished orders, and answers: all of them have pages of their own
BOUGHT = 3  # one row of cards
_LOOKED_AT = 50  # last order lines among which the products bought before are looked for


@dataclass(frozen=True)
class OpenPromise:
    """What we said we would do, and until when. `late` once the day has passed."""

    what: str
    due_on: date
    late: bool


@dataclass(frozen=True)
class OpenCase:
    """A concern that is not settled, and what happens next."""

    number: int
    subject: str
    next_step: str
    waits_for_you: bool
    answer_by: datetime | None


@dataclass(frozen=True)
class LastMessage:
    """A message of the company."""

    subject: str
    body: str
    sent_at: datetime
    unread: bool


@dataclass(frozen=True)
class Home:
    """All of it, the most urgent first."""

    promises: list[OpenPromise]
    cases: list[OpenCase]
    messages: list[LastMessage]
    open_orders: list[orders.Summary]
    last_orders: list[orders.Summary]  # those of which nothing is expected any more
    owed: OpenMoney
    bought_before: list[Offer]

    @property
    def nothing_open(self) -> bool:
        return not (self.promises or self.cases or self.open_orders or self.owed.invoices)


def home(w: Work) -> Home:
    """One's own overview. The number of queries does not grow with the history."""
    own = access.own_customer_id(w)
    opened = orders.opened(w, most=SHOWN) if w.actor.sees_orders else []
    known = {o.order_id for o in opened}
    last = orders.listing(w, most=2 * SHOWN) if w.actor.sees_orders else []
    return Home(
        promises=_promises(w, own) if w.actor.sees_orders else [],
        cases=_cases(w),
        messages=_messages(w, own),
        open_orders=opened,
        last_orders=[o for o in last if o.order_id not in known][:LAST],
        owed=payments.open_money(w) if w.actor.sees_orders else OpenMoney(),
        bought_before=_bought_before(w, own) if w.actor.sees_orders else [],
    )


def _promises(w: Work, own: int) -> list[OpenPromise]:
    rows = (
        select(Promise)
        .where(Promise.customer_id == own, col(Promise.kept_at).is_(None), col(Promise.broken_at).is_(None))
        .order_by(col(Promise.due_on), col(Promise.id))
        .limit(SHOWN)
    )
    today = w.now.astimezone(w.actor.zone).date()
    return [OpenPromise(p.what, p.due_on, p.due_on < today) for p in w.session.exec(rows)]


def _cases(w: Work) -> list[OpenCase]:
    rows = (
        select(Case)
        .where(access.own_cases(w), col(Case.state).in_(STILL_OPEN))
        .order_by(col(Case.opened_at).desc(), col(Case.id).desc())
        .limit(SHOWN)
    )
    return [
        OpenCase(c.id, c.subject, c.next_step, c.state is CaseState.WAITING, c.answer_by) for c in w.session.exec(rows)
    ]


def _messages(w: Work, own: int) -> list[LastMessage]:
    rows = (
        select(Message)
        .where(Message.customer_id == own, Message.direction == Direction.OUT)
        .where(True if w.actor.sees_orders else col(Message.case_id).in_(select(Case.id).where(access.own_cases(w))))
        .order_by(col(Message.sent_at).desc(), col(Message.id).desc())
        .limit(LAST)
    )
    return [LastMessage(m.subject, m.body, m.sent_at, m.read_at is None) for m in w.session.exec(rows)]


def _bought_before(w: Work, own: int) -> list[Offer]:
    """Products of the last orders that can be had now, the latest first."""
    last = (
        columns_of(col(OrderLine.product_id), col(Order.ordered_at))
        .join(Order, col(Order.id) == col(OrderLine.order_id))
        .where(
            col(Order.customer_id) == own,
            col(Order.status).not_in(NOT_A_SALE),
            col(OrderLine.product_id).is_not(None),
            col(OrderLine.quantity) > 0,
        )
        .order_by(col(Order.ordered_at).desc(), col(Order.id).desc(), col(OrderLine.line_no))
        .limit(_LOOKED_AT)
        .subquery()
    )
    latest = func.max(last.c.ordered_at)
    ids = columns_of(last.c.product_id).group_by(last.c.product_id).order_by(latest.desc(), last.c.product_id)
    found = catalogue.offers(w, list(w.session.execute(ids.limit(2 * SHOWN)).scalars()))
    return [o for o in found if o.stock is not Stock.OUT][:BOUGHT]
