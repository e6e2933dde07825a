"""Somebody with a life in the company, and a look at every text of the database: for tests of erasure."""

from collections.abc import Iterator

from sqlalchemy import LargeBinary
from sqlalchemy import select as columns_of
from sqlmodel import Session, SQLModel, select

from db import models as m
from db.models import Order, OrderStatus, Person, Role
from services import accounts, cases, consents, registration, sign_in
from services.cases import NewQuestion
from services.work import VISITOR, Actor, work
from tests import make
from tests.test_accounts import home_street

PASSWORD, BROWSER = "seven green kettles sing", "b" * 64
WORDS = ("zephyrine", "quill", "featherlane", "0301234567", "49301234567", "gargoyle", "203.0.113.77")


def everything(session: Session) -> Iterator[tuple[str, str, str]]:
    """(table, column, value) of every text, document and byte string in the database."""
    session.expire_all()
    for table in SQLModel.metadata.sorted_tables:
        for row in session.connection().execute(columns_of(table)).mappings():
            for name, value in row.items():
                if isinstance(table.columns[name].type, LargeBinary):
                    yield table.name, name, bytes(value or b"").decode("utf-8", "replace")
                elif isinstance(value, str | dict | list):
                    yield table.name, name, str(value)
    if session.get_bind().dialect.name == "sqlite":
        for (line,) in session.connection().exec_driver_sql("SELECT text FROM customer_fts"):
            yield "customer_fts", "text", str(line)
        for (line,) in session.connection().exec_driver_sql("SELECT subject FROM case_fts"):
            yield "case_fts", "subject", str(line)


def found(session: Session, *words: str) -> set[tuple[str, str]]:
    """Where any of the words stands, in whatever case."""
    low = [w.casefold() for w in words]
    return {(t, c) for t, c, value in everything(session) if any(w in value.casefold() for w in low)}


def registered(session: Session) -> Actor:
    """Somebody who registered and signed in."""
    with work(VISITOR) as w:
        registration.ask(w, "Zephyrine Quill", "zephyrine@quill.example")
    with work(VISITOR) as w:
        secret = make.newest_secret(session, "zephyrine@quill.example")
        ticket = registration.complete(w, secret, PASSWORD, browser=BROWSER)
    with work(Actor(address="203.0.113.77")) as w:
        sign_in.finish(w, ticket, browser=BROWSER, user_agent="Firefox")
    person = session.exec(select(Person).where(Person.email == "zephyrine@quill.example")).one()
    return Actor(person_id=person.id, role=Role.CUSTOMER, name=person.name, email=person.email,
                 customer_id=person.customer_id, address="203.0.113.77")  # fmt: skip


def lived(session: Session, who: Actor) -> int:
    """A life with the company; returns the order."""
    kettle = make.product(session)
    session.commit()
    with work(who) as w:
        address = accounts.add_address(w, home_street(street="Featherlane 7"))
        accounts.add_phone(w, "030 1234567")
        accounts.change(w, accounts.AccountChange(version=accounts.view(w).version, name="Zephyrine B. Quill",
                                                  language="en", time_zone="UTC"))  # fmt: skip
        consents.switch(w, m.Purpose.NEWSLETTER, True)
        cases.ask(w, NewQuestion(idempotency_key="k" * 20, subject="Gargoyle", text="My gargoyle leaks"))
    order = Order(customer_id=who.customer_id, ordered_at=make.NOON, status=OrderStatus.DELIVERED, total_cents=2500,
                  lines_cents=2500, note="for the gargoyle", placed_by_id=who.person_id,
                  delivery_address={"street": "Featherlane 7"})  # fmt: skip
    session.add(order)
    session.flush()
    session.add(m.OrderLine(order_id=order.id, line_no=1, product_id=kettle.id, quantity=1, line_total_cents=2500))
    staff = make.actor(session)
    said = {"text": "Zephyrine said"}
    session.add(
        m.Draft(person_id=staff.person_id or 0, key=f"contact:{who.customer_id}", fields=said, updated_at=make.NOON)
    )
    session.add(m.Interaction(customer_id=who.customer_id, channel=m.Channel.PHONE, reason="Ms Quill's gargoyle",
                              summary="gargoyle", happened_at=make.NOON, logged_at=make.NOON))  # fmt: skip
    session.commit()
    assert address
    return order.id
