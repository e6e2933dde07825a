"""Everybody is reminded once of what falls due, however many workers there are and whenever one is killed."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
from sqlalchemy import event
from sqlmodel import Session, col, select

from db.engine import Engines
from db.models import ByMail, FollowUp, OutboxEntry, Person, Promise, Role
from services import clock, follow_ups, mail_delivery, promises, reminders
from services.due_times import Snooze
from services.errors import NotAllowed
from services.reminders import Choice
from services.settings import settings
from services.work import SYSTEM, Actor, Work, work
from tests import make

NOON, HOUR, DAY = make.NOON, timedelta(hours=1), timedelta(days=1)  # noon of a Monday
TODAY = NOON.date()


@pytest.fixture
def desk(session: Session, work_as: Callable[[Actor], Work]) -> Work:
    return work_as(make.actor(session))


def planned(w: Work, reason: str = "call", **more: Any) -> FollowUp:
    values = {"owner_id": w.actor.staff_id, "due_at": NOON - HOUR, "created_at": NOON - DAY, **more}
    row = FollowUp(customer_id=make.customer(w.session).id, reason=reason, **values)
    w.session.add(row)
    w.session.flush()
    return row


def system(w: Work, after: timedelta = timedelta()) -> Work:
    return replace(w, actor=SYSTEM, now=NOON + after)


def mails(session: Session) -> list[OutboxEntry]:
    return list(session.exec(select(OutboxEntry).order_by(col(OutboxEntry.id))))


def test_what_fell_due_together_comes_in_one_mail_once(desk: Work) -> None:
    planned(desk, "first")
    planned(desk, "second")
    planned(desk, "later", due_at=NOON + HOUR)
    assert [reminders.remind(system(desk)) for _n in range(2)] == [1, 0]
    [mail] = mails(desk.session)
    assert (mail.recipient, mail.subject) == (desk.actor.email, "2 reminders")
    assert "first" in mail.body
    assert "later" not in mail.body
    assert mail.customer_id is None, "it is no mail to the customer"


def test_what_is_moved_put_off_or_handed_over_is_reminded_of_anew(desk: Work) -> None:
    row, mate = planned(desk), make.person(desk.session)
    reminders.remind(system(desk))
    follow_ups.snooze(desk, row.id, Snooze.HOUR)
    assert [reminders.remind(system(desk, after)) for after in (timedelta(), HOUR)] == [0, 1]
    follow_ups.hand_over(desk, row.id, mate.staff_id or 0)
    reminders.remind(system(desk, HOUR))
    assert [m.recipient for m in mails(desk.session)] == [desk.actor.email] * 2 + [mate.email]


def test_a_promise_is_reminded_of_an_hour_before_its_time_or_in_the_morning_of_its_day(desk: Work) -> None:
    ada = make.customer(desk.session).id
    timed = promises.make(desk, ada, "call back", TODAY, at=(NOON + 3 * HOUR).time())
    promises.make(desk, ada, "part", TODAY + DAY)
    assert [reminders.remind(system(desk, after)) for after in (HOUR, 2 * HOUR)] == [0, 1]
    promises.snooze(system_of(desk, 2 * HOUR), timed.id, Snooze.TOMORROW)
    morning = timedelta(hours=21)
    assert [reminders.remind(system(desk, after)) for after in (morning - HOUR, morning)] == [0, 1]
    assert mails(desk.session)[-1].subject == "2 reminders"


def system_of(w: Work, after: timedelta) -> Work:
    return replace(w, now=NOON + after)


@pytest.mark.parametrize("why", ["off", "done", "disabled", "nobody's"])
def test_nobody_is_mailed_who_does_not_want_or_need_it(desk: Work, why: str) -> None:
    row = planned(desk, owner_id=None if why == "nobody's" else desk.actor.staff_id)
    if why == "off":
        reminders.choose(desk, Choice(ByMail.OFF))
    if why == "done":
        follow_ups.done(desk, row.id)
    if why == "disabled":
        desk.session.get_one(Person, desk.actor.person_id).disabled_at = NOON
    assert reminders.remind(system(desk)) == 0
    assert mails(desk.session) == []


def test_who_wants_it_in_working_hours_gets_it_when_they_begin(desk: Work) -> None:
    reminders.choose(desk, Choice(ByMail.EACH, working_hours_only=True))
    sunday = timedelta(days=6)
    planned(desk, due_at=NOON + sunday)
    assert [reminders.remind(system(desk, after)) for after in (sunday + HOUR, 7 * DAY)] == [0, 1]


def test_a_digest_comes_once_in_the_morning_with_what_is_one_s_own(desk: Work) -> None:
    reminders.choose(desk, Choice(ByMail.DIGEST))
    planned(desk, "mine")
    planned(desk, "nobody's", owner_id=None)
    assert reminders.remind(system(desk)) == 0
    early = timedelta(hours=-5)
    assert [reminders.digests(system(desk, after)) for after in (early, timedelta(), HOUR, DAY)] == [0, 1, 0, 1]
    assert all("mine" in m.body and "nobody's" not in m.body for m in mails(desk.session))


def test_the_number_in_the_menu_counts_one_s_own_that_have_fallen_due(desk: Work) -> None:
    planned(desk)
    planned(desk, due_at=NOON + HOUR)
    planned(desk, owner_id=make.person(desk.session).staff_id)
    desk.session.add(
        Promise(customer_id=make.customer(desk.session).id, owner_id=desk.actor.staff_id, what="part",
                due_on=TODAY, made_at=NOON - DAY)
    )  # fmt: skip
    assert reminders.due_now(desk) == 2
    with pytest.raises(NotAllowed):
        reminders.due_now(replace(desk, actor=make.actor(desk.session, Role.CUSTOMER)))


def begun(engines: Engines) -> Actor:
    with Session(engines.write) as session, session.begin():
        actor = make.actor(session)
        planned(Work(session, actor, NOON), created_at=NOON)
    return actor


def test_two_workers_send_one_reminder(fresh_engines: Engines, monkeypatch: pytest.MonkeyPatch) -> None:
    begun(fresh_engines)
    monkeypatch.setattr(clock, "now", lambda: NOON)
    together, sent = Barrier(2), list[int]()

    def step() -> None:
        together.wait()
        sent.append(reminders.send_due())

    threads = [Thread(target=step) for _n in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(sent) == [0, 1]
    with Session(fresh_engines.write) as session:
        assert len(mails(session)) == 1


def test_a_worker_killed_between_claim_and_mail_leaves_the_reminder_to_the_next(
    fresh_engines: Engines, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun(fresh_engines)
    monkeypatch.setattr(clock, "now", lambda: NOON)

    def killed(_c: object, _cursor: object, statement: str, *_rest: object) -> None:
        if statement.startswith("INSERT INTO outbox_entry"):
            raise RuntimeError("killed")

    event.listen(fresh_engines.write, "before_cursor_execute", killed)
    with pytest.raises(RuntimeError, match="killed"):
        reminders.send_due()
    event.remove(fresh_engines.write, "before_cursor_execute", killed)
    assert [reminders.send_due() for _n in range(2)] == [1, 0]


def test_while_the_mail_server_is_away_the_reminder_waits_and_is_not_doubled(
    fresh_engines: Engines, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun(fresh_engines)
    monkeypatch.setattr(clock, "now", lambda: NOON)
    monkeypatch.setattr(settings(), "smtp_url", "smtp://127.0.0.1:9")  # nobody listens there
    for _n in range(3):
        reminders.send_due()
        assert mail_delivery.deliver_due() == 0
    with work(SYSTEM) as w:
        [mail] = mails(w.session)
        assert (mail.state.value, mail.tries) == ("waiting", 1)


def test_a_day_of_yesterday_is_reminded_of_however_late_the_worker_begins(desk: Work) -> None:
    row = Promise(customer_id=make.customer(desk.session).id, owner_id=desk.actor.staff_id, what="part",
                  due_on=date(2026, 2, 1), made_at=NOON - 60 * DAY)  # fmt: skip
    desk.session.add(row)
    desk.session.flush()
    assert reminders.remind(system(desk)) == 1
