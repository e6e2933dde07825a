"""The three people of the demonstration: a customer, an agent, a manager, with their sign-ins."""

from dataclasses import dataclass

from sqlmodel import col, select, update

from db.models import CustomerEmail, Message, Order, Person, Role, StaffMember
from services import audit, passwords
from services.demo_rows import AGENT, CUSTOMER, MANAGER, Adding
from services.text import _
from services.work import Work

EMAILS = {Role.CUSTOMER: "customer@example.com", Role.STAFF: "agent@example.com", Role.MANAGER: "manager@example.com"}


@dataclass(frozen=True)
class SignIn:
    """Who may sign in with what. `role` is a word to show."""

    role: str
    name: str
    email: str
    password: str


def add(rows: Adding, password: str) -> list[SignIn]:
    """Create the three persons and what belongs to them: the customer's own orders and messages, the staff's mail."""
    w, roles = rows.w, {Role.CUSTOMER: _("Customer"), Role.STAFF: _("Agent"), Role.MANAGER: _("Manager")}
    customer_id = int(rows.customers([CUSTOMER])[0])
    agent_id, manager_id = (int(i) for i in rows.staff([AGENT, MANAGER]))
    links = {
        Role.CUSTOMER: (rows.name_of(CUSTOMER), customer_id, None),
        Role.STAFF: (rows.staff_name(AGENT), None, agent_id),
        Role.MANAGER: (rows.staff_name(MANAGER), None, manager_id),
    }
    made = []
    for role, (name, customer, staff) in links.items():
        made.append(_person(w, role, name, customer, staff, password))
    w.session.flush()
    _own(w, made[0], made[1])
    audit.record(w, "demo.sign_ins", "person", after={"emails": [p.email for p in made]})
    return [SignIn(roles[p.role], p.name, p.email, password) for p in made]


def _person(w: Work, role: Role, name: str, customer_id: int | None, staff_id: int | None, password: str) -> Person:
    if staff_id is not None:
        w.session.get_one(StaffMember, staff_id).email = EMAILS[role]
    person = Person(
        email=EMAILS[role],
        name=name,
        role=role,
        customer_id=customer_id,
        staff_id=staff_id,
        password_hash=passwords.hashed(password),
        confirmed_at=w.now,
        created_at=w.now,
    )
    w.session.add(person)
    return person


def _own(w: Work, customer: Person, agent: Person) -> None:
    """The customer ordered and wrote in person, and the agent answered."""
    mine = Message.customer_id == customer.customer_id
    orders = update(Order).where(col(Order.customer_id) == customer.customer_id, col(Order.channel) == "portal")
    w.session.execute(orders.values(placed_by_id=customer.id))
    for message in w.session.exec(select(Message).where(mine)):
        message.author_id = customer.id if message.direction == "in" else agent.id
        w.session.add(message)
    confirmed = update(CustomerEmail).where(col(CustomerEmail.customer_id) == customer.customer_id)
    w.session.execute(confirmed.values(confirmed_at=w.now))
