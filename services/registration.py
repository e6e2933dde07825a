"""Becoming a customer with a login: ask with an e-mail address, confirm by mail, choose a password.

The password is chosen only after the address is proven, so nobody can prepare an account on somebody else's address.
The answer to a request is the same whether the address is free, taken or already a customer's.
"""

from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select

from db.models import Customer, CustomerEmail, Person, Role, TicketKind
from services import audit, company, inputs, outbox, passwords, rollups, search, sign_in, tickets
from services.errors import Conflict
from services.text import _
from services.work import Work


def ask(w: Work, name: object, typed_email: object) -> None:
    """Send a mail to the address: with a link to go on, or, when it has a login already, saying so. Raises Invalid."""
    clean_name = inputs.line(name, _("Name"), 120)
    email = inputs.email(typed_email)
    if not outbox.may_ask(w, email):
        return  # the same answer, no further mail
    known = w.session.exec(select(Person).where(Person.email == email)).one_or_none()
    home = company.of(w)
    # For a taken address too, so that both take equally long; that secret is told to nobody.
    secret = tickets.issue(w, TicketKind.CONFIRM, email=email, payload={"name": clean_name})
    audit.record(w, "auth.registration_asked", "person")
    if known is not None:
        outbox.post(
            w,
            "already-registered",
            known.email,
            _("You already have a sign-in at {company}").format(company=home.name),
            [
                _("Somebody, probably you, wanted to register with this address. It has a sign-in already:"),
                outbox.link("sign-in"),
                _("If you have forgotten the password, choose a new one here:"),
                outbox.link("forgot"),
            ],
            customer_id=known.customer_id,
        )
        return
    outbox.post(
        w,
        "confirm",
        email,
        _("Confirm your address for {company}").format(company=home.name),
        [
            _("Open this address within 24 hours to confirm that this is your mailbox and to choose a password:"),
            outbox.link("confirm", t=secret),
            _("If you did not ask for this, you need not do anything."),
        ],
    )


def complete(w: Work, secret: str, password: object, *, browser: str) -> str:
    """Use the mailed link up: make the login, link it to the customer of this address, return a sign-in ticket.

    Raises Invalid for the password (the link stays good), Conflict when the link is used or too old.
    """
    late = Conflict(_("This link was used already or is too old. Please register once more to get a new one."))
    asked = tickets.peek(w, TicketKind.CONFIRM, secret)
    if asked is None:
        raise late
    name = str(asked.payload["name"])
    chosen = passwords.check_new(password, name, asked.email)
    if tickets.redeem(w, TicketKind.CONFIRM, secret) is None:
        raise late
    if w.session.exec(select(Person).where(Person.email == asked.email)).one_or_none() is not None:
        raise Conflict(_("This address has a sign-in already. Please sign in with it."))
    customer = customer_of(w, asked.email) or new_customer(w, name, asked.email)
    person = Person(
        email=asked.email,
        name=name,
        role=Role.CUSTOMER,
        password_hash=passwords.hashed(chosen),
        customer_id=customer.id,
        language=w.actor.language,
        confirmed_at=w.now,
        created_at=w.now,
    )
    # A customer may be known by an address that others already sign in beside: those manage who else there is.
    person.manages_people = not _somebody_manages(w, customer.id)
    w.session.add(person)
    try:
        w.session.flush()
    except IntegrityError as error:  # the same address a moment earlier, in another transaction
        raise Conflict(_("This address has a sign-in already. Please sign in with it.")) from error
    audit.record(w, "auth.registered", "person", person.id, customer_id=customer.id, after=audit.snapshot(person))
    return sign_in.hand_over(w, person, browser=browser)


def _somebody_manages(w: Work, customer_id: int) -> bool:
    managing = select(Person.id).where(
        Person.customer_id == customer_id, col(Person.manages_people), col(Person.disabled_at).is_(None)
    )
    return w.session.exec(managing.limit(1)).first() is not None


def customer_of(w: Work, email: str) -> Customer | None:
    """The customer who is written to at this (proven) address. With several, the one known longest."""
    statement = (
        select(Customer)
        .join(CustomerEmail, col(CustomerEmail.customer_id) == col(Customer.id))
        .where(CustomerEmail.email == email)
        .order_by(col(Customer.id))
        .limit(1)
    )
    found = w.session.exec(statement).one_or_none()
    if found is not None:
        mine = select(CustomerEmail).where(CustomerEmail.customer_id == found.id, CustomerEmail.email == email)
        for row in w.session.exec(mine):
            row.confirmed_at = w.now
            w.session.add(row)
    return found


def new_customer(w: Work, name: str, email: str) -> Customer:
    """A customer of its own for somebody the company did not know."""
    customer = Customer(name=name, joined_at=w.now, acquisition_channel="portal", created_at=w.now, updated_at=w.now)
    w.session.add(customer)
    w.session.flush()
    w.session.add(CustomerEmail(customer_id=customer.id, email=email, confirmed_at=w.now))
    w.session.flush()
    search.index(w, customer.id)
    rollups.joined(w, w.now)
    audit.record(
        w, "customers.registered", "customer", customer.id, customer_id=customer.id, after=audit.snapshot(customer)
    )
    return customer


def greeting(w: Work, kind: TicketKind, secret: str) -> tuple[str, str]:
    """(name, e-mail) behind a mailed link that is still good. Raises Conflict."""
    found = tickets.peek(w, kind, secret)
    if found is None:
        raise Conflict(_("This link was used already or is too old. Please ask for a new one."))
    person = w.session.get(Person, found.person_id) if found.person_id else None
    return (person.name if person else str(found.payload.get("name", ""))), found.email
