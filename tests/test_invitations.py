"""Inviting many customers: only whom it fits, bit by bit, and stopped before it has left."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlmodel import Session, col, select

from db.models import (
    Consent,
    Customer,
    CustomerEmail,
    CustomerKind,
    InvitationRound,
    Order,
    OrderStatus,
    OutboxEntry,
    Person,
    Purpose,
    Role,
    Ticket,
)  # fmt: skip
from services import colleagues, invitations, outbox
from services.errors import Conflict, Invalid, NotAllowed, NotFound
from services.invitations import Chosen
from services.work import SYSTEM, VISITOR, Actor, Work, work
from tests import make

WorkAs = Callable[[Actor], Work]
pytestmark = pytest.mark.usefixtures("quick_passwords")


@pytest.fixture
def manager(session: Session, work_as: WorkAs) -> Work:
    return work_as(make.actor(session, Role.MANAGER))


def many(session: Session, n: int) -> list[Customer]:
    return [make.customer(session, f"Customer {i}", email=f"c{i}@example.com") for i in range(n)]


def mails(session: Session) -> list[OutboxEntry]:
    return list(session.exec(select(OutboxEntry).order_by(col(OutboxEntry.next_try_at))))


def test_the_preview_leaves_out_whom_it_does_not_fit(session: Session, manager: Work) -> None:
    fits, refused, signs_in, login_elsewhere, _no_address, again = [*many(session, 4), make.customer(session, "Silent"),
                                                                    make.customer(session, "Twice")]  # fmt: skip
    for granted, at in ((True, make.NOON - timedelta(days=2)), (False, make.NOON)):
        session.add(Consent(customer_id=refused.id, purpose=Purpose.SERVICE, granted=granted, at=at))
    make.person(session, Role.CUSTOMER, of=signs_in, email="else@example.com")
    make.person(session, Role.CUSTOMER, of=make.customer(session, "Other"), email="c3@example.com")
    colleagues.post_invitation(manager, again.id, "Twice", "twice@example.com", colleagues.EVERYTHING)
    seen = invitations.preview(manager, Chosen())
    assert (seen.count, seen.examples) == (1, [(fits.name, "c0@example.com")])
    assert login_elsewhere.id


def test_a_choice_narrows_by_kind_and_by_what_was_bought_lately(session: Session, manager: Work) -> None:
    one, firm = many(session, 2)
    firm.kind = CustomerKind.COMPANY
    session.add(firm)
    session.add(Order(customer_id=one.id, ordered_at=make.NOON - timedelta(days=9), status=OrderStatus.DELIVERED))
    session.flush()
    assert invitations.preview(manager, Chosen(kind=CustomerKind.COMPANY)).examples == [(firm.name, "c1@example.com")]
    assert invitations.preview(manager, Chosen(bought_within_days=10)).count == 1
    assert invitations.preview(manager, Chosen(bought_within_days=8)).count == 0
    with pytest.raises(Invalid):
        invitations.preview(manager, Chosen.model_construct(bought_within_days=0))


def test_a_list_names_whom_to_invite_and_what_is_in_it_that_nobody_knows(session: Session, manager: Work) -> None:
    _one, two, three = many(session, 3)
    session.add(CustomerEmail(customer_id=two.id, email="second@example.com", is_primary=False))
    make.person(session, Role.CUSTOMER, of=three, email="c2@example.com")
    session.flush()
    text = "C0@Example.com\n second@example.com; nobody@example.com,\r\nc2@example.com, c0@example.com"
    listed = invitations.listed(text)
    assert listed == ["c0@example.com", "second@example.com", "nobody@example.com", "c2@example.com"]
    seen = invitations.preview(manager, Chosen(emails=listed))
    assert [email for _name, email in seen.examples] == ["c0@example.com", "second@example.com"]
    assert (seen.count, seen.strangers) == (2, ("nobody@example.com",))
    number = invitations.start(manager, Chosen(emails=listed), expected=2)
    assert [mail.recipient for mail in mails(session)] == ["c0@example.com", "second@example.com"]
    kept = session.get_one(InvitationRound, number).chosen
    assert kept == {"kind": None, "bought_within_days": None, "listed": 4}  # whose addresses these were, the mails say


def test_two_addresses_of_one_customer_in_a_list_are_one_invitation(session: Session, manager: Work) -> None:
    [one] = many(session, 1)
    session.add(CustomerEmail(customer_id=one.id, email="second@example.com", is_primary=False))
    session.flush()
    chosen = Chosen(emails=["second@example.com", "c0@example.com"])
    assert invitations.preview(manager, chosen).count == 1


TOO_MANY = "\n".join(f"c{i}@example.com" for i in range(2001))


@pytest.mark.parametrize("text", ["not an address", "a@example.com\nb@", TOO_MANY], ids=["words", "half", "many"])
def test_a_list_that_cannot_be_read_is_refused_as_a_whole(manager: Work, text: str) -> None:
    with pytest.raises(Invalid):
        invitations.listed(text)
    with pytest.raises(Invalid):
        invitations.preview(manager, Chosen(emails=["x@example.com"] * 2001))


def test_the_mails_leave_bit_by_bit_and_each_link_lets_one_person_in(session: Session, manager: Work) -> None:
    customers = many(session, 3)
    invitations.start(manager, Chosen(), expected=3)
    session.commit()
    sent = mails(session)
    assert [(m.next_try_at - make.NOON).total_seconds() for m in sent] == [60, 66, 72]
    assert outbox.due(Work(session, SYSTEM, make.NOON)) == []
    assert len(outbox.due(Work(session, SYSTEM, make.NOON + timedelta(seconds=67)))) == 2
    with work(VISITOR) as w:
        colleagues.join(w, make.newest_secret(session, "c1@example.com"), "seven green kettles sing", browser="b" * 64)
    person = session.exec(select(Person).where(Person.email == "c1@example.com")).one()
    assert (person.customer_id, person.manages_people) == (customers[1].id, True)
    assert invitations.preview(manager, Chosen()).count == 0, "nobody is invited twice"


def test_a_round_is_stopped_before_it_has_left(session: Session, manager: Work) -> None:
    many(session, 3)
    number = invitations.start(manager, Chosen(), expected=3)
    [first] = outbox.due(Work(session, SYSTEM, make.NOON + timedelta(seconds=61)))
    outbox.delivered(Work(session, SYSTEM, make.NOON + timedelta(seconds=61)), first.entry_id)
    assert invitations.stop(manager, number) == 2
    [left] = mails(session)
    assert left.id == first.entry_id
    assert [t.email for t in session.exec(select(Ticket))] == [left.recipient], "its link still works"
    [seen] = invitations.rounds(manager)
    assert (seen.invited, seen.waiting, seen.stopped) == (3, 0, 2)
    assert invitations.preview(manager, Chosen()).count == 2, "they can be invited later"


def test_what_was_not_looked_at_is_not_sent(session: Session, manager: Work) -> None:
    many(session, 2)
    for expected in (1, 3, 0):
        with pytest.raises(Conflict):
            invitations.start(manager, Chosen(), expected=expected)
    assert mails(session) == []
    assert session.exec(select(InvitationRound)).all() == []


def test_two_customers_with_one_address_get_one_mail(session: Session, manager: Work) -> None:
    first = make.customer(session, "First", email="one@example.com")
    make.customer(session, "Second", email="one@example.com")
    assert invitations.preview(manager, Chosen()).examples == [(first.name, "one@example.com")]


@pytest.mark.parametrize("role", [Role.STAFF, Role.CUSTOMER, None])
def test_only_managers_invite_many(session: Session, work_as: WorkAs, role: Role | None) -> None:
    of = make.customer(session) if role is Role.CUSTOMER else None
    who = work_as(make.actor(session, role, of=of) if role else VISITOR)
    for act in (lambda: invitations.preview(who, Chosen()), lambda: invitations.start(who, Chosen(), expected=1),
                lambda: invitations.stop(who, 1), lambda: invitations.rounds(who)):  # fmt: skip
        with pytest.raises(NotAllowed):
            act()


def test_a_round_that_is_not_there_is_not_stopped(manager: Work) -> None:
    with pytest.raises(NotFound):
        invitations.stop(manager, 999)
