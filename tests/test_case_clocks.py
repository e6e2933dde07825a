"""Promised times of cases: until when, when the clock stands still, and what happens when it runs out. Exactly once."""

from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Barrier, Thread

import pytest
from sqlmodel import Session, col, select

from db.engine import Engines
from db.models import AuditEntry, Case, CaseNotice, CaseState, OutboxEntry, Role
from services import cases, teams
from services.cases import CaseChange, NewAnswer, NewQuestion, breaches, escalation, levels, notices, topics
from services.cases.breaches import By
from services.cases.levels import NewLevel
from services.due import Scope
from services.errors import Invalid, NotAllowed, NotFound
from services.today import today
from services.work import SYSTEM, Actor, Work
from tests import make

NOON = make.NOON  # a Monday; the company works from 9 to 17
HOUR = timedelta(hours=1)
Works = Callable[[Actor], Work]


@pytest.fixture
def boss(session: Session, work_as: Works) -> Work:
    w = work_as(make.actor(session, Role.MANAGER))
    levels.save(w, NewLevel(priority="normal", answer_minutes=120, resolve_minutes=600))
    urgent = NewLevel(priority="urgent", answer_minutes=60, resolve_minutes=240, raise_priority=True, to_lead=True)
    levels.save(w, urgent)
    return w


@pytest.fixture
def ada(session: Session, work_as: Works) -> Work:
    return work_as(make.actor(session, Role.CUSTOMER, of=make.customer(session, email="ada@example.com")))


def at(w: Work, hours: float) -> Work:
    """The same person, some hours after noon."""
    return Work(w.session, w.actor, NOON + hours * HOUR)


def asked(w: Work, key: str = "k", topic: str = "") -> Case:
    return cases.ask(w, NewQuestion(idempotency_key=key, subject="Leak", text="It leaks.", topic=topic))


def answered(w: Work, case: Case, key: str = "a", then: CaseState = CaseState.WAITING) -> None:
    seen = cases.view(w, case.id).last_message
    cases.write(w, case.id, NewAnswer(idempotency_key=key, text="A photo, please.", last_seen=seen, then=then))


def changed(w: Work, case: Case, **fields: object) -> Case:
    seen = cases.view(w, case.id)
    form = {
        "seen": seen.seen,
        "state": seen.row.state,
        "owner_id": seen.owner_id,
        "team_id": seen.team_id,
        "priority": seen.priority,
        "next_step": seen.row.next_step,
    }
    return cases.change(w, case.id, CaseChange.model_validate(form | fields))


def clock(hour: int, minute: int = 0, day: int = 2) -> datetime:
    return NOON.replace(day=day, hour=hour, minute=minute)


def test_the_times_of_a_priority_are_counted_in_working_time(ada: Work, boss: Work) -> None:
    case = asked(ada)
    assert (case.answer_by, case.resolve_by) == (clock(14), clock(14, day=3))  # 5 hours today, 5 tomorrow
    assert case.due_at == clock(14)
    assert changed(at(boss, 1), case, priority="urgent").due_at == clock(14), "what was announced is not put off"
    assert case.resolve_by == clock(16), "one of four hours is used"


def test_a_topic_may_have_times_of_its_own(ada: Work, boss: Work) -> None:
    topic = topics.add(boss, "Safety")
    levels.save(boss, NewLevel(priority="normal", topic_id=topic.id, answer_minutes=30))
    assert asked(ada, topic="Safety").answer_by == clock(12, 30)
    assert asked(ada, "k2").answer_by == clock(14)
    with pytest.raises(Invalid):
        asked(ada, "k3", topic="Unheard of")


def test_the_clock_stands_still_while_the_case_waits_for_the_customer(ada: Work, boss: Work) -> None:
    case = asked(ada)
    answered(at(boss, 1), case)
    assert (case.answer_by, case.due_at, case.resolve_left_minutes) == (None, None, 540)
    later = Work(ada.session, ada.actor, clock(10, day=5))
    cases.write(later, case.id, NewAnswer(idempotency_key="b", text="Here it is."))
    assert (case.answer_by, case.resolve_by) == (clock(12, day=5), clock(11, day=6))
    assert case.first_answered_at == clock(13)


def test_a_settled_case_has_no_clock_and_a_reopened_one_begins_anew(ada: Work, boss: Work) -> None:
    case = asked(ada)
    changed(boss, case, state=CaseState.SOLVED)
    assert (case.due_at, case.alarm_at, case.resolve_left_minutes) == (None, None, None)
    changed(boss, case, state=CaseState.OPEN)
    assert case.due_at == clock(14)


def test_the_owner_is_told_once_when_it_gets_near_and_once_when_it_is_late(ada: Work, boss: Work) -> None:
    case = asked(ada)
    owner = make.person(boss.session, email="owner@example.com")
    changed(boss, case, owner_id=owner.staff_id)
    system = Work(boss.session, SYSTEM, NOON)
    told = [escalation.due(at(system, hours)) for hours in (1.4, 1.5, 1.6, 2.0, 2.1, 3.0)]
    assert told == [0, 1, 0, 1, 0, 0]  # 90 of 120 minutes are three quarters
    kinds = [n.kind for n in notices.mine(Work(boss.session, Actor(owner.id, Role.STAFF), NOON))]
    assert kinds == ["late", "near", "given"]
    mails = select(OutboxEntry.kind).where(OutboxEntry.recipient == owner.email).order_by(col(OutboxEntry.id))
    assert boss.session.exec(mails).all() == ["case-given", "case-near", "case-late"]
    trail = select(AuditEntry).where(AuditEntry.action == "cases.alarm", AuditEntry.entity_id == str(case.id))
    assert [e.after["alarm"] for e in boss.session.exec(trail.order_by(col(AuditEntry.id)))] == ["near", "late"]


def test_managers_see_which_goals_were_missed_and_a_goal_that_was_kept_is_none_of_them(
    ada: Work, boss: Work, work_as: Works
) -> None:
    topics.add(boss, "Leak")
    late, kept, slow = asked(ada, "late", "Leak"), asked(ada, "kept"), asked(ada, "slow")
    answered(at(boss, 1), kept)
    slow.answer_by, slow.due_at, slow.alarm_at = None, slow.resolve_by, slow.resolve_by  # answered, not solved yet
    ada.session.flush()
    for hours in (1.5, 2.5, 3, 24 * 2):
        escalation.due(at(work_as(SYSTEM), hours))
    ada.session.flush()
    seen = at(boss, 24 * 3)
    found = breaches.missed(seen, 7)
    assert {(b.case_id, b.answer) for b in found} == {(late.id, True), (slow.id, False)}
    table = breaches.counted(seen, found, By.TOPIC).set_index("name")
    assert list(table.loc["Leak"]) == [1, 0]
    assert list(table.loc["none"]) == [0, 1]
    assert breaches.missed(at(boss, 24 * 30), 7) == []
    with pytest.raises(NotAllowed):
        breaches.missed(work_as(make.actor(boss.session)), 7)


def test_at_the_end_of_its_time_the_lead_takes_it_and_it_is_more_urgent(ada: Work, boss: Work) -> None:
    levels.save(boss, NewLevel(priority="normal", answer_minutes=60, raise_priority=True, to_lead=True))
    lead = make.person(boss.session).staff_id or 0
    team = teams.save(boss, None, "Workshop", lead_id=lead)
    topics.add(boss, "Leak", team.id)
    case = asked(ada, topic="Leak")
    assert (case.team_id, case.owner_id, case.routed_for) == (team.id, None, "topic: Leak")
    assert escalation.due(Work(boss.session, SYSTEM, clock(13))) == 1
    assert (case.priority, case.owner_id, case.alarm) == ("high", lead, "late")


def test_cases_stand_by_time_left_also_for_the_team_they_were_routed_to(ada: Work, boss: Work, work_as: Works) -> None:
    mate = make.actor(boss.session)
    team = teams.save(boss, None, "Workshop", members=[mate.staff_id or 0])
    topics.add(boss, "Leak", team.id)
    routed, free = asked(ada, topic="Leak"), asked(ada, "k2")
    changed(boss, free, priority="urgent")
    own = asked(ada, "k3")
    changed(boss, own, owner_id=boss.actor.staff_id)
    theirs = work_as(mate)
    assert [c.id for c in today(theirs, Scope.MINE).cases] == [free.id, routed.id]
    assert [c.id for c in today(theirs, Scope.ALL).cases] == [free.id, routed.id, own.id]
    outside = work_as(make.actor(boss.session))
    assert [c.id for c in today(outside, Scope.TEAM).cases] == [free.id]
    changed(boss, routed, owner_id=boss.actor.staff_id)
    assert routed.id in [c.id for c in today(theirs, Scope.TEAM).cases]
    assert routed.id not in [c.id for c in today(theirs, Scope.MINE).cases]


def test_a_case_of_a_specialised_team_is_settled_and_given_away_by_it_alone(
    ada: Work, boss: Work, work_as: Works
) -> None:
    member = make.actor(boss.session)
    team = teams.save(boss, None, "Large customers", members=[member.staff_id or 0])
    case = asked(ada)
    outside, inside = work_as(make.actor(boss.session)), work_as(member)
    cases.route(outside, case.id, team.id, "large customer", team_only=True)
    for wrong in ({"state": CaseState.CLOSED}, {"team_id": None}):
        with pytest.raises(NotAllowed, match="Large customers"):
            changed(outside, case, **wrong)
    with pytest.raises(NotAllowed):
        answered(outside, case, then=CaseState.SOLVED)
    assert not cases.view(outside, case.id).may_settle
    assert cases.view(outside, case.id).routed_for == "large customer"
    answered(outside, case, "x")
    assert changed(inside, case, state=CaseState.CLOSED).closed_at == NOON
    with pytest.raises(NotFound):
        cases.route(outside, case.id, team.id + 1000, "x")


def test_only_managers_set_times_topics_and_teams(boss: Work, ada: Work, work_as: Works) -> None:
    staff = work_as(make.actor(boss.session))
    for act in (
        lambda w: levels.save(w, NewLevel(priority="low", answer_minutes=5)),
        lambda w: topics.add(w, "x"),
        lambda w: teams.save(w, None, "x"),
    ):
        for who in (staff, ada):
            with pytest.raises(NotAllowed):
                act(who)
    for wrong in ({"answer_minutes": 0}, {"answer_minutes": 9, "resolve_minutes": 3}, {"priority": "now!"}):
        with pytest.raises(Invalid):
            levels.save(boss, NewLevel.model_validate({"priority": "low", "answer_minutes": 5} | wrong))


def test_of_several_workers_only_one_alarms(fresh_engines: Engines) -> None:
    with Session(fresh_engines.write) as session, session.begin():
        owner = make.person(session)
        customer_id = make.customer(session).id
        session.add_all(
            Case(customer_id=customer_id, subject=f"{n}", opened_at=NOON, owner_id=owner.staff_id, due_at=NOON,
                 alarm_at=NOON)
            for n in range(12)
        )  # fmt: skip
    together, found = Barrier(3), []

    def act() -> None:
        together.wait()
        while n := escalation.step():
            found.append(n)

    threads = [Thread(target=act) for _n in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(found) == 12
    with Session(fresh_engines.write) as session:
        assert len(session.exec(select(CaseNotice)).all()) == 12
        assert len(session.exec(select(OutboxEntry)).all()) == 12
