"""The usual order: rhythms by hand, what is due, and that a no ends it at once."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import Session, func, select

from db.models import BasketLine, Customer, Order, OrderLine, OrderStatus, Product, Purpose, Role
from services import baskets, consents, reorder
from services.accounts import home
from services.errors import Conflict, NotAllowed, NotFound
from services.reorder import Due, rhythm
from services.work import Actor, Work
from tests import make
from tests.ordering import shopper

WorkAs = Callable[[Actor], Work]
TODAY = make.NOON.date()
DAY = timedelta(days=1)


def days_ago(*numbers: int, pieces: int = 1) -> list[tuple[date, int]]:
    return [(TODAY - n * DAY, pieces) for n in numbers]


class TestRhythm:
    def test_by_hand(self) -> None:
        # Gaps 30, 20, 40, 10 days: median 25, quartiles (inclusive) 17.5 and 32.5; last bought 20 days ago.
        found = rhythm(days_ago(120, 90, 70, 30, 20), TODAY)
        assert found is not None
        assert (found.times, found.low, found.typical, found.high) == (5, 18, 25, 32)
        assert (found.last_on, found.next_on, found.due) == (TODAY - 20 * DAY, TODAY + 5 * DAY, Due.NOW)

    @pytest.mark.parametrize("bought", [[], days_ago(1), days_ago(1, 30), days_ago(1, 1, 30, 30)])
    def test_two_days_have_no_rhythm(self, bought: list[tuple[date, int]]) -> None:
        assert rhythm(bought, TODAY) is None

    @pytest.mark.parametrize(
        ("last", "due"), [(0, Due.LATER), (29, Due.LATER), (30, Due.NOW), (90, Due.NOW), (91, Due.STOPPED)]
    )
    def test_due_from_the_interval_on_until_it_has_stopped(self, last: int, due: Due) -> None:
        found = rhythm(days_ago(last, last + 30, last + 60), TODAY)
        assert found is not None
        assert found.due is due

    @given(st.lists(st.tuples(st.integers(0, 700), st.integers(-3, 9)), max_size=30), st.integers(0, 5000))
    def test_only_distances_in_time_matter_and_the_order_of_rows_does_not(
        self, rows: list[tuple[int, int]], shift: int
    ) -> None:
        bought = [(TODAY - n * DAY, q) for n, q in rows]
        moved = [(day + shift * DAY, q) for day, q in reversed(bought)]
        one, two = rhythm(bought, TODAY), rhythm(moved, TODAY + shift * DAY)
        assert (one is None) == (two is None)
        if one is not None and two is not None:
            assert (one.low, one.typical, one.high, one.quantity, one.due) == (
                two.low, two.typical, two.high, two.quantity, two.due,
            )  # fmt: skip
            assert one.low <= one.typical <= one.high


@pytest.fixture
def w(session: Session, work_as: WorkAs) -> Work:
    return work_as(shopper(session))


def bought(w: Work, product: Product, *ago: int, pieces: int = 2, status: OrderStatus = OrderStatus.DELIVERED) -> None:
    for n in ago:
        at = make.NOON - n * DAY
        order = Order(customer_id=w.actor.customer_id, ordered_at=at, status=status)
        w.session.add(order)
        w.session.flush()
        line = OrderLine(order_id=order.id, line_no=1, product_id=product.id, quantity=pieces, line_total_cents=100)
        w.session.add(line)
    w.session.flush()


def names(w: Work) -> list[str]:
    return [line.offer.name for line in reorder.suggestions(w)]


def test_what_is_due_comes_first_with_the_usual_quantity_and_its_reason(w: Work) -> None:
    coffee, soap, gone = (make.product(w.session, n) for n in ("Coffee", "Soap", "Old"))
    bought(w, coffee, 31, 61, 91, pieces=3)
    bought(w, soap, 5, 35, 65)
    bought(w, gone, 400, 430, 460)
    found = reorder.usual(w)
    assert [(i.offer.name, i.due, i.quantity) for i in found.lines] == [
        ("Coffee", True, 3),
        ("Soap", False, 2),
        ("Old", False, 2),
    ]
    assert names(w) == ["Coffee"]
    assert reorder.why(found.lines[0].rhythm) == "You bought this 3 times, every 30 days, last on Jan 30, 2026."


def test_postage_is_paid_with_every_order_and_bought_again_by_nobody(w: Work) -> None:
    postage = make.product(w.session, "Postage")
    bought(w, postage, 31, 61, 91)
    assert names(w) == ["Postage"]
    postage.is_fee = True
    w.session.flush()
    assert reorder.usual(w).lines == []


def test_cancelled_orders_sold_out_and_other_peoples_purchases_suggest_nothing(w: Work, work_as: WorkAs) -> None:
    one, two = make.product(w.session, "Tea"), make.product(w.session, "Jam", stock=0)
    bought(w, one, 31, 61)
    bought(w, one, 91, status=OrderStatus.CANCELLED)
    bought(w, two, 31, 61, 91)
    assert names(w) == []
    stranger = work_as(shopper(w.session, "Eve"))
    bought(w, one, 91)
    assert (names(w), names(stranger)) == (["Tea"], [])


def test_one_product_or_all_suggestions_can_be_switched_off_and_on_at_once(w: Work) -> None:
    tea, jam = make.product(w.session, "Tea"), make.product(w.session, "Jam")
    for product in (tea, jam):
        bought(w, product, 31, 61, 91)
    for _click in range(2):
        reorder.mute(w, tea.id)
    assert names(w) == ["Jam"]
    reorder.unmute(w, tea.id)
    assert sorted(names(w)) == ["Jam", "Tea"]
    consents.switch(w, Purpose.PROFILING, False)
    assert (names(w), reorder.usual(w)) == ([], reorder.Usual(False, []))
    consents.switch(w, Purpose.PROFILING, True)
    assert len(names(w)) == 2


def test_the_usual_order_goes_into_the_basket_at_the_price_that_was_shown(w: Work) -> None:
    tea, jam = make.product(w.session, "Tea"), make.product(w.session, "Jam")
    wanted = [
        baskets.Wanted(product_id=tea.id, quantity=2, price_cents=2400),
        baskets.Wanted(product_id=jam.id, quantity=0, price_cents=2500),
    ]
    reorder.put(w, wanted)
    [line] = baskets.view(w).lines
    assert (line.name, line.quantity, line.was_cents) == ("Tea", 2, 2400), "the difference is named"
    with pytest.raises(Conflict):
        reorder.put(w, wanted[1:])
    assert w.session.exec(select(func.count()).select_from(BasketLine)).one() == 1


def test_staff_and_unlinked_people_have_no_usual_order(session: Session, work_as: WorkAs) -> None:
    staff = work_as(make.actor(session, Role.STAFF))
    product = make.product(session)
    for act in (reorder.usual, lambda w: reorder.mute(w, product.id), lambda w: reorder.unmute(w, product.id)):
        with pytest.raises(NotAllowed):
            act(staff)
    customer = work_as(shopper(session))
    with pytest.raises(NotFound):
        reorder.mute(customer, 10**9)
    assert session.get_one(Customer, customer.actor.customer_id)
    assert home(customer).bought_before == []
