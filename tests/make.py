"""Rows for tests, made directly: each function makes one believable thing and lets the test say what matters."""

from datetime import UTC, datetime
from itertools import count
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from db.models import (
    Customer,
    CustomerEmail,
    OutboxEntry,
    Person,
    Product,
    Role,
    StaffMember,
    StockMovement,
    StockReason,
    Team,
    TeamMember,
)
from services.work import Actor

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
_numbers = count(1)


def customer(session: Session, name: str = "Ada Lovelace", *, email: str | None = None) -> Customer:
    row = Customer(name=name, created_at=NOON, updated_at=NOON, joined_at=NOON)
    session.add(row)
    session.flush()
    if email:
        session.add(CustomerEmail(customer_id=row.id, email=email))
        session.flush()
    return row


def product(
    session: Session,
    name: str = "Kettle",
    *,
    cents: int | None = 2500,
    stock: int | None = 10,
    category: str = "Kitchen",
) -> Product:
    row = Product(
        sku=f"P{next(_numbers)}",
        name=name,
        category=category,
        list_price_cents=cents,
        unit_cost_cents=None if cents is None else cents // 2,
        stock=stock,
        created_at=NOON,
        updated_at=NOON,
    )
    session.add(row)
    session.flush()
    if stock:
        opening = StockMovement(product_id=row.id, delta=stock, reason=StockReason.OPENING, at=NOON, by="test")
        session.add(opening)
        session.flush()
    return row


def person(
    session: Session, role: Role = Role.STAFF, *, of: Customer | None = None, email: str | None = None
) -> Person:
    staff_id = None
    if role is not Role.CUSTOMER:
        member = StaffMember(name=f"{role} {next(_numbers)}")
        session.add(member)
        session.flush()
        staff_id = member.id
    row = Person(
        email=email or f"{role}{next(_numbers)}@example.com",
        name=of.name if of else f"{role.title()} Person",
        role=role,
        customer_id=of.id if of else None,
        staff_id=staff_id,
        created_at=NOON,
        confirmed_at=NOON,
    )
    session.add(row)
    session.flush()
    return row


def actor(session: Session, role: Role = Role.STAFF, *, of: Customer | None = None) -> Actor:
    """Somebody signed in."""
    who = person(session, role, of=of)
    return Actor(
        person_id=who.id,
        role=who.role,
        name=who.name,
        email=who.email,
        customer_id=who.customer_id,
        staff_id=who.staff_id,
        zone=ZoneInfo("UTC"),
        address="127.0.0.1",
    )


def team(session: Session, name: str, *members: int) -> Team:
    row = Team(name=name)
    session.add(row)
    session.flush()
    session.add_all(TeamMember(team_id=row.id, staff_id=i) for i in members)
    session.flush()
    return row


def newest_secret(session: Session, recipient: str) -> str:
    """The secret in the link of the newest mail to an address."""
    mine = select(OutboxEntry).where(OutboxEntry.recipient == recipient).order_by(col(OutboxEntry.id).desc())
    mail = session.exec(mine).first()
    assert mail is not None, f"no mail to {recipient}"
    return mail.body.partition("?t=")[2].split()[0]
