"""Staff see a customer's pages as the customer sees them: the same, to read, with a reason that the customer reads."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from sqlalchemy import func
from sqlmodel import Session, col, select
from streamlit.runtime.scriptrunner import StopException
from streamlit.testing.v1 import AppTest

from db.models import (
    AccountLook,
    AuditEntry,
    Case,
    CustomerView,
    Direction,
    LoginSession,
    Message,
    Person,
    Promise,
    Role,
    SecondFactor,
)
from pages._ui import guard
from services import as_customer, baskets, drafts, looks, my_data, orders, search, sessions
from services.catalogue import words
from services.errors import Conflict, Invalid, NotAllowed, NotFound, TooMany
from services.work import Actor, Work, reading, work
from tests import make
from tests.ordering import asked, shopper
from tests.seen_pages import forced, main, stored

ROOT = Path(__file__).parent.parent
PAGES = ROOT / "pages"
NOON = make.NOON
SHOWN = ("home", "account", "orders", "catalogue", "basket", "cases", "my_data")
WorkAs = Callable[[Actor], Work]


def signed_in(session: Session, actor: Actor, sid: str) -> Actor:
    assert actor.person_id is not None
    end = NOON + timedelta(hours=1)
    session.add(LoginSession(id=sid, person_id=actor.person_id, created_at=NOON, last_seen_at=NOON, expires_at=end))
    session.commit()
    return replace(actor, session_id=sid)


@pytest.fixture
def customer(session: Session, monkeypatch: pytest.MonkeyPatch) -> Actor:
    """Somebody with orders, a case, a promise, a message, a basket and unsent words."""
    monkeypatch.setattr(words, "FRESH_S", 0.0)
    who = shopper(session)
    w = Work(session, who, NOON)
    kettle = make.product(session)
    orders.place(w, asked(w, (kettle, 2)))
    baskets.add(w, kettle.id)
    session.add(SecondFactor(person_id=who.person_id or 0, secret="x", created_at=NOON, confirmed_at=NOON))
    trail: dict[str, Any] = {"action": "auth.signed_in", "entity": "person", "entity_id": str(who.person_id)}
    session.add(AuditEntry(at=NOON, actor_name=who.name, actor_role="customer", **trail))
    drafts.save(w, "question", {"text": "not sent yet"})
    session.add(Case(customer_id=who.customer_id or 0, subject="leaks", opened_at=NOON, next_step="we look"))
    session.add(Promise(customer_id=who.customer_id or 0, what="a part", due_on=NOON.date(), made_at=NOON))
    session.flush()
    case_id = session.exec(select(Case.id)).one()
    session.add(
        Message(customer_id=who.customer_id or 0, case_id=case_id, direction=Direction.OUT, body="hello", sent_at=NOON)
    )
    search.index(w, who.customer_id or 0)
    return signed_in(session, who, "c" * 64)


@pytest.fixture
def staff(session: Session, customer: Actor) -> Actor:
    return signed_in(session, make.actor(session), "a" * 64)


def own(actor: Actor) -> int:
    assert actor.customer_id is not None
    return actor.customer_id


def begun(staff: Actor, customer: Actor) -> Actor:
    """The actor that may only read."""
    with work(staff) as w:
        as_customer.begin(w, own(customer), "She asks for her invoice")
    shown = as_customer.shown_to(staff)
    assert shown is not None
    return shown.actor


# The rules.


def test_the_reader_is_the_customer_but_may_write_nothing(customer: Actor, staff: Actor) -> None:
    reader = begun(staff, customer)
    assert (reader.customer_id, reader.person_id, reader.role) == (own(customer), customer.person_id, Role.CUSTOMER)
    assert reader.session_id == "", "the sessions of the customer are out of reach"
    with pytest.raises(NotAllowed, match="Nothing can be changed"), work(reader):
        pytest.fail("a unit of work was begun")
    with reading(reader) as w:
        assert drafts.load(w, "question") == {}, "what was not sent yet is the customer's"
        names = {part.name for part in my_data.everything(w).parts}
    assert not names & {"second_factor", "browsers", "sign_ins", "drafts"}


def test_it_stands_in_the_audit_trail_and_in_the_customers_own_list(
    session: Session, customer: Actor, staff: Actor
) -> None:
    begun(staff, customer)
    with work(staff) as w:
        as_customer.leave(w)
    entries = select(AuditEntry.action, AuditEntry.reason).where(AuditEntry.entity == "customer_view")
    told = session.exec(entries.order_by(col(AuditEntry.id))).all()
    assert told == [("as_customer.begin", "She asks for her invoice"), ("as_customer.leave", "")]
    with reading(customer) as w:
        [look] = json.loads(my_data.as_json(w))["data"]["looks"]
    assert (look["name"], look["how"], look["reason"]) == (staff.name, "as-customer", "She asks for her invoice")
    assert as_customer.shown_to(staff) is None


def test_an_opened_customer_page_is_told_once_an_hour(session: Session, customer: Actor, staff: Actor) -> None:
    for minutes in (0, 1, 59, 61):
        looks.opened(Work(session, staff, NOON + timedelta(minutes=minutes)), own(customer))
    assert session.exec(select(func.count()).select_from(AccountLook)).one() == 2


def test_a_reason_a_sign_in_and_a_role_are_needed(session: Session, customer: Actor, staff: Actor) -> None:
    w = Work(session, staff, NOON)
    with pytest.raises(Invalid):
        as_customer.begin(w, own(customer), "  ")
    with pytest.raises(NotFound):
        as_customer.begin(w, 10**6, "look")
    with pytest.raises(Conflict, match="Nobody signs in"):
        as_customer.begin(w, make.customer(session, "Bo").id, "look")
    with pytest.raises(Conflict):
        as_customer.begin(w, own(customer), "look", staff.person_id)
    with pytest.raises(NotAllowed):
        as_customer.begin(Work(session, customer, NOON), own(customer), "look")
    assert as_customer.shown_to(customer) is None


def test_many_customers_in_a_short_time_are_refused(session: Session, customer: Actor, staff: Actor) -> None:
    w = Work(session, staff, NOON)
    for _time in range(20):
        as_customer.begin(w, own(customer), "curious")
    with pytest.raises(TooMany):
        as_customer.begin(w, own(customer), "curious")
    later = Work(session, staff, NOON + timedelta(minutes=20))
    as_customer.begin(later, own(customer), "she calls again")


@pytest.mark.parametrize("how", ["time", "role of the customer", "sign-in closed", "session", "moved away"])
def test_the_view_ends_by_itself(
    session: Session, customer: Actor, staff: Actor, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    begun(staff, customer)
    person = session.get_one(Person, customer.person_id)
    if how == "time":
        view = session.exec(select(CustomerView)).one()
        view.expires_at = NOON
        session.add(view)
    elif how == "role of the customer":
        person.role = Role.STAFF
    elif how == "sign-in closed":
        person.disabled_at = NOON
    elif how == "session":
        session.delete(session.get_one(LoginSession, staff.session_id))
    else:
        person.customer_id = make.customer(session, "Bo").id
    session.add(person)
    session.commit()
    assert as_customer.shown_to(staff) is None


# The pages.


def page(name: str, monkeypatch: pytest.MonkeyPatch, actor: Actor, **address: str) -> AppTest:
    monkeypatch.setattr(guard, "session_id", lambda: actor.session_id)
    at = AppTest.from_file(str(PAGES / "navigation.py"), default_timeout=30).run().switch_page("customer/home.py").run()
    at.switch_page(f"customer/{name}.py")
    for key, value in address.items():
        at.query_params[key] = value
    at.run()
    assert not at.exception, at.exception
    return at


sqlite_only = pytest.mark.parametrize("engines", ["sqlite"], indirect=True)


@sqlite_only
@pytest.mark.parametrize("name", SHOWN)
def test_staff_see_what_the_customer_sees(
    session: Session, monkeypatch: pytest.MonkeyPatch, customer: Actor, staff: Actor, name: str
) -> None:
    begun(staff, customer)
    hers, seen = main(page(name, monkeypatch, customer)), main(page(name, monkeypatch, staff))
    assert len(hers) > 2
    assert seen[-len(hers) :] == hers
    before = "".join(text for _kind, text in seen[: -len(hers)])
    assert "Ada Lovelace" in before
    assert "Leave" in before


@sqlite_only
@pytest.mark.parametrize("name", [*SHOWN, "orders?order=1", "cases?case=1"])
def test_nothing_is_written_whatever_is_pressed(
    session: Session, monkeypatch: pytest.MonkeyPatch, customer: Actor, staff: Actor, name: str
) -> None:
    begun(staff, customer)
    name, _q, query = name.partition("?")
    address = dict([query.split("=")]) if query else {}
    before = stored(session)
    at = page(name, monkeypatch, staff, **address)
    inside = {b.key or b.label for b in at.main.button} - {"leave_customer_view"}
    off = [b for b in at.main.button if b.proto.disabled]
    assert len(off) == len(inside) == len(at.main.button) - 1, "every button but Leave is off"
    for number in range(len(at.main.button)):
        at = page(name, monkeypatch, staff, **address)
        if at.main.button[number].key == "leave_customer_view":
            continue
        for field in (*at.main.text_input, *at.main.text_area):
            forced(field).set_value("forged words")
        for switch in (*at.main.toggle, *at.main.checkbox):
            forced(switch).set_value(not switch.value)
        forced(at.main.button[number]).click().run()
        assert not at.exception, at.exception
        assert stored(session) == before
    assert stored(session) == before


@sqlite_only
def test_the_file_of_all_data_is_not_made_for_staff(session: Session, customer: Actor, staff: Actor) -> None:
    """The download is asked for outside of any page, by the session that drew the button: of the reader it has none."""
    reader = begun(staff, customer)
    for sid in (staff.session_id, reader.session_id):
        asking = sessions.actor_of(sid)
        assert asking is None or asking.role is Role.STAFF
        if asking is not None:
            with pytest.raises(NotAllowed), work(asking) as w:
                my_data.note_download(w)


@sqlite_only
def test_who_loses_the_role_or_leaves_sees_no_customer_page(
    session: Session, monkeypatch: pytest.MonkeyPatch, customer: Actor, staff: Actor
) -> None:
    begun(staff, customer)
    at = page("home", monkeypatch, staff)
    at.button(key="leave_customer_view").click().run()
    assert at.query_params["customer"] == str(own(customer))
    at = page("home", monkeypatch, staff)
    assert [e.value for e in at.error] == ["This page is not yours."]
    begun(staff, customer)
    person = session.get_one(Person, staff.person_id)
    person.role, person.customer_id = Role.CUSTOMER, make.customer(session, "Bo").id
    session.add(person)
    session.commit()
    assert "Ada" not in str(main(page("home", monkeypatch, staff)))


@sqlite_only
def test_a_piece_for_customers_and_staff_only_reads_on_a_customers_page(
    session: Session, monkeypatch: pytest.MonkeyPatch, customer: Actor, staff: Actor
) -> None:
    begun(staff, customer)
    monkeypatch.setattr(guard, "session_id", lambda: staff.session_id)
    asked_on: dict[str, object] = {guard.ON_CUSTOMER_PAGE: True}
    monkeypatch.setattr(st, "session_state", asked_on)
    assert guard.require(*guard.EVERYBODY).read_only
    asked_on[guard.ON_CUSTOMER_PAGE] = False
    assert not guard.require(*guard.EVERYBODY).read_only
    with work(staff) as w:
        as_customer.leave(w)
    asked_on[guard.ON_CUSTOMER_PAGE] = True

    def stop() -> None:
        raise StopException

    monkeypatch.setattr(st, "stop", stop)
    with pytest.raises(StopException):
        guard.require(*guard.EVERYBODY)
