"""Purchase patterns: the questions to the copy say what the reference says, and every list adds up to its figure."""

import random
from collections.abc import Callable
from datetime import date, timedelta

import pandas as pd
import pytest
from sqlmodel import Session

from db.columnar.copy import Copy
from db.models import Consent, Order, OrderLine, OrderStatus, Product, Purpose, Role
from services import cube, patterns, products
from services.analytics.patterns import groups
from services.analytics.patterns import intervals as gaps
from services.analytics.patterns import together as reference
from services.cube_view import View
from services.errors import NotAllowed
from services.patterns import intervals, season, staying, together
from services.patterns.staying import By
from services.work import Work
from tests import make

TODAY = make.NOON.date()
Make = Callable[[], Copy]


@pytest.fixture
def manager(session: Session, work_as: Callable[..., Work]) -> Work:
    return work_as(make.actor(session, Role.MANAGER))


@pytest.fixture(params=[1, 2])
def bought(session: Session, copied: Make, request: pytest.FixtureRequest) -> pd.DataFrame:
    """Orders at random over two years, some cancelled; and the lines that are sales as the reference wants them."""
    rng = random.Random(request.param)
    things = [make.product(session, f"Thing {n}", category=f"Kind {n % 2}").id for n in range(5)]
    rows = []
    for n in range(30):
        who = make.customer(session, f"Somebody {n}")
        who.acquisition_channel = rng.choice(["fair", "web", None])
        session.add(who)
        for _i in range(rng.randint(1, 12)):
            day = TODAY - timedelta(days=int(700 * rng.random() ** 1.5))
            at = make.NOON - timedelta(days=(TODAY - day).days)
            sale = rng.random() > 0.1
            status = OrderStatus.COMPLETED if sale else OrderStatus.CANCELLED
            order = Order(customer_id=who.id, ordered_at=at, status=status, lines_cents=100)
            session.add(order)
            session.flush()
            for line, product in enumerate(rng.sample(things, rng.randint(1, 3))):
                session.add(OrderLine(order_id=order.id, line_no=line, product_id=product, quantity=1,
                                      line_total_cents=100))  # fmt: skip
                if sale:
                    rows.append((who.id, product, order.id, pd.Timestamp(day), who.acquisition_channel or ""))
    session.flush()
    copied()
    columns = ["customer_id", "product_id", "order_id", "ordered_at", "cohort"]
    return pd.DataFrame(rows, columns=columns).astype({"ordered_at": "datetime64[s]"})


def numbers(frame: pd.DataFrame, columns: list[str]) -> list[tuple[float, ...]]:
    return [tuple(round(float(v), 9) for v in row) for row in frame[columns].itertuples(index=False)]


def test_intervals_of_products_are_those_of_the_reference(bought: pd.DataFrame, manager: Work) -> None:
    view = patterns.view(manager)
    right = gaps.same_again(bought).reset_index()
    found = intervals.by_product(manager, view).frame
    columns = ["product_id", "gaps", "lower", "median", "upper", "buyers", "again", "enough"]
    assert sorted(numbers(found, columns)) == sorted(numbers(right, columns))
    for row in found.to_dict("records"):
        behind = intervals.behind(manager, view, int(row["product_id"])).frame
        assert (behind["gaps"].sum(), len(behind)) == (row["gaps"], row["again"])


def test_the_map_adds_up_to_the_table_and_its_cells_to_their_customers(bought: pd.DataFrame, manager: Work) -> None:
    view = patterns.view(manager, 365, "Kind 0")
    cells, table = intervals.heat_map(manager, view).frame, intervals.by_product(manager, view).frame
    assert set(table["category"]) == {"Kind 0"}
    assert cells.groupby("product_id")["gaps"].sum().to_dict() == table.set_index("product_id")["gaps"].to_dict()
    for cell in cells.to_dict("records"):
        behind = intervals.behind(manager, view, int(cell["product_id"]), int(cell["class"])).frame
        assert (behind["gaps"].sum(), len(behind)) == (cell["gaps"], cell["customers"])


def test_what_is_due_is_what_the_reference_says(bought: pd.DataFrame, manager: Work) -> None:
    view, as_of = patterns.view(manager), pd.Timestamp(TODAY)
    right = gaps.due(bought, ["customer_id", "product_id"], as_of).reset_index()
    right = right[right["state"] != "later"]
    found = intervals.due(manager, view).frame
    columns = ["customer_id", "product_id", "gaps", "median", "upper", "days_over"]
    assert sorted(numbers(found, columns)) == sorted(numbers(right, columns))
    assert found["state"].value_counts().to_dict() == right["state"].value_counts().to_dict()
    assert (found["total"] == len(found)).all()
    late = intervals.due(manager, view, state="overdue").frame
    assert set(late["state"]) <= {"overdue"}
    assert len(late) == (right["state"] == "overdue").sum()
    people = gaps.due(bought, ["customer_id"], as_of).reset_index()
    columns = ["customer_id", "gaps", "median", "upper", "days_over"]
    everybody = intervals.by_customer(manager, view).frame
    assert sorted(numbers(everybody, columns)) == sorted(numbers(people, columns))
    assert everybody["state"].value_counts().to_dict() == people["state"].value_counts().to_dict()


def test_who_objects_to_predictions_is_on_no_list(
    bought: pd.DataFrame, session: Session, manager: Work, copied: Make
) -> None:
    who = int(intervals.due(manager, patterns.view(manager)).frame["customer_id"].iloc[0])
    session.add(Consent(customer_id=who, purpose=Purpose.PROFILING, granted=False, at=make.NOON))
    copied()
    assert who not in set(intervals.due(manager, patterns.view(manager)).frame["customer_id"])
    assert who not in set(intervals.by_customer(manager, patterns.view(manager)).frame["customer_id"])


def test_pairs_are_those_of_the_reference_and_add_up(bought: pd.DataFrame, manager: Work) -> None:
    view = patterns.view(manager)
    right = reference.pairs(bought, fewest=5)
    found = together.pairs(manager, view, fewest=5).frame
    columns = ["a", "b", *reference.PAIR_TYPES]
    assert sorted(numbers(found, columns)) == sorted(numbers(right[right["a"] < right["b"]], columns))
    a = int(found["a"].iloc[0])
    of_one = together.pairs(manager, patterns.view(manager, product_id=a), fewest=5).frame
    assert sorted(numbers(of_one, columns)) == sorted(numbers(right[right["a"] == a], columns))
    first = found.iloc[0]
    behind = together.who_together(manager, view, int(first["a"]), int(first["b"])).frame
    assert behind["orders"].sum() == first["k"]


def test_sequences_are_those_of_the_reference_and_add_up(bought: pd.DataFrame, manager: Work) -> None:
    right = reference.sequences(bought, 60, pd.Timestamp(TODAY), fewest=3)
    columns = ["a", "b", *reference.SEQUENCE_TYPES]
    view = patterns.view(manager)
    base = together.base_rates(manager, view, 60, fewest=3).frame
    found = pd.concat(
        together.sequences(manager, patterns.view(manager, product_id=int(a)), 60, base, fewest=3).frame
        for a in sorted(bought["product_id"].unique())
    )
    assert len(right)
    assert sorted(numbers(found, columns)) == sorted(numbers(right, columns))
    for row in found.to_dict("records"):
        one = patterns.view(manager, product_id=int(row["a"]))
        assert len(together.who_followed(manager, one, int(row["b"]), 60, fewest=3).frame) == row["k"]


def test_a_fee_is_no_product_of_a_pattern_and_its_sales_count_all_the_same(
    bought: pd.DataFrame, manager: Work, copied: Make
) -> None:
    postage = min(bought["product_id"])
    everything = cube.ask(manager, View().question(TODAY)).whole
    product = manager.session.get_one(Product, postage)
    said = products.fields_of(product).model_copy(update={"is_fee": True})
    products.change(manager, postage, said, product.version)
    copied()
    left, view = bought[bought["product_id"] != postage], patterns.view(manager)
    assert len(left) < len(bought)
    pairs = reference.pairs(left, fewest=5)
    columns = ["a", "b", *reference.PAIR_TYPES]
    found = together.pairs(manager, view, fewest=5).frame
    assert sorted(numbers(found, columns)) == sorted(numbers(pairs[pairs["a"] < pairs["b"]], columns))
    gap_columns = ["product_id", "gaps", "median", "buyers"]
    right = gaps.same_again(left).reset_index()
    assert sorted(numbers(intervals.by_product(manager, view).frame, gap_columns)) == sorted(
        numbers(right, gap_columns)
    )
    assert postage not in set(intervals.due(manager, view).frame["product_id"])
    assert postage not in set(together.base_rates(manager, view, 60, fewest=3).frame["b"])
    assert together.sequences(manager, patterns.view(manager, product_id=postage), 60, _rates(manager)).frame.empty
    assert postage not in patterns.products(manager)
    assert cube.ask(manager, View().question(TODAY)).whole == everything


def _rates(w: Work) -> pd.DataFrame:
    return together.base_rates(w, patterns.view(w), 60, fewest=3).frame


@pytest.mark.parametrize("by", [By.MONTH, By.SOURCE])
def test_the_triangle_is_that_of_the_reference_and_adds_up(bought: pd.DataFrame, manager: Work, by: By) -> None:
    lines = bought if by is By.SOURCE else bought.drop(columns="cohort")
    right = groups.retention(lines, pd.Timestamp(TODAY) - pd.Timedelta(days=1)).reset_index()
    view = patterns.view(manager)
    found = staying.triangle(manager, view, by).frame
    if by is By.MONTH:
        right["cohort"] = right["cohort"].dt.strftime("%Y-%m")
    cells = {(r["cohort"], r["months"]): (r["customers"], r["active"]) for r in right.to_dict("records")}
    assert {(r["cohort"], r["months"]): (r["customers"], r["active"]) for r in found.to_dict("records")} == cells
    for (cohort, months), (_n, active) in list(cells.items())[:40]:
        assert len(staying.behind(manager, view, by, cohort, months).frame) == active


def test_the_season_says_too_little_below_two_years(bought: pd.DataFrame, manager: Work) -> None:
    told = season.season(manager, patterns.view(manager))
    assert not told.months["enough"].any()
    assert told.weekdays["enough"].all()
    assert told.orders == bought["order_id"].nunique()


def test_an_empty_company_has_no_patterns_and_no_errors(session: Session, manager: Work, copied: Make) -> None:
    copied()
    view = patterns.view(manager, product_id=1)
    frames = [
        intervals.by_product(manager, view), intervals.by_customer(manager, view), intervals.due(manager, view),
        intervals.heat_map(manager, view), together.pairs(manager, view), staying.triangle(manager, view),
        together.sequences(manager, view, 30, together.base_rates(manager, view, 30).frame),
    ]  # fmt: skip
    assert [len(f.frame) for f in frames] == [0] * 7
    assert season.season(manager, view).days == 0


def test_patterns_are_for_managers(session: Session, work_as: Callable[..., Work], copied: Make) -> None:
    copied()
    agent = work_as(make.actor(session))
    with pytest.raises(NotAllowed):
        intervals.by_product(agent, patterns.View(date(2026, 1, 1), TODAY))


def test_every_mark_of_the_season_adds_up_to_the_orders_of_its_customers(bought: pd.DataFrame, manager: Work) -> None:
    view = patterns.view(manager, None, "Kind 1")
    told, cells = season.season(manager, view), season.hours(manager, view).frame
    over = pd.Timestamp(TODAY) - pd.Timedelta(days=1)
    mine = bought[(bought["product_id"] % 2 == bought["product_id"].min() % 2 ^ 1) & (bought["ordered_at"] <= over)]
    orders = mine.drop_duplicates("order_id")
    assert int(cells["orders"].sum()) == len(orders) == int(told.weekdays["orders"].sum())
    assert set(cells["hour"]) == {12}
    for weekday, n in told.weekdays["orders"].items():
        behind = season.behind(manager, view, weekday=int(str(weekday))).frame
        assert int(behind["orders"].sum()) == n == (orders["ordered_at"].dt.day_of_week == weekday).sum()
    for month, n in told.months["orders"].items():
        assert int(season.behind(manager, view, month=int(str(month))).frame["orders"].sum()) == n
    one = cells.iloc[0]
    of_cell = season.behind(manager, view, weekday=int(one["weekday"]), hour=int(one["hour"])).frame
    assert int(of_cell["orders"].sum()) == int(one["orders"])


def test_an_imported_past_is_looked_at_as_of_its_end(session: Session, manager: Work, copied: Make) -> None:
    who, kettle = make.customer(session), make.product(session)
    for days in (440, 430, 420, 400):
        at = make.NOON - timedelta(days=days)
        order = Order(customer_id=who.id, ordered_at=at, status=OrderStatus.COMPLETED, lines_cents=100)
        session.add(order)
        session.flush()
        session.add(OrderLine(order_id=order.id, line_no=1, product_id=kettle.id, quantity=1, line_total_cents=100))
    session.flush()
    copied()
    view = patterns.view(manager, 30)
    assert (view.ended, view.last) == (TODAY - timedelta(days=400), TODAY - timedelta(days=399))
    assert intervals.due(manager, patterns.view(manager)).frame.empty  # bought yesterday, as seen from the end
    assert season.season(manager, view).orders == 2
    assert patterns.view(manager, 30).first == TODAY - timedelta(days=428)
