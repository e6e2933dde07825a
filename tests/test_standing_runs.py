"""Runs of standing orders: each day is ordered exactly once, and what stands in the way is asked about."""

import threading
from collections.abc import Callable
from datetime import date, datetime

import pytest
from sqlmodel import Session, col, select

from db.models import (
    CustomerAddress,
    IntervalUnit,
    Order,
    OrderLine,
    OutboxEntry,
    Person,
    Product,
    StandingEvent,
    StandingState,
    StandingStep,
)
from services import clock, orders, standing
from services.errors import Conflict, RapportError
from services.standing import NewStanding, StandingLineAsked
from services.work import SYSTEM, Actor, Work, reading, work
from tests import make
from tests.ordering import address_of, products, remember_start, shopper, shoppers, unsound
from tests.standing_orders import DAY, TODAY, seen, wanted

WorkAs = Callable[[Actor], Work]
WEEK, MONTH = IntervalUnit.WEEK, IntervalUnit.MONTH


@pytest.fixture
def w(session: Session, work_as: WorkAs) -> Work:
    return work_as(shopper(session))


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Callable[[date], datetime]:
    """Put the clock on noon of a day."""

    def set_to(day: date) -> datetime:
        noon = make.NOON + (day - TODAY)
        monkeypatch.setattr(clock, "now", lambda: noon)
        return noon

    return set_to


def test_from_the_wish_to_the_order_and_on_to_the_next_day(w: Work, at: Callable[[date], datetime]) -> None:
    product = make.product(w.session, "Coffee", stock=10)
    made = standing.start(w, wanted(w, (product, 2), note="leave it at the door"))
    w.session.commit()
    assert standing.run(made.id) is None, "its day has not come"
    at(TODAY + DAY)
    order_id = standing.run(made.id)
    assert order_id is not None
    order = w.session.get_one(Order, order_id)
    assert (order.note, order.attributes["standing_order"]) == ("leave it at the door", made.id)
    assert order.lines_cents == 5000
    assert standing.run(made.id) is None, "a second tick of the day orders nothing"
    now = seen(w, made.id)
    assert (now.state, now.next_on) == (StandingState.ACTIVE, TODAY + DAY + 28 * DAY)
    assert [e.what for e in standing.history(w, made.id)] == ["ordered", "started"]
    assert w.session.get_one(Product, product.id).stock == 8


def test_after_weeks_of_standstill_one_order_is_placed_and_not_all_that_were_missed(
    w: Work, at: Callable[[date], datetime]
) -> None:
    made = standing.start(w, wanted(w, (make.product(w.session), 1), every=1))
    w.session.commit()
    at(TODAY + 40 * DAY)
    assert standing.tick() == 1
    assert standing.tick() == 0
    assert len(w.session.exec(select(Order)).all()) == 1
    assert seen(w, made.id).next_on == TODAY + 43 * DAY


def test_a_higher_price_waits_for_the_customer_and_a_lower_one_is_taken(
    w: Work, at: Callable[[date], datetime]
) -> None:
    dear, cheap = make.product(w.session, "Tea", cents=1000), make.product(w.session, "Rusk", cents=1000)
    made = standing.start(w, wanted(w, (dear, 1), (cheap, 1)))
    dear.list_price_cents, cheap.list_price_cents = 1200, 900
    w.session.add_all([dear, cheap])
    w.session.commit()
    at(TODAY + DAY)
    assert standing.run(made.id) is None
    now = seen(w, made.id)
    assert now.state is StandingState.WAITING
    told = standing.history(w, made.id)[0].told
    assert told == ["Tea costs €12.00 now, not €10.00."]
    assert w.session.exec(select(Order)).all() == []
    mails = w.session.exec(select(OutboxEntry).where(OutboxEntry.kind == "standing-waits")).all()
    assert len(mails) == 1
    with pytest.raises(Conflict):
        standing.accept(w, made.id, now.version - 1)
    order_id = standing.accept(Work(w.session, w.actor, clock.now()), made.id, now.version)
    assert order_id is not None
    assert w.session.get_one(Order, order_id).lines_cents == 2100
    assert seen(w, made.id).state is StandingState.ACTIVE


def test_what_cannot_be_had_is_left_out_and_named_and_a_run_of_nothing_is_missed(
    w: Work, at: Callable[[date], datetime]
) -> None:
    there, gone = make.product(w.session, "Soap", stock=5), make.product(w.session, "Towel", stock=5)
    made = standing.start(w, wanted(w, (there, 1), (gone, 2)))
    gone.stock = 1
    w.session.add(gone)
    w.session.commit()
    at(TODAY + DAY)
    order_id = standing.run(made.id)
    lines = w.session.exec(select(OrderLine.product_id).where(OrderLine.order_id == order_id)).all()
    assert lines == [there.id]
    assert standing.history(w, made.id)[0].told == ["could not be had: Towel"]
    there.active = gone.active = False
    w.session.add_all([there, gone])
    w.session.commit()
    at(TODAY + DAY + 28 * DAY)
    assert standing.run(made.id) is None
    assert standing.history(w, made.id)[0].what == "nothing could be sent"
    assert seen(w, made.id).next_on == TODAY + DAY + 56 * DAY
    kinds = w.session.exec(select(OutboxEntry.kind).order_by(col(OutboxEntry.id))).all()
    assert [k for k in kinds if k.startswith("standing")] == ["standing-left-out", "standing-missed"]


def test_skip_pause_go_on_and_end_are_dated_events_that_happen_once(w: Work, at: Callable[[date], datetime]) -> None:
    made = standing.start(w, wanted(w, (make.product(w.session), 1), every=1))
    first = TODAY + DAY
    for _click in range(2):
        standing.skip(w, made.id, first)
    assert seen(w, made.id).next_on == first + 7 * DAY
    with pytest.raises(Conflict):
        standing.skip(w, made.id, first + 14 * DAY)
    for _click in range(2):
        standing.pause(w, made.id, until=first + 20 * DAY, why="away")
    w.session.commit()
    at(first + 7 * DAY)
    assert standing.tick() == 0, "nothing is ordered while it pauses"
    at(first + 20 * DAY)
    assert standing.tick() == 2, "it goes on, and the run of tomorrow is announced"
    now = seen(w, made.id)
    assert (now.state, now.next_on) == (StandingState.ACTIVE, first + 21 * DAY)
    for _click in range(2):
        standing.end(w, made.id, why="too_expensive")
    steps = w.session.exec(select(StandingEvent.step, StandingEvent.reason).order_by(col(StandingEvent.id))).all()
    assert steps == [
        (StandingStep.STARTED, ""),
        (StandingStep.SKIPPED, ""),
        (StandingStep.PAUSED, "away"),
        (StandingStep.RESUMED, ""),
        (StandingStep.ENDED, "too_expensive"),
    ]
    with pytest.raises(Conflict):
        standing.pause(w, made.id)


def test_a_run_is_announced_once_two_days_before(w: Work, at: Callable[[date], datetime]) -> None:
    standing.start(w, wanted(w, (make.product(w.session, "Honey"), 3), on=TODAY + 5 * DAY))
    w.session.commit()
    assert standing.tick() == 0
    at(TODAY + 3 * DAY)
    assert [standing.tick(), standing.tick()] == [1, 0]
    [mail] = w.session.exec(select(OutboxEntry).where(OutboxEntry.kind == "standing-announced")).all()
    assert "3 × Honey" in mail.body
    assert "Mar 7, 2026" in mail.subject


def test_another_person_of_the_customer_orders_when_the_first_has_left_and_nobody_means_it_waits(
    session: Session, w: Work, at: Callable[[date], datetime]
) -> None:
    made = standing.start(w, wanted(w, (make.product(session), 1), every=1))
    first = session.get_one(Person, w.actor.person_id)
    first.disabled_at = make.NOON
    session.add(first)
    session.commit()
    at(TODAY + DAY)
    assert standing.run(made.id) is None
    assert seen(w, made.id).state is StandingState.WAITING
    assert "Nobody" in standing.history(w, made.id)[0].told[0]


def test_an_address_that_was_removed_makes_it_wait(w: Work, at: Callable[[date], datetime]) -> None:
    made = standing.start(w, wanted(w, (make.product(w.session), 1)))
    w.session.delete(w.session.get_one(CustomerAddress, made.address_id))
    w.session.commit()
    at(TODAY + DAY)
    assert standing.run(made.id) is None
    assert "address" in standing.history(w, made.id)[0].told[0]


@pytest.mark.usefixtures("fresh_engines")
def test_several_workers_at_once_order_each_day_once(at: Callable[[date], datetime]) -> None:
    at(TODAY)
    people, [one, two] = shoppers(4), products(1000, 1000)
    remember_start()
    ids = []
    for person in people:
        with work(person) as w:
            lines = [StandingLineAsked(product_id=p, quantity=1, price_cents=2500) for p in (one, two)]
            asked = NewStanding(lines=lines, every=1, unit=WEEK, next_on=TODAY + DAY, address_id=address_of(w))
            ids.append(standing.start(w, asked).id)
    for runs in (1, 2):
        at(TODAY + DAY + (runs - 1) * 7 * DAY)
        workers = [threading.Thread(target=standing.tick) for _n in range(6)]
        for t in workers:
            t.start()
        for t in workers:
            t.join()
        with reading(SYSTEM) as w:
            assert len(w.session.exec(select(Order)).all()) == 4 * runs
    assert unsound() == []


@pytest.mark.usefixtures("fresh_engines")
def test_a_worker_that_dies_in_the_middle_leaves_nothing_and_the_next_one_orders(
    monkeypatch: pytest.MonkeyPatch, at: Callable[[date], datetime]
) -> None:
    at(TODAY)
    [person], [product] = shoppers(1), products(10)
    with work(person) as w:
        lines = [StandingLineAsked(product_id=product, quantity=1, price_cents=2500)]
        asked = NewStanding(lines=lines, every=1, unit=WEEK, next_on=TODAY + DAY, address_id=address_of(w))
        made = standing.start(w, asked).id
    at(TODAY + DAY)
    with monkeypatch.context() as patch:
        patch.setattr("services.standing.running.happened", _dies)
        with pytest.raises(MemoryError):
            standing.run(made)
    with reading(SYSTEM) as w:
        assert w.session.exec(select(Order)).all() == []
    assert standing.run(made) is not None
    with reading(SYSTEM) as w:
        assert len(w.session.exec(select(Order)).all()) == 1


def _dies(*_args: object, **_more: object) -> None:
    raise MemoryError


def test_a_refusal_by_the_order_itself_becomes_a_question_to_the_customer(
    w: Work, at: Callable[[date], datetime], monkeypatch: pytest.MonkeyPatch
) -> None:
    made = standing.start(w, wanted(w, (make.product(w.session), 1)))
    w.session.commit()
    at(TODAY + DAY)

    def refuses(*_args: object) -> Order:
        raise RapportError("Orders are closed today.")

    monkeypatch.setattr(orders, "place", refuses)
    assert standing.run(made.id) is None
    assert standing.history(w, made.id)[0].told == ["Orders are closed today."]
