"""Getting back in, and changing what one signs in with: forgotten password, new password, new e-mail address."""

from sqlmodel import col, select

from db.models import CustomerEmail, Person, TicketKind
from services import access, audit, company, inputs, outbox, passwords, search, sessions, throttle, tickets
from services.accounts import approval
from services.errors import Conflict, Counted, Invalid, NotSignedIn, TooMany
from services.text import _, speaking
from services.work import Work


def ask_reset(w: Work, typed_email: object) -> None:
    """Mail a link to the *stored* address if there is such a login. The answer is the same either way."""
    email = inputs.email(typed_email)
    if not outbox.may_ask(w, email):
        return
    person = w.session.exec(select(Person).where(Person.email == email)).one_or_none()
    if person is not None and person.disabled_at is None:
        _mail_reset(w, person, person.email)
        return
    # The same work, thrown away: otherwise the time it takes would tell which addresses have a sign-in.
    thrown_away = w.session.begin_nested()
    _mail_reset(w, None, email)
    w.session.flush()
    thrown_away.rollback()


def _mail_reset(w: Work, person: Person | None, email: str) -> None:
    person_id, customer_id = (person.id, person.customer_id) if person else (None, None)
    secret = tickets.issue(w, TicketKind.RESET, person_id=person_id, email=email)
    with speaking(person.language if person else w.actor.language):
        outbox.post(
            w,
            "reset",
            email,
            _("Choose a new password for {company}").format(company=company.of(w).name),
            [
                _("Open this address within one hour to choose a new password:"),
                outbox.link("reset", t=secret),
                _("If you did not ask for this, you need not do anything; your password stays as it is."),
            ],
            customer_id=customer_id,
        )
    audit.record(w, "auth.reset_asked", "person", person_id or "", customer_id=customer_id)


def reset(w: Work, secret: str, password: object) -> None:
    """Set a new password with a mailed link. All sessions end; the person signs in anew. Raises Invalid, Conflict."""
    late = Conflict(_("This link was used already or is too old. Please ask for a new one."))
    asked = tickets.peek(w, TicketKind.RESET, secret)
    person = w.session.get(Person, asked.person_id) if asked and asked.person_id else None
    if asked is None or person is None or person.email != asked.email or person.disabled_at is not None:
        raise late
    chosen = passwords.check_new(password, person.name, person.email)
    if tickets.redeem(w, TicketKind.RESET, secret) is None:
        raise late
    throttle.forgive(w, "account", person.email)
    _set_password(w, person, chosen, keep="")


def change_password(w: Work, old: object, new: object) -> None:
    """Set a new password while signed in. All other browsers are signed out. Raises Invalid."""
    person = myself(w)
    prove(w, person, old)
    _set_password(w, person, passwords.check_new(new, person.name, person.email), keep=w.actor.session_id)


def ask_email_change(w: Work, typed_email: object, password: object) -> None:
    """Send a link to the new address; until it is opened nothing changes. Raises Invalid for the password."""
    person = myself(w)
    new = inputs.email(typed_email)
    prove(w, person, password)
    if new == person.email:
        raise Invalid(_("E-mail"), _("this is your address already"))
    taken = w.session.exec(select(Person.id).where(Person.email == new)).one_or_none()
    if taken is None and outbox.may_ask(w, new):
        secret = tickets.issue(w, TicketKind.EMAIL_CHANGE, person_id=person.id, email=new)
        outbox.post(
            w,
            "email-change",
            new,
            _("Confirm your new address for {company}").format(company=company.of(w).name),
            [
                _("Open this address within 24 hours to use this mailbox from now on:"),
                outbox.link("new-email", t=secret),
            ],
            customer_id=person.customer_id,
        )
    tell(w, person, "email-change-asked", _("A change of your e-mail address was asked for"))
    audit.record(w, "auth.email_change_asked", "person", person.id, customer_id=person.customer_id)


def confirm_email(w: Work, secret: str) -> str:
    """Use the link that went to the new address. Returns the address now in force. Raises Conflict.

    That is the old one where a change of the address has to be approved first.
    """
    used = tickets.redeem(w, TicketKind.EMAIL_CHANGE, secret)
    person = w.session.get(Person, used.person_id) if used and used.person_id else None
    taken = used and w.session.exec(select(Person.id).where(Person.email == used.email)).one_or_none()
    if used is None or person is None or person.disabled_at is not None or taken is not None:
        raise Conflict(_("This link was used already or is too old. Please ask for a new one."))
    if person.customer_id is not None and approval.needed(w, "email"):
        change, own = {"verb": "set", "value": used.email}, person.customer_id
        approval.ask(w, own, "email", change, old=person.email, new=used.email, person_id=person.id)
        return person.email
    use_email(w, person, used.email)
    return used.email


def use_email(w: Work, person: Person, email: str) -> None:
    """From now on the person signs in with this proven address; the old one is told. Raises Conflict when taken."""
    if w.session.exec(select(Person.id).where(Person.email == email)).one_or_none() is not None:
        raise Conflict(_("This address has a sign-in already."))
    before = person.email
    tell(w, person, "email-changed", _("Your e-mail address was changed"))
    person.email = email
    w.session.add(person)
    tickets.void(w, person.id)
    if person.customer_id is not None:
        _move_customer_email(w, person.customer_id, before, email)
    audit.record(
        w,
        "auth.email_changed",
        "customer" if person.customer_id else "person",  # a change of the account, on the customer's timeline
        person.customer_id or person.id,
        customer_id=person.customer_id,
        before={"email": before},
        after={"email": email, "person_id": person.id},
    )


def _move_customer_email(w: Work, customer_id: int, before: str, after: str) -> None:
    own = select(CustomerEmail).where(CustomerEmail.customer_id == customer_id, CustomerEmail.email == before)
    row = w.session.exec(own.order_by(col(CustomerEmail.id))).first()
    row = row or CustomerEmail(customer_id=customer_id, email=after)
    row.email, row.confirmed_at = after, w.now
    w.session.add(row)
    w.session.flush()
    search.index(w, customer_id)


def myself(w: Work) -> Person:
    """The person who acts. Raises NotSignedIn."""
    if w.actor.person_id is None:
        raise NotSignedIn
    return access.person(w, w.actor.person_id)


def prove(w: Work, person: Person, password: object) -> None:
    """The current password guards what would let somebody take the account over, and guesses at it are counted."""
    if throttle.blocked(w, "account", person.email):
        raise TooMany(_("That was not your password several times. Please wait a few minutes."))
    if not passwords.fits(password, person.password_hash)[0]:
        throttle.failed(w, "account", person.email)
        audit.record(w, "auth.password_refused", "person", person.id, customer_id=person.customer_id)
        raise Counted(_("Current password"), _("this is not your current password"))


def _set_password(w: Work, person: Person, password: str, *, keep: str) -> None:
    person.password_hash = passwords.hashed(password)
    w.session.add(person)
    tickets.void(w, person.id)
    sessions.remove_all(w, person.id, keep=keep)
    tell(w, person, "password-changed", _("Your password was changed"))
    audit.record(w, "auth.password_changed", "person", person.id, customer_id=person.customer_id)


def tell(w: Work, person: Person, kind: str, what: str, *more: str) -> None:
    """A notice to the address in force, so that a stranger's change does not go unseen."""
    with speaking(person.language):
        lines = [
            what + ".",
            *more,
            _("If this was not you, choose a new password at once:"),
            outbox.link("forgot"),
        ]
        outbox.post(w, kind, person.email, what, lines, customer_id=person.customer_id)
