"""The catalogue as the team keeps it: words, many rows at once, what goes together."""

import math
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlmodel import Session, select

from db.models import AuditEntry, OrderStatus, Product, Role, StockReason
from services import catalogue, orders, products, stock
from services.catalogue.goods import months_later
from services.errors import Conflict, Invalid, NotAllowed, NotFound
from services.products import Edit, Fields, Refused, Wanted
from services.work import Actor, Work
from tests import make, make_sales
from tests.ordering import asked, shopper

WorkAs = Callable[[Actor], Work]


@pytest.fixture
def head(session: Session) -> Actor:
    return make.actor(session, Role.MANAGER)


@pytest.fixture
def agent(session: Session) -> Actor:
    return make.actor(session)


def test_a_manager_adds_a_product_and_customers_find_it(work_as: WorkAs, session: Session, head: Actor) -> None:
    w = work_as(head)
    new = Fields(name="Moka pot", sku="MO-1", category="Kitchen", facts={"Cups": "3"}, warranty_months=24)
    added = products.add(w, new, cents=3490, in_stock=4)
    page = catalogue.goods(work_as(shopper(session)), added.id)
    assert page.offer is not None
    assert (page.offer.price_cents, page.facts["Cups"], page.warranty_months) == (3490, "3", 24)
    assert stock.mismatches(w) == []
    with pytest.raises(Conflict, match="MO-1"):
        products.add(w, Fields(name="Another", sku="MO-1"), cents=1)


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""},
        {"name": '=HYPERLINK("http://x")'},
        {"name": "a\x00b"},
        {"sku": "@SUM(A1)"},
        {"delivery_days": -1},
        {"delivery_days": 10**9},
        {"warranty_months": 0},
        {"facts": {f"f{n}": "x" for n in range(31)}},
        {"facts": {"": "x"}},
    ],
)
def test_what_cannot_be_said_of_a_product_is_refused(
    work_as: WorkAs, session: Session, head: Actor, wrong: dict[str, Any]
) -> None:
    kettle = make.product(session)
    with pytest.raises(Invalid):
        products.change(work_as(head), kettle.id, products.fields_of(kettle).model_copy(update=wrong), kettle.version)
    assert session.get_one(Product, kettle.id).version == 1


def test_who_looked_at_an_older_state_overwrites_nothing(work_as: WorkAs, session: Session, agent: Actor) -> None:
    kettle = make.product(session)
    products.change(work_as(agent), kettle.id, Fields(name="Kettle, red", sku=kettle.sku or ""), 1)
    with pytest.raises(Conflict, match="colleague"):
        products.change(work_as(agent), kettle.id, Fields(name="Kettle, blue"), 1)
    assert session.get_one(Product, kettle.id).name == "Kettle, red"


def test_staff_change_words_but_neither_prices_nor_the_shelf(work_as: WorkAs, session: Session, agent: Actor) -> None:
    kettle = make.product(session)
    w = work_as(agent)
    with pytest.raises(NotAllowed):
        products.change(w, kettle.id, Fields(name="Kettle", active=False), 1)
    with pytest.raises(NotAllowed):
        products.add(w, Fields(name="Pot"), cents=1)
    with pytest.raises(Refused, match="managers"):
        products.apply(w, [Edit(product_id=kettle.id, version=1, cells={"price": 1})])
    with pytest.raises(NotAllowed):
        products.apply(work_as(shopper(session)), [Edit(product_id=kettle.id, version=1, cells={"name": "x"})])
    [row] = products.rows(w, Wanted())
    assert row.cost_cents is None


def test_many_rows_are_taken_over_together_with_their_trail(work_as: WorkAs, session: Session, head: Actor) -> None:
    kettle, pot = make.product(session, stock=5), make.product(session, "Pot", stock=5)
    w = work_as(head)
    edits = [
        Edit(product_id=kettle.id, version=1, cells={"name": "Kettle XL", "price": 27.9, "stock_change": -2.0}),
        Edit(product_id=pot.id, version=1, cells={"active": False, "delivery_days": 7, "category": None}),
    ]
    assert products.apply(w, edits, StockReason.DAMAGED, "fell down") == 2
    rows = {r.name: r for r in products.rows(w, Wanted(off_shelf=True))}
    assert (rows["Kettle XL"].price_cents, rows["Kettle XL"].stock) == (2790, 3)
    assert (rows["Pot"].active, rows["Pot"].delivery_days, rows["Pot"].category) == (False, 7, "")
    assert stock.history(w, kettle.id)[0].note == "fell down"
    assert stock.mismatches(w) == []
    actions = session.exec(select(AuditEntry.action).order_by(AuditEntry.id)).all()  # type: ignore[arg-type]  # SQLModel types columns as values
    assert actions == ["products.change", "prices.change", "stock.adjust", "products.change"]


@pytest.mark.parametrize(
    ("cells", "told"),
    [
        ({"name": ""}, "fill this in"),
        ({"name": "=1+1"}, "must not begin"),
        ({"name": 7}, "as text"),
        ({"price": "=1+1"}, "amount like"),
        ({"price": -1}, "below zero"),
        ({"price": 1e300}, "amount like"),
        ({"price": math.nan}, "amount like"),
        ({"price": True}, "amount like"),
        ({"price": None}, "amount like"),
        ({"price": 1.005}, "too fine"),
        ({"stock_change": 1.5}, "whole number"),
        ({"stock_change": -6}, "only 5 pieces"),
        ({"stock_change": 10**12}, "whole number"),
        ({"delivery_days": "soon"}, "whole number"),
        ({"active": "yes"}, "yes or no"),
        ({"unit_cost_cents": 1}, "no such column"),
        ({"version": 99}, "no such column"),
    ],
)
def test_one_wrong_cell_keeps_everything_as_it_was_and_names_its_row(
    work_as: WorkAs, session: Session, head: Actor, cells: dict[str, Any], told: str
) -> None:
    kettle, pot = make.product(session, stock=5), make.product(session, "Pot", stock=5)
    good = Edit(product_id=pot.id, version=1, cells={"name": "Pan"})
    with pytest.raises(Refused) as refused, session.begin_nested():
        products.apply(work_as(head), [good, Edit(product_id=kettle.id, version=1, cells=cells)])
    [problem] = refused.value.problems
    assert problem.row == "Kettle"
    assert told in problem.why
    session.expire_all()
    assert session.get_one(Product, pot.id).name == "Pot"


def test_unknown_stale_and_double_rows_are_refused(work_as: WorkAs, session: Session, head: Actor) -> None:
    kettle, pot = make.product(session), make.product(session, "Pot")
    w = work_as(head)
    cells = {"sku": "SAME"}
    with pytest.raises(Refused, match="no such product"):
        products.apply(w, [Edit(product_id=10**8, version=1, cells=cells)])
    with pytest.raises(Refused, match="colleague"):
        products.apply(w, [Edit(product_id=kettle.id, version=0, cells=cells)])
    with pytest.raises(Invalid, match="only once"):
        products.apply(w, [Edit(product_id=kettle.id, version=1, cells=cells)] * 2)
    with pytest.raises(Refused, match="SAME"):
        products.apply(w, [Edit(product_id=p.id, version=1, cells=cells) for p in (kettle, pot)])


def test_the_list_is_searched_narrowed_and_turned_page_by_page(work_as: WorkAs, session: Session, agent: Actor) -> None:
    for n in range(5):
        make.product(session, f"Cup {n // 2}", category="Cups")
    make.product(session, "100% linen_cloth")
    w = work_as(agent)
    seen: list[int] = []
    while page := products.rows(w, Wanted(category="Cups"), after=seen[-1] if seen else None, most=2):
        seen += [r.product_id for r in page]
    assert len(seen) == len(set(seen)) == 5
    assert [r.name for r in products.rows(w, Wanted(text="0% LINEN_"))] == ["100% linen_cloth"]
    assert products.categories(w) == ["Cups", "Kitchen"]


@pytest.mark.parametrize(
    ("name", "like_one"),
    [
        *((n, True) for n in ("POSTAGE", "Dotcom Postage", "Bank Charges", "AMAZON FEE", "manual", "Versandkosten")),
        *((n, False) for n in ("Coffee", "Manual grinder", "Discounter's guide", "Feeding bottle", "")),
    ],
)
def test_what_looks_like_a_fee_is_listed_for_a_decision(
    work_as: WorkAs, session: Session, head: Actor, name: str, like_one: bool
) -> None:
    found, w = make.product(session, name or "SKU only"), work_as(head)
    make.product(session, "Kettle")
    assert [r.name for r in products.rows(w, Wanted(fees=True))] == ([found.name] if like_one else [])
    assert products.suggested(w, {found.id: name}) == ([found.name] if like_one else [])
    products.apply(w, [Edit(product_id=found.id, version=1, cells={"is_fee": False})])
    assert products.suggested(w, {found.id: name}) == []
    assert products.rows(w, Wanted(fees=True)) == []


def test_what_a_fee_is_managers_say_and_nobody_guesses(
    work_as: WorkAs, session: Session, head: Actor, agent: Actor
) -> None:
    postage = make.product(session, "Postage")
    assert postage.is_fee is None
    with pytest.raises(NotAllowed, match="what is a fee"):
        products.change(work_as(agent), postage.id, products.fields_of(postage).model_copy(update={"is_fee": True}), 1)
    with pytest.raises(Refused, match="what is a fee"):
        products.apply(work_as(agent), [Edit(product_id=postage.id, version=1, cells={"is_fee": True})])
    w = work_as(head)
    with pytest.raises(Refused, match="yes or no"):
        products.apply(w, [Edit(product_id=postage.id, version=1, cells={"is_fee": "yes"})])
    products.apply(w, [Edit(product_id=postage.id, version=1, cells={"is_fee": True})])
    [row] = products.rows(w, Wanted(fees=True))
    assert (row.name, row.is_fee, row.looks_like_fee) == ("Postage", True, False)
    with pytest.raises(NotAllowed):
        products.suggested(work_as(agent), {})


class TestTheCustomersPage:
    def test_what_goes_with_it_is_picked_or_counted_and_never_made_up(
        self, work_as: WorkAs, session: Session, agent: Actor
    ) -> None:
        kettle, pot, cup = (make.product(session, n) for n in ("Kettle", "Pot", "Cup"))
        gone = make.product(session, "Gone", cents=None)
        w = work_as(agent)
        for n in range(7):
            others = [(pot, 1)] if n < 5 else [(cup, 1)]
            make_sales.order(w, make.NOON, (kettle, 1), *others, (gone, 1))
        make_sales.order(w, make.NOON, (kettle, 1), (cup, 1), status=OrderStatus.CANCELLED)
        found = catalogue.companions(w, kettle.id, catalogue.together(w, kettle.id))
        assert [(c.offer.name, c.orders, c.of) for c in found] == [("Pot", 5, 7)], "two are chance"
        products.pick(w, kettle.id, [cup.id, pot.id])
        found = catalogue.companions(w, kettle.id, catalogue.together(w, kettle.id))
        assert [(c.offer.name, c.orders) for c in found] == [("Cup", 0), ("Pot", 0)]
        with pytest.raises(Invalid):
            products.pick(w, kettle.id, [kettle.id])

    def test_who_has_bought_it_sees_when_and_until_when_there_is_a_warranty(
        self, work_as: WorkAs, session: Session
    ) -> None:
        kettle, ada, eve = make.product(session), shopper(session), shopper(session, "Eve")
        kettle.warranty_months = 24
        order = orders.place(work_as(ada), asked(work_as(ada), (kettle, 2)))
        [mine] = catalogue.goods(work_as(ada), kettle.id).bought
        assert (mine.order_id, mine.pieces, mine.warranty_until) == (order.id, 2, date(2028, 3, 2))
        assert catalogue.goods(work_as(eve), kettle.id).bought == []
        orders.cancel(work_as(ada), order.id)
        assert catalogue.goods(work_as(ada), kettle.id).bought == []

    def test_what_is_not_sold_any_more_is_shown_only_to_those_who_have_it(
        self, work_as: WorkAs, session: Session
    ) -> None:
        kettle, ada, eve = make.product(session), shopper(session), shopper(session, "Eve")
        orders.place(work_as(ada), asked(work_as(ada), (kettle, 1)))
        kettle.active = False
        session.add(kettle)
        session.flush()
        assert catalogue.goods(work_as(ada), kettle.id).offer is None
        for product_id in (kettle.id, 10**8, -1):
            with pytest.raises(NotFound):
                catalogue.goods(work_as(eve), product_id)

    def test_facts_show_plain_values_only(self, work_as: WorkAs, session: Session) -> None:
        kettle = make.product(session)
        kettle.attributes = {"Volume": "1.7 l", "raw": {"secret": 1}}
        session.add(kettle)
        session.flush()
        told = catalogue.goods(work_as(shopper(session)), kettle.id).facts
        assert told == {"Article number": kettle.sku, "Volume": "1.7 l"}


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2024, 2, 29), 24, date(2026, 2, 28)),
        (date(2026, 12, 15), 1, date(2027, 1, 15)),
        (datetime(2026, 3, 2, tzinfo=UTC).date(), 12, date(2027, 3, 2)),
    ],
)
def test_a_warranty_ends_on_the_same_day_or_the_last_of_a_shorter_month(day: date, months: int, expected: date) -> None:
    assert months_later(day, months) == expected
