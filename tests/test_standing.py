"""Standing orders: the days they come, and what the customer may do with them."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import Session

from db.models import (
    IntervalUnit,
    Role,
)
from services import standing
from services.errors import Conflict, Invalid, NotAllowed, NotFound
from services.standing import StandingLineAsked
from services.standing.dates import coming, following, nth
from services.work import Actor, Work
from tests import make
from tests.ordering import shopper
from tests.standing_orders import DAY, TODAY, seen, wanted

WorkAs = Callable[[Actor], Work]
WEEK, MONTH = IntervalUnit.WEEK, IntervalUnit.MONTH


@pytest.fixture
def w(session: Session, work_as: WorkAs) -> Work:
    return work_as(shopper(session))


class TestDates:
    @pytest.mark.parametrize(
        ("first", "every", "unit", "days"),
        [
            (date(2026, 1, 31), 1, MONTH, [date(2026, 2, 28), date(2026, 3, 31), date(2026, 4, 30)]),
            (date(2027, 11, 29), 3, MONTH, [date(2028, 2, 29), date(2028, 5, 29), date(2028, 8, 29)]),
            (date(2026, 12, 28), 2, WEEK, [date(2027, 1, 11), date(2027, 1, 25), date(2027, 2, 8)]),
        ],
    )
    def test_by_hand(self, first: date, every: int, unit: IntervalUnit, days: list[date]) -> None:
        assert coming(first, every, unit, following(first, every, unit, first)) == days

    @given(
        st.dates(date(2000, 1, 1), date(2090, 1, 1)),
        st.sampled_from(list(IntervalUnit)),
        st.integers(1, 52),
        st.integers(-400, 40000),
    )
    def test_the_following_day_is_the_first_of_the_series_after_it(
        self, first: date, unit: IntervalUnit, every: int, later: int
    ) -> None:
        every = min(every, standing.MOST_EVERY[unit])
        after = first + timedelta(days=later)
        found = following(first, every, unit, after)
        series = [nth(first, every, unit, n) for n in range(later // (7 * every) + 2 if later > 0 else 1)]
        assert found == next(day for day in [*series, found] if day > after)
        assert found > after


def test_the_same_wish_sent_twice_begins_one(w: Work) -> None:
    asked = wanted(w, (make.product(w.session), 1))
    assert standing.start(w, asked).id == standing.start(w, asked).id
    other = standing.start(w, asked.model_copy(update={"every": 5}))
    assert len(standing.standing_orders(w)) == 2
    assert other.every == 5


def test_a_change_begins_a_new_series_and_a_stale_one_is_refused(w: Work) -> None:
    one, two = make.product(w.session), make.product(w.session)
    made = standing.start(w, wanted(w, (one, 1)))
    version = seen(w, made.id).version
    standing.change(w, made.id, version, wanted(w, (two, 3), every=2, on=TODAY + 9 * DAY))
    now = seen(w, made.id)
    assert [(i.product_id, i.quantity) for i in now.lines] == [(two.id, 3)]
    assert now.days == [TODAY + 9 * DAY, TODAY + 23 * DAY, TODAY + 37 * DAY]
    with pytest.raises(Conflict, match="another window"):
        standing.change(w, made.id, version, wanted(w, (one, 1)))


@pytest.mark.parametrize(
    "wrong",
    [
        {"every": 0},
        {"every": 53},
        {"every": 13, "unit": MONTH},
        {"next_on": TODAY},
        {"next_on": TODAY + 400 * DAY},
        {"lines": []},
        {"address_id": None},
        {"address_id": 10**6},
        {"note": "x" * 1001},
        {"note": "\x00"},
    ],
)
def test_what_no_page_offers_is_refused(w: Work, wrong: dict[str, object]) -> None:
    asked = wanted(w, (make.product(w.session), 1)).model_copy(update=wrong)
    with pytest.raises(Invalid):
        standing.start(w, asked)
    assert standing.standing_orders(w) == []


@pytest.mark.parametrize(("quantity", "cents"), [(0, 2500), (1000, 2500), (-1, 2500), (1, 1), (1, 2499)])
def test_a_forged_quantity_or_price_is_refused(w: Work, quantity: int, cents: int) -> None:
    line = StandingLineAsked(product_id=make.product(w.session).id, quantity=quantity, price_cents=cents)
    asked = wanted(w, (make.product(w.session), 1)).model_copy(update={"lines": [line]})
    with pytest.raises((Invalid, Conflict)):
        standing.start(w, asked)


def test_other_customers_reach_nothing_of_it_and_staff_may_pause_it(session: Session, w: Work, work_as: WorkAs) -> None:
    made = standing.start(w, wanted(w, (make.product(session), 1)))
    stranger = work_as(shopper(session, "Eve"))
    for act in (
        lambda: standing.standing_order(stranger, made.id),
        lambda: standing.history(stranger, made.id),
        lambda: standing.skip(stranger, made.id, TODAY + DAY),
        lambda: standing.pause(stranger, made.id),
        lambda: standing.resume(stranger, made.id),
        lambda: standing.end(stranger, made.id),
        lambda: standing.accept(stranger, made.id, 1),
        lambda: standing.change(stranger, made.id, 2, wanted(stranger, (make.product(session), 1))),
        lambda: standing.standing_orders(stranger, w.actor.customer_id),
    ):
        with pytest.raises(NotFound):
            act()
    assert standing.standing_orders(stranger) == []
    staff = work_as(make.actor(session, Role.STAFF))
    with pytest.raises(NotAllowed):
        standing.start(staff, wanted(w, (make.product(session), 1)))
    standing.pause(staff, made.id)
    assert standing.history(w, made.id)[0].who == "Staff Person"
