"""Becoming a customer: the same answer for every address, and nobody prepares an account on somebody else's."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlmodel import Session, col, select

from db.models import Customer, CustomerEmail, OutboxEntry, Person, Role, Ticket
from services import clock, inputs, registration, sign_in
from services.errors import Conflict, Invalid, RapportError
from services.work import VISITOR, Actor, work
from tests import make

PASSWORD, BROWSER = "seven green kettles sing", "b" * 64

pytestmark = pytest.mark.usefixtures("quick_passwords")


def ask(email: object, name: object = "Ada Lovelace", *, address: str = "10.0.0.1") -> None:
    with work(Actor(name="visitor", address=address)) as w:
        registration.ask(w, name, email)


def complete(secret: str, password: object = PASSWORD) -> str:
    with work(VISITOR) as w:
        return registration.complete(w, secret, password, browser=BROWSER)


def mails(session: Session) -> list[OutboxEntry]:
    session.expire_all()
    return list(session.exec(select(OutboxEntry).order_by(col(OutboxEntry.id))))


def test_a_new_customer_confirms_chooses_a_password_and_is_in(session: Session) -> None:
    ask(" Ada@Example.COM ")
    assert session.exec(select(Person)).all() == [], "there is nothing before the address is proven"
    ticket = complete(make.newest_secret(session, "ada@example.com"))
    [person] = session.exec(select(Person)).all()
    assert (person.email, person.name, person.role) == ("ada@example.com", "Ada Lovelace", Role.CUSTOMER)
    assert person.customer_id is not None
    with work(VISITOR) as w:
        assert sign_in.finish(w, ticket, browser=BROWSER, user_agent="") is not None


def test_only_the_hash_of_the_mailed_secret_is_stored_with_the_ticket(session: Session) -> None:
    ask("ada@example.com")
    secret = make.newest_secret(session, "ada@example.com")
    [ticket] = session.exec(select(Ticket)).all()
    assert len(secret) >= 43
    assert secret not in str(ticket.model_dump())


def test_a_free_and_a_taken_address_get_the_same_answer(session: Session) -> None:
    make.person(session, email="taken@example.com")
    ask("taken@example.com")
    ask("free@example.com")
    taken, free = mails(session)
    assert (taken.recipient, taken.kind, free.recipient, free.kind) == (
        "taken@example.com",
        "already-registered",
        "free@example.com",
        "confirm",
    )
    assert "?t=" not in taken.body


def test_a_customer_we_know_finds_his_orders_by_his_proven_address(session: Session) -> None:
    known = make.customer(session, "Ada Lovelace", email="ada@example.com")
    ask("ada@example.com", "Somebody Who Says So")
    complete(make.newest_secret(session, "ada@example.com"))
    [person] = session.exec(select(Person)).all()
    assert person.customer_id == known.id
    assert len(session.exec(select(Customer)).all()) == 1
    assert session.exec(select(CustomerEmail)).one().confirmed_at is not None


@pytest.mark.parametrize(
    "odd",
    [
        *("аda@example.com", "ada@exаmple.com\u200b", "ada\u200b@example.com", "a\u202eda@example.com", "ada@", "@b.c"),
        *("ada@example.com, eve@evil.example", "ada@example.com;eve@evil.example", "ada@example.com eve@evil.example"),
        *("ada@example.com\r\nBcc: eve@evil.example", "ada@example.com\x00", "Ada <ada@example.com>", "", "a" * 300),
        *(
            ["ada@example.com", "eve@evil.example"],
            {"email": "ada@example.com"},
            None,
            7,
            "ada@example..com",
            "\ud800@a.b",
        ),
    ],
)
def test_an_address_that_is_not_plainly_one_is_refused(session: Session, odd: object) -> None:
    with pytest.raises(Invalid):
        ask(odd)
    assert mails(session) == []


@pytest.mark.parametrize(
    "spelling", ["ADA@EXAMPLE.COM", " ada@example.com\t", "ａda@example.com", "ada@EXAMPLE.com", "Ada@Example.Com"]
)
def test_all_spellings_of_an_address_are_one_address(spelling: str) -> None:
    assert inputs.email(spelling) == "ada@example.com"


def test_a_domain_is_kept_as_the_net_knows_it() -> None:
    assert inputs.email("Ada@MÜNCHEN.example") == "ada@xn--mnchen-3ya.example"
    assert inputs.email("ada@münchen.example") == inputs.email("ada@xn--mnchen-3ya.example")


def test_a_link_works_once_and_for_a_day_and_a_newer_one_ends_it(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask("ada@example.com")
    older = make.newest_secret(session, "ada@example.com")
    ask("ada@example.com")
    newer = make.newest_secret(session, "ada@example.com")
    with pytest.raises(Conflict):
        complete(older)
    with pytest.raises(Invalid):
        complete(newer, "too short")
    ask("bob@example.com")
    bobs = make.newest_secret(session, "bob@example.com")
    complete(newer)
    with pytest.raises(Conflict):
        complete(newer)
    monkeypatch.setattr(clock, "now", lambda: make.NOON + timedelta(hours=24))
    with pytest.raises(Conflict):
        complete(bobs)


def test_a_link_of_another_kind_confirms_nothing(session: Session) -> None:
    who = make.person(session, email="ada@example.com")
    with work(VISITOR) as w:
        ticket = sign_in.hand_over(w, w.session.get_one(Person, who.id), browser=BROWSER)
    for secret in (ticket, "", "x" * 43, "\ud800"):
        with pytest.raises(Conflict):
            complete(secret)


def test_nobody_can_flood_a_mailbox_or_the_world(session: Session) -> None:
    for i in range(30):
        ask("victim@example.com", address=f"10.0.{i}.1")
    assert len(mails(session)) == 5
    for i in range(60):
        ask(f"stranger{i}@example.com", address="10.9.9.9")
    assert len(mails(session)) == 5 + 20
    ask("honest@example.com", address="10.8.8.8")
    assert len(mails(session)) == 5 + 20 + 1


@pytest.mark.usefixtures("fresh_engines")
def test_of_many_who_use_one_link_at_once_one_gets_a_login() -> None:
    ask("ada@example.com")
    with work(VISITOR) as w:
        secret = make.newest_secret(w.session, "ada@example.com")

    def use(_i: int) -> str:
        try:
            return complete(secret)
        except RapportError:
            return ""

    with ThreadPoolExecutor(10) as pool:
        done = list(pool.map(use, range(10)))
    assert len([d for d in done if d]) == 1
    with work(VISITOR) as w:
        assert len(w.session.exec(select(Person)).all()) == len(w.session.exec(select(Customer)).all()) == 1
