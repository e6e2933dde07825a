"""The customer's pages as the customer sees them, for staff: to read, with a reason, for a quarter of an hour.

Who is asking stays who signed in, read from the session on every run. Beside that session stands a row that names one
customer; a page of customers is then shown to an actor that may only read (`Actor.read_only`): `work` refuses it
whatever it asks for. The row is bound to the browser's session and goes with it; a person without a role in the team,
a customer whose sign-in was closed, and an expired row give nothing.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import delete
from sqlmodel import col, select

from db.models import Customer, CustomerView, Person, Role
from services import access, audit, company, inputs, looks, throttle
from services.errors import Conflict, NotAllowed, TooMany
from services.text import _
from services.work import Actor, Work, reading

LASTS = timedelta(minutes=15)


@dataclass(frozen=True)
class SignIn:
    """Somebody who signs in for the customer."""

    person_id: int
    name: str
    email: str


@dataclass(frozen=True)
class Shown:
    """Whose pages are shown, why, and until when; `actor` may only read."""

    actor: Actor
    customer_id: int
    customer: str
    reason: str
    expires_at: datetime


def sign_ins(w: Work, customer_id: int) -> list[SignIn]:
    """Whose pages could be shown, who signed in last first. Staff only. Raises NotFound."""
    w.require(Role.STAFF)
    access.customer(w, customer_id)
    mine = select(Person).where(
        Person.customer_id == customer_id, Person.role == Role.CUSTOMER, col(Person.disabled_at).is_(None)
    )
    newest = col(Person.last_sign_in_at).desc().nulls_last()
    return [SignIn(p.id, p.name, p.email) for p in w.session.exec(mine.order_by(newest, col(Person.id)))]


def begin(w: Work, customer_id: int, reason: str, person_id: int | None = None) -> None:
    """Show this customer's pages to the actor's browser from now on. Staff only.

    It stands in the audit trail and in the customer's own list. Raises NotFound, Invalid without a reason, Conflict
    where nobody signs in for the customer, TooMany.
    """
    w.require(Role.STAFF)
    why = inputs.line(reason, _("Reason"), 200)
    if not w.actor.session_id or w.actor.read_only:
        raise NotAllowed
    if throttle.blocked(w, "view", str(w.actor.person_id)):
        raise TooMany(_("These are many customers in a short time. Please wait a few minutes."))
    throttle.failed(w, "view", str(w.actor.person_id))
    found = sign_ins(w, customer_id)
    chosen = next((s for s in found if person_id in (None, s.person_id)), None)
    if chosen is None:
        raise Conflict(
            _("Nobody signs in for this customer yet, so there are no pages to see. Send an invitation first.")
        )
    leave(w)
    w.session.add(
        CustomerView(
            session_id=w.actor.session_id,
            customer_id=customer_id,
            person_id=chosen.person_id,
            reason=why,
            began_at=w.now,
            expires_at=w.now + LASTS,
        )
    )
    looks.as_customer(w, customer_id, why)
    told = {"person": chosen.person_id}
    audit.record(w, "as_customer.begin", "customer_view", customer_id, customer_id=customer_id, after=told, reason=why)


def leave(w: Work) -> None:
    """Show the customer's pages no more."""
    w.require(Role.STAFF)
    mine = delete(CustomerView).where(col(CustomerView.session_id) == w.actor.session_id)
    gone = w.session.connection().execute(mine.returning(col(CustomerView.customer_id))).scalars().all()
    w.session.flush()
    for customer_id in gone:
        audit.record(w, "as_customer.leave", "customer_view", customer_id, customer_id=customer_id)


def shown_to(actor: Actor) -> Shown | None:
    """What the browser of this member of the team is shown, read from the database; None where it is nothing."""
    if not actor.is_team or actor.system or not actor.session_id:
        return None
    with reading(actor) as w:
        mine = (
            select(CustomerView, Person, Customer)
            .join(Person, col(Person.id) == col(CustomerView.person_id))
            .join(Customer, col(Customer.id) == col(CustomerView.customer_id))
            .where(
                CustomerView.session_id == actor.session_id,
                CustomerView.expires_at > w.now,
                Person.role == Role.CUSTOMER,
                Person.customer_id == CustomerView.customer_id,
                col(Person.disabled_at).is_(None),
            )
        )
        row = w.session.exec(mine).one_or_none()
        if row is None:
            return None
        view, person, customer = row
        zone = ZoneInfo(person.time_zone or customer.time_zone or company.of(w).time_zone)
    reader = Actor(
        person_id=person.id,
        role=Role.CUSTOMER,
        name=person.name,
        email=person.email,
        customer_id=customer.id,
        language=person.language,
        zone=zone,
        address=actor.address,
        read_only=True,
        sees_orders=person.sees_orders,
        may_order=person.may_order,
        manages_people=person.manages_people,
    )
    return Shown(reader, customer.id, customer.name or customer.company or "", view.reason, view.expires_at)
