"""Who may sign in: invitations, roles, disabling. For administrators and the command line."""

import secrets

from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select

from db.models import TEAM, Person, Role, StaffMember, TicketKind
from services import access, audit, company, inputs, outbox, passwords, sessions, sign_in, tickets
from services.errors import Conflict, Invalid, NotAllowed
from services.text import _
from services.work import Work


def everybody(w: Work, *, team_only: bool = True) -> list[Person]:
    """All persons with a login, by name. Administrators only."""
    w.require(Role.ADMIN)
    statement = select(Person).order_by(Person.name)
    return list(w.session.exec(statement.where(col(Person.role).in_(TEAM)) if team_only else statement.limit(500)))


def add(w: Work, name: object, typed_email: object, role: Role, password: str | None = None) -> Person:
    """A login for somebody of the team, without a password until invited. Raises Invalid, Conflict."""
    w.require(Role.ADMIN)
    email = inputs.email(typed_email)
    clean = inputs.line(name, _("Name"), 120)
    if role not in TEAM:
        raise Invalid(_("Role"), _("choose staff, manager or admin; customers register themselves"))
    if w.session.exec(select(Person.id).where(Person.email == email)).one_or_none() is not None:
        raise Conflict(_("This address has a sign-in already."))
    known = select(StaffMember).where(StaffMember.email == email).order_by(col(StaffMember.id)).limit(1)
    member = w.session.exec(known).one_or_none() or StaffMember(name=clean, email=email)
    w.session.add(member)
    w.session.flush()
    person = Person(
        email=email,
        name=clean,
        role=role,
        staff_id=member.id,
        password_hash=passwords.hashed(passwords.check_new(password, clean, email)) if password else None,
        confirmed_at=w.now if password else None,
        created_at=w.now,
    )
    w.session.add(person)
    try:
        w.session.flush()
    except IntegrityError as error:  # the same address a moment earlier, in another transaction
        raise Conflict(_("This address has a sign-in already.")) from error
    audit.record(w, "people.add", "person", person.id, after=audit.snapshot(person))
    return person


def invite(w: Work, name: object, typed_email: object, role: Role) -> Person:
    """Add somebody to the team and mail a link with which they choose their own password."""
    person = add(w, name, typed_email, role)
    send_invitation(w, person.id)
    return person


def send_invitation(w: Work, person_id: int) -> None:
    """Mail a fresh invitation; an older one ends. It lives seven days. Raises NotFound, Conflict."""
    w.require(Role.ADMIN)
    person = access.person(w, person_id)
    if person.password_hash is not None:
        raise Conflict(_("This person has chosen a password already."))
    secret = tickets.issue(w, TicketKind.INVITE, person_id=person.id, email=person.email)
    outbox.post(
        w,
        "invitation",
        person.email,
        _("Your access to {company}").format(company=company.of(w).name),
        [
            _("You were invited to work with Rapport. Open this address within seven days to choose a password:"),
            outbox.link("invitation", t=secret),
        ],
    )
    audit.record(w, "people.invite", "person", person.id)


def accept(w: Work, secret: str, password: object, *, browser: str) -> str:
    """Use an invitation: set the own password, return a sign-in ticket. Raises Invalid, Conflict."""
    late = Conflict(_("This invitation was used already or is too old. Please ask for a new one."))
    asked = tickets.peek(w, TicketKind.INVITE, secret)
    person = w.session.get(Person, asked.person_id) if asked and asked.person_id else None
    if person is None or person.disabled_at is not None or person.password_hash is not None:
        raise late
    chosen = passwords.check_new(password, person.name, person.email)
    if tickets.redeem(w, TicketKind.INVITE, secret) is None:
        raise late
    person.password_hash, person.confirmed_at = passwords.hashed(chosen), w.now
    w.session.add(person)
    audit.record(w, "people.accepted", "person", person.id)
    return sign_in.hand_over(w, person, browser=browser)


def set_role(w: Work, person_id: int, role: Role) -> None:
    """Change what a colleague may do; takes effect at the next click. All its browsers get a new session first."""
    w.require(Role.ADMIN)
    person = _colleague(w, person_id)
    if role not in TEAM or person.role not in TEAM:
        raise Invalid(_("Role"), _("choose staff, manager or admin"))
    before = audit.snapshot(person)
    person.role = role
    w.session.add(person)
    sessions.remove_all(w, person.id)  # a new privilege needs a new token
    audit.record(w, "people.set_role", "person", person.id, before=before, after=audit.snapshot(person))


def disable(w: Work, person_id: int) -> None:
    """Sign somebody out everywhere and for good, within a second. Nobody can disable himself."""
    w.require(Role.ADMIN)
    person = _colleague(w, person_id)
    before = audit.snapshot(person)
    person.disabled_at = w.now
    w.session.add(person)
    tickets.void(w, person.id)
    sessions.remove_all(w, person.id)
    audit.record(w, "people.disable", "person", person.id, before=before, after=audit.snapshot(person))


def enable(w: Work, person_id: int) -> None:
    """Let somebody in again."""
    w.require(Role.ADMIN)
    person = _colleague(w, person_id)
    before = audit.snapshot(person)
    person.disabled_at = None
    w.session.add(person)
    audit.record(w, "people.enable", "person", person.id, before=before, after=audit.snapshot(person))


def by_email(w: Work, typed_email: str) -> Person:
    """The person with this address, for the command line. Raises Invalid."""
    w.require(Role.ADMIN)
    person = w.session.exec(select(Person).where(Person.email == inputs.email(typed_email))).one_or_none()
    if person is None:
        raise Invalid(_("E-mail"), _("nobody signs in with this address"))
    return person


def one_time_password(w: Work, person_id: int) -> str:
    """A generated pass phrase for somebody who cannot receive mail. Ends all sessions. For the command line."""
    w.require(Role.ADMIN)
    person = access.person(w, person_id)
    chosen = "-".join(secrets.token_hex(3) for _i in range(4))
    person.password_hash, person.confirmed_at = passwords.hashed(chosen), person.confirmed_at or w.now
    w.session.add(person)
    tickets.void(w, person.id)
    sessions.remove_all(w, person.id)
    audit.record(w, "people.one_time_password", "person", person.id)
    return chosen


def _colleague(w: Work, person_id: int) -> Person:
    if person_id == w.actor.person_id:
        raise NotAllowed(_("You cannot do this to your own sign-in; ask another administrator."))
    return access.person(w, person_id)
