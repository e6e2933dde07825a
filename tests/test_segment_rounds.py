"""What is done with segments: follow-ups for all members with a hold-out, the way back, entries and exits, overlap."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta

import pytest
from sqlmodel import Session, col, select

from db.columnar import source
from db.columnar.copy import Copy, Limits
from db.engine import Engines
from db.models import (
    Consent,
    Ending,
    FollowUp,
    Interaction,
    Purpose,
    Role,
    RoundState,
    Segment,
    SegmentEvent,
    SegmentMember,
    SegmentTouch,
)
from services import company
from services.columnar import keeper
from services.errors import Conflict, Invalid, NotAllowed
from services.segments import asking, comparing, keeping, rounds, watching
from services.segments.definition import parse, plain
from services.segments.keeping import SegmentInput
from services.segments.rounds import RoundInput
from services.work import SYSTEM, Work, reading, work
from tests import make
from tests.test_segments import COMPLAINED, OVERDUE, ago, contact, rule, sale

Make = Callable[[], Copy]
SOON = make.NOON.date() + timedelta(days=3)


@pytest.fixture
def manager(session: Session, work_as: Callable[..., Work]) -> Work:
    return work_as(make.actor(session, Role.MANAGER))


def complaining(session: Session, n: int) -> list[int]:
    found = []
    for i in range(n):
        row = make.customer(session, f"Angry {i}")
        contact(session, row.id, 5)
        found.append(row.id)
    return found


def kept(w: Work, name: str = "Complaints", *conditions: dict[str, object]) -> Segment:
    return keeping.save(w, None, SegmentInput(name=name, definition=plain(rule(*(conditions or (COMPLAINED,))))))


def test_a_round_plans_a_call_for_everybody_but_the_hold_out(session: Session, manager: Work, copied: Make) -> None:
    who = complaining(session, 10)
    copied()
    row, new = kept(manager), RoundInput(reason="Ask how it is", due_on=SOON, hold_out_percent=20)
    before = rounds.plan(manager, row.id, new)
    assert (before.members, before.held_out, before.follow_ups, before.left_out) == (10, 2, 8, 0)
    made = rounds.start(manager, row.id, new, key="one click")
    assert rounds.start(manager, row.id, new, key="one click").id == made.id
    touches = session.exec(select(SegmentTouch).where(SegmentTouch.round_id == made.id)).all()
    assert sorted(t.customer_id for t in touches) == who
    called = {t.customer_id for t in touches if not t.held_out}
    planned = session.exec(select(FollowUp)).all()
    assert {f.customer_id for f in planned} == called
    assert len(planned) == len(called) == 8
    sale(session, next(iter(called)), make.NOON.date() + timedelta(days=1))
    [told] = rounds.listing(manager, row.id)
    assert (told.to_call.customers, told.to_call.ordered, told.held_out.customers) == (8, 1, 2)
    assert (told.state, told.open) == (RoundState.DONE, 8)


def test_undo_takes_back_what_is_open_and_leaves_what_was_done(session: Session, manager: Work, copied: Make) -> None:
    complaining(session, 5)
    copied()
    row = kept(manager)
    made = rounds.start(manager, row.id, RoundInput(reason="Call", due_on=SOON))
    done, *still = session.exec(select(FollowUp).order_by(col(FollowUp.id))).all()
    done.done_at, done.ending = make.NOON, Ending.DONE
    session.add(done)
    session.flush()
    rounds.undo(manager, made.id)
    session.expire_all()
    assert {f.ending for f in session.exec(select(FollowUp))} == {Ending.DONE, Ending.TAKEN_BACK}
    assert [f.ending for f in still] == [Ending.TAKEN_BACK] * 4
    with pytest.raises(Conflict):
        rounds.undo(manager, made.id)


def test_a_large_round_is_carried_on_by_the_worker_in_parts(
    session: Session, manager: Work, copied: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rounds, "AT_ONCE", 4)
    complaining(session, 9)
    copied()
    row = kept(manager)
    made = rounds.start(manager, row.id, RoundInput(reason="Call", due_on=SOON))
    assert made.state is RoundState.RUNNING
    assert not session.exec(select(FollowUp)).all()
    assert [rounds.step() for _i in range(4)] == [1, 1, 1, 0]
    session.expire_all()
    assert len(session.exec(select(FollowUp)).all()) == 9
    rounds.undo(manager, made.id)  # while it runs or after: the same
    assert [rounds.step() for _i in range(3)] == [1, 1, 0]
    session.expire_all()
    assert {f.ending for f in session.exec(select(FollowUp))} == {Ending.TAKEN_BACK}


def test_who_objected_since_the_copy_was_made_gets_no_call(session: Session, manager: Work, copied: Make) -> None:
    ada = make.customer(session)
    for days in (90, 80, 70, 60):
        sale(session, ada.id, ago(days))
    copied()
    row = kept(manager, "Late", OVERDUE)
    session.add(Consent(customer_id=ada.id, purpose=Purpose.PROFILING, granted=False, at=make.NOON))
    session.flush()
    planned = rounds.plan(manager, row.id, RoundInput(reason="Call", due_on=SOON))
    assert (planned.members, planned.left_out) == (0, 1)
    with pytest.raises(Invalid, match="nobody"):
        rounds.start(manager, row.id, RoundInput(reason="Call", due_on=SOON))


def test_only_managers_make_rounds_within_limits(session: Session, work_as: Callable[..., Work], manager: Work) -> None:
    row, agent = kept(manager), work_as(make.actor(session))
    new = RoundInput(reason="Call", due_on=SOON)
    with pytest.raises(NotAllowed):
        rounds.start(agent, row.id, new)
    for wrong in ({"hold_out_percent": 51}, {"due_on": date(2020, 1, 1)}, {"reason": " "}):
        with pytest.raises(Invalid):
            rounds.start(manager, row.id, new.model_copy(update=wrong))


def checked(w: Work, row: Segment) -> tuple[int, int]:
    found = asking.ids(w, parse(row.definition), itself=row.id)
    return watching.note(w, row.id, found, row.version)


def test_entries_and_exits_are_noted_and_add_up(session: Session, manager: Work, copied: Make) -> None:
    stays, leaves = complaining(session, 2)
    copied()
    row = kept(manager)
    assert checked(manager, row) == (0, 0)  # the members at the beginning have not come in
    comes = complaining(session, 1)[0]
    _silence(session, leaves)
    copied()
    assert checked(manager, row) == (1, 1)
    moved = watching.moved(manager, row.id)
    assert (int(moved.frame["entered"].sum()), int(moved.frame["left"].sum())) == (1, 1)
    monday = moved.frame["week"].iloc[-1]
    assert [i for _at, i in watching.movers(manager, row.id, monday, entered=True)] == [comes]
    assert [i for _at, i in watching.movers(manager, row.id, monday, entered=False)] == [leaves]
    assert set(session.exec(select(SegmentMember.customer_id))) == {stays, comes}


def _silence(session: Session, customer_id: int) -> None:
    for row in session.exec(select(Interaction).where(Interaction.customer_id == customer_id)):
        session.delete(row)
    session.flush()


def test_another_rule_makes_nobody_come_or_go(session: Session, manager: Work, copied: Make) -> None:
    complaining(session, 3)
    copied()
    row = kept(manager)
    checked(manager, row)
    everybody = plain(rule({"field": "orders", "op": "at_most", "high": 0}))
    row.ruled_at = make.NOON + timedelta(seconds=1)
    row.definition = everybody
    session.add(row)
    make.customer(session)
    copied()
    assert checked(manager, row) == (0, 0)
    assert session.exec(select(SegmentEvent)).all() == []
    assert len(session.exec(select(SegmentMember)).all()) == 4


def test_overlap_of_two_adds_up(session: Session, manager: Work, copied: Make) -> None:
    both, first, second = complaining(session, 2)[0], complaining(session, 1)[0], make.customer(session).id
    sale(session, both, ago(3))
    sale(session, second, ago(3))
    copied()
    a, b = kept(manager), kept(manager, "Buyers", {"field": "orders", "op": "at_least", "low": 1})
    found = comparing.overlap(manager, a.id, b.id)
    assert list(found.both) == [both]
    assert first in found.only_first
    assert list(found.only_second) == [second]
    assert [m.customer_id for m in comparing.behind(manager, found.only_second)] == [second]


@pytest.fixture
def following(fresh_engines: Engines) -> Iterator[Copy]:
    """A copy of a real database that the test brings forward itself, as the process does every two seconds."""
    with source.snapshot(fresh_engines.read) as primary:
        copy = Copy.in_memory(primary, make.NOON.isoformat(), Limits("256MB", 1))
    keeper.bind(copy)
    yield copy
    keeper.bind(None)
    copy.close()


def test_a_segment_is_current_after_one_tick_of_the_copy(following: Copy) -> None:
    assert keeper.TICK_S <= 10
    with work(SYSTEM) as w:
        company.save(w, time_zone="UTC")
        ada = make.customer(w.session)
    keeper.forward(following)
    group = rule({"field": "complaints", "op": "at_least", "low": 1})
    with reading(SYSTEM) as w:
        assert list(asking.ids(w, group)) == []
    with work(SYSTEM) as w:
        contact(w.session, ada.id, 5)
    keeper.forward(following)
    with reading(SYSTEM) as w:
        assert list(asking.ids(w, group)) == [ada.id]


def test_the_worker_checks_a_segment_once_and_again_when_it_is_due(
    following: Copy, monkeypatch: pytest.MonkeyPatch
) -> None:
    with work(SYSTEM) as w:
        make.customer(w.session)
        kept(w, "Everybody", {"field": "orders", "op": "at_most", "high": 0})
    keeper.forward(following)
    assert [watching.step() for _i in range(2)] == [1, 0]
    with work(SYSTEM) as w:
        assert len(w.session.exec(select(SegmentMember)).all()) == 1
        make.customer(w.session)
    keeper.forward(following)
    monkeypatch.setattr(watching, "EVERY", -watching.EVERY)
    assert watching.step() == 1
    with reading(SYSTEM) as w:
        assert [e.entered for e in w.session.exec(select(SegmentEvent))] == [True]
