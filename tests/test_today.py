"""What is due today, whose it is, and that of two colleagues only one does it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from threading import Barrier, Thread

import pytest
from sqlalchemy import Connection
from sqlmodel import Session, select

from db.engine import Engines
from db.models import (
    AuditEntry,
    Case,
    CaseState,
    FollowUp,
    Person,
    Promise,
    Role,
    StaffMember,
)
from services import accounts, due, follow_ups, promises, quiet, timeline
from services.due import Scope
from services.errors import Conflict, Invalid, NotAllowed, NotFound
from services.today import today
from services.work import Actor, Work, work
from tests import make
from tests.conftest import counted

NOON, DAY = make.NOON, timedelta(days=1)
TODAY = NOON.date()
Works = Callable[[Actor], Work]


@pytest.fixture
def agent(session: Session) -> Actor:
    return make.actor(session)


@pytest.fixture
def desk(work_as: Works, agent: Actor) -> Work:
    return work_as(agent)


def planned(w: Work, customer_id: int, reason: str = "call", days: int = 0, owner: int | None = None) -> FollowUp:
    row = FollowUp(
        customer_id=customer_id,
        reason=reason,
        owner_id=owner,
        due_at=NOON + days * DAY,
        created_at=NOON - 30 * DAY,
    )
    w.session.add(row)
    w.session.flush()
    return row


def test_what_is_overdue_stands_first_and_what_is_not_yet_due_is_left_out(desk: Work) -> None:
    ada = make.customer(desk.session)
    me = desk.actor.staff_id
    planned(desk, ada.id, "tomorrow", 1, me)
    planned(desk, ada.id, "today", 0, me)
    planned(desk, ada.id, "late", -3, me)
    desk.session.add(Promise(customer_id=ada.id, owner_id=me, what="part", due_on=TODAY - DAY, made_at=NOON - 9 * DAY))
    desk.session.flush()
    seen = today(desk, Scope.MINE).due
    assert [(d.text, d.late) for d in seen] == [("late", True), ("part", True), ("today", False)]
    assert {d.customer for d in seen} == {"Ada Lovelace"}


def test_the_scope_widens_from_me_to_my_team_to_all_and_nobodys_work_is_everybodys(desk: Work) -> None:
    session, ada = desk.session, make.customer(desk.session)
    mate, other = (make.person(session).staff_id or 0 for _n in range(2))
    me = desk.actor.staff_id or 0
    make.team(session, "North", me, mate)
    make.team(session, "South", other)
    for staff_id in (me, mate, other):
        planned(desk, ada.id, f"of {staff_id}", 0, staff_id)
    planned(desk, ada.id, "of nobody")
    session.flush()

    def reasons(scope: Scope) -> set[str]:
        return {d.text for d in today(desk, scope).due}

    assert reasons(Scope.MINE) == {f"of {me}", "of nobody"}
    assert reasons(Scope.TEAM) == {f"of {me}", f"of {mate}", "of nobody"}
    assert reasons(Scope.ALL) == {f"of {me}", f"of {mate}", f"of {other}", "of nobody"}


def test_somebody_without_a_team_is_a_team_of_one(desk: Work) -> None:
    ada = make.customer(desk.session)
    planned(desk, ada.id, owner=make.person(desk.session).staff_id)
    assert today(desk, Scope.TEAM).due == []


def test_cases_stand_by_time_left_and_those_that_wait_for_the_customer_last(desk: Work) -> None:
    ada = make.customer(desk.session)
    day_before = NOON - DAY
    desk.session.add_all(
        Case(
            customer_id=ada.id,
            subject=subject,
            opened_at=NOON - 5 * DAY,
            state=state,
            answer_by=by,
            due_at=by if state is CaseState.OPEN else None,
            closed_at=NOON if state is CaseState.SOLVED else None,
        )
        for subject, state, by in (
            ("waits", CaseState.WAITING, day_before),
            ("no clock", CaseState.OPEN, None),
            ("soon", CaseState.OPEN, NOON + DAY),
            ("late", CaseState.OPEN, day_before),
            ("over", CaseState.SOLVED, day_before),
        )
    )
    desk.session.flush()
    left = today(desk, Scope.MINE).cases
    assert [(c.subject, c.late) for c in left] == [
        ("late", True), ("soon", False), ("no clock", False), ("waits", False)
    ]  # fmt: skip


def test_what_a_customer_changed_since_the_last_working_day_is_news(desk: Work, work_as: Works) -> None:
    ada = make.customer(desk.session, email="ada@example.com")
    herself = replace(make.actor(desk.session, Role.CUSTOMER, of=ada), name="Ada Lovelace")
    friday, thursday = NOON - 3 * DAY, NOON - 4 * DAY  # the tests' noon is a Monday
    for at, name in ((thursday, "Ada Byron"), (friday, "Ada King")):
        accounts.change(
            Work(desk.session, herself, at),
            accounts.AccountChange(name=name, version=ada.version, language="en", time_zone="UTC"),
        )
    desk.session.flush()
    seen = today(desk, Scope.MINE)
    assert [(n.at, n.entity, n.customer) for n in seen.news] == [(friday, "customer", "Ada King")]
    assert seen.news[0].text == "Name"


def test_a_follow_up_is_done_once(desk: Work, work_as: Works) -> None:
    row = planned(desk, make.customer(desk.session).id)
    assert follow_ups.done(desk, row.id).done_at == NOON
    with pytest.raises(Conflict):
        follow_ups.done(work_as(make.actor(desk.session)), row.id)
    assert today(desk, Scope.ALL).due == []


def test_moving_what_a_colleague_has_moved_meanwhile_is_refused(desk: Work) -> None:
    row = planned(desk, make.customer(desk.session).id, owner=desk.actor.staff_id)
    [line] = today(desk, Scope.MINE).due
    follow_ups.move(desk, row.id, TODAY + 2 * DAY, seen=line.seen)
    with pytest.raises(Conflict):
        follow_ups.move(desk, row.id, TODAY + 5 * DAY, seen=line.seen)
    assert row.due_at.date() == TODAY + 2 * DAY
    with pytest.raises(Invalid):
        follow_ups.move(desk, row.id, TODAY - DAY)


def test_work_is_handed_to_a_colleague_who_can_sign_in(desk: Work) -> None:
    row = planned(desk, make.customer(desk.session).id, owner=desk.actor.staff_id)
    mate = make.person(desk.session)
    follow_ups.hand_over(desk, row.id, mate.staff_id or 0)
    assert row.owner_id == mate.staff_id
    mate.disabled_at = NOON
    desk.session.add(mate)
    desk.session.flush()
    with pytest.raises(NotFound):
        follow_ups.hand_over(desk, row.id, mate.staff_id or 0)


def test_a_promise_is_kept_broken_moved_or_handed_over_and_the_trail_names_the_customer(desk: Work) -> None:
    ada = make.customer(desk.session)
    rows = [promises.make(desk, ada.id, what, TODAY) for what in ("a", "b", "c")]
    before = timeline.changed(desk, ada.id)
    promises.kept(desk, rows[0].id)
    promises.broken(desk, rows[1].id)
    promises.move(desk, rows[2].id, TODAY + DAY)
    promises.hand_over(desk, rows[2].id, make.person(desk.session).staff_id or 0)
    desk.session.flush()
    assert (rows[0].kept_at, rows[1].broken_at, rows[2].due_on) == (NOON, NOON, TODAY + DAY)
    with pytest.raises(Conflict):
        promises.kept(desk, rows[1].id)
    assert timeline.changed(desk, ada.id) > before, "the open customer page notices"
    told = desk.session.exec(select(AuditEntry).where(AuditEntry.entity == "promise")).all()
    assert {t.action for t in told if t.before} == {
        f"promises.{verb}" for verb in ("kept", "broken", "move", "hand_over")
    }
    assert {t.customer_id for t in told} == {ada.id}


def test_a_follow_up_is_planned_for_nine_oclock_of_the_day(desk: Work) -> None:
    row = follow_ups.plan(desk, make.customer(desk.session).id, "ask how it runs", date(2026, 3, 10))
    assert (row.due_at.isoformat(), row.owner_id) == ("2026-03-10T09:00:00+00:00", desk.actor.staff_id)


def test_customers_neither_see_nor_touch_any_of_it(desk: Work, work_as: Works) -> None:
    ada = make.customer(desk.session)
    row, promise = planned(desk, ada.id), promises.make(desk, ada.id, "part", TODAY)
    herself = work_as(make.actor(desk.session, Role.CUSTOMER, of=ada))
    for act in (
        lambda: today(herself, Scope.ALL),
        lambda: quiet.nothing_planned(herself),
        lambda: quiet.not_contacted(herself, 30),
        lambda: follow_ups.plan(herself, ada.id, "x", TODAY),
        lambda: follow_ups.done(herself, row.id),
        lambda: follow_ups.move(herself, row.id, TODAY),
        lambda: follow_ups.hand_over(herself, row.id, 1),
        lambda: promises.make(herself, ada.id, "x", TODAY),
        lambda: promises.kept(herself, promise.id),
        lambda: promises.broken(herself, promise.id),
    ):
        with pytest.raises(NotAllowed):
            act()


def test_the_number_of_questions_does_not_grow_with_the_work(desk: Work, connection: Connection) -> None:
    def asked() -> int:
        with counted(connection) as sent:
            today(desk, Scope.ALL)
        return len(sent)

    asked()  # the company is remembered from now on
    few = asked()
    for n in range(15):
        ada = make.customer(desk.session, f"Ada {n}")
        planned(desk, ada.id)
        desk.session.add(Case(customer_id=ada.id, subject="x", opened_at=NOON))
    desk.session.flush()
    assert asked() == few


def test_of_two_colleagues_at_the_same_moment_one_does_it(fresh_engines: Engines) -> None:
    with Session(fresh_engines.write) as session, session.begin():
        actors = [make.actor(session), make.actor(session)]
        ada = make.customer(session)
        row = FollowUp(customer_id=ada.id, reason="call", due_at=NOON, created_at=NOON)
        session.add(row)
        session.flush()
        number = row.id
    together, told = Barrier(2), []

    def act(actor: Actor) -> None:
        together.wait()
        try:
            with work(actor) as w:
                follow_ups.done(w, number)
            told.append("done")
        except Conflict:
            told.append("late")

    threads = [Thread(target=act, args=(actor,)) for actor in actors]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(told) == ["done", "late"]
    with Session(fresh_engines.write) as session:
        assert len(session.exec(select(AuditEntry).where(AuditEntry.action == "follow_ups.done")).all()) == 1


def test_work_is_offered_to_those_who_can_sign_in(desk: Work) -> None:
    left = make.person(desk.session)
    left.disabled_at = NOON
    desk.session.add_all([left, StaffMember(name="imported, never invited")])
    desk.session.flush()
    offered = due.colleagues(desk)
    assert desk.actor.staff_id in offered
    assert left.staff_id not in offered
    assert "imported, never invited" not in offered.values()
    assert not desk.session.exec(select(Person).where(Person.staff_id == 0)).all()
