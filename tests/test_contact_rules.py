"""A rule plans one contact after delivery, once, and takes it back when the customer was faster."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
from sqlmodel import Session, col, select

from db.engine import Engines
from db.models import (
    ContactRule,
    Customer,
    Direction,
    Ending,
    FollowUp,
    Message,
    Order,
    OrderLine,
    OrderStatus,
    OwnerBy,
    Role,
    RuleTouch,
    Team,
    TeamMember,
)
from services import clock, contact_rule_results, contact_rules, follow_ups, interactions, orders
from services.contact_rules import RuleInput
from services.due import Scope
from services.errors import Conflict, Invalid, NotAllowed
from services.interactions import NewInteraction
from services.today import today
from services.work import SYSTEM, Actor, Work
from tests import make

NOON, DAY = make.NOON, timedelta(days=1)  # a Monday
CALL = RuleInput(category="Kitchen", days=14, reason="ask how the kettle does", talking_points="Descale it?")


@pytest.fixture
def boss(session: Session, work_as: Callable[[Actor], Work]) -> Work:
    return work_as(make.actor(session, Role.MANAGER))


def later(w: Work, days: float, **more: Any) -> Work:
    return replace(w, now=NOON + days * DAY, **more)


def sent(session: Session, customer_id: int | None, at: Any = NOON, **more: Any) -> Order:
    """An order that is on its way, or delivered when `delivered_at` is given."""
    status = OrderStatus.DELIVERED if "delivered_at" in more else OrderStatus.SHIPPED
    row = Order(customer_id=customer_id, ordered_at=at, status=status, **more)
    session.add(row)
    session.flush()
    product = make.product(session)
    session.add(OrderLine(order_id=row.id, line_no=1, product_id=product.id, quantity=1, line_total_cents=100))
    session.flush()
    return row


def touches(session: Session) -> list[RuleTouch]:
    return list(session.exec(select(RuleTouch).order_by(col(RuleTouch.order_id))))


def test_delivery_plans_a_call_for_whoever_looks_after_the_customer(boss: Work) -> None:
    session, ada = boss.session, make.customer(boss.session)
    mine = make.person(session)
    ada.account_manager_id = mine.staff_id
    contact_rules.save(boss, None, CALL)
    order = sent(session, ada.id)
    orders.deliver(later(boss, 5), order.id)  # a Saturday; 14 days later is one again, so the Monday after it
    [row] = session.exec(select(FollowUp)).all()
    assert (row.owner_id, row.reason, row.due_at.isoformat()) == (
        mine.staff_id,
        CALL.reason,
        "2026-03-23T09:00:00+00:00",
    )
    [line] = today(later(boss, 21), Scope.ALL).due
    assert line.talking_points == "Descale it?"
    assert contact_rules.talking_points(boss, ada.id) == ["Descale it?"]
    assert contact_rules.sweep(later(boss, 6, actor=SYSTEM)) == 0


def test_what_arrived_without_a_click_is_found_by_the_worker_once(boss: Work) -> None:
    session, ada = boss.session, make.customer(boss.session)
    contact_rules.save(boss, None, CALL)
    sent(session, ada.id, delivered_at=NOON - DAY)  # before the rule
    sent(session, ada.id, delivered_at=NOON + DAY)
    sent(session, None, delivered_at=NOON + DAY)  # anonymous
    worker = later(boss, 2, actor=SYSTEM)
    assert [contact_rules.sweep(worker) for _n in range(2)] == [1, 0]
    assert [f.customer_id for f in session.exec(select(FollowUp))] == [ada.id]


@pytest.mark.parametrize("how", ["contact", "message"])
def test_a_customer_who_gets_in_touch_is_not_called(boss: Work, how: str) -> None:
    session, ada = boss.session, make.customer(boss.session)
    contact_rules.save(boss, None, CALL)
    orders.deliver(boss, sent(session, ada.id).id)
    if how == "contact":
        new = NewInteraction(idempotency_key="1", summary="it leaks", direction=Direction.IN)
        interactions.log(later(boss, 2), ada.id, new)
    else:
        session.add(Message(customer_id=ada.id, direction=Direction.IN, body="it leaks", sent_at=NOON + DAY))
        session.flush()
        assert contact_rules.sweep(later(boss, 2, actor=SYSTEM)) == 1
    [row] = session.exec(select(FollowUp)).all()
    assert (row.ending, row.done_at) == (Ending.IN_TOUCH, NOON + 2 * DAY)
    assert today(later(boss, 30), Scope.ALL).due == []


def test_our_own_call_before_or_one_of_long_ago_takes_nothing_back(boss: Work) -> None:
    ada = make.customer(boss.session)
    contact_rules.save(boss, None, CALL)
    orders.deliver(later(boss, 1), sent(boss.session, ada.id).id)
    for n, (direction, at) in enumerate([(Direction.OUT, NOON + 2 * DAY), (Direction.IN, NOON)]):
        new = NewInteraction(idempotency_key=str(n), summary="x", direction=direction, happened_at=at)
        interactions.log(later(boss, 3), ada.id, new)
    assert [f.done_at for f in boss.session.exec(select(FollowUp))] == [None]


def test_a_share_is_held_out_and_compared_with_those_called(boss: Work) -> None:
    session = boss.session
    rule = contact_rules.save(boss, None, CALL.model_copy(update={"hold_out_percent": 50}))
    people = [make.customer(session, f"Ada {n}") for n in range(24)]
    for one in people:
        sent(session, one.id, delivered_at=NOON + DAY)
    contact_rules.sweep(later(boss, 2, actor=SYSTEM))
    held = {t.customer_id for t in touches(session) if t.held_out}
    planned = {f.customer_id for f in session.exec(select(FollowUp))}
    assert held | planned == {p.id for p in people}
    assert not held & planned
    assert 3 <= len(held) <= 21
    session.add(Order(customer_id=min(planned), ordered_at=NOON + 9 * DAY, status=OrderStatus.PLACED))
    session.flush()
    follow_ups.done(later(boss, 15), session.exec(select(FollowUp.id)).first() or 0)
    early, seen = (contact_rule_results.results(later(boss, days), rule.id) for days in (50, 100))
    assert (early.to_call.observed, seen.to_call.observed, seen.held_out.observed) == (0, len(planned), len(held))
    assert (seen.to_call.ordered_again, seen.held_out.ordered_again, seen.called) == (1, 0, 1)


def test_a_team_s_calls_go_to_whoever_has_the_fewest(boss: Work) -> None:
    session = boss.session
    team = Team(name="After sales")
    session.add(team)
    session.flush()
    members = [make.person(session).staff_id or 0 for _n in range(2)]
    session.add_all(TeamMember(team_id=team.id, staff_id=i) for i in members)
    contact_rules.save(boss, None, CALL.model_copy(update={"owner_by": OwnerBy.TEAM, "team_id": team.id}))
    for n in range(4):
        orders.deliver(boss, sent(session, make.customer(session, f"Ada {n}").id).id)
    assert sorted(f.owner_id or 0 for f in session.exec(select(FollowUp))) == sorted(members * 2)


def test_a_dry_run_says_how_many_it_would_have_been_and_makes_none(boss: Work) -> None:
    ada = make.customer(boss.session)
    for days in (10, 80, 100):
        sent(boss.session, ada.id, delivered_at=NOON - days * DAY)
    assert contact_rules.would_have_made(boss, CALL) == 2
    assert boss.session.exec(select(FollowUp)).all() == []


@pytest.mark.parametrize(
    "wrong", [{"category": ""}, {"days": -1}, {"hold_out_percent": 60}, {"reason": ""}, {"owner_by": OwnerBy.TEAM}]
)
def test_a_rule_that_makes_no_sense_is_refused(boss: Work, wrong: dict[str, object]) -> None:
    with pytest.raises(Invalid):
        contact_rules.save(boss, None, CALL.model_copy(update=wrong))


def test_only_managers_keep_rules_and_not_two_at_once(boss: Work) -> None:
    rule = contact_rules.save(boss, None, CALL)
    contact_rules.save(boss, rule.id, CALL, version=1)
    with pytest.raises(Conflict):
        contact_rules.save(boss, rule.id, CALL, version=1)
    agent = replace(boss, actor=make.actor(boss.session))
    for act in (
        lambda: contact_rules.save(agent, None, CALL),
        lambda: contact_rules.would_have_made(agent, CALL),
        lambda: contact_rule_results.results(agent, rule.id),
    ):
        with pytest.raises(NotAllowed):
            act()


def test_a_rule_that_rested_does_not_make_up_for_it(boss: Work) -> None:
    rule = contact_rules.save(boss, None, CALL)
    contact_rules.save(boss, rule.id, CALL.model_copy(update={"active": False}), version=1)
    sent(boss.session, make.customer(boss.session).id, delivered_at=NOON + DAY)
    worker = later(boss, 4, actor=SYSTEM)
    assert contact_rules.sweep(worker) == 0
    contact_rules.save(later(boss, 3), rule.id, CALL, version=2)
    assert contact_rules.sweep(worker) == 0


def test_two_workers_decide_once(fresh_engines: Engines, monkeypatch: pytest.MonkeyPatch) -> None:
    with Session(fresh_engines.write) as session, session.begin():
        ada: Customer = make.customer(session)
        contact_rules.save(Work(session, SYSTEM, NOON), None, CALL)
        sent(session, ada.id, delivered_at=NOON + DAY)
    monkeypatch.setattr(clock, "now", lambda: NOON + 2 * DAY)
    together, made = Barrier(2), list[int]()

    def step() -> None:
        together.wait()
        made.append(contact_rules.step())

    threads = [Thread(target=step) for _n in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(made) == [0, 1]
    with Session(fresh_engines.write) as session:
        assert len(session.exec(select(FollowUp)).all()) == len(session.exec(select(ContactRule)).all()) == 1
