"""Measures by dimensions: figures by hand, parts that add up, and the rows behind a cell."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pandas as pd
import pytest
from sqlmodel import Session, col, select

from db.columnar.copy import Copy
from db.models import Customer, CustomerAddress, Order, OrderLine, OrderStatus, Return, Role, Segment, Sharing
from services import areas, company, cube, cube_members, cube_text
from services.cube import OTHERS, CubeQuestion
from services.dimensions import DIMENSIONS, dimension_name
from services.errors import Invalid, NotAllowed, NotFound
from services.measures import MEASURES, told
from services.segments import keeping
from services.segments.keeping import SegmentInput
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
        sale = Order(customer_id=who.id, ordered_at=day, status=OrderStatus(status), lines_cents=600 * (1 + n % 3))
        session.add(sale)
        session.flush()
        first = first or sale.id
        for line, p in enumerate(goods[: 1 + n % 3], 1):
            session.add(OrderLine(order_id=sale.id, line_no=line, product_id=p.id, quantity=2, line_total_cents=600,
                                  unit_cost_cents=100 if line == 1 else None))  # fmt: skip
    session.flush()
    back = [{"line_no": 1, "quantity": 1}]
    session.add(Return(order_id=first, refund_cents=600, requested_at=make.NOON, reason="broken", lines=back))
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
        assert rows["part"].sum() == cents
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
    """And behind each group are rows that add up to it, those of a ratio divided by what it is of."""
    assert all(told(code))
    measure = MEASURES[code]
    for dimension in (d for d in DIMENSIONS if measure.form([d])):
        assert dimension_name(dimension)
        question = asked(code, by=[dimension], most=2)
        answer = cube.ask(w, question)
        if measure.additive([dimension]):
            assert answer.frame[code].sum() == answer.whole[code]
        for value, figure in answer.frame[[dimension, code]].itertuples(index=False):
            rows = cube.behind(w, question, code, {dimension: value})
            added, of = rows["part"].sum(), rows["whole"].sum()
            added = added / of if of else added
            assert added == pytest.approx(0 if figure != figure else figure), (dimension, value)
            assert rows["number"].is_unique


def test_two_dimensions_and_all_others_are_the_same_however_they_are_added_up(
    w: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Here from the groups, or by the database where there are too many of them."""
    for measures in (["revenue", "units", "cost_share"], ["customers", "orders"]):
        question = asked(*measures, by=["category", "month"], most=1)
        here = cube.ask(w, question)
        with monkeypatch.context() as patch:
            patch.setattr(cube_text, "MOST_ROWS", 1)
            there = cube.ask(w, question)
        pd.testing.assert_frame_equal(here.frame, there.frame, check_dtype=False)
        assert here.whole == there.whole


@pytest.mark.parametrize(("bits", "most_groups"), [(1, 200), (60, 200), (60, 2)])
def test_different_things_are_the_same_counted_by_the_database_and_from_their_bits(
    w: Work, monkeypatch: pytest.MonkeyPatch, bits: int, most_groups: int
) -> None:
    """With a word for each group, with one for all, and with bits for some of the dimensions only."""
    monkeypatch.setattr(cube_members, "BITS", bits)
    for measure, *by in (
        ("customers", "category"), ("customers", "category", "channel"), ("orders", "category", "month"),
        ("returns", "category", "channel", "month"),
    ):  # fmt: skip
        for most, only in ((1, {}), (2, {"category": ["Kitchen", "Garden"]}), (20, {"category": ["nowhere"]})):
            question = asked(measure, by=by, most=most, only=only)
            monkeypatch.setattr(cube_members, "MOST_GROUPS", most_groups)
            by_bits = cube.ask(w, question)
            monkeypatch.setattr(cube_members, "MOST_GROUPS", -1)
            counted = cube.ask(w, question)
            pd.testing.assert_frame_equal(by_bits.frame, counted.frame, check_dtype=False)
            assert by_bits.whole == counted.whole


def test_customers_in_two_groups_count_once_among_the_others_and_altogether(w: Work) -> None:
    answer = cube.ask(w, asked("customers", "orders", by=["month", "category"], most=1))
    by = {(m, c): (int(k), int(o)) for m, c, k, o in answer.frame.itertuples(index=False)}
    # Garden, before Kitchen by name, has two buyers, both in April. In April Bob buys Kitchen and Office: one buyer.
    assert by == {("2026-03-01", OTHERS): (1, 1), ("2026-04-01", "Garden"): (2, 2), ("2026-04-01", OTHERS): (2, 2)}
    assert answer.whole == {"customers": 2, "orders": 3}


@pytest.mark.parametrize("measure", ["revenue", "customers"])
def test_what_is_missing_and_what_is_empty_are_one_group_and_one_filter(
    w: Work, copied: Callable[[], Copy], measure: str
) -> None:
    """Ada's address in Bonn has an empty region, Bob has no address."""
    ada = w.session.exec(select(CustomerAddress).where(col(CustomerAddress.city) == "Bonn")).one()
    ada.region = ""
    w.session.flush()
    copied()
    whole = cube.ask(w, asked(measure)).whole[measure]
    regions = cube.ask(w, asked(measure, by=["region"]))
    assert regions.frame.to_dict("list") == {"region": [cube.NONE], measure: [whole]}
    assert cube.ask(w, asked(measure, only={"region": [cube.NONE]})).whole[measure] == whole
    towns = cube.ask(w, asked(measure, by=["city"])).frame
    assert towns["city"].tolist() == [cube.NONE, "Bonn"]
    for town, figure in towns.itertuples(index=False):
        assert cube.ask(w, asked(measure, only={"city": [town]})).whole[measure] == figure


def test_an_order_without_a_line_is_an_order(w: Work, copied: Callable[[], Copy]) -> None:
    customer = make.customer(w.session, "Cleo")
    w.session.add(Order(customer_id=customer.id, ordered_at=make.NOON, status=OrderStatus.PLACED, lines_cents=0))
    w.session.flush()
    copied()
    assert cube.ask(w, asked("orders", "customers", "average_order")).whole == {
        "orders": 4, "customers": 3, "average_order": 900,
    }  # fmt: skip
    by_category = cube.ask(w, asked("orders", by=["category"]))
    assert by_category.whole == {"orders": 3}, "where lines are asked about it has none"


def test_goods_that_came_back_count_with_the_day_they_were_sold(w: Work) -> None:
    whole = cube.ask(w, asked("return_rate", "returned_units", "cost", "cost_share")).whole
    assert whole == {"return_rate": 1 / 12, "returned_units": 1, "cost": 600, "cost_share": 600 / 1800}
    by = cube.ask(w, asked("return_rate", "returns", "returned_units", by=["category"])).frame.set_index("category")
    assert list(by.loc["Kitchen"]) == [1 / 6, 1, 1]
    assert by.loc["Garden", "return_rate"] == 0


def test_areas_are_the_companys_own_and_else_the_region_of_the_address(
    w: Work, copied: Callable[[], Copy], work_as: Callable[..., Work]
) -> None:
    for code, region in (("20095", "Hamburg"), ("2 4103", ""), ("80331", "Bayern"), ("", "")):
        who = make.customer(w.session)
        w.session.add(CustomerAddress(customer_id=who.id, country="DE", region=region, postal_code=code))
        order = Order(customer_id=who.id, ordered_at=make.NOON, status=OrderStatus.PLACED, lines_cents=100)
        w.session.add(order)
    w.session.flush()
    copied()
    question = asked("revenue", by=["area"], only={"country": ["DE"]})
    assert set(cube.ask(w, question).frame["area"]) == {"Hamburg", "Bayern", ""}
    admin = work_as(make.actor(w.session, Role.ADMIN))
    company.save(
        admin, areas=[{"name": "North", "country": "DE", "postal": "17, 20-25"}, {"name": "Rest", "country": "DE"}]
    )
    frame = cube.ask(w, question).frame
    found = dict(zip(frame["area"], frame["revenue"], strict=True))
    assert found == {"North": 200, "Rest": 200 + 1800}
    rows = cube.behind(w, asked("revenue"), "revenue", {"area": "North"})
    assert rows["part"].tolist() == [100, 100]
    inside = select(Customer.id).where(areas.inside(col(Customer.id), company.read(w.session).areas, ["North"]))
    assert sorted(w.session.exec(inside)) == sorted(rows["customer_id"]), "the primary says the same"


def test_a_saved_segment_divides_and_customers_in_two_count_in_both(w: Work, copied: Callable[[], Copy]) -> None:
    def saved(name: str, least: int) -> str:
        rule: dict[str, object] = {"mode": "all", "parts": [{"field": "orders", "op": "at_least", "low": least}]}
        return str(keeping.save(w, None, SegmentInput(name=name, definition=rule)).id)

    everybody, good = saved("Everybody", 1), saved("Good", 2)
    question = asked("revenue", "customers", by=["saved_segment"])
    answer = cube.ask(w, question)
    found = answer.frame.set_index("saved_segment")
    assert list(found.loc[everybody]) == [3600, 2]
    assert list(found.loc[good]) == [1800, 1]
    assert answer.whole == {"revenue": 3600, "customers": 2}, "nobody counts twice in the whole"
    only = asked("orders", by=["month"], only={"saved_segment": [good]})
    assert cube.ask(w, only).whole == {"orders": 2}
    assert cube.behind(w, only, "orders", {})["part"].sum() == 2
    row = w.session.get_one(Segment, int(good))
    row.sharing, row.owner_id = Sharing.NOBODY, None
    w.session.flush()
    with pytest.raises(NotFound):
        cube.ask(w, only)
    assert good not in cube.ask(w, question).frame["saved_segment"].tolist()


def test_costs_that_a_company_keeps_to_itself_are_refused_whoever_asks(w: Work, work_as: Callable[..., Work]) -> None:
    admin = work_as(make.actor(w.session, Role.ADMIN))
    company.save(admin, costs_for_admins=True)
    for code in ("profit", "cost", "cost_share", "cost_known"):
        with pytest.raises(Invalid, match="administrators only"):
            cube.ask(w, asked(code))
        with pytest.raises(Invalid, match="administrators only"):
            cube.behind(w, asked("revenue"), code, {})
        assert cube.ask(admin, asked(code)).whole[code] is not None


def test_filters_offer_the_values_that_occur(w: Work) -> None:
    assert set(cube.values_of(w, "category")) == {"Kitchen", "Garden", "Office"}
    with pytest.raises(Invalid):
        cube.values_of(w, "category", "cases")


def test_managers_only(session: Session, work_as: Callable[..., Work]) -> None:
    with pytest.raises(NotAllowed):
        cube.ask(work_as(make.actor(session)), asked("revenue"))
