"""Staff make customers, are warned of twins, and see on one screen what is open."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from sqlmodel import Session, select

from db.models import (
    AuditEntry,
    Case,
    CaseState,
    Customer,
    CustomerAddress,
    CustomerPhone,
    DailyCustomers,
    FollowUp,
    Order,
    OrderStatus,
    Promise,
    Role,
    StaffMember,
)
from services import customers, search
from services.customer_overview import overview
from services.customers import AlreadyHere, NewCustomer
from services.errors import Invalid, NotAllowed, NotFound
from services.work import VISITOR, Actor, Work
from tests import make
from tests.conftest import counted

WorkAs = Callable[[Actor], Work]
ADA = {
    "name": "Ada Lovelace",
    "email": "Ada@Example.com",
    "phone": "030 123450",
    "street": "Lindenstraße 5",
    "postal_code": "10969",
    "city": "Berlin",
}


def new(**told: str) -> NewCustomer:
    return NewCustomer.model_validate(told)


@pytest.fixture
def w(session: Session, work_as: WorkAs) -> Work:
    return work_as(make.actor(session, Role.STAFF))


def test_a_new_customer_is_found_counted_and_shown_at_once(w: Work) -> None:
    made = customers.create(w, new(**ADA))
    for typed in ("lovelace", "+4930123450", "ada@example.com", search.customer_number(made.id)):
        assert [h.customer_id for h in search.customers(w, typed)] == [made.id]
    assert w.session.exec(select(DailyCustomers)).one().joined == 1
    seen = overview(w, made.id)
    assert (seen.name, seen.emails, seen.phones) == ("Ada Lovelace", ("ada@example.com",), ("+4930123450",))
    assert (seen.address, seen.zone.key, seen.zone_known) == ("Lindenstraße 5, 10969 Berlin", "Europe/Berlin", False)
    entry = w.session.exec(select(AuditEntry).where(AuditEntry.action == "customers.create")).one()
    assert (entry.customer_id, entry.after["email"]) == (made.id, "ada@example.com")


@pytest.mark.parametrize(
    ("twin", "same"),
    [
        ({"name": "A. King", "email": "ada@EXAMPLE.com"}, "same e-mail"),
        ({"name": "A. King", "phone": "+49 (0)30 12 34-50"}, "same phone"),
        ({"name": "ada lovelace", "postal_code": "109 69"}, "same name and postal code"),
    ],
)
def test_a_twin_is_named_before_it_is_made(w: Work, twin: dict[str, str], same: str) -> None:
    first = customers.create(w, new(**ADA))
    with pytest.raises(AlreadyHere) as refused:
        customers.create(w, new(**twin))
    assert [(f.customer_id, f.name, f.same) for f in refused.value.found] == [(first.id, "Ada Lovelace", same)]
    assert len(w.session.exec(select(Customer)).all()) == 1
    made = customers.create(w, new(**twin), seen=frozenset({first.id}))
    assert made.id != first.id


def test_a_namesake_elsewhere_is_no_twin(w: Work) -> None:
    customers.create(w, new(**ADA))
    elsewhere = customers.create(w, new(name="Ada Lovelace", postal_code="20095"))
    nowhere = customers.create(w, new(name="Ada Lovelace"))
    assert elsewhere.id != nowhere.id


@pytest.mark.parametrize(
    ("told", "complaint"),
    [
        ({"email": "a@b.example"}, "Name: give the name"),
        ({"name": "Ada", "email": "ada"}, "E-mail: write an address"),
        ({"name": "Ada", "phone": "1"}, "Phone: write it like"),
        ({"name": "x" * 201}, "Name: at most 200"),
        ({"name": "a\u202eb"}, "Name: there is an invisible control character"),
    ],
)
def test_what_is_no_customer_is_refused_and_nothing_is_kept(w: Work, told: dict[str, str], complaint: str) -> None:
    with pytest.raises(Invalid, match=complaint):
        customers.create(w, new(**told))
    assert w.session.exec(select(Customer)).all() == []


def test_a_company_needs_no_person(w: Work) -> None:
    made = customers.create(w, new(company="Nordlicht GmbH"))
    seen = overview(w, made.id)
    assert (made.kind, seen.name, seen.company) == ("company", "Nordlicht GmbH", "")


def test_the_overview_shows_what_is_open_and_the_last_orders(w: Work) -> None:
    ada = make.customer(w.session, email="ada@example.com")
    boss = StaffMember(name="Grace Hopper")
    w.session.add(boss)
    w.session.flush()
    ada.account_manager_id, ada.time_zone = boss.id, "Asia/Tokyo"
    mine: dict[str, Any] = {"customer_id": ada.id}
    w.session.add_all(
        [
            CustomerPhone(**mine, as_written="ask at the door", is_primary=False),
            CustomerPhone(**mine, e164="+4930123450", as_written="030 123450"),
            CustomerAddress(**mine, city="Berlin"),
            Promise(**mine, what="a part", due_on=date(2026, 3, 6), made_at=w.now),
            Promise(**mine, what="kept", due_on=date(2026, 3, 1), made_at=w.now, kept_at=w.now),
            Promise(**mine, what="broken", due_on=date(2026, 3, 1), made_at=w.now, broken_at=w.now),
            Case(**mine, subject="leaks", opened_at=w.now, next_step="part is on its way"),
            Case(**mine, subject="done", opened_at=w.now, state=CaseState.CLOSED, closed_at=w.now),
            FollowUp(**mine, reason="ask again", due_at=w.now, created_at=w.now),
            FollowUp(**mine, reason="asked", due_at=w.now, created_at=w.now, done_at=w.now),
            *(
                Order(**mine, ordered_at=w.now - timedelta(days=n), status=OrderStatus.PLACED, total_cents=n)
                for n in range(9)
            ),
        ]
    )
    w.session.flush()
    seen = overview(w, ada.id)
    assert (seen.account_manager, seen.zone.key, seen.zone_known) == ("Grace Hopper", "Asia/Tokyo", True)
    assert seen.phones == ("+4930123450", "ask at the door")
    assert [p.what for p in seen.promises] == ["a part"]
    assert [(c.subject, c.next_step) for c in seen.cases] == [("leaks", "part is on its way")]
    assert [f.reason for f in seen.follow_ups] == ["ask again"]
    assert [o.total_cents for o in seen.orders] == [0, 1, 2, 3, 4]


def test_the_overview_asks_the_same_few_questions_for_every_customer(w: Work) -> None:
    ada = make.customer(w.session)
    for n in range(60):
        w.session.add(Order(customer_id=ada.id, ordered_at=w.now, status=OrderStatus.PLACED, total_cents=n))
        w.session.add(Promise(customer_id=ada.id, what=str(n), due_on=w.now.date(), made_at=w.now))
    w.session.flush()
    w.session.expunge_all()
    with counted(w.session.connection()) as sent:
        overview(w, ada.id)
    assert len(sent) <= 10


def test_only_staff_make_and_see_customers(session: Session, work_as: WorkAs) -> None:
    ada = make.customer(session)
    for actor in (VISITOR, make.actor(session, Role.CUSTOMER, of=ada)):
        with pytest.raises(NotAllowed):
            customers.create(work_as(actor), new(**ADA))
        with pytest.raises(NotAllowed):
            overview(work_as(actor), ada.id)
    with pytest.raises(NotFound):
        overview(work_as(make.actor(session)), 10**6)
