"""Signing in: the password is checked here, the browser fetches its cookie with a one-time ticket."""

from dataclasses import dataclass
from urllib.parse import urlencode

from sqlmodel import select

from db.models import Person, TicketKind
from services import audit, inputs, passwords, sessions, throttle, tickets
from services.errors import Invalid
from services.work import Work

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


def check(
    w: Work, typed_email: object, password: object, *, browser: str, page: str = "", query: dict[str, str] | None = None
) -> str | None:
    """A sign-in ticket when e-mail and password fit, else None.

    Wrong password, unknown address, disabled person and "wait a little" look the same and take the same time. Never
    raises for a refusal: the failure must be counted, so the unit of work has to commit.
    """
    try:
        email = inputs.email(typed_email)
    except Invalid:
        email = ""
    blocked = throttle.blocked(w, "account", email) or throttle.blocked(w, "address", w.actor.address)
    person = w.session.exec(select(Person).where(Person.email == email)).one_or_none() if email else None
    known = person if person is not None and person.disabled_at is None and person.password_hash else None
    right, better = (False, None) if blocked else passwords.fits(password, known.password_hash if known else None)
    if not right or known is None or not browser:
        _refused(w, email, person, blocked=blocked)
        return None
    if better:
        known.password_hash = better
        w.session.add(known)
    throttle.forgive(w, "account", email)
    return hand_over(w, known, browser=browser, page=page, query=query)


def _refused(w: Work, email: str, person: Person | None, *, blocked: bool) -> None:
    locks = False
    if not blocked:
        locks = throttle.failed(w, "account", email)
        throttle.failed(w, "address", w.actor.address)
    customer_id = person.customer_id if person else None
    who = person.id if person else ""
    audit.record(w, "auth.sign_in_refused", "person", who, customer_id=customer_id, after={"waiting": blocked or locks})
    if locks:
        audit.record(w, "auth.locked_for_a_while", "person", who, customer_id=customer_id)


def hand_over(w: Work, person: Person, *, browser: str, page: str = "", query: dict[str, str] | None = None) -> str:
    """A ticket for somebody whose identity was just proven. Lives 30 seconds, works once, in this browser only."""
    payload = {"path": return_path(page, query or {})}
    return tickets.issue(w, TicketKind.SIGN_IN, person_id=person.id, browser=browser, payload=payload)


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
