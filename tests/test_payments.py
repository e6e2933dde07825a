"""Payments: what is owed always adds up, and an order waits, is paid or paid back as its way of paying says."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlmodel import Session, select

from db.models import (
    Order,
    OutboxEntry,
    PaymentState,
    RefundState,
    Role,
)
from services import call_brief, documents, orders, payments
from services.errors import Conflict, Invalid, NotAllowed, NotFound
from services.orders import NewParcel
from services.work import Actor, Work
from tests import make
from tests.ordering import asked, shopper

WorkAs = Callable[[Actor], Work]


@pytest.fixture
def customer(session: Session, work_as: WorkAs) -> Work:
    return work_as(shopper(session))


@pytest.fixture
def w(session: Session, work_as: WorkAs) -> Work:
    return work_as(make.actor(session, Role.STAFF))


def placed(customer: Work, way: str = "", pieces: int = 2) -> Order:
    new = asked(customer, (make.product(customer.session), pieces)).model_copy(update={"payment": way})
    return orders.place(customer, new)


def mail_of(w: Work, kind: str) -> str:
    """The words of the only mail of a kind."""
    return w.session.exec(select(OutboxEntry).where(OutboxEntry.kind == kind)).one().body


def test_a_transfer_is_waited_for_before_the_order_is_packed(customer: Work, w: Work) -> None:
    order = placed(customer, "transfer")
    assert [s.cents for s in payments.stuck(w)] == [order.total_cents]
    with pytest.raises(Conflict, match="paid in advance"):
        orders.pick(w, order.id)
    with pytest.raises(Invalid, match="exactly"):
        payments.receive(w, order.id, order.total_cents - 1)
    payments.receive(w, order.id, order.total_cents)
    with pytest.raises(Conflict, match="Nothing is open"):
        payments.receive(w, order.id, order.total_cents)
    orders.pick(w, order.id)
    assert payments.stuck(w) == []


def test_an_invoice_is_due_after_the_days_of_the_company_and_then_overdue(customer: Work, w: Work) -> None:
    order = placed(customer)
    assert payments.open_money(customer).open_cents == 0  # no invoice yet
    orders.pick(w, order.id)
    orders.ship(w, order.id, NewParcel())
    found = payments.open_money(customer)
    assert (found.open_cents, found.overdue_cents, found.invoices[0].due_on) == (
        order.total_cents,
        0,
        date(2026, 3, 16),
    )
    late = Work(w.session, w.actor, w.now + timedelta(days=15))
    assert payments.open_money(late, order.customer_id).overdue_cents == order.total_cents
    assert payments.stuck(w) == []
    [seen] = payments.stuck(late)
    assert (seen.matter, seen.customer, seen.cents) == (payments.Matter.OVERDUE, "Ada Lovelace", order.total_cents)
    assert seen.since == date(2026, 3, 16)
    owed = call_brief.brief(late, order.customer_id or 0).owed
    assert (owed.open_cents, owed.overdue_cents) == (order.total_cents, order.total_cents)
    nobody = Work(w.session, replace(customer.actor, sees_orders=False, may_order=False), w.now)
    with pytest.raises(NotAllowed):
        payments.open_money(nobody)
    with pytest.raises(NotFound):
        documents.file(nobody, documents.of_order(w, order.id)[0].id)
    payments.receive(w, order.id, order.total_cents)
    assert payments.open_money(customer).invoices == []


def test_a_paid_order_that_is_called_off_is_given_back_once(customer: Work, w: Work) -> None:
    order = placed(customer, "transfer")
    payments.receive(w, order.id, order.total_cents)
    orders.cancel(customer, order.id)
    [refund] = payments.of_order(customer, order.id).refunds
    assert (refund.amount_cents, refund.state) == (order.total_cents, RefundState.OPEN)
    assert "goes back to you" in mail_of(w, "order-cancelled")
    payments.paid_out(w, refund.id)
    with pytest.raises(Conflict, match="already"):
        payments.paid_out(w, refund.id)
    assert payments.stuck(w) == []


def test_an_unpaid_order_that_is_called_off_owes_nothing(customer: Work, w: Work) -> None:
    order = placed(customer)
    orders.cancel(customer, order.id)
    found = payments.of_order(customer, order.id)
    assert (found.state, found.open_cents, found.refunds) == (PaymentState.VOID, 0, [])
    assert "back" not in mail_of(w, "order-cancelled").partition("http")[0]


def test_who_calls_off_what_a_transfer_may_be_on_its_way_for_is_told_that_it_comes_back(
    customer: Work, w: Work
) -> None:
    orders.cancel(customer, placed(customer, "transfer").id)
    assert "If your transfer is on its way already" in mail_of(w, "order-cancelled")


def test_only_what_is_offered_can_be_chosen(customer: Work) -> None:
    for way in ("provider", "gold"):
        with pytest.raises(Invalid, match="offered"):
            placed(customer, way)
