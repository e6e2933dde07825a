"""The people of a customer: who signs in for it, what each may do, inviting somebody, taking somebody out.

Those who manage the people of their customer do it for themselves, staff do it from the customer's page. Whoever comes
first may everything, and somebody who manages the people is always left.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError
from sqlmodel import SQLModel, col, select

from db.models import Customer, Person, Role, Ticket, TicketKind
from services import access, audit, company, inputs, outbox, passwords, sessions, sign_in, tickets
from services.errors import Conflict, NotFound
from services.text import _, speaking
from services.work import Work

MOST = 100


class Rights(SQLModel):
    """What somebody may do for the customer. Who orders sees the orders."""

    sees_orders: bool = True
    may_order: bool = True
    manages_people: bool = False

    def checked(self) -> "Rights":
        return Rights(
            sees_orders=bool(self.sees_orders or self.may_order),
            may_order=bool(self.may_order),
            manages_people=bool(self.manages_people),
        )


EVERYTHING = Rights(manages_people=True)


@dataclass(frozen=True)
class Colleague:
    """Somebody who signs in for the customer."""

    id: int
    name: str
    email: str
    rights: Rights
    me: bool
    last_sign_in_at: datetime | None


@dataclass(frozen=True)
class Invited:
    """Somebody who has not used the mailed link yet. `key` goes back to `take_back`."""

    key: str
    name: str
    email: str
    until: datetime


def _managed(w: Work, customer_id: int | None) -> int:
    """The customer whose people are meant: the own one, or for staff the one they name. Raises NotAllowed, NotFound."""
    if w.actor.is_team and customer_id is not None:
        return access.customer(w, customer_id).id
    own = access.own_people(w)
    if customer_id not in (None, own):
        raise NotFound(_("customer"))
    return own


def people(w: Work, customer_id: int | None = None) -> list[Colleague]:
    """Everybody who signs in for the customer, by name."""
    own = _managed(w, customer_id)
    rows = select(Person).where(Person.customer_id == own, col(Person.disabled_at).is_(None))
    return [
        Colleague(p.id, p.name, p.email, _rights(p), p.id == w.actor.person_id, p.last_sign_in_at)
        for p in w.session.exec(rows.order_by(Person.name, col(Person.id)).limit(MOST))
    ]


def invited(w: Work, customer_id: int | None = None) -> list[Invited]:
    """Invitations that wait to be used, the newest first."""
    own = _managed(w, customer_id)
    waiting = select(Ticket).where(
        Ticket.kind == TicketKind.JOIN,
        col(Ticket.expires_at) > w.now,
        col(Ticket.payload)["customer_id"].as_integer() == own,
    )
    rows = w.session.exec(waiting.order_by(col(Ticket.created_at).desc()).limit(MOST))
    return [Invited(t.id, str(t.payload.get("name", "")), t.email, t.expires_at) for t in rows]


def invite(w: Work, name: object, typed_email: object, rights: Rights, customer_id: int | None = None) -> None:
    """Mail somebody a link with which they choose a password and sign in for the customer. Raises Invalid, TooMany.

    The answer is the same where the address has a sign-in already: that would be telling about somebody else.
    """
    own = _managed(w, customer_id)
    email, called = inputs.email(typed_email), inputs.line(name, _("Name"), 120)
    if len(people(w, customer_id)) + len(invited(w, customer_id)) >= MOST:
        raise Conflict(_("At most {most} people. Please remove one first.").format(most=MOST))
    if not w.actor.is_team and not outbox.may_ask(w, email):
        raise Conflict(_("Too many invitations in a short time. Please try again later."))
    audit.record(w, "colleagues.invite", "person", "", customer_id=own, after={"email": email, "rights": _told(rights)})
    if w.session.exec(select(Person.id).where(Person.email == email, col(Person.disabled_at).is_(None))).first():
        body = [_("You were invited, but this address has a sign-in already:"), outbox.link("sign-in")]
        outbox.post(w, "join-known", email, _subject(w), body)
        return
    post_invitation(w, own, called, email, rights)


def post_invitation(
    w: Work, customer_id: int, name: str, email: str, rights: Rights, *, kind: str = "join", at: datetime | None = None
) -> None:
    """The ticket and its mail, which leaves at `at` (at once). A newer invitation ends an older one."""
    payload = {"customer_id": customer_id, "name": name, "rights": _told(rights)}
    secret = tickets.issue(w, TicketKind.JOIN, email=email, payload=payload)
    own = w.session.get_one(Customer, customer_id)
    home = company.of(w).name
    with speaking(own.language or w.actor.language):
        outbox.post(w, kind, email, _subject(w), _invitation(own, home, secret), customer_id=customer_id, not_before=at)


def _invitation(own: Customer, home: str, secret: str) -> list[str]:
    return [
        _("{company} invites you to your customer account: orders, questions and papers in one place.").format(
            company=home
        ),
        *([_("It is the account of {customer}.").format(customer=own.company)] if own.company else []),
        _("Open this address within 14 days to choose a password:"),
        outbox.link("join", t=secret),
        _("If you do not want this, you need not do anything."),
    ]


def _subject(w: Work) -> str:
    return _("Your account at {company}").format(company=company.of(w).name)


def take_back(w: Work, key: str, customer_id: int | None = None) -> None:
    """End an invitation that was not used. Raises NotFound."""
    own = _managed(w, customer_id)
    mine = [i for i in invited(w, customer_id) if i.key == key]
    if not mine:
        raise NotFound(_("invitation"))
    w.session.connection().execute(delete(Ticket).where(col(Ticket.id) == key))
    audit.record(w, "colleagues.take_back", "person", "", customer_id=own, before={"email": mine[0].email})


def invited_to(w: Work, secret: str) -> str:
    """The company whose account an invitation leads to; empty for a person's own, or where it is not good any more."""
    asked = tickets.peek(w, TicketKind.JOIN, secret)
    own = w.session.get(Customer, int(asked.payload["customer_id"])) if asked else None
    return own.company or "" if own else ""


def join(w: Work, secret: str, password: object, *, browser: str) -> str:
    """Use an invitation: choose the password, return a sign-in ticket. Raises Invalid, Conflict."""
    late = Conflict(_("This invitation was used already or is too old. Please ask for a new one."))
    asked = tickets.peek(w, TicketKind.JOIN, secret)
    if asked is None:
        raise late
    name, own = str(asked.payload["name"]), int(asked.payload["customer_id"])
    chosen = passwords.check_new(password, name, asked.email)
    if tickets.redeem(w, TicketKind.JOIN, secret) is None:
        raise late
    # Two who come first at the same moment: the second waits here and is not the first any more.
    w.session.exec(select(Customer.id).where(Customer.id == own).with_for_update()).one()
    person = w.session.exec(select(Person).where(Person.email == asked.email)).one_or_none()
    if person is not None and (person.disabled_at is None or person.customer_id != own):
        raise Conflict(_("This address has a sign-in already. Please sign in with it."))
    person = person or Person(email=asked.email, name=name, role=Role.CUSTOMER, customer_id=own, created_at=w.now)
    rights = Rights.model_validate(asked.payload["rights"]) if _somebody(w, own) else EVERYTHING
    person.sqlmodel_update(rights.checked().model_dump())
    person.name, person.disabled_at, person.confirmed_at = name, None, w.now
    person.password_hash, person.language = passwords.hashed(chosen), w.actor.language
    w.session.add(person)
    try:
        w.session.flush()
    except IntegrityError as error:  # the same address a moment earlier, in another transaction
        raise Conflict(_("This address has a sign-in already. Please sign in with it.")) from error
    audit.record(w, "colleagues.join", "person", person.id, customer_id=own, after={"email": person.email,
                 "rights": _told(rights)})  # fmt: skip
    return sign_in.hand_over(w, person, browser=browser)


def _somebody(w: Work, customer_id: int) -> bool:
    """Whether somebody signs in for the customer already."""
    active = select(Person.id).where(Person.customer_id == customer_id, col(Person.disabled_at).is_(None))
    return w.session.exec(active.limit(1)).first() is not None


def set_rights(w: Work, person_id: int, rights: Rights, customer_id: int | None = None) -> None:
    """Change what somebody may do; it counts from the next click. Raises NotFound, Conflict."""
    person = _person(w, person_id, customer_id)
    before, after = _rights(person), rights.checked()
    if before.manages_people and not after.manages_people:
        _somebody_manages(w, person)
    person.sqlmodel_update(after.model_dump())
    w.session.add(person)
    audit.record(
        w, "colleagues.set_rights", "person", person.id, customer_id=person.customer_id,
        before={"rights": _told(before)}, after={"rights": _told(after)},
    )  # fmt: skip


def remove(w: Work, person_id: int, customer_id: int | None = None) -> None:
    """Take somebody out: signed out everywhere at once, and no way back in but a new invitation. Raises NotFound."""
    person = _person(w, person_id, customer_id)
    if person.manages_people:
        _somebody_manages(w, person)
    person.disabled_at, person.password_hash = w.now, None
    w.session.add(person)
    tickets.void(w, person.id)
    sessions.remove_all(w, person.id)
    audit.record(w, "colleagues.remove", "person", person.id, customer_id=person.customer_id,
                 before={"email": person.email})  # fmt: skip


def _person(w: Work, person_id: int, customer_id: int | None) -> Person:
    own = _managed(w, customer_id)
    w.session.exec(select(Customer.id).where(Customer.id == own).with_for_update()).one()
    found = w.session.get(Person, person_id, populate_existing=True)
    if found is None or found.customer_id != own or found.disabled_at is not None:
        raise NotFound(_("person"))
    return found


def _somebody_manages(w: Work, but: Person) -> None:
    others = select(Person.id).where(
        Person.customer_id == but.customer_id,
        col(Person.manages_people),
        col(Person.disabled_at).is_(None),
        Person.id != but.id,
    )
    if w.session.exec(others.limit(1)).first() is None:
        raise Conflict(_("Somebody has to manage the people. Give this right to another person first."))


def _rights(person: Person) -> Rights:
    return Rights(sees_orders=person.sees_orders, may_order=person.may_order, manages_people=person.manages_people)


def _told(rights: Rights) -> dict[str, bool]:
    return rights.checked().model_dump()
