"""Several persons sign in for one customer, each with rights; who has none gets nowhere by any way."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlmodel import Session, col, select

from db.models import AuditEntry, Customer, CustomerKind, OutboxEntry, Person, Role
from services import (
    colleagues,
    registration,
    sessions,
    sign_in,
    tickets,
)  # fmt: skip
from services.colleagues import EVERYTHING, Rights
from services.errors import Conflict, Invalid, NotFound
from services.work import VISITOR, Actor, Work, work
from tests import make

WorkAs = Callable[[Actor], Work]
PASSWORD, BROWSER = "seven green kettles sing", "b" * 64
NOTHING = Rights(sees_orders=False, may_order=False)
pytestmark = pytest.mark.usefixtures("quick_passwords")


@pytest.fixture
def firm(session: Session) -> Customer:
    made = make.customer(session, "Lovelace Ltd", email="office@lovelace.example")
    made.kind, made.company = CustomerKind.COMPANY, "Lovelace Ltd"
    session.add(made)
    return made


@pytest.fixture
def boss(session: Session, work_as: WorkAs, firm: Customer) -> Work:
    return work_as(make.actor(session, Role.CUSTOMER, of=firm))


def with_rights(session: Session, work_as: WorkAs, firm: Customer, rights: Rights) -> Work:
    """Somebody of the firm, as the session row gives it to every run."""
    who = make.actor(session, Role.CUSTOMER, of=firm)
    person = session.get_one(Person, who.person_id)
    person.sqlmodel_update(rights.model_dump())
    session.add(person)
    with_session = sessions.begin(work_as(VISITOR), person, user_agent="", address="")
    session.commit()
    actor = sessions.actor_of(tickets.digest(with_session))
    assert actor is not None
    return work_as(actor)


def join(session: Session, email: str) -> Person:
    with work(VISITOR) as w:
        colleagues.join(w, make.newest_secret(session, email), PASSWORD, browser=BROWSER)
    session.expire_all()
    return session.exec(select(Person).where(Person.email == email)).one()


def test_somebody_invited_signs_in_with_the_rights_that_were_given(session: Session, boss: Work) -> None:
    colleagues.invite(boss, "Bob Byron", "bob@lovelace.example", Rights(may_order=False))
    session.commit()
    assert [i.email for i in colleagues.invited(boss)] == ["bob@lovelace.example"]
    secret = make.newest_secret(session, "bob@lovelace.example")
    with work(VISITOR) as w:
        assert colleagues.invited_to(w, secret) == "Lovelace Ltd"
    bob = join(session, "bob@lovelace.example")
    assert (bob.customer_id, bob.name) == (boss.actor.customer_id, "Bob Byron")
    assert (bob.sees_orders, bob.may_order, bob.manages_people) == (True, False, False)
    assert colleagues.invited(boss) == []
    with work(VISITOR) as w:
        assert colleagues.invited_to(w, secret) == "", "a used link says nothing"
    assert sign_in.attempt(VISITOR, bob.email, PASSWORD, browser=BROWSER)


def test_the_first_person_may_everything_whoever_invited_it(session: Session, work_as: WorkAs, firm: Customer) -> None:
    staff = work_as(make.actor(session))
    colleagues.invite(staff, "Ada", "ada@lovelace.example", NOTHING, firm.id)
    session.commit()
    ada = join(session, "ada@lovelace.example")
    assert (ada.sees_orders, ada.may_order, ada.manages_people) == (True, True, True)


def test_an_invitation_works_once_and_not_when_taken_back(session: Session, boss: Work) -> None:
    colleagues.invite(boss, "Bob", "bob@lovelace.example", Rights())
    session.commit()
    secret = make.newest_secret(session, "bob@lovelace.example")
    with pytest.raises(Invalid), work(VISITOR) as w:
        colleagues.join(w, secret, "short", browser=BROWSER)
    join(session, "bob@lovelace.example")
    colleagues.invite(boss, "Eve", "eve@lovelace.example", Rights())
    colleagues.take_back(boss, colleagues.invited(boss)[0].key)
    session.commit()
    for old in (secret, make.newest_secret(session, "eve@lovelace.example"), "x" * 43):
        with pytest.raises(Conflict), work(VISITOR) as w:
            colleagues.join(w, old, PASSWORD, browser=BROWSER)


def test_an_address_with_a_sign_in_gets_a_mail_and_the_inviter_learns_nothing(session: Session, boss: Work) -> None:
    make.person(session, Role.CUSTOMER, of=make.customer(session, "Eve"), email="eve@example.com")
    colleagues.invite(boss, "Eve", "eve@example.com", Rights())
    mail = session.exec(select(OutboxEntry).where(OutboxEntry.recipient == "eve@example.com")).one()
    assert "?t=" not in mail.body
    assert "already" in mail.body


def test_who_orders_sees_the_orders(session: Session, boss: Work, work_as: WorkAs, firm: Customer) -> None:
    other = with_rights(session, work_as, firm, NOTHING)
    colleagues.set_rights(boss, other.actor.person_id or 0, Rights(sees_orders=False, may_order=True))
    person = session.get_one(Person, other.actor.person_id)
    assert (person.sees_orders, person.may_order) == (True, True)


def test_somebody_always_manages_the_people(session: Session, boss: Work, work_as: WorkAs, firm: Customer) -> None:
    me = boss.actor.person_id or 0
    with pytest.raises(Conflict, match="another person"):
        colleagues.set_rights(boss, me, Rights())
    with pytest.raises(Conflict, match="another person"):
        colleagues.remove(boss, me)
    other = with_rights(session, work_as, firm, NOTHING)
    colleagues.set_rights(boss, other.actor.person_id or 0, EVERYTHING)
    colleagues.set_rights(boss, me, Rights())
    assert not session.get_one(Person, me).manages_people


@pytest.mark.usefixtures("fresh_engines")
def test_of_two_who_give_up_managing_at_once_one_keeps_it() -> None:
    with work(VISITOR) as w:
        firm = make.customer(w.session)
        pair = [make.actor(w.session, Role.CUSTOMER, of=firm) for _i in range(2)]

    def give_up(actor: Actor) -> bool:
        try:
            with work(actor) as w:
                colleagues.set_rights(w, actor.person_id or 0, Rights())
        except Conflict:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(give_up, pair)) == [False, True]


def test_who_is_removed_is_out_at_once_and_may_be_invited_again(
    session: Session, boss: Work, work_as: WorkAs, firm: Customer
) -> None:
    other = with_rights(session, work_as, firm, Rights())
    sid, email = other.actor.session_id, other.actor.email
    assert sessions.actor_of(sid) is not None
    colleagues.remove(boss, other.actor.person_id or 0)
    session.commit()
    assert sessions.actor_of(sid) is None
    assert [p.me for p in colleagues.people(boss)] == [True]
    colleagues.invite(boss, "Back Again", email, Rights())
    session.commit()
    back = join(session, email)
    assert (back.id, back.disabled_at, back.name) == (other.actor.person_id, None, "Back Again")


def test_people_of_another_customer_are_not_there(session: Session, boss: Work, work_as: WorkAs) -> None:
    elsewhere = make.customer(session, "Bob Ltd")
    bob = make.actor(session, Role.CUSTOMER, of=elsewhere)
    colleagues.invite(work_as(bob), "Carl", "carl@bob.example", Rights())
    key = colleagues.invited(work_as(bob))[0].key
    for act in (
        lambda: colleagues.set_rights(boss, bob.person_id or 0, Rights()),
        lambda: colleagues.remove(boss, bob.person_id or 0),
        lambda: colleagues.take_back(boss, key),
        lambda: colleagues.people(boss, elsewhere.id),
        lambda: colleagues.invite(boss, "Eve", "eve@example.com", EVERYTHING, elsewhere.id),
    ):
        with pytest.raises(NotFound):
            act()


def test_a_second_person_who_registers_with_a_known_address_manages_nobody(
    session: Session, boss: Work, firm: Customer
) -> None:
    with work(VISITOR) as w:
        registration.ask(w, "Office", "office@lovelace.example")
    with work(VISITOR) as w:
        secret = make.newest_secret(session, "office@lovelace.example")
        registration.complete(w, secret, PASSWORD, browser=BROWSER)
    office = session.exec(select(Person).where(Person.email == "office@lovelace.example")).one()
    assert (office.customer_id, office.manages_people) == (firm.id, False)
    assert boss.actor.manages_people


def test_each_step_with_people_is_in_the_trail(session: Session, boss: Work) -> None:
    colleagues.invite(boss, "Bob", "bob@lovelace.example", Rights())
    session.commit()
    bob = join(session, "bob@lovelace.example")
    colleagues.set_rights(boss, bob.id, NOTHING)
    colleagues.remove(boss, bob.id)
    session.flush()
    ours = select(AuditEntry).where(col(AuditEntry.action).startswith("colleagues."))
    rows = session.exec(ours.order_by(col(AuditEntry.id)))
    told = [(r.action, r.customer_id) for r in rows]
    assert told == [(f"colleagues.{a}", boss.actor.customer_id) for a in ("invite", "join", "set_rights", "remove")]
