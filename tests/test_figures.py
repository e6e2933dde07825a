"""The first totals an owner asks for, where the real data sets have no say: nothing there yet, and who may ask."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlmodel import Session, select

from db.models import Customer, Order, OrderLine, OrderStatus, Role
from services import company, figures, rollup_check
from services.errors import NotAllowed
from services.search import customer_number
from services.work import SYSTEM, Actor, Work
from tests import make

WorkAs = Callable[[Actor], Work]


def sold(session: Session, cents: int, hours: int = 0, status: OrderStatus = OrderStatus.PLACED) -> None:
    """An order of a customer of its own, some hours after noon."""
    at = make.NOON + timedelta(hours=hours)
    order = Order(customer_id=make.customer(session).id, ordered_at=at, status=status, lines_cents=cents)
    session.add(order)
    session.flush()
    product = make.product(session)
    session.add(OrderLine(order_id=order.id, line_no=1, product_id=product.id, quantity=1, line_total_cents=cents))
    session.flush()


def test_a_company_without_orders_has_zeros_and_no_division_fails(work_as: WorkAs) -> None:
    w = work_as(SYSTEM)
    totals = figures.totals(w)
    assert (totals.orders_all, totals.revenue_cents, totals.average_order_cents, totals.first) == (0, 0, 0.0, None)
    assert (figures.months(w), figures.best_customers(w), figures.best_products(w)) == ([], [], [])
    assert figures.share_of_best_customers(w) == 0.0


def test_a_month_begins_at_midnight_of_the_company(session: Session, work_as: WorkAs) -> None:
    w = work_as(SYSTEM)
    company.save(w, time_zone="Asia/Tokyo")
    sold(session, 700, hours=29 * 24 + 2)  # 31 March 14:00 UTC, 23:00 in Tokyo
    sold(session, 300, hours=29 * 24 + 4)  # two hours later it is April there
    sold(session, 9900, status=OrderStatus.CANCELLED)
    rollup_check.rebuild(w)
    assert [(m.start.month, m.orders, m.revenue_cents) for m in figures.months(w)] == [(3, 1, 700), (4, 1, 300)]
    totals = figures.totals(w)
    assert (totals.orders_all, totals.orders_not_sold, totals.revenue_cents) == (3, 1, 1000)
    assert totals.revenue_all_cents == 10_900
    assert totals.last is not None
    assert (totals.last.month, totals.last.hour) == (4, 1)


def test_the_best_come_first_and_the_best_tenth_is_at_least_one(session: Session, work_as: WorkAs) -> None:
    w = work_as(SYSTEM)
    for cents in (100, 600, 300):
        sold(session, cents)
    assert [best.value for best in figures.best_customers(w, most=2)] == [600, 300]
    assert [best.value for best in figures.best_products(w)] == [600, 300, 100]
    assert figures.share_of_best_customers(w) == 0.6


def test_a_best_customer_without_a_name_is_called_by_the_number(session: Session, work_as: WorkAs) -> None:
    sold(session, 100)
    buyer = session.exec(select(Customer)).one()
    buyer.name = ""
    session.flush()
    [best] = figures.best_customers(work_as(SYSTEM))
    assert buyer.id is not None
    assert best.name == customer_number(buyer.id)


@pytest.mark.parametrize("role", [Role.STAFF, Role.CUSTOMER, None])
def test_totals_are_for_managers(work_as: WorkAs, role: Role | None) -> None:
    w = work_as(Actor(role=role))
    for ask in (
        figures.totals,
        figures.months,
        figures.best_customers,
        figures.best_products,
        figures.share_of_best_customers,
    ):
        with pytest.raises(NotAllowed):
            ask(w)
