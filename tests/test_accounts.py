"""Customers look after their own account, and nobody else's; every change says who, when, from what to what."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlmodel import Session, select

from db.models import (
    Case,
    CaseState,
    Customer,
    CustomerAddress,
    CustomerKind,
    CustomerPhone,
    CustomerSearch,
    Direction,
    Message,
    Order,
    OrderLine,
    OrderStatus,
    Person,
    Promise,
    Role,
)
from services import accounts, audit
from services.accounts import AccountChange, NewAddress, Stale
from services.errors import Conflict, Invalid, NotAllowed, NotFound
from services.work import VISITOR, Actor, Work
from tests import make

WorkAs = Callable[[Actor], Work]


@pytest.fixture
def w(session: Session, work_as: WorkAs) -> Work:
    return work_as(make.actor(session, Role.CUSTOMER, of=make.customer(session)))


@pytest.fixture
def stranger(session: Session, work_as: WorkAs) -> Work:
    return work_as(make.actor(session, Role.CUSTOMER, of=make.customer(session, "Bob")))


def changed(w: Work, **values: str | int) -> AccountChange:
    now = accounts.view(w)
    kept = {"version": now.version, "name": now.name, "company": now.company}
    return AccountChange.model_validate(
        {**kept, "language": now.language, "time_zone": now.time_zone, **values}
    )  # fmt: skip


def home_street(**values: str) -> NewAddress:
    return NewAddress.model_validate({"street": "Main Street 1", "postal_code": "10115", "city": "Berlin", **values})


def test_what_the_company_knows_of_the_time_zone_counts_until_one_of_the_own_is_chosen(w: Work) -> None:
    w.session.get_one(Customer, w.actor.customer_id).time_zone = "America/New_York"  # as an import brings it
    assert accounts.view(w).time_zone == "America/New_York"
    accounts.change(w, changed(w, name="Ada King"))
    assert w.session.get_one(Person, w.actor.person_id).time_zone == "America/New_York"
    accounts.change(w, changed(w, time_zone="Europe/London"))
    assert accounts.view(w).time_zone == "Europe/London"


def test_a_changed_name_is_found_by_staff_and_stands_in_the_history(w: Work) -> None:
    accounts.change(w, changed(w, name="Ada King", time_zone="Europe/London"))
    seen = accounts.view(w)
    assert (seen.name, seen.time_zone, seen.version) == ("Ada King", "Europe/London", 2)
    line = w.session.get_one(CustomerSearch, w.actor.customer_id)
    assert line.text.startswith("ada king")
    assert [(c.field, c.old, c.new, c.who, c.at) for c in accounts.history(w)] == [
        ("Name", "Ada Lovelace", "Ada King", "You", make.NOON),
        ("Time zone", "UTC", "Europe/London", "You", make.NOON),
    ]


def test_a_stale_save_is_refused_and_says_what_stands_there_now(w: Work) -> None:
    mine = changed(w, name="Ada K.")
    accounts.change(w, changed(w, name="Ada King"))
    with pytest.raises(Stale, match="It says now: Name: Ada King") as refused:
        accounts.change(w, mine)
    assert refused.value.now == {"name": "Ada King"}
    assert accounts.view(w).name == "Ada King"


@pytest.mark.parametrize(
    ("field", "value"),
    [("name", " "), ("name", "x" * 201), ("name", "A\u202eda"), ("time_zone", "Mars/Olympus"), ("language", "xx")],
)
def test_what_cannot_be_kept_is_refused(w: Work, field: str, value: str) -> None:
    with pytest.raises(Invalid):
        accounts.change(w, changed(w, **{field: value}))
    assert accounts.view(w).version == 1


def test_somebody_of_a_company_changes_their_own_name_not_that_of_the_firm(session: Session, work_as: WorkAs) -> None:
    firm = make.customer(session, "Lovelace Ltd")
    firm.kind, firm.company = CustomerKind.COMPANY, "Lovelace Ltd"
    w = work_as(make.actor(session, Role.CUSTOMER, of=firm))
    accounts.change(w, changed(w, name="Ada King", company="Lovelace and Sons Ltd"))
    session.expire_all()
    assert (firm.name, firm.company) == ("Lovelace Ltd", "Lovelace and Sons Ltd")
    assert session.get_one(Person, w.actor.person_id).name == "Ada King"


def test_the_newest_default_address_is_the_only_default(w: Work) -> None:
    first = accounts.add_address(w, home_street())
    second = accounts.add_address(w, home_street(street="Side Street 2"))
    kept = {a.id: (a.is_delivery, a.is_billing) for a in accounts.view(w).addresses}
    assert kept == {first: (False, False), second: (True, True)}
    accounts.remove_address(w, second)
    assert [(a.id, a.is_delivery, a.is_billing) for a in accounts.view(w).addresses] == [(first, True, True)]
    main, side = "Main Street 1, 10115 Berlin", "Side Street 2, 10115 Berlin"
    assert [(c.field, c.old, c.new) for c in accounts.history(w)] == [
        ("Address", side, ""),
        ("Parcels go to", side, main),
        ("Invoices go to", side, main),
        ("Address", "", side),
        ("Parcels go to", main, side),
        ("Invoices go to", main, side),
        ("Address", "", main),
    ]


def test_an_address_is_changed_only_from_what_was_seen(w: Work) -> None:
    address = accounts.add_address(w, home_street())
    version = accounts.view(w).version
    accounts.change_address(w, address, home_street(city="Potsdam"), version=version)
    with pytest.raises(Stale, match="Main Street 1, 10115 Potsdam"):
        accounts.change_address(w, address, home_street(city="Leipzig"), version=version)
    assert accounts.view(w).addresses[0].line == "Main Street 1, 10115 Potsdam"


@pytest.mark.parametrize("wrong", [{"street": ""}, {"street": "---"}, {"city": ""}, {"city": "x" * 121}])
def test_an_address_nobody_could_deliver_to_is_refused(w: Work, wrong: dict[str, str]) -> None:
    with pytest.raises(Invalid):
        accounts.add_address(w, home_street(**wrong))
    assert accounts.view(w).addresses == []


def test_a_phone_number_is_kept_as_written_and_found_in_any_notation(w: Work) -> None:
    accounts.add_phone(w, "(030) 1234 567")
    [row] = w.session.exec(select(CustomerPhone)).all()
    assert (row.e164, row.as_written, row.is_primary) == ("+49301234567", "(030) 1234 567", True)
    assert "49301234567" in w.session.get_one(CustomerSearch, w.actor.customer_id).text
    with pytest.raises(Conflict, match="already"):
        accounts.add_phone(w, "+49 30 1234567")


@pytest.mark.parametrize("typed", ["", "call me", "1", "030 1234567\u202e"])
def test_what_cannot_be_called_is_no_phone_number(w: Work, typed: str) -> None:
    with pytest.raises(Invalid):
        accounts.add_phone(w, typed)


def test_there_is_always_one_preferred_number(w: Work) -> None:
    first, second = accounts.add_phone(w, "030 1234567"), accounts.add_phone(w, "030 7654321")
    accounts.prefer_phone(w, second)
    assert [(p.id, p.is_primary) for p in accounts.view(w).phones] == [(second, True), (first, False)]
    accounts.remove_phone(w, second)
    assert [(p.id, p.is_primary) for p in accounts.view(w).phones] == [(first, True)]


def test_somebody_elses_address_and_phone_are_not_there(w: Work, stranger: Work) -> None:
    address, phone = accounts.add_address(w, home_street()), accounts.add_phone(w, "030 1234567")
    tries: list[Callable[[], None]] = [
        lambda: accounts.remove_address(stranger, address),
        lambda: accounts.change_address(stranger, address, home_street(), version=1),
        lambda: accounts.remove_phone(stranger, phone),
        lambda: accounts.prefer_phone(stranger, phone),
    ]
    for attempt in tries:
        with pytest.raises(NotFound):
            attempt()
    assert len(w.session.exec(select(CustomerAddress)).all()) == 1
    assert accounts.history(stranger) == []


def test_staff_and_unlinked_people_have_no_account_page(session: Session, work_as: WorkAs) -> None:
    unlinked = make.actor(session, Role.CUSTOMER, of=make.customer(session))
    for actor in (make.actor(session), Actor(person_id=unlinked.person_id, role=Role.CUSTOMER), Actor()):
        for read in (accounts.view, accounts.home, accounts.history):
            with pytest.raises(NotAllowed):
                read(work_as(actor))


def test_the_history_names_colleagues_and_hides_what_is_internal(w: Work, work_as: WorkAs) -> None:
    staff = work_as(make.actor(w.session))
    owner = w.actor.customer_id
    audit.record(
        staff, "customers.change", "customer", owner, customer_id=owner,
        before={"name": "Ada", "segment": "gold"}, after={"name": "Ada L.", "segment": "doubtful"},
    )  # fmt: skip
    [change] = accounts.history(w)
    assert (change.field, change.old, change.new) == ("Name", "Ada", "Ada L.")
    assert change.who == f"{staff.actor.name} of our team"


def test_what_a_registration_wrote_is_told_without_empty_lines_and_in_words(session: Session, work_as: WorkAs) -> None:
    me = make.actor(session, Role.CUSTOMER, of=make.customer(session))
    own, person = session.get_one(Customer, me.customer_id), session.get_one(Person, me.person_id)
    visitor = work_as(VISITOR)
    for entity, row in (("customer", own), ("person", person)):
        audit.record(visitor, "auth.registered", entity, row.id, customer_id=own.id, after=audit.snapshot(row))
    seen = [(c.who, c.field, c.old, c.new) for c in accounts.history(work_as(me))]
    assert seen == [
        ("You", "Name", "", person.name),
        ("You", "Language", "", "English"),
        ("You", "E-mail", "", person.email),
        ("At the registration", "Name", "", own.name),
    ]


def test_the_overview_shows_what_is_open_and_nobody_elses(w: Work, stranger: Work) -> None:
    owner, kettle = w.actor.customer_id or 0, make.product(w.session)
    today = make.NOON.date()
    placed = Order(customer_id=owner, ordered_at=make.NOON, status=OrderStatus.PLACED)
    done = Order(customer_id=owner, ordered_at=make.NOON - timedelta(days=9), status=OrderStatus.DELIVERED)
    w.session.add_all([placed, done])
    w.session.flush()
    w.session.add_all(
        [
            OrderLine(order_id=done.id, line_no=1, product_id=kettle.id, quantity=1, line_total_cents=2500),
            Promise(customer_id=owner, what="Call back", due_on=today - timedelta(days=1), made_at=make.NOON),
            Promise(customer_id=owner, what="Kept", due_on=today, made_at=make.NOON, kept_at=make.NOON),
            Case(customer_id=owner, subject="Leaks", next_step="We send a seal", opened_at=make.NOON),
            Case(customer_id=owner, subject="Old", state=CaseState.CLOSED, opened_at=make.NOON),
            Message(customer_id=owner, direction=Direction.OUT, body="Hello", sent_at=make.NOON),
        ]
    )
    w.session.flush()
    seen = accounts.home(w)
    assert [(p.what, p.late) for p in seen.promises] == [("Call back", True)]
    assert [(c.subject, c.next_step, c.waits_for_you) for c in seen.cases] == [("Leaks", "We send a seal", False)]
    assert [m.body for m in seen.messages] == ["Hello"]
    assert [o.order_id for o in seen.open_orders] == [placed.id]
    assert [o.order_id for o in seen.last_orders] == [done.id]
    assert [o.name for o in seen.bought_before] == ["Kettle"]
    empty = accounts.home(stranger)
    assert empty.nothing_open
    assert (empty.last_orders, empty.messages, empty.bought_before) == ([], [], [])
