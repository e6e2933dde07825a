"""What a customer agreed to: each purpose on its own, seen by staff at once, and never rewritten."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import Session, select
from streamlit.testing.v1 import AppTest

from db.models import AuditEntry, Consent, Person, Purpose, Role
from pages._ui import guard
from services import clock, consents, sessions, timeline
from services.customer_overview import overview
from services.errors import NotAllowed, NotFound, RapportError
from services.tickets import digest
from services.work import SYSTEM, VISITOR, Actor, Work, reading, work
from tests import make

NOON = make.NOON
HOUR = timedelta(hours=1)
PAGES = Path(__file__).parent.parent / "pages"


def ada(session: Session) -> Actor:
    actor = make.actor(session, Role.CUSTOMER, of=make.customer(session))
    session.commit()
    return actor


def say(actor: Actor, purpose: object, granted: object) -> bool:
    with work(actor) as w:
        return consents.switch(w, purpose, granted)


def standing(actor: Actor, customer_id: int) -> dict[Purpose, bool | None]:
    with reading(actor) as w:
        return {c.purpose: c.granted for c in consents.current(w, customer_id)}


def test_each_purpose_is_answered_on_its_own_and_the_newest_answer_counts(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    actor = ada(session)
    own = actor.customer_id or 0
    assert set(standing(actor, own).values()) == {None}, "nothing is agreed to unasked"
    say(actor, Purpose.NEWSLETTER, True)
    say(actor, "research", True)
    monkeypatch.setattr(clock, "now", lambda: NOON + HOUR)
    say(actor, Purpose.NEWSLETTER, False)
    assert standing(actor, own) == {
        Purpose.SERVICE: None,
        Purpose.NEWSLETTER: False,
        Purpose.PROFILING: None,
        Purpose.RESEARCH: True,
    }
    with reading(actor) as w:
        told = [(g.purpose, g.granted, g.at, g.how, g.who) for g in consents.history(w, own)]
    assert told == [
        (Purpose.NEWSLETTER, False, NOON + HOUR, "in the account", "You"),
        (Purpose.RESEARCH, True, NOON, "in the account", "You"),
        (Purpose.NEWSLETTER, True, NOON, "in the account", "You"),
    ]


def test_staff_see_it_at_once_with_how_and_by_whom(session: Session) -> None:
    actor, agent = ada(session), make.actor(session)
    own = actor.customer_id or 0
    session.add(Consent(customer_id=own, purpose=Purpose.PROFILING, granted=True, at=NOON - HOUR, how="on paper"))
    session.commit()
    with reading(agent) as w:
        before = timeline.changed(w, own)
    say(actor, Purpose.PROFILING, False)
    with reading(agent) as w:
        assert timeline.changed(w, own) > before, "an open page of the customer draws anew"
        assert {c.purpose: c.granted for c in overview(w, own).consents}[Purpose.PROFILING] is False
        assert [(g.granted, g.how, g.who) for g in consents.history(w, own)] == [
            (False, "in the account", "Ada Lovelace"),
            (True, "on paper", ""),
        ]


def test_every_answer_is_in_the_trail_with_the_one_before(session: Session) -> None:
    actor = ada(session)
    say(actor, Purpose.NEWSLETTER, True)
    say(actor, Purpose.NEWSLETTER, False)
    first, second = session.exec(select(AuditEntry).order_by(AuditEntry.id)).all()  # type: ignore[arg-type]  # SQLModel types columns as values
    assert (first.before, first.after) == ({}, {"purpose": "newsletter", "granted": True})
    assert (second.before, second.after) == ({"granted": True}, {"granted": False})
    assert {first.customer_id, second.customer_id} == {actor.customer_id}
    assert len(session.exec(select(Consent)).all()) == 2, "nothing is rewritten"


def test_the_same_answer_again_adds_nothing(session: Session) -> None:
    actor = ada(session)
    assert say(actor, Purpose.NEWSLETTER, False), "a first no is an answer"
    assert not say(actor, Purpose.NEWSLETTER, False)
    assert len(session.exec(select(Consent)).all()) == 1


@pytest.mark.parametrize(
    ("purpose", "granted"), [("everything", True), (None, True), ("research", 1), ("research", "")]
)
def test_what_the_page_does_not_offer_is_refused(session: Session, purpose: object, granted: object) -> None:
    actor = ada(session)
    with pytest.raises(RapportError):
        say(actor, purpose, granted)
    assert session.exec(select(Consent)).all() == []


def test_without_an_answer_only_what_may_be_objected_to_is_done_and_an_objection_counts_at_once(
    session: Session,
) -> None:
    actor, silent = ada(session), ada(session)
    own = actor.customer_id or 0
    with reading(actor) as w:
        unasked = {p for p in Purpose if consents.holds(w, own, p)}
    assert unasked == {Purpose.SERVICE, Purpose.PROFILING}
    say(actor, Purpose.PROFILING, True)
    assert list(session.execute(consents.objecting(Purpose.PROFILING)).scalars()) == []
    say(actor, Purpose.PROFILING, False)
    say(silent, Purpose.NEWSLETTER, False)
    assert list(session.execute(consents.objecting(Purpose.PROFILING)).scalars()) == [own]
    with reading(actor) as w:
        assert not consents.holds(w, own, Purpose.PROFILING)


@pytest.mark.parametrize("role", [None, Role.STAFF, Role.ADMIN])
def test_nobody_answers_for_the_customer(session: Session, role: Role | None) -> None:
    actor = make.actor(session, role) if role else VISITOR
    with pytest.raises(NotAllowed):
        say(actor, Purpose.NEWSLETTER, True)


@pytest.mark.parametrize("read", [consents.current, consents.history])
def test_other_customers_cannot_see_it(session: Session, read: Callable[[Work, int], object]) -> None:
    actor, stranger = ada(session), ada(session)
    for who in (stranger, VISITOR):
        with pytest.raises(NotFound), reading(who) as w:
            read(w, actor.customer_id or 0)


@pytest.mark.usefixtures("fresh_engines")
def test_two_clicks_at_once_are_one_answer() -> None:
    with work(SYSTEM) as w:
        actor = make.actor(w.session, Role.CUSTOMER, of=make.customer(w.session))
    with ThreadPoolExecutor(6) as pool:
        noted = list(pool.map(lambda _i: say(actor, Purpose.NEWSLETTER, True), range(6)))
    assert noted.count(True) == 1


@pytest.mark.parametrize("engines", ["sqlite"], indirect=True)
def test_a_switch_in_the_account_counts_at_once_and_stands_in_the_history(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    actor = ada(session)
    with work(VISITOR) as w:
        sid = digest(sessions.begin(w, w.session.get_one(Person, actor.person_id), user_agent="", address=""))
    monkeypatch.setattr(guard, "session_id", lambda: sid)
    at = AppTest.from_file(str(PAGES / "navigation.py"), default_timeout=30).switch_page("customer/account.py").run()
    assert [t.value for t in at.toggle] == [True, False, True, False], "what may be objected to is on"
    at.toggle(key="consent_newsletter").set_value(True).run()
    assert not at.exception, at.exception
    assert standing(actor, actor.customer_id or 0)[Purpose.NEWSLETTER] is True
    assert [t.value for t in at.toggle] == [True, True, True, False]
    assert any(t.value.startswith("Newsletter · agreed · ") and t.value.endswith(" · You") for t in at.text)
    assert len(session.exec(select(Consent)).all()) == 1, "drawing it again is no answer"
