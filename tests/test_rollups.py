"""The small sums always equal the rows behind them."""

from collections.abc import Callable
from datetime import timedelta

from sqlmodel import Session

from db.models import DailySales, Order, OrderLine, OrderStatus
from services import company, rollup_check, rollups
from services.work import SYSTEM, Actor, Work
from tests import make

WorkAs = Callable[[Actor], Work]


def _order(session: Session, hours: int) -> Order:
    at = make.NOON + timedelta(hours=hours)
    order = Order(ordered_at=at, status=OrderStatus.PLACED, lines_cents=5000)
    session.add(order)
    session.flush()
    product = make.product(session)
    session.add(OrderLine(order_id=order.id, line_no=1, product_id=product.id, quantity=2, line_total_cents=5000))
    session.flush()
    return order


def test_a_sale_is_counted_on_the_companys_own_day(session: Session, work_as: WorkAs) -> None:
    w = work_as(SYSTEM)
    company.save(w, time_zone="Asia/Tokyo")
    order = _order(session, 4)  # 16:00 UTC, already the next day in Tokyo
    rollups.sold(w, order.ordered_at, order.channel, [("Kitchen", 2, 5000)])
    assert (
        session.get_one(DailySales, {"day": (make.NOON + timedelta(days=1)).date(), "category": "Kitchen"}).units == 2
    )
    assert rollup_check.mismatches(w) == []


def test_a_difference_is_found_and_mended(session: Session, work_as: WorkAs) -> None:
    w = work_as(SYSTEM)
    _order(session, 0)
    assert rollup_check.mismatches(w)
    rollup_check.rebuild(w)
    assert rollup_check.mismatches(w) == []
