"""Measures by dimensions: figures by hand, parts that add up, and the rows behind a cell."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from sqlmodel import Session

from db.columnar.copy import Copy
from db.models import CustomerAddress, Order, OrderLine, OrderStatus, Return, Role
from services import cube
from services.cube import OTHERS, CubeQuestion
from services.errors import Invalid, NotAllowed
from services.measures import DIMENSIONS, MEASURES, Fact, dimension_name, told
from services.work import Work
from tests import make, make_sales


def asked(*measures: str, **more: Any) -> CubeQuestion:
    """A question about 2026."""
    return CubeQuestion(measures=list(measures), from_day=date(2026, 1, 1), to_day=date(2027, 1, 1), **more)


@pytest.fixture
def w(session: Session, work_as: Callable[..., Work], copied: Callable[[], Copy]) -> Work:
    manager = work_as(make.actor(session, Role.MANAGER))
    sold_something(manager)
    copied()
    return manager


def sold_something(w: Work) -> None:
    """Three sales of two customers and a cancelled order, in three categories; a contact, a case, a return."""
    session = w.session
    ada, bob = make.customer(session), make.customer(session, "Bob")
    session.add(CustomerAddress(customer_id=ada.id, country="DE", city="Bonn"))
    goods = [make.product(session, f"thing {c}", category=c) for c in ("Kitchen", "Garden", "Office")]
    first = 0
    for n, (who, at, status) in enumerate(
        [(ada, 0, "placed"), (ada, 31, "delivered"), (bob, 31, "placed"), (bob, 31, "cancelled")]
    ):
        day = make.NOON + timedelta(days=at)
        sale = Order(customer_id=who.id, ordered_at=day, status=OrderStatus(status), lines_cents=1000 * (n + 1))
        session.add(sale)
        session.flush()
        first = first or sale.id
        for line, p in enumerate(goods[: 1 + n % 3], 1):
            session.add(OrderLine(order_id=sale.id, line_no=line, product_id=p.id, quantity=2, line_total_cents=600,
                                  unit_cost_cents=100 if line == 1 else None))  # fmt: skip
    session.flush()
    session.add(Return(order_id=first, refund_cents=600, requested_at=make.NOON, reason="broken"))
    make_sales.contact(w, make.NOON, customer_id=ada.id)
    make_sales.case(w, make.NOON)


def test_figures_by_hand(w: Work) -> None:
    names = ["revenue", "profit", "cost_known", "orders", "units", "customers"]
    whole = cube.ask(w, asked(*names)).whole
    assert whole == {"revenue": 3600, "profit": 1200, "cost_known": 0.5, "orders": 3, "units": 12, "customers": 2}
    more = cube.ask(w, asked("new_customers", "contacts", "cases", "average_order")).whole
    assert more == {"new_customers": 2, "contacts": 1, "cases": 1, "average_order": 1200}


def test_several_kinds_of_rows_stand_side_by_side(w: Work) -> None:
    frame = cube.ask(w, asked("revenue", "contacts", by=["month"])).frame
    assert frame["month"].tolist() == ["2026-03-01", "2026-04-01"]
    assert frame["revenue"].tolist() == [600, 3000]
    assert frame["contacts"].fillna(0).tolist() == [1, 0]


@pytest.mark.parametrize("most", [1, 2, 3])
def test_the_largest_and_all_others_add_up(w: Work, most: int) -> None:
    answer = cube.ask(w, asked("revenue", "orders", by=["category"], most=most))
    assert answer.frame["revenue"].sum() == answer.whole["revenue"]
    assert (OTHERS in set(answer.frame["category"])) == (most < 3)
    by = dict(zip(answer.frame["category"], answer.frame["orders"], strict=True))
    assert by["Kitchen"] == 3
    assert most != 1 or by[OTHERS] == 2, "the order with Garden and Office is one order among the others, not two"


def test_a_cell_opens_the_rows_behind_it_and_they_add_up(w: Work) -> None:
    question = asked("revenue", by=["category"], most=1)
    for category, cents in cube.ask(w, question).frame.itertuples(index=False):
        rows = cube.behind(w, question, "revenue", {"category": category})
        assert rows["revenue"].sum() == cents
        assert rows["number"].is_unique


def test_filters_are_values_and_never_text_of_the_question(w: Work) -> None:
    hostile = "x') OR 1=1 --"
    question = asked("revenue", only={"city": ["Bonn", hostile]})
    assert cube.ask(w, question).whole == {"revenue": 1800}
    assert cube.ask(w, question.model_copy(update={"only": {"city": [hostile]}})).whole == {"revenue": None}
    for wrong in ({"by": [hostile]}, {"only": {hostile: ["x"]}}, {"measures": [hostile]}):
        with pytest.raises(Invalid):
            cube.ask(w, question.model_copy(update=wrong))


def test_a_figure_that_has_no_such_part_is_refused_with_its_name(w: Work) -> None:
    with pytest.raises(Invalid, match="Category: Contacts cannot be divided"):
        cube.ask(w, asked("revenue", "contacts", by=["category"]))


@pytest.mark.parametrize("code", MEASURES)
def test_every_measure_can_be_divided_by_every_dimension_it_has_and_says_what_it_is(w: Work, code: str) -> None:
    assert all(told(code))
    measure = MEASURES[code]
    for dimension in (d for d in DIMENSIONS.values() if measure.fact in d.sql):
        assert dimension_name(dimension.code)
        answer = cube.ask(w, asked(code, by=[dimension.code]))
        if measure.additive:
            assert answer.frame[code].sum() == answer.whole[code]


def test_filters_offer_the_values_that_occur(w: Work) -> None:
    assert set(cube.values_of(w, "category")) == {"Kitchen", "Garden", "Office"}
    with pytest.raises(Invalid):
        cube.values_of(w, "category", Fact.CASE)


def test_managers_only(session: Session, work_as: Callable[..., Work]) -> None:
    with pytest.raises(NotAllowed):
        cube.ask(work_as(make.actor(session)), asked("revenue"))
