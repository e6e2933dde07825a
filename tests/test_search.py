"""Staff find a customer from whatever they can remember or hear on the telephone."""

from collections.abc import Callable

import pytest
from sqlmodel import Session

from db import search_index
from db.models import Customer, CustomerEmail, CustomerPhone, ImportRun, Order, OrderStatus, Role
from services import search
from services.errors import NotAllowed
from services.work import SYSTEM, VISITOR, Actor, Work
from tests import make

WorkAs = Callable[[Actor], Work]
PHONE = "+4930123450"


def known(w: Work, name: str, *, email: str = "", phone: str = "", company: str | None = None) -> Customer:
    row = Customer(name=name, company=company, created_at=make.NOON, updated_at=make.NOON)
    w.session.add(row)
    w.session.flush()
    if email:
        w.session.add(CustomerEmail(customer_id=row.id, email=email))
    if phone:
        w.session.add(CustomerPhone(customer_id=row.id, e164=phone, as_written=phone))
    w.session.flush()
    search.index(w, row.id)
    return row


@pytest.fixture
def w(work_as: WorkAs) -> Work:
    """A desk with a few customers who could be mixed up."""
    desk = work_as(SYSTEM)
    known(desk, "Anna Müller", email="anna.m@example.com", phone=PHONE)
    known(desk, "Johanna Schmidt", email="hanna@schmidt.example", phone="+4930777888")
    known(desk, "Annabel Smith-Jones", email="bel@example.org", phone="+442079460958")
    known(desk, "Seán O'Brien", email="sean@example.org")
    known(desk, "Søren Kowalski", email="sk@example.net")
    known(desk, "", company="Nordlicht Möbel GmbH", email="office@nordlicht.example")
    known(desk, "王伟")
    return desk


def names(w: Work, typed: str) -> list[str]:
    return [hit.name for hit in search.customers(w, typed)]


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("Anna Müller", "Anna Müller"),
        ("müller anna", "Anna Müller"),
        ("MUELLER", "Anna Müller"),
        ("mue", "Anna Müller"),
        ("Muler", "Anna Müller"),
        ("Mülelr", "Anna Müller"),
        ("Anna Mu", "Anna Müller"),
        ("Schmdit", "Johanna Schmidt"),
        ("Schmit Johana", "Johanna Schmidt"),
        ("obrien", "Seán O'Brien"),
        ("sean o brien", "Seán O'Brien"),
        ("smith jones", "Annabel Smith-Jones"),
        ("Soren Kowalsky", "Søren Kowalski"),
        ("nordlicht", "Nordlicht Möbel GmbH"),
        ("moebel", "Nordlicht Möbel GmbH"),
        ("lich", "Nordlicht Möbel GmbH"),
        ("王", "王伟"),
        ("anna.m@example.com", "Anna Müller"),
        ("ANNA.M@EXAMPLE.COM", "Anna Müller"),
        ("@schmidt.ex", "Johanna Schmidt"),
        ("sean@exmaple.org", "Seán O'Brien"),
    ],
)
def test_names_and_addresses_are_found_however_they_are_typed(w: Work, typed: str, first: str) -> None:
    assert names(w, typed)[:1] == [first]


@pytest.mark.parametrize(
    "typed",
    ["0049 (30) 12/34-50", "030 123450", "+49 30 123450", "+49 (0)30 123450", "4930123450", "30123450", "23450"],
)
def test_a_phone_is_found_in_any_notation(w: Work, typed: str) -> None:
    hits = search.customers(w, typed)
    assert [(h.name, h.why) for h in hits] == [("Anna Müller", "phone")]


def test_a_number_of_another_country_is_found_with_its_code(w: Work) -> None:
    assert names(w, "0044 20 7946 0958") == ["Annabel Smith-Jones"]
    assert names(w, "0958") == ["Annabel Smith-Jones"]


def test_exact_comes_before_beginning_before_typo(w: Work) -> None:
    known(w, "Anne Weber")
    assert names(w, "anna") == ["Anna Müller", "Annabel Smith-Jones", "Anne Weber", "Johanna Schmidt"]


def test_a_customer_is_found_by_its_number_in_any_spelling(w: Work) -> None:
    ada = known(w, "Ada Lovelace")
    for typed in (search.customer_number(ada.id), f"c{ada.id}", str(ada.id), f"#{ada.id}", f"C-{ada.id}"):
        hit = search.customers(w, typed)[0]
        assert (hit.name, hit.why) == ("Ada Lovelace", "customer number")


def test_a_customer_is_found_by_the_number_of_an_order(w: Work) -> None:
    ada = known(w, "Ada Lovelace")
    order = Order(customer_id=ada.id, ordered_at=make.NOON, status=OrderStatus.PLACED)
    w.session.add(order)
    w.session.flush()
    assert [(h.name, h.why) for h in search.customers(w, search.order_number(order.id))] == [
        ("Ada Lovelace", "order number")
    ]


def test_numbers_of_the_system_it_came_from_are_known(w: Work) -> None:
    w.session.add(ImportRun(source="shop", folder="x", created_at=make.NOON))
    ada = known(w, "Ada Lovelace")
    ada.source, ada.source_id = "shop", "00012348a8f2e1"
    order = Order(customer_id=ada.id, ordered_at=make.NOON, status=OrderStatus.COMPLETED)
    order.source, order.source_id = "shop", "e481f51cbdc54678"
    w.session.add(order)
    w.session.flush()
    assert [h.why for h in search.customers(w, "00012348a8f2e1")] == ["customer number"]
    assert [(h.name, h.why) for h in search.customers(w, "e481f51cbdc54678")] == [("Ada Lovelace", "order number")]


def test_a_changed_name_is_found_and_the_old_one_is_not(w: Work) -> None:
    ada = known(w, "Ada Byron")
    ada.name = "Ada Lovelace"
    search.index(w, ada.id)
    assert names(w, "lovelace") == ["Ada Lovelace"]
    assert names(w, "byron") == []


@pytest.mark.parametrize("typed", ["", " ", "a", "%%", "__", "'; DROP TABLE customer; --", 'NEAR("a" "b")', "*" * 500])
def test_nonsense_finds_nothing_and_breaks_nothing(w: Work, typed: str) -> None:
    assert names(w, typed) == []
    assert names(w, "lovelace") == []


def test_only_staff_may_search(session: Session, work_as: WorkAs) -> None:
    stranger = make.actor(session, Role.CUSTOMER, of=make.customer(session))
    for actor in (VISITOR, stranger):
        with pytest.raises(NotAllowed):
            search.customers(work_as(actor), "anna")


def test_words_that_share_a_slip_share_a_variant() -> None:
    for typed in ("mulller", "muler", "mullre", "mullar", "umller"):
        assert search_index.variants_of(typed) & search_index.variants_of("muller"), typed
    assert not search_index.variants_of("smith") & search_index.variants_of("muller")
