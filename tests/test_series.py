"""Follow-ups that repeat, are put off, and have a time of day."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, time, timedelta
from threading import Barrier, Thread
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import Session, col, select

from db.engine import Engines
from db.models import Ending, Every, FollowUp, Role, Series
from services import follow_ups, promises, series, timeline
from services.due import Scope
from services.due_times import Snooze
from services.errors import Conflict, Invalid, NotAllowed
from services.series import SeriesInput
from services.timeline_kinds import Kind
from services.today import today
from services.work import Actor, Work, work
from tests import make

NOON, DAY = make.NOON, timedelta(days=1)
TODAY = NOON.date()  # a Monday
WEEKLY = SeriesInput(reason="ask how it runs", unit=Every.WEEK, at=time(14, 30))


@pytest.fixture
def desk(session: Session, work_as: Callable[[Actor], Work]) -> Work:
    return work_as(replace(make.actor(session), zone=ZoneInfo("Europe/Berlin")))


def open_of(w: Work, row: Series) -> FollowUp:
    mine = select(FollowUp).where(FollowUp.series_id == row.id, col(FollowUp.done_at).is_(None))
    return w.session.exec(mine).one()


def later(w: Work, days: int) -> Work:
    return replace(w, now=w.now + days * DAY)


def test_doing_one_of_a_series_plans_the_next_at_the_same_time_on_the_wall(desk: Work) -> None:
    row = series.begin(desk, make.customer(desk.session).id, date(2026, 3, 25), WEEKLY)
    first = open_of(desk, row)
    assert first.due_at.isoformat() == "2026-03-25T13:30:00+00:00"
    follow_ups.done(desk, first.id)
    assert open_of(desk, row).due_at.isoformat() == "2026-04-01T12:30:00+00:00", "summer time began in between"


def test_who_is_late_need_not_catch_up(desk: Work) -> None:
    row = series.begin(desk, make.customer(desk.session).id, TODAY, WEEKLY)
    follow_ups.done(later(desk, 22), open_of(desk, row).id)
    assert open_of(desk, row).series_on == TODAY + 28 * DAY


def test_one_that_is_skipped_is_followed_by_the_next_and_says_so(desk: Work) -> None:
    ada = make.customer(desk.session)
    row = series.begin(desk, ada.id, TODAY, WEEKLY)
    skipped = follow_ups.skip(desk, open_of(desk, row).id)
    assert (skipped.ending, open_of(desk, row).series_on) == (Ending.SKIPPED, TODAY + 7 * DAY)
    told = timeline.page(desk, ada.id, kinds=frozenset({Kind.FOLLOW_UP})).entries
    assert {e.details[0] for e in told} == {"skipped", "open"}
    single = follow_ups.plan(desk, ada.id, "call", TODAY)
    with pytest.raises(Invalid):
        follow_ups.skip(desk, single.id)


@pytest.mark.parametrize("limit", [{"times": 3}, {"until_on": TODAY + 20 * DAY}])
def test_a_series_ends_after_its_count_or_day(desk: Work, limit: dict[str, int | date]) -> None:
    new = WEEKLY.model_copy(update=limit)
    row = series.begin(desk, make.customer(desk.session).id, TODAY, new)
    for _n in range(3):
        assert row.ended_at is None
        follow_ups.done(desk, open_of(desk, row).id)
    assert (row.ended_at, row.made) == (desk.now, 3)


def test_a_change_holds_from_the_open_one_on(desk: Work) -> None:
    row = series.begin(desk, make.customer(desk.session).id, TODAY + DAY, WEEKLY)
    mate = make.person(desk.session).staff_id
    new = SeriesInput(reason="filter", unit=Every.MONTH, every=2, at=time(8), owner_id=mate)
    series.change(desk, row.id, new)
    changed = open_of(desk, row)
    assert (changed.reason, changed.owner_id, changed.due_at.isoformat()) == (
        "filter", mate, "2026-03-03T07:00:00+00:00"
    )  # fmt: skip
    follow_ups.done(desk, changed.id)
    assert open_of(desk, row).series_on == date(2026, 5, 3)


def test_an_ended_series_leaves_nothing_open_and_cannot_be_changed(desk: Work) -> None:
    row = series.begin(desk, make.customer(desk.session).id, TODAY, WEEKLY)
    series.end(desk, row.id)
    assert today(desk, Scope.ALL).due == []
    with pytest.raises(Conflict):
        series.change(desk, row.id, WEEKLY)


@pytest.mark.parametrize("wrong", [{"every": 0}, {"times": 0}, {"until_on": TODAY - DAY}, {"reason": " "}])
def test_a_series_that_makes_no_sense_is_refused(desk: Work, wrong: dict[str, object]) -> None:
    with pytest.raises(Invalid):
        series.begin(desk, make.customer(desk.session).id, TODAY, WEEKLY.model_copy(update=wrong))


def test_a_follow_up_has_a_time_on_the_clock_of_whoever_plans_it(desk: Work) -> None:
    ada = make.customer(desk.session)
    row = follow_ups.plan(desk, ada.id, "call", TODAY, at=time(15, 0))
    assert row.due_at.isoformat() == "2026-03-02T14:00:00+00:00"
    assert [(d.at, d.over) for d in today(desk, Scope.MINE).due] == [(row.due_at, False)]
    assert [d.over for d in today(replace(desk, now=NOON + 3 * timedelta(hours=1)), Scope.MINE).due] == [True]
    with pytest.raises(Invalid, match="over"):
        follow_ups.plan(desk, ada.id, "call", TODAY, at=time(12, 0))


def test_put_off_follow_ups_come_back_and_those_moved_meanwhile_are_not_put_off(desk: Work) -> None:
    row = follow_ups.plan(desk, make.customer(desk.session).id, "call", TODAY)
    [line] = today(desk, Scope.MINE).due
    follow_ups.snooze(desk, row.id, Snooze.TOMORROW, seen=line.seen)
    assert row.due_at.isoformat() == "2026-03-03T08:00:00+00:00"
    assert today(desk, Scope.MINE).due == []
    with pytest.raises(Conflict):
        follow_ups.snooze(desk, row.id, Snooze.HOUR, seen=line.seen)


def test_a_promise_that_is_put_off_stays_promised_for_its_time(desk: Work) -> None:
    row = promises.make(desk, make.customer(desk.session).id, "part", TODAY, at=time(17, 0))
    assert row.due_at is not None
    assert row.due_at.isoformat() == "2026-03-02T16:00:00+00:00"
    [line] = today(desk, Scope.MINE).due
    promises.snooze(desk, row.id, Snooze.HOUR, seen=line.seen)
    assert today(desk, Scope.MINE).due == []
    [back] = today(replace(desk, now=NOON + timedelta(hours=2)), Scope.MINE).due
    assert (back.at, back.on) == (row.due_at, TODAY)
    with pytest.raises(Conflict):
        promises.move(desk, row.id, TODAY + DAY, seen=line.seen)


def test_customers_have_no_part_in_it(desk: Work) -> None:
    ada = make.customer(desk.session)
    row = series.begin(desk, ada.id, TODAY, WEEKLY)
    herself = replace(desk, actor=make.actor(desk.session, Role.CUSTOMER, of=ada))
    running = open_of(desk, row)
    for act in (
        lambda: series.begin(herself, ada.id, TODAY, WEEKLY),
        lambda: series.change(herself, row.id, WEEKLY),
        lambda: series.end(herself, row.id),
        lambda: series.of_follow_up(herself, running.id),
        lambda: follow_ups.skip(herself, running.id),
        lambda: follow_ups.snooze(herself, running.id, Snooze.HOUR),
        lambda: promises.snooze(herself, 1, Snooze.HOUR),
    ):
        with pytest.raises(NotAllowed):
            act()


def test_two_who_do_the_same_one_plan_one_next(fresh_engines: Engines) -> None:
    with Session(fresh_engines.write) as session, session.begin():
        actors = [make.actor(session), make.actor(session)]
        ada = make.customer(session)
        row = series.begin(Work(session, actors[0], NOON), ada.id, TODAY, WEEKLY)
        number, of_it = open_of(Work(session, actors[0], NOON), row).id, row.id
    together, told = Barrier(3), list[str]()

    def act(actor: Actor, verb: Callable[[Work], object]) -> None:
        together.wait()
        try:
            with work(actor) as w:
                verb(w)
            told.append("done")
        except Conflict:
            told.append("late")

    verbs: list[tuple[Actor, Callable[[Work], object]]] = [
        (actors[0], lambda w: follow_ups.done(w, number)),
        (actors[1], lambda w: follow_ups.skip(w, number)),
        (actors[1], lambda w: series.change(w, of_it, WEEKLY)),
    ]
    threads = [Thread(target=act, args=v) for v in verbs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(told) == ["done", "done", "late"]
    with Session(fresh_engines.write) as session:
        rows = session.exec(select(FollowUp).order_by(col(FollowUp.id))).all()
        assert [r.series_step for r in rows] == [1, 2]
        assert [r.done_at is None for r in rows] == [False, True]
