"""Signing in: the password is checked here, the browser fetches its cookie with a one-time ticket."""

from dataclasses import dataclass
from urllib.parse import urlencode

from sqlmodel import select

from db.models import Person, TicketKind
from services import audit, inputs, passwords, second_factor, sessions, throttle, tickets
from services.errors import Invalid
from services.work import Actor, Work, reading, work

#: Pages a person may be sent to after signing in, by their address. Anything else leads to the start page.
RETURN_PAGES: set[str] = set()


@dataclass(frozen=True)
class SignedIn:
    """What the browser is given: the secret of its cookie, for how long, and where to go."""

    secret: str
    seconds: int
    path: str


def return_path(page: str, query: dict[str, str]) -> str:
    """A path of ours from a page name of the fixed list; anything else is the start page."""
    if page not in RETURN_PAGES:
        return "/"
    kept = {str(k)[:60]: str(v)[:300] for k, v in list(query.items())[:20]}
    return f"/{page}" + (f"?{urlencode(kept)}" if kept else "")


def attempt(
    actor: Actor,
    typed_email: object,
    password: object,
    *,
    browser: str,
    page: str = "",
    query: dict[str, str] | None = None,
) -> str | None:
    """A ticket when e-mail and password fit, else None: for the cookie, or for `with_code` where `wants_code` says so.

    Wrong password, unknown address, disabled person and "wait a little" look the same. Comparing takes long on purpose,
    so it happens between two transactions: strangers who guess must not keep the company from writing.
    """
    try:
        email = inputs.email(typed_email)
    except Invalid:
        email = ""
    with reading(actor) as w:
        person = _somebody(w, email)
        kept = person.password_hash if person and person.disabled_at is None else None
        waiting = _must_wait(w, email)
    right, better = (False, None) if waiting else passwords.fits(password, kept)
    with work(actor) as w:
        throttle.hold(w, "account", email)
        # Decided anew: of many guesses at once only the free ones count, and the password may have changed meanwhile.
        person, waiting = _somebody(w, email), _must_wait(w, email)
        good = right and not waiting and browser and person and person.disabled_at is None
        if not good or person is None or person.password_hash != kept:
            _refused(w, email, person, waiting=waiting)
            return None
        person.password_hash = better or kept
        w.session.add(person)
        if not second_factor.in_force(w, person.id):  # else the password alone must not give free guesses at the code
            throttle.forgive(w, "account", email)
        return hand_over(w, person, browser=browser, page=page, query=query)


def wants_code(w: Work, ticket: str) -> bool:
    """Whether this ticket is not for the cookie yet: a code of the second factor is still missing."""
    return tickets.peek(w, TicketKind.SECOND_FACTOR, ticket) is not None


def with_code(actor: Actor, ticket: str, code: object, *, browser: str) -> str | None:
    """A ticket for the cookie when the code fits, else None. A wrong code counts like a wrong password."""
    with work(actor) as w:
        asked = tickets.peek(w, TicketKind.SECOND_FACTOR, ticket)
        person = w.session.get(Person, asked.person_id) if asked and asked.person_id else None
        if asked is None or person is None:
            return None
        throttle.hold(w, "account", person.email)
        waiting = _must_wait(w, person.email)
        good = not waiting and person.disabled_at is None and second_factor.accepts(w, person, code)
        if not good or tickets.redeem(w, TicketKind.SECOND_FACTOR, ticket, browser=browser) is None:
            _refused(w, person.email, person, waiting=waiting)
            return None
        throttle.forgive(w, "account", person.email)
        return tickets.issue(w, TicketKind.SIGN_IN, person_id=person.id, browser=browser, payload=asked.payload)


def _somebody(w: Work, email: str) -> Person | None:
    return w.session.exec(select(Person).where(Person.email == email)).one_or_none()


def _must_wait(w: Work, email: str) -> bool:
    return throttle.blocked(w, "account", email) or throttle.blocked(w, "address", w.actor.address)


def _refused(w: Work, email: str, person: Person | None, *, waiting: bool) -> None:
    locks = False
    if not waiting:
        locks = throttle.failed(w, "account", email)
        throttle.failed(w, "address", w.actor.address)
    customer_id = person.customer_id if person else None
    who = person.id if person else ""
    audit.record(w, "auth.sign_in_refused", "person", who, customer_id=customer_id, after={"waiting": waiting or locks})
    if locks:
        audit.record(w, "auth.locked_for_a_while", "person", who, customer_id=customer_id)


def hand_over(w: Work, person: Person, *, browser: str, page: str = "", query: dict[str, str] | None = None) -> str:
    """A ticket for somebody who was just recognised. Lives 30 seconds, works once, in this browser only.

    Whoever has a second factor gets one that is only good for `with_code`, whatever way led here.
    """
    payload = {"path": return_path(page, query or {})}
    kind = TicketKind.SECOND_FACTOR if second_factor.in_force(w, person.id) else TicketKind.SIGN_IN
    return tickets.issue(w, kind, person_id=person.id, browser=browser, payload=payload)


def finish(w: Work, secret: str, *, browser: str, user_agent: str, replaces: str = "") -> SignedIn | None:
    """Redeem the ticket and open the session. A session this browser already had is ended."""
    used = tickets.redeem(w, TicketKind.SIGN_IN, secret, browser=browser) if browser else None
    person = w.session.get(Person, used.person_id) if used and used.person_id else None
    if used is None or person is None or person.disabled_at is not None:
        return None
    if replaces:
        sessions.remove_one(w, replaces)
    cookie = sessions.begin(w, person, user_agent=user_agent, address=w.actor.address)
    return SignedIn(cookie, int(sessions.limits(person.role)[1].total_seconds()), str(used.payload["path"]))
