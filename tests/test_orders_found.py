"""Looking for an order among one's own."""

from collections.abc import Callable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import Session

from db.models import Order, OrderLine, OrderStatus
from services import company, orders
from services.orders import Stage, Wanted
from services.work import SYSTEM, Actor, Work
from tests import make
from tests.ordering import shopper

WorkAs = Callable[[Actor], Work]


@pytest.fixture
def w(session: Session, work_as: WorkAs) -> Work:
    return work_as(shopper(session))


def ordered(w: Work, at: datetime, status: OrderStatus = OrderStatus.COMPLETED, name: str = "") -> int:
    row = Order(customer_id=w.actor.customer_id, ordered_at=at, status=status)
    w.session.add(row)
    w.session.flush()
    kettle = make.product(w.session, "Copper kettle")
    line = OrderLine(order_id=row.id, line_no=1, product_id=kettle.id, name=name, quantity=1, line_total_cents=100)
    w.session.add(line)
    w.session.flush()
    return row.id


def found(w: Work, **only: object) -> list[int]:
    return [row.order_id for row in orders.listing(w, only=Wanted(**only))]  # type: ignore[arg-type] # plain values


def test_a_year_is_one_of_the_companys_calendar(w: Work, work_as: WorkAs) -> None:
    company.save(work_as(SYSTEM), time_zone="Pacific/Auckland")
    zone = ZoneInfo("Pacific/Auckland")
    last = ordered(w, datetime(2023, 12, 31, 23, 59, 59, tzinfo=zone).astimezone(UTC))
    first = ordered(w, datetime(2024, 1, 1, tzinfo=zone).astimezone(UTC))
    late = ordered(w, datetime(2024, 12, 31, 23, 59, 59, tzinfo=zone).astimezone(UTC))
    assert (found(w, year=2023), found(w, year=2024)) == ([last], [late, first])
    assert orders.years(w) == [2024, 2023]
    assert found(w, year=2022) == []


@pytest.mark.parametrize("year", [-5, 0, 1, 9999, 10**9])
def test_a_year_that_no_calendar_has_finds_nothing(w: Work, year: int) -> None:
    ordered(w, make.NOON)
    assert found(w, year=year) == []


def test_every_state_belongs_to_one_stage(w: Work) -> None:
    made = {status: ordered(w, make.NOON, status) for status in OrderStatus}
    by_stage = {stage: found(w, stage=stage) for stage in Stage}
    assert sorted(i for rows in by_stage.values() for i in rows) == sorted(made.values())
    assert made[OrderStatus.SHIPPED] in by_stage[Stage.COMING]
    assert made[OrderStatus.RETURNED] in by_stage[Stage.OFF]


def test_a_word_finds_products_as_they_are_and_as_they_were_called(w: Work) -> None:
    old, new = ordered(w, make.NOON, name="Whistling POT"), ordered(w, make.NOON)
    assert found(w, words="whistling pot") == [old]
    assert set(found(w, words=" copper ")) == {old, new}
    assert found(w, words="tea%") == []
    assert found(w, words="_") == []


def test_the_number_of_an_order_finds_it(w: Work) -> None:
    first, second = ordered(w, make.NOON), ordered(w, make.NOON)
    assert found(w, words=f"o{second:07}") == [second]
    assert found(w, words=str(first)) == [first]
    assert found(w, words="9" * 30) == []


def test_pages_go_on_within_what_is_looked_for(w: Work) -> None:
    kept = [ordered(w, make.NOON, name="Tea"), ordered(w, make.NOON), ordered(w, make.NOON, name="Tea")]
    newest = orders.listing(w, most=1, only=Wanted(words="tea"))
    older = orders.listing(w, before=newest[0].order_id, only=Wanted(words="tea"))
    assert [r.order_id for r in (*newest, *older)] == [kept[2], kept[0]]


def test_strangers_have_no_years(w: Work, session: Session, work_as: WorkAs) -> None:
    ordered(w, make.NOON)
    assert orders.years(work_as(shopper(session, "Bob"))) == []
