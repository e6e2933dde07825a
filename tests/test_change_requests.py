"""Changes that the administrator marked wait for staff; both sides see what was wanted and what became of it."""

from collections.abc import Callable

import pytest
from sqlmodel import Session, col, select

from db.models import AuditEntry, ChangeRequest, CustomerAddress, OutboxEntry, Person, RequestState, Role, TicketKind
from services import accounts, change_requests, company, recovery, tickets
from services.accounts import NewAddress
from services.due import Scope
from services.errors import Conflict, Invalid, NotAllowed, NotFound
from services.work import SYSTEM, VISITOR, Actor, Work
from tests import make
from tests.test_accounts import changed, home_street

WorkAs = Callable[[Actor], Work]


def mark(w: Work, *fields: str) -> None:
    company.save(Work(w.session, SYSTEM, w.now), needs_approval=fields)


@pytest.fixture
def w(session: Session, work_as: WorkAs) -> Work:
    return work_as(make.actor(session, Role.CUSTOMER, of=make.customer(session)))


@pytest.fixture
def staff(session: Session, work_as: WorkAs) -> Work:
    return work_as(make.actor(session))


@pytest.fixture
def stranger(session: Session, work_as: WorkAs) -> Work:
    return work_as(make.actor(session, Role.CUSTOMER, of=make.customer(session, "Bob")))


def test_a_marked_field_waits_and_the_others_count_at_once(w: Work, staff: Work) -> None:
    mark(w, "name")
    assert accounts.change(w, changed(w, name="Ada King", time_zone="Europe/London")) == ["name"]
    now = accounts.view(w)
    assert (now.name, now.time_zone) == ("Ada Lovelace", "Europe/London")
    [request] = change_requests.mine(w)
    assert (request.field, request.old, request.new, request.mine) == ("Name", "Ada Lovelace", "Ada King", True)
    assert [r.id for r in change_requests.waiting(staff, Scope.MINE)] == [request.id]
    change_requests.accept(staff, request.id, seen="Ada Lovelace")
    assert accounts.view(w).name == "Ada King"
    assert next((c.field, c.new, c.who) for c in accounts.history(w)) == (
        "Name", "Ada King", f"{staff.actor.name} of our team",
    )  # fmt: skip
    mail = w.session.exec(select(OutboxEntry).where(OutboxEntry.kind == "change-decided")).one()
    assert (mail.recipient, mail.subject) == (w.session.get_one(Person, w.actor.person_id).email,
                                              "Your change was accepted")  # fmt: skip
    assert [r.state for r in change_requests.mine(w)] == [RequestState.ACCEPTED]
    assert change_requests.of_customer(staff, w.actor.customer_id or 0) == []


def test_without_a_mark_nothing_waits(w: Work) -> None:
    assert accounts.change(w, changed(w, name="Ada King")) == []
    assert (accounts.view(w).name, change_requests.mine(w)) == ("Ada King", [])


def test_a_rejection_needs_a_reason_which_the_customer_reads(w: Work, staff: Work) -> None:
    mark(w, "name")
    accounts.change(w, changed(w, name="Ada King"))
    [request] = change_requests.mine(w)
    with pytest.raises(Invalid):
        change_requests.reject(staff, request.id, " ")
    change_requests.reject(staff, request.id, "Please send us the certificate")
    [told] = change_requests.mine(w)
    assert (told.state, told.answer) == (RequestState.REJECTED, "Please send us the certificate")
    assert accounts.view(w).name == "Ada Lovelace"
    newest = select(OutboxEntry).order_by(col(OutboxEntry.id).desc())
    mail = w.session.exec(newest).first()
    assert mail is not None
    assert "Please send us the certificate" in mail.body
    with pytest.raises(Conflict):
        change_requests.accept(staff, request.id, seen="Ada Lovelace")


def test_staff_see_that_the_field_changed_meanwhile_before_they_accept(w: Work, staff: Work) -> None:
    mark(w, "name")
    accounts.change(w, changed(w, name="Ada King"))
    mark(w)
    accounts.change(w, changed(w, name="Ada Byron"))
    [request] = change_requests.of_customer(staff, w.actor.customer_id or 0)
    assert request.stale
    assert (request.old, request.new, request.now) == ("Ada Lovelace", "Ada King", "Ada Byron")
    with pytest.raises(Conflict, match="Ada Byron"):
        change_requests.accept(staff, request.id, seen="Ada Lovelace")
    assert accounts.view(w).name == "Ada Byron"
    change_requests.accept(staff, request.id, seen="Ada Byron")
    assert accounts.view(w).name == "Ada King"


def test_a_newer_wish_takes_the_place_of_the_older_one_and_can_be_withdrawn(w: Work, staff: Work) -> None:
    mark(w, "name")
    accounts.change(w, changed(w, name="Ada King"))
    accounts.change(w, changed(w, name="Ada Byron"))
    [request] = change_requests.mine(w)
    assert request.new == "Ada Byron"
    change_requests.withdraw(w, request.id)
    assert change_requests.mine(w) == []
    with pytest.raises(Conflict):
        change_requests.accept(staff, request.id, seen="Ada Lovelace")
    with pytest.raises(Conflict):
        change_requests.reject(staff, request.id, "late")
    assert accounts.view(w).name == "Ada Lovelace"


def test_addresses_wait_for_every_verb_and_the_default_does_not(w: Work, staff: Work) -> None:
    first = accounts.add_address(w, home_street())
    other = accounts.add_address(w, home_street(street="Side Street 2"))
    mark(w, "address")
    assert accounts.add_address(w, home_street(street="New Street 3")) == 0
    version = accounts.view(w).version
    accounts.change_address(w, first, home_street(street="Main Street 9"), version=version)
    accounts.remove_address(w, other)
    seen = {a.id: (a.street, a.is_delivery) for a in accounts.view(w).addresses}
    assert seen == {first: ("Main Street 1", True), other: ("Side Street 2", False)}, "the default counts at once"
    for request in change_requests.of_customer(staff, w.actor.customer_id or 0):
        assert not request.stale
        change_requests.accept(staff, request.id, seen=request.now)
    assert sorted(a.street for a in accounts.view(w).addresses) == ["Main Street 9", "New Street 3"]


def test_phones_wait_too(w: Work, staff: Work) -> None:
    kept = accounts.add_phone(w, "030 1234567")
    mark(w, "phone")
    assert accounts.add_phone(w, "030 7654321") == 0
    accounts.remove_phone(w, kept)
    assert [p.number for p in accounts.view(w).phones] == ["030 1234567"]
    for request in change_requests.of_customer(staff, w.actor.customer_id or 0):
        change_requests.accept(staff, request.id, seen=request.now)
    assert [(p.number, p.is_primary) for p in accounts.view(w).phones] == [("030 7654321", True)]


def test_a_new_email_is_confirmed_first_and_approved_then(w: Work, staff: Work, work_as: WorkAs) -> None:
    mark(w, "email")
    person = w.session.get_one(Person, w.actor.person_id)
    before = person.email
    secret = tickets.issue(w, TicketKind.EMAIL_CHANGE, person_id=person.id, email="new@example.com")
    assert recovery.confirm_email(work_as(VISITOR), secret) == before
    [request] = change_requests.mine(w)
    assert (request.old, request.new) == (before, "new@example.com")
    change_requests.accept(staff, request.id, seen=before)
    assert w.session.get_one(Person, person.id).email == "new@example.com"


def test_an_address_that_somebody_took_meanwhile_is_not_given_twice(w: Work, staff: Work, work_as: WorkAs) -> None:
    mark(w, "email")
    person = w.session.get_one(Person, w.actor.person_id)
    secret = tickets.issue(w, TicketKind.EMAIL_CHANGE, person_id=person.id, email="new@example.com")
    recovery.confirm_email(work_as(VISITOR), secret)
    make.person(w.session, Role.CUSTOMER, email="new@example.com")
    [request] = change_requests.mine(w)
    with pytest.raises(Conflict), w.session.begin_nested():
        change_requests.accept(staff, request.id, seen=person.email)
    assert w.session.get_one(ChangeRequest, request.id).state is RequestState.OPEN


def test_only_staff_decide_and_only_the_asker_withdraws(w: Work, stranger: Work, staff: Work) -> None:
    mark(w, "name")
    accounts.change(w, changed(w, name="Ada King"))
    [request] = change_requests.mine(w)
    for who in (w, stranger):
        with pytest.raises(NotAllowed):
            change_requests.accept(who, request.id, seen="Ada Lovelace")
        with pytest.raises(NotAllowed):
            change_requests.reject(who, request.id, "no")
        with pytest.raises(NotAllowed):
            change_requests.waiting(who, Scope.ALL)
    with pytest.raises(NotFound):
        change_requests.withdraw(stranger, request.id)
    with pytest.raises(NotAllowed):
        change_requests.withdraw(staff, request.id)
    assert (change_requests.mine(stranger), len(change_requests.mine(w))) == ([], 1)


def test_what_a_form_may_not_hold_is_refused_before_it_waits(w: Work) -> None:
    mark(w, "address", "phone")
    with pytest.raises(Invalid):
        accounts.add_address(w, NewAddress(street="---", city="Berlin"))
    with pytest.raises(Invalid):
        accounts.add_phone(w, "call me")
    assert w.session.exec(select(ChangeRequest)).all() == []
    assert w.session.exec(select(CustomerAddress)).all() == []


def test_each_step_is_in_the_trail(w: Work, staff: Work) -> None:
    mark(w, "name")
    accounts.change(w, changed(w, name="Ada King"))
    change_requests.reject(staff, change_requests.mine(w)[0].id, "no")
    rows = w.session.exec(select(AuditEntry).where(AuditEntry.entity == "change_request").order_by(col(AuditEntry.id)))
    told = [(r.action, r.actor_id, r.reason) for r in rows]
    assert told == [("change_requests.ask", w.actor.person_id, ""),
                    ("change_requests.reject", staff.actor.person_id, "no")]  # fmt: skip


@pytest.mark.parametrize("wrong", [{"needs_approval": ["password"]}, {"retention_years": 0}, {"retention_years": "10"}])
def test_the_administrator_marks_only_what_there_is(
    session: Session, work_as: WorkAs, wrong: dict[str, object]
) -> None:
    with pytest.raises(Invalid):
        company.save(work_as(make.actor(session, Role.ADMIN)), **wrong)
