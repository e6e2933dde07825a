"""Vouchers: what they give, why they give nothing, and that the last use goes to exactly one."""

from collections.abc import Callable
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import Session, col, func, select

from db.engine import Engines
from db.models import Order, OrderLine, Role, Voucher, VoucherUse
from services import baskets, money, orders, rollup_check, vouchers
from services.errors import Conflict, Counted, Invalid, NotAllowed, TooMany
from services.vouchers import NewVoucher
from services.work import SYSTEM, Actor, Work, work
from tests import make
from tests.ordering import address_of, asked_by, products, shopper, shoppers
from tests.test_orders_together import at_once, placing

WorkAs = Callable[[Actor], Work]
TEN = NewVoucher(code="ten-off", percent_bp=1000, first_on=date(2026, 1, 1))


@pytest.fixture
def w(session: Session, work_as: WorkAs) -> Work:
    return work_as(shopper(session))


@pytest.fixture
def head(session: Session, work_as: WorkAs) -> Work:
    return work_as(make.actor(session, Role.MANAGER))


def confirmed(w: Work, *, note: str = "") -> Order:
    """The basket as it is shown now, ordered."""
    shown = baskets.view(w, address_of(w))
    return orders.place(w, orders.from_basket(shown, address_id=address_of(w), note=note))


def test_a_voucher_is_spread_over_the_lines_to_the_cent_and_taken_off(w: Work, head: Work) -> None:
    vouchers.change(head, TEN)
    for name, price in (("Kettle", 999), ("Cup", 333), ("Pot", 1)):
        baskets.add(w, make.product(w.session, name, cents=price).id)
    baskets.set_voucher(w, " Ten-Off ")
    view = baskets.view(w)
    assert (view.lines_cents, view.priced.discount_cents, view.total_cents) == (1333, 133, 1333 - 133 + 490)
    made = confirmed(w)
    lines = w.session.exec(
        select(OrderLine).where(OrderLine.order_id == made.id).order_by(col(OrderLine.line_no))
    ).all()
    assert [(i.discount_cents, i.line_total_cents) for i in lines] == [(100, 899), (33, 300), (0, 1)]
    assert (made.lines_cents, made.discount_cents, made.total_cents) == (1200, 133, 1690)
    seen = orders.detail(w, made.id)
    assert (seen.lines_cents, seen.discount_cents, seen.voucher_code) == (1333, 133, "TEN-OFF")
    assert sum(line.total_cents for line in seen.lines) == seen.lines_cents
    assert baskets.view(w).voucher == ""  # it went into the order
    assert rollup_check.mismatches(w) == []
    [row] = vouchers.listing(head)
    assert (row.used, row.given_cents, row.new.first_on) == (1, 133, date(2026, 1, 1))


@given(st.integers(1, 10**6), st.lists(st.integers(0, 10**6), min_size=1, max_size=8))
def test_no_line_is_ever_discounted_below_nothing(discount: int, worth: list[int]) -> None:
    taken = min(discount, sum(worth))
    assert all(0 <= d <= w for d, w in zip(money.split(taken, worth), worth, strict=True))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"first_on": date(2026, 3, 3)}, "can be used from Mar 3, 2026 on"),
        ({"last_on": date(2026, 3, 1)}, "has expired"),
        ({"minimum_cents": 2501}, r"worth at least €25\.01"),
        ({"categories": ["Books"]}, "for other goods"),
    ],
)
def test_what_stands_in_the_way_is_said_in_the_basket_and_at_the_order(
    w: Work, head: Work, change: dict[str, object], said: str
) -> None:
    make.product(w.session, category="Books")
    vouchers.change(head, TEN.model_copy(update=change))
    baskets.add(w, make.product(w.session).id)
    baskets.set_voucher(w, "TEN-OFF")
    view = baskets.view(w)
    assert not view.ready
    with pytest.raises(orders.OrderChanged, match=said):
        confirmed(w)
    baskets.set_voucher(w, "")
    assert baskets.view(w).ready


def test_a_voucher_for_one_category_leaves_the_others_alone(w: Work, head: Work) -> None:
    kettle, book = make.product(w.session), make.product(w.session, "Book", cents=1000, category="Books")
    vouchers.change(head, TEN.model_copy(update={"categories": ["Books"], "percent_bp": None, "amount_cents": 5000}))
    for product in (kettle, book):
        baskets.add(w, product.id)
    baskets.set_voucher(w, "ten-off")
    assert baskets.view(w).priced.discounts == [0, 1000]  # never more than the goods it is for


def test_used_up_or_changed_between_view_and_confirm_is_named_and_nothing_is_ordered(
    session: Session, work_as: WorkAs, head: Work
) -> None:
    made = vouchers.change(head, TEN.model_copy(update={"uses_total": 1, "uses_per_customer": 1}))
    kettle = make.product(session)
    people = [work_as(shopper(session, name)) for name in ("Ada", "Grace")]
    for w in people:
        baskets.add(w, kettle.id)
        baskets.set_voucher(w, "ten-off")
    shown = [orders.from_basket(baskets.view(w), address_id=address_of(w)) for w in people]
    first = orders.place(people[0], shown[0])
    assert orders.place(people[0], shown[0]).id == first.id  # a second click uses nothing more
    with pytest.raises(orders.OrderChanged, match=r"Nothing was ordered yet\. The voucher “TEN-OFF” is used up"):
        orders.place(people[1], shown[1])
    orders.cancel(people[0], first.id)  # gives it back
    vouchers.change(head, TEN.model_copy(update={"percent_bp": 500}), voucher_id=made.id)
    with pytest.raises(orders.OrderChanged, match=r"takes off €1\.25 now, not €2\.50"):
        orders.place(people[1], shown[1])
    orders.place(people[1], shown[1].model_copy(update={"discount_cents": 125}))
    assert session.get_one(Voucher, made.id, populate_existing=True).used == 1


def test_one_customer_uses_it_as_often_as_allowed(w: Work, head: Work) -> None:
    vouchers.change(head, TEN.model_copy(update={"uses_per_customer": 1}))
    kettle = make.product(w.session)
    for said in ("", "You have used the voucher “TEN-OFF” already."):
        baskets.add(w, kettle.id)
        baskets.set_voucher(w, "ten-off")
        assert baskets.view(w).problem == said
        if not said:
            confirmed(w)


def test_codes_cannot_be_tried_out(w: Work, head: Work) -> None:
    vouchers.change(head, TEN)
    for _try in range(11):
        with pytest.raises((Counted, TooMany)):
            baskets.set_voucher(w, f"GUESS{_try}")
    with pytest.raises(TooMany):
        baskets.set_voucher(w, "ten-off")


def test_of_ten_last_uses_at_once_exactly_one_wins(fresh_engines: Engines) -> None:
    people, [kettle] = shoppers(10), products(100)
    with work(SYSTEM) as w:
        vouchers.change(w, TEN.model_copy(update={"uses_total": 1}))
    tries = [
        asked_by(p, "one", (kettle, 1)).model_copy(update={"voucher_code": "TEN-OFF", "discount_cents": 250})
        for p in people
    ]
    answers = at_once([placing(p, new) for p, new in zip(people, tries, strict=True)])
    assert sum(isinstance(a, int) for a in answers) == 1, answers
    with work(SYSTEM) as w:
        assert w.session.exec(select(Voucher.used)).one() == 1
        assert w.session.exec(select(func.count()).select_from(VoucherUse)).one() == 1
        assert rollup_check.mismatches(w) == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"code": "a"}, "at least three"),
        ({"code": "A B<script>"}, "at least three"),
        ({"percent_bp": None}, "either"),
        ({"amount_cents": 5}, "either"),
        ({"percent_bp": 10_001}, "at most 100"),
        ({"percent_bp": None, "amount_cents": 0}, "above 0"),
        ({"minimum_cents": -1}, "negative"),
        ({"uses_total": 0}, "from 1 on"),
        ({"categories": ["Nothing"]}, "no category"),
        ({"last_on": date(2025, 1, 1)}, "before the first day"),
    ],
)
def test_a_voucher_that_makes_no_sense_is_refused(head: Work, change: dict[str, object], said: str) -> None:
    with pytest.raises(Invalid, match=said):
        vouchers.change(head, TEN.model_copy(update=change))


def test_one_code_is_one_voucher_and_only_managers_give_them_out(w: Work, head: Work, work_as: WorkAs) -> None:
    made = vouchers.change(head, TEN)
    with pytest.raises(Conflict, match="already"):
        vouchers.change(head, TEN)
    for who in (w, work_as(make.actor(w.session, Role.STAFF))):
        with pytest.raises(NotAllowed):
            vouchers.change(who, TEN)
        with pytest.raises(NotAllowed):
            vouchers.listing(who)
    vouchers.switch(head, made.id, active=False)
    with pytest.raises(Counted):
        baskets.set_voucher(w, "ten-off")
