"""One field finds customers, and orders and cases by their number."""

from collections.abc import Callable

import pytest
from sqlmodel import Session

from db.models import Case, Customer, CustomerPhone, ImportRun, Order, OrderStatus, Role
from services import quick_search, search
from services.cases import case_number
from services.errors import NotAllowed
from services.quick_search import Kind
from services.work import SYSTEM, VISITOR, Actor, Work
from tests import make

WorkAs = Callable[[Actor], Work]
NUMBER = 4711


@pytest.fixture
def w(work_as: WorkAs) -> Work:
    return work_as(SYSTEM)


def named(w: Work, name: str, number: int | None = None) -> Customer:
    row = make.customer(w.session, name)
    if number is not None:
        row = Customer(id=number, name=name, created_at=make.NOON, updated_at=make.NOON)
        w.session.add(row)
        w.session.flush()
    search.index(w, row.id)
    return row


def ordered(w: Work, of: Customer | None, number: int = NUMBER) -> Order:
    row = Order(id=number, customer_id=of.id if of else None, ordered_at=make.NOON, status=OrderStatus.SHIPPED)
    w.session.add(row)
    w.session.flush()
    return row


def asked(w: Work, of: Customer, number: int = NUMBER) -> Case:
    row = Case(id=number, customer_id=of.id, subject="The valve leaks", opened_at=make.NOON)
    w.session.add(row)
    w.session.flush()
    return row


def kinds(w: Work, typed: str) -> list[tuple[Kind, int]]:
    return [(hit.kind, hit.id) for hit in quick_search.anything(w, typed)]


def test_bare_digits_find_customer_order_and_case(w: Work) -> None:
    ada, grace = named(w, "Ada Lovelace", NUMBER), named(w, "Grace Hopper")
    ordered(w, grace)
    asked(w, grace)
    assert kinds(w, str(NUMBER)) == [
        (Kind.CUSTOMER, ada.id),
        (Kind.CUSTOMER, grace.id),  # who placed the order
        (Kind.ORDER, NUMBER),
        (Kind.CASE, NUMBER),
    ]


@pytest.mark.parametrize("typed", ["Q0004711", "q4711", "Q-4711", " #q 4711 "])
def test_the_letter_of_a_case_finds_the_case_alone(w: Work, typed: str) -> None:
    ada = named(w, "Ada Lovelace", NUMBER)
    ordered(w, ada)
    asked(w, ada)
    [hit] = quick_search.anything(w, typed)
    assert (hit.kind, hit.title) == (Kind.CASE, f"{case_number(NUMBER)} · The valve leaks")
    assert hit.detail.startswith("Ada Lovelace")


def test_the_letter_of_an_order_finds_it_first_and_then_who_placed_it(w: Work) -> None:
    ada = named(w, "Ada Lovelace")
    ordered(w, ada)
    asked(w, ada)
    assert kinds(w, search.order_number(NUMBER)) == [(Kind.ORDER, NUMBER), (Kind.CUSTOMER, ada.id)]
    assert quick_search.anything(w, "O4711")[0].detail.startswith("Ada Lovelace · On its way")


def test_an_order_is_found_by_the_number_it_came_with_and_without_a_customer(w: Work) -> None:
    w.session.add(ImportRun(source="shop", folder="x", created_at=make.NOON))
    row = ordered(w, None)
    row.source, row.source_id = "shop", "e481f51c"
    w.session.flush()
    assert kinds(w, "e481f51c") == [(Kind.ORDER, NUMBER)]


def test_names_and_phones_find_customers_and_the_numbered_keep_their_place(w: Work) -> None:
    ada = named(w, "Ada Lovelace")
    w.session.add(CustomerPhone(customer_id=ada.id, e164="+4930123450", as_written="030 123450"))
    search.index(w, ada.id)
    assert kinds(w, "lovelac") == kinds(w, "030/12 34 50") == [(Kind.CUSTOMER, ada.id)]
    for n in range(quick_search.MOST + 2):
        made = named(w, f"Double {n}")
        w.session.add(CustomerPhone(customer_id=made.id, e164=f"+49304711{n:03d}", as_written="x"))
        search.index(w, made.id)
    ordered(w, ada)
    found = kinds(w, str(NUMBER))
    assert len(found) == quick_search.MOST
    assert found[-1] == (Kind.ORDER, NUMBER)


@pytest.mark.parametrize("typed", ["", " ", "%", "O", "Q999999999", "'; DROP TABLE customer; --", "*" * 500])
def test_nonsense_finds_nothing(w: Work, typed: str) -> None:
    named(w, "Ada Lovelace")
    assert kinds(w, typed) == []


def test_only_staff_may_search(session: Session, work_as: WorkAs) -> None:
    stranger = make.actor(session, Role.CUSTOMER, of=make.customer(session))
    for actor in (VISITOR, stranger):
        with pytest.raises(NotAllowed):
            quick_search.anything(work_as(actor), "anna")
