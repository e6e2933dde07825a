"""Warnings and offers for the call: measured, few, silent where there is too little, and gone with the switch."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from sqlmodel import Session, col, select

from db.columnar.copy import Copy
from db.models import (
    Case,
    Channel,
    Consent,
    Customer,
    CustomerWarning,
    Direction,
    FollowUp,
    Interaction,
    Order,
    OrderLine,
    OrderStatus,
    Product,
    Promise,
    Purpose,
    Return,
    Role,
)
from services import consents, early_warnings, hints
from services.due import Scope
from services.errors import NotAllowed, NotFound
from services.hints import looking
from services.hints.silence import silence
from services.work import Actor, Work
from tests import make
from tests.conftest import counted

Works = Callable[[Actor], Work]
Make = Callable[[], Copy]
NOON, TODAY, DAY = make.NOON, make.NOON.date(), timedelta(days=1)


@pytest.fixture
def w(session: Session, work_as: Works) -> Work:
    return work_as(make.actor(session))


def buys(session: Session, customer_id: int, *ago: int, product: Product | None = None) -> None:
    """An order so many days ago each, of the product."""
    for days in ago:
        order = Order(customer_id=customer_id, ordered_at=NOON - days * DAY, status=OrderStatus.COMPLETED,
                      lines_cents=1000)  # fmt: skip
        session.add(order)
        session.flush()
        if product is not None:
            session.add(OrderLine(order_id=order.id, line_no=1, product_id=product.id, quantity=1, line_total_cents=1))
    session.flush()


def silent(session: Session, name: str = "Ada") -> int:
    """Bought every 31 to 58 days, and not for 97."""
    ada = make.customer(session, name).id
    buys(session, ada, 97, 97 + 31, 97 + 31 + 58, 97 + 31 + 58 + 31, 97 + 31 + 58 + 31 + 58)
    return ada


def complains(session: Session, customer_id: int, ago: int, **more: Any) -> None:
    at = NOON - ago * DAY
    fields: dict[str, Any] = {"channel": Channel.PHONE, "direction": Direction.IN, "reason": "complaint"}
    session.add(Interaction(customer_id=customer_id, happened_at=at, logged_at=at, **fields | more))
    session.flush()


def goes_wrong(session: Session, customer_id: int, kind: str) -> None:
    """One of what is told beside the silence."""
    at, of = NOON - 9 * DAY, dict[str, Any](customer_id=customer_id)
    if kind == "case":
        session.add(Case(**of, id=1007, subject="x", opened_at=at, due_at=NOON - 2 * DAY))
    elif kind == "promise":
        session.add(Promise(**of, what="x", due_on=at.date(), made_at=at, broken_at=NOON - DAY))
    elif kind == "complaint":
        complains(session, customer_id, 20)
    else:
        order = Order(**of, ordered_at=NOON - 30 * DAY, status=OrderStatus.CANCELLED, cancelled_at=at)
        session.add(order)
        session.flush()
        if kind == "return":
            order.status = OrderStatus.COMPLETED
            order.ordered_at = NOON - 97 * DAY
            session.add(Return(order_id=order.id, requested_at=at))
    session.flush()


def reasons(w: Work, customer_id: int) -> tuple[str, ...]:
    found = hints.of_customer(w, customer_id)
    return found.reasons if found else ()


@pytest.mark.parametrize(
    ("gaps", "ago", "long"),
    [
        ([40, 40, 40], 60, False),  # one and a half intervals are not more than one and a half
        ([40, 40, 40], 61, True),
        ([40, 40], 200, False),  # two intervals are too few to know what is usual
        ([10, 30, 50, 70, 90], 80, True),  # usual 50, upper end 70
        ([10, 30, 30, 90, 90], 60, False),  # usual 30; a silence of 60 days lies within the own days
        ([10, 30, 30, 90, 90], 91, True),
    ],
)
def test_a_silence_is_long_past_one_and_a_half_usual_intervals_and_the_own_upper_end(
    gaps: list[int], ago: int, long: bool
) -> None:
    days = [TODAY - timedelta(days=ago)]
    for gap in gaps:
        days.append(days[-1] - timedelta(days=gap))
    found = silence(days, TODAY)
    assert (found is not None and found.long) is long


def test_a_warning_tells_three_reasons_in_numbers_what_we_owe_first(w: Work) -> None:
    ada = silent(w.session)
    for kind in ("complaint", "cancelled", "promise", "case"):
        goes_wrong(w.session, ada, kind)
    assert reasons(w, ada) == (
        "silent for 97 days, usual interval 31 to 58 days",
        "case Q0001007: open for 9 days, 2 past its goal",
        "promised for Feb 21 and not kept",
    )


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        ("complaint", "complaint on Feb 10"),
        ("cancelled", "order {number} cancelled on Feb 21"),
        ("return", "return of order {number} on Feb 21"),
    ],
)
def test_complaints_and_orders_that_came_to_nothing_are_told_with_their_day(w: Work, kind: str, told: str) -> None:
    ada = silent(w.session)
    goes_wrong(w.session, ada, kind)
    newest = w.session.exec(select(Order.id).order_by(col(Order.id).desc())).first() or 0
    assert reasons(w, ada)[1:] == (told.format(number=f"O{newest:07d}"),)


def test_a_complaint_that_is_the_late_case_is_one_reason_and_old_ones_are_none(w: Work) -> None:
    ada = silent(w.session)
    goes_wrong(w.session, ada, "case")
    complains(w.session, ada, 9, case_id=1007)
    complains(w.session, ada, 61)
    assert len(reasons(w, ada)) == 2


def test_who_bought_lately_or_left_long_ago_is_no_warning(w: Work) -> None:
    ada, long_gone = silent(w.session), make.customer(w.session).id
    buys(w.session, long_gone, 400, 440, 480, 520)
    assert reasons(w, long_gone) == ()
    goes_wrong(w.session, long_gone, "complaint")
    assert len(reasons(w, long_gone)) == 2, "there is something to be said about it"
    assert len(reasons(w, ada)) == 1, "the silence alone, and nothing to fill up with"
    buys(w.session, ada, 1)
    assert reasons(w, ada) == ()


def looked(session: Session, copied: Make) -> None:
    """The look of the night."""
    session.commit()
    copied()
    looking.look()
    session.expire_all()


@pytest.fixture
def found(w: Work, copied: Make) -> int:
    """Somebody on the list of the day, and somebody with a silence only, who is not."""
    ada = silent(w.session)
    silent(w.session, "Quiet")
    goes_wrong(w.session, ada, "complaint")
    looked(w.session, copied)
    return ada


def warned(w: Work, scope: Scope = Scope.ALL) -> list[int]:
    return [warning.customer_id for warning in early_warnings.of_day(w, scope)]


def test_today_names_who_is_silent_and_has_a_reason_beside_it(w: Work, found: int) -> None:
    [warning] = early_warnings.of_day(w, Scope.MINE)
    assert (warning.customer_id, warning.customer, warning.as_of) == (found, "Ada", NOON)
    assert warning.reasons == ("silent for 97 days, usual interval 31 to 58 days", "complaint on Feb 10")


@pytest.mark.parametrize("what", ["bought", "planned", "spoken", "objects", "settled"])
def test_what_happens_in_the_day_takes_a_warning_from_today_at_once(w: Work, found: int, what: str) -> None:
    if what == "bought":
        buys(w.session, found, 0)
    elif what == "planned":
        w.session.add(FollowUp(customer_id=found, reason="call", due_at=NOON + DAY, created_at=NOON))
    elif what == "spoken":
        complains(w.session, found, 2, direction=Direction.OUT, reason="")
    elif what == "objects":
        w.session.add(Consent(customer_id=found, purpose=Purpose.PROFILING, granted=False, at=NOON))
    else:
        talk = w.session.exec(select(Interaction)).one()
        talk.reason = "question"
    w.session.flush()
    assert warned(w) == []


def test_the_scope_is_that_of_the_account_manager(w: Work, found: int, work_as: Works) -> None:
    mate, stranger = make.actor(w.session), make.actor(w.session)
    make.team(w.session, "Care", w.actor.staff_id or 0, mate.staff_id or 0)
    w.session.get_one(Customer, found).account_manager_id = mate.staff_id
    w.session.flush()
    assert [warned(w, s) for s in Scope] == [[], [found], [found]]
    assert warned(work_as(mate), Scope.MINE) == [found]
    assert warned(work_as(stranger), Scope.TEAM) == []


def test_the_look_keeps_the_most_urgent_of_each_account_manager_in_order(
    w: Work, copied: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(looking, "EACH", 2)
    names = ("one", "two", "three", "four")
    one, two, three, four = (silent(w.session, n) for n in names)
    for who in (one, two, three, four):
        goes_wrong(w.session, who, "complaint")
    goes_wrong(w.session, three, "promise")
    buys(w.session, two, 300)
    w.session.get_one(Customer, four).account_manager_id = w.actor.staff_id
    looked(w.session, copied)
    rows = w.session.exec(select(CustomerWarning).order_by(col(CustomerWarning.place))).all()
    assert [r.customer_id for r in rows] == [three, two, four]
    assert (rows[0].low, rows[0].usual, rows[0].high) == (31, 44, 58)
    looked(w.session, copied)
    assert len(w.session.exec(select(CustomerWarning)).all()) == 3, "the list is made anew"


def test_broken_promises_and_cancelled_orders_are_found_by_the_look_too(w: Work, copied: Make) -> None:
    ada, eve = silent(w.session), silent(w.session, "Eve")
    goes_wrong(w.session, ada, "promise")
    goes_wrong(w.session, eve, "cancelled")
    looked(w.session, copied)
    assert sorted(warned(w)) == sorted((ada, eve))


def test_objecting_removes_the_row_and_a_later_look_makes_none(
    w: Work, found: int, copied: Make, work_as: Works
) -> None:
    own = work_as(make.actor(w.session, Role.CUSTOMER, of=w.session.get_one(Customer, found)))
    consents.switch(own, Purpose.PROFILING, False)
    assert w.session.exec(select(CustomerWarning)).all() == []
    looked(w.session, copied)
    assert w.session.exec(select(CustomerWarning)).all() == []
    assert hints.of_customer(w, found) is None


def test_hints_cost_no_more_questions_for_many_and_are_for_staff(w: Work, found: int, work_as: Works) -> None:
    sizes = []
    for many in (0, 6):
        for n in range(many):
            goes_wrong(w.session, silent(w.session, f"Eve {n}"), "complaint")
        w.session.commit()
        with counted(w.session.connection()) as sent:
            early_warnings.of_day(w, Scope.TEAM)
            hints.of_customer(w, found)
        sizes.append(len(sent))
    assert sizes[0] == sizes[1]
    own = work_as(make.actor(w.session, Role.CUSTOMER, of=w.session.get_one(Customer, found)))
    for ask in (hints.of_customer, hints.suggested):
        with pytest.raises(NotAllowed):
            ask(own, found)
        with pytest.raises(NotFound):
            ask(w, 10**6)


def test_days_are_told_from_the_last_purchase_whatever_their_order() -> None:
    days = [TODAY - timedelta(days=n) for n in (97, 137, 177, 217)]
    assert silence(list(reversed(days)), TODAY) == silence([*days, date(2030, 1, 1)], TODAY)
