"""What was written between a customer and us, read by the customer."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlmodel import Session, col, select

from db.models import Case, Direction, Message, OutboxEntry, OutboxState, Role
from services import accounts, correspondence, outbox
from services.accounts import NewAddress
from services.errors import NotAllowed, NotFound
from services.settings import settings
from services.work import Actor, Work
from tests import make

WorkAs = Callable[[Actor], Work]


@pytest.fixture
def w(session: Session, work_as: WorkAs) -> Work:
    return work_as(make.actor(session, Role.CUSTOMER, of=make.customer(session)))


def home_street() -> NewAddress:
    return NewAddress(street="Quiet Lane 7", postal_code="10115", city="Berlin")


def subjects(w: Work) -> list[str]:
    return [letter.subject for letter in correspondence.listing(w)[0]]


def test_a_change_of_ones_account_is_confirmed_by_a_mail_that_stands_among_ones_messages(w: Work) -> None:
    accounts.add_address(w, home_street())
    accounts.add_phone(w, "030 1234567")
    letters, older = correspondence.listing(w)
    assert [(i.subject, i.waits, i.recipient) for i in letters] == [
        ("Your account was changed", True, w.actor.email),
        ("Your account was changed", True, w.actor.email),
    ]
    assert "Phone: – → 030 1234567" in letters[0].text
    assert "Quiet Lane 7, 10115 Berlin" in correspondence.mail(w, letters[1].mail_id or 0).text
    assert not older


def test_what_changes_nothing_is_not_confirmed(w: Work) -> None:
    seen = accounts.view(w)
    same = {"name": seen.name, "language": seen.language, "time_zone": seen.time_zone}
    accounts.change(w, accounts.AccountChange(version=seen.version, **same))
    assert subjects(w) == []


def test_mails_and_messages_stand_in_one_list_the_newest_first(w: Work) -> None:
    own = w.actor.customer_id or 0
    case = Case(customer_id=own, subject="Leaks", opened_at=w.now)
    w.session.add(case)
    w.session.flush()
    for hours, direction in ((1, Direction.IN), (-1, Direction.OUT)):
        at = w.now - timedelta(hours=hours)
        w.session.add(Message(customer_id=own, case_id=case.id, direction=direction, subject=f"{direction}",
                              body="It leaks.", sent_at=at))  # fmt: skip
    outbox.post(w, "order-placed", w.actor.email, "Your order", ["Thank you."], customer_id=own)
    w.session.flush()
    letters, _older = correspondence.listing(w)
    assert [(i.subject, i.by_customer, i.unread) for i in letters] == [
        ("out", False, True), ("Your order", False, False), ("in", True, False)
    ]  # fmt: skip
    assert correspondence.message(w, letters[0].message_id or 0).case_id == case.id


def test_a_long_correspondence_is_turned_page_by_page_and_nothing_is_left_out(w: Work) -> None:
    own = w.actor.customer_id or 0
    for number in range(2 * correspondence.PER_PAGE + 1):
        outbox.post(w, "order-placed", w.actor.email, f"Mail {number}", [""], customer_id=own)
    w.session.flush()
    pages = [correspondence.listing(w, page) for page in (1, 2, 3, 4)]
    assert [older for _letters, older in pages] == [True, True, False, False]
    told = [i.subject for letters, _older in pages for i in letters]
    assert told == [f"Mail {n}" for n in reversed(range(2 * correspondence.PER_PAGE + 1))]


def test_a_link_that_is_a_key_is_not_shown(w: Work) -> None:
    key = outbox.link("new-email", t="very-secret")
    outbox.post(w, "email", w.actor.email, "Confirm", [key, outbox.link("account")], customer_id=w.actor.customer_id)
    w.session.flush()
    [letter], _older = correspondence.listing(w)
    shown = correspondence.mail(w, letter.mail_id or 0)
    assert "very-secret" not in letter.text + shown.text
    assert f"{settings().public_url}/account" in shown.text


def test_one_sees_neither_the_mails_of_strangers_nor_those_of_ones_colleagues(w: Work, work_as: WorkAs) -> None:
    own = w.actor.customer_id or 0
    colleague = make.person(w.session, Role.CUSTOMER, email="colleague@example.com")
    colleague.customer_id = own
    w.session.add(colleague)
    w.session.flush()
    outbox.post(w, "case", "colleague@example.com", "For the colleague", [""], customer_id=own)
    outbox.post(w, "order-placed", w.actor.email, "For me", [""], customer_id=own)
    w.session.flush()
    stranger = work_as(make.actor(w.session, Role.CUSTOMER, of=make.customer(w.session)))
    assert (subjects(w), subjects(stranger)) == (["For me"], [])
    for number in w.session.exec(select(OutboxEntry.id).where(OutboxEntry.recipient == "colleague@example.com")):
        with pytest.raises(NotFound):
            correspondence.mail(w, number)
    told = Message(customer_id=own, direction=Direction.OUT, body="For Ada", sent_at=w.now)
    w.session.add(told)
    w.session.flush()
    with pytest.raises(NotFound):
        correspondence.message(stranger, told.id)
    with pytest.raises(NotAllowed):
        correspondence.listing(work_as(make.actor(w.session)))


def test_who_may_not_see_the_orders_reads_only_their_own_mail(w: Work, work_as: WorkAs) -> None:
    own = w.actor.customer_id or 0
    outbox.post(w, "order-placed", "office@example.com", "Of the firm", [""], customer_id=own)
    outbox.post(w, "welcome", w.actor.email, "Mine", [""], customer_id=own)
    w.session.add(Message(customer_id=own, direction=Direction.OUT, subject="Of a case", body="x", sent_at=w.now))
    w.session.flush()
    assert set(subjects(w)) == {"Of the firm", "Mine", "Of a case"}
    narrow = Actor(person_id=w.actor.person_id, role=Role.CUSTOMER, email=w.actor.email, customer_id=own,
                   sees_orders=False, may_order=False)  # fmt: skip
    assert subjects(work_as(narrow)) == ["Mine"]


def test_a_mail_that_did_not_arrive_says_so(w: Work) -> None:
    outbox.post(w, "order-placed", w.actor.email, "Lost", [""], customer_id=w.actor.customer_id)
    w.session.flush()
    row = w.session.exec(select(OutboxEntry).order_by(col(OutboxEntry.id).desc())).first()
    assert row is not None
    row.state = OutboxState.DEAD
    w.session.add(row)
    w.session.flush()
    [letter], _older = correspondence.listing(w)
    assert (letter.failed, letter.waits) == (True, False)
