"""A contact is written down once, whole, with what was promised and what comes next."""

import threading
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import Session, select

from db.engine import Engines
from db.models import (
    AuditEntry,
    Channel,
    Direction,
    FollowUp,
    HourlyContacts,
    Interaction,
    Order,
    OrderStatus,
    Promise,
    Role,
)
from services import company, interactions, rollup_check, rollups
from services.errors import Conflict, Invalid, NotAllowed, NotFound
from services.interactions import NewInteraction
from services.work import SYSTEM, VISITOR, Actor, Work, work
from tests import make

WorkAs = Callable[[Actor], Work]


def call(**said: Any) -> NewInteraction:
    return NewInteraction.model_validate({"idempotency_key": "form-1", "summary": "Wants the blue one."} | said)


@pytest.fixture
def w(session: Session, work_as: WorkAs) -> Work:
    return work_as(make.actor(session, Role.STAFF))


def test_an_ordinary_call_needs_nothing_but_words(w: Work) -> None:
    ada = make.customer(w.session)
    logged = interactions.log(w, ada.id, call())
    kept = w.session.get_one(Interaction, logged.id)
    assert (kept.channel, kept.direction, kept.summary) == (Channel.PHONE, Direction.IN, "Wants the blue one.")
    assert (kept.happened_at, kept.logged_at, kept.staff_id) == (w.now, w.now, w.actor.staff_id)
    entry = w.session.exec(select(AuditEntry).where(AuditEntry.action == "interactions.log")).one()
    assert (entry.entity_id, entry.customer_id, entry.after["summary"]) == (str(kept.id), ada.id, kept.summary)


@pytest.mark.parametrize("channel", list(Channel))
def test_every_kind_of_contact_is_counted_on_the_board(w: Work, channel: Channel) -> None:
    ada = make.customer(w.session)
    interactions.log(w, ada.id, call(channel=channel, direction="out"))
    [counted] = w.session.exec(select(HourlyContacts)).all()
    assert (counted.channel, counted.hour, counted.contacts) == (channel, w.now.hour, 1)


def test_the_board_stays_exact_when_contacts_are_written_down_later(w: Work) -> None:
    company.save(Work(w.session, SYSTEM, w.now), time_zone="Asia/Tokyo")
    ada = make.customer(w.session)
    for n, hours in enumerate((0, 1, 1, 30)):
        interactions.log(w, ada.id, call(idempotency_key=f"f{n}", happened_at=w.now - timedelta(hours=hours)))
    assert sum(row.contacts for row in w.session.exec(select(HourlyContacts))) == 4
    assert [m for m in rollup_check.mismatches(w) if m.startswith("HourlyContacts")] == []


def test_a_promise_and_a_next_touch_become_records_of_their_own(w: Work) -> None:
    ada = make.customer(w.session)
    friday, monday = date(2026, 3, 6), date(2026, 3, 9)
    logged = interactions.log(
        w, ada.id, call(promise="send the part", promise_until=friday, next_touch_on=monday, reason="fault")
    )
    promise, touch = w.session.exec(select(Promise)).one(), w.session.exec(select(FollowUp)).one()
    assert (promise.what, promise.due_on, promise.owner_id) == ("send the part", friday, w.actor.staff_id)
    assert (touch.reason, touch.due_at) == ("Something does not work", datetime(2026, 3, 9, 9, tzinfo=UTC))
    assert {promise.interaction_id, touch.interaction_id} == {logged.id}
    actions = set(w.session.exec(select(AuditEntry.action).where(AuditEntry.customer_id == ada.id)))
    assert actions == {"interactions.log", "promises.make", "follow_ups.plan"}


@pytest.mark.parametrize(
    ("said", "complaint"),
    [
        ({"summary": "  \n "}, "What was said: please fill this in"),
        ({"summary": "x" * 20_001}, "What was said: at most 20000 characters"),
        ({"reason": "a\nb"}, "Reason: choose one of the list"),
        ({"reason": "damaged"}, "Reason: choose one of the list"),
        ({"participants": "a\nb"}, "Who else was there: there is an invisible control character"),
        ({"minutes": -1}, "Duration: minutes, from 0 to 1440"),
        ({"minutes": 2000}, "Duration: minutes, from 0 to 1440"),
        ({"happened_at": make.NOON + timedelta(minutes=1)}, "When: a contact is logged once it has happened"),
        ({"happened_at": datetime(2026, 3, 1)}, "When: a time with its time zone"),  # noqa: DTZ001 - the mistake
        ({"happened_at": datetime(1969, 1, 1, tzinfo=UTC)}, "When: this is too long ago"),
        ({"promise": "a part"}, "Promise: say until when"),
        ({"promise_until": date(2026, 3, 9)}, "Promise: say what was promised"),
        ({"promise": "a part", "promise_until": date(2026, 3, 1)}, "Promised until: this day is over"),
        ({"next_touch_on": date(2062, 3, 1)}, "Next touch: this is too far away"),
        ({"next_touch_reason": "ask again"}, "Next touch: choose the day"),
    ],
)
def test_what_cannot_be_is_refused_in_one_sentence_and_nothing_is_kept(
    w: Work, said: dict[str, Any], complaint: str
) -> None:
    ada = make.customer(w.session)
    with pytest.raises(Invalid, match=complaint):
        interactions.log(w, ada.id, call(**said))
    for model in (Interaction, Promise, FollowUp, HourlyContacts):
        assert w.session.exec(select(model)).all() == []


def test_the_same_form_sent_twice_is_one_contact(w: Work) -> None:
    ada = make.customer(w.session)
    first = interactions.log(w, ada.id, call(promise="a part", promise_until=date(2026, 3, 9)))
    again = interactions.log(w, ada.id, call(promise="a part", promise_until=date(2026, 3, 9)))
    assert again.id == first.id
    assert len(w.session.exec(select(Promise)).all()) == 1
    assert w.session.exec(select(HourlyContacts)).one().contacts == 1
    with pytest.raises(Conflict):
        interactions.log(w, ada.id, call(summary="Something else."))
    colleague = Work(w.session, make.actor(w.session), w.now)
    assert interactions.log(colleague, ada.id, call()).id != first.id


def test_an_order_of_somebody_else_is_not_taken(w: Work) -> None:
    ada, bob = make.customer(w.session), make.customer(w.session, "Bob")
    order = Order(customer_id=bob.id, ordered_at=w.now, status=OrderStatus.PLACED)
    w.session.add(order)
    w.session.flush()
    with pytest.raises(Invalid, match="another customer"):
        interactions.log(w, ada.id, call(order_id=order.id))
    with pytest.raises(NotFound):
        interactions.log(w, ada.id, call(case_id=4711))
    assert interactions.log(w, bob.id, call(order_id=order.id)).order_id == order.id


def test_only_staff_log_contacts_and_only_for_customers_that_exist(session: Session, work_as: WorkAs) -> None:
    ada = make.customer(session)
    for actor in (VISITOR, make.actor(session, Role.CUSTOMER, of=ada)):
        with pytest.raises(NotAllowed):
            interactions.log(work_as(actor), ada.id, call())
    with pytest.raises(NotFound):
        interactions.log(work_as(make.actor(session)), 10**6, call())


def test_two_clicks_at_the_same_moment_log_one_contact(fresh_engines: Engines) -> None:
    with work(SYSTEM) as w:
        ada, actor = make.customer(w.session).id, make.actor(w.session)
    start, ids = threading.Barrier(4), []

    def click() -> None:
        start.wait()
        with work(actor) as w:
            ids.append(interactions.log(w, ada, call()).id)

    threads = [threading.Thread(target=click) for _n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(ids) == 4
    assert len(set(ids)) == 1
    with work(SYSTEM) as w:
        assert w.session.exec(select(HourlyContacts)).one().contacts == 1


def test_a_crash_in_the_middle_leaves_nothing(fresh_engines: Engines, monkeypatch: pytest.MonkeyPatch) -> None:
    with work(SYSTEM) as w:
        ada, actor = make.customer(w.session).id, make.actor(w.session)

    def power_cut(*_rest: object, **_named: object) -> None:
        raise RuntimeError("power cut")

    monkeypatch.setattr(rollups, "contacted", power_cut)
    with pytest.raises(RuntimeError), work(actor) as w:
        interactions.log(w, ada, call(promise="a part", promise_until=w.now.date()))
    with work(SYSTEM) as w:
        for model in (Interaction, Promise, HourlyContacts, AuditEntry):
            assert w.session.exec(select(model)).all() == []
