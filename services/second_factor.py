"""The second factor: an authenticator app (TOTP, RFC 6238) beside the password, and recovery codes for its loss."""

import hmac
import logging
import secrets
from base64 import b32encode
from dataclasses import dataclass
from datetime import datetime

import pyotp
import segno
from sqlmodel import col, select

from db.models import Person, Role, SecondFactor
from services import access, audit, company, inputs, recovery, sealing, sessions, throttle
from services.errors import Conflict, Counted, Invalid, NotAllowed
from services.text import _, ngettext, speaking
from services.tickets import digest
from services.work import Work

LOG = logging.getLogger(__name__)
MOST = 200
CODES = 10  # recovery codes of one set
_CODE_BYTES = 10  # 80 bits: too many to guess, so a fast digest is enough to keep them by
_STEP_S = 30
_LATE = 1  # half minutes by which the clock of a phone may be off, either way


@dataclass(frozen=True)
class Setup:
    """What the app has to be told: `secret` typed in or `picture` (an SVG of the QR code) scanned."""

    secret: str
    picture: str


@dataclass(frozen=True)
class State:
    """Whether a second factor is in force for oneself, since when, and how many recovery codes are left."""

    since: datetime | None
    codes_left: int


def state(w: Work) -> State:
    """One's own second factor."""
    row = w.session.get(SecondFactor, recovery.myself(w).id)
    return State(row.confirmed_at, len(row.recovery_codes)) if row and row.confirmed_at else State(None, 0)


def in_force(w: Work, person_id: int) -> bool:
    """Whether this person is asked for a code when signing in."""
    confirmed = select(SecondFactor.confirmed_at).where(SecondFactor.person_id == person_id)
    return w.session.exec(confirmed).one_or_none() is not None


def begin(w: Work, password: object) -> Setup:
    """A new secret for one's app. It counts only once `confirm` was given a code made from it. Raises Invalid."""
    person = recovery.myself(w)
    recovery.prove(w, person, password)
    row = _locked(w, person.id) or SecondFactor(person_id=person.id, secret="", created_at=w.now)
    if row.confirmed_at is not None:
        raise Conflict(_("Your second factor is on already. Switch it off first to set up another app."))
    plain = pyotp.random_base32()
    row.secret, row.created_at = sealing.seal(plain, _purpose(person.id)), w.now
    w.session.add(row)
    audit.record(w, "second_factor.begun", "person", person.id, customer_id=person.customer_id)
    address = pyotp.TOTP(plain).provisioning_uri(name=person.email, issuer_name=company.of(w).name)
    return Setup(plain, segno.make(address, micro=False).svg_inline(scale=5, dark="#000", light="#fff"))


def confirm(w: Work, typed: object) -> list[str]:
    """Switch it on with a code of the app. Returns the recovery codes, which are readable only now.

    All other browsers are signed out, for they came in with the password alone. Raises Invalid, Conflict.
    """
    person = recovery.myself(w)
    row = _locked(w, person.id)
    if row is None or row.confirmed_at is not None:
        raise Conflict(_("There is nothing to confirm. Please begin the set-up anew."))
    step = _step_of(row, _compact(typed), w.now)
    if step is None:
        raise Invalid(_("Code"), _("this is not what the app should show now; check the clock of your phone"))
    row.confirmed_at, row.last_step = w.now, step
    codes = _new_codes(row)
    w.session.add(row)
    sessions.remove_all(w, person.id, keep=w.actor.session_id)
    _tell_switched(w, person, on=True)
    audit.record(w, "second_factor.on", "person", person.id, customer_id=person.customer_id)
    return codes


def switch_off(w: Work, password: object, typed: object) -> None:
    """Ask for the password alone again. Needs the password and a code of the app or a recovery code. Raises Invalid."""
    person, row = _proven(w, password, typed)
    w.session.delete(row)
    _tell_switched(w, person, on=False)
    audit.record(w, "second_factor.off", "person", person.id, customer_id=person.customer_id)


def renew_codes(w: Work, password: object, typed: object) -> list[str]:
    """Ten new recovery codes; the old ones end. Needs password and code. Raises Invalid."""
    person, row = _proven(w, password, typed)
    codes = _new_codes(row)
    w.session.add(row)
    audit.record(w, "second_factor.new_codes", "person", person.id, customer_id=person.customer_id)
    return codes


def reset(w: Work, typed_email: object, reason: object) -> None:
    """Take the second factor from somebody who lost phone and codes, and end all sessions. Administrators only.

    `reason` says how the person was recognised; it stays in the audit trail. Raises Invalid, NotAllowed.
    """
    w.require(Role.ADMIN)
    email, why = inputs.email(typed_email), inputs.line(reason, _("How you made sure who asks"), 200)
    found = w.session.exec(select(Person.id).where(Person.email == email)).one_or_none()
    row = _locked(w, found) if found is not None else None
    if found is None or row is None:
        raise Invalid(_("E-mail"), _("nobody with this address has set up a second factor"))
    if found == w.actor.person_id:
        raise NotAllowed(_("You cannot do this to your own sign-in; ask another administrator."))
    person = access.person(w, found)
    w.session.delete(row)
    sessions.remove_all(w, person.id)
    _tell_switched(w, person, on=False)
    audit.record(w, "second_factor.reset", "person", person.id, customer_id=person.customer_id, reason=why)


def accepts(w: Work, person: Person, typed: object) -> bool:
    """Whether the code is right, and use it up: one of the app counts once, a recovery code is struck and told."""
    row, code = _locked(w, person.id), _compact(typed)
    if row is None or row.confirmed_at is None:
        return False
    step = _step_of(row, code, w.now)
    if step is not None:
        row.last_step = step
        w.session.add(row)
        return True
    return _struck(w, person, row, code)


def _struck(w: Work, person: Person, row: SecondFactor, code: str) -> bool:
    used = _kept_as(row.person_id, code)
    left = [c for c in row.recovery_codes if not hmac.compare_digest(c, used)]
    if len(left) == len(row.recovery_codes):
        return False
    row.recovery_codes = left
    w.session.add(row)
    with speaking(person.language):
        what = _("A recovery code of your sign-in was used")
        how_many = ngettext("{n} code is left.", "{n} codes are left.", len(left))
        recovery.tell(w, person, "recovery-code-used", what, how_many)
    audit.record(
        w, "second_factor.recovery_code", "person", person.id, customer_id=person.customer_id, after={"left": len(left)}
    )
    return True


def _proven(w: Work, password: object, typed: object) -> tuple[Person, SecondFactor]:
    person = recovery.myself(w)
    throttle.hold(w, "account", person.email)
    recovery.prove(w, person, password)
    if not in_force(w, person.id):
        raise Conflict(_("Your second factor is off already."))
    if not accepts(w, person, typed):
        throttle.failed(w, "account", person.email)
        audit.record(w, "second_factor.refused", "person", person.id, customer_id=person.customer_id)
        raise Counted(_("Code"), _("this code does not fit or was used already; wait for the next one"))
    return person, w.session.get_one(SecondFactor, person.id)


def _locked(w: Work, person_id: int) -> SecondFactor | None:
    """The row, kept from others until the end of the transaction: of two that come with one code, one wins."""
    mine = select(SecondFactor).where(SecondFactor.person_id == person_id).with_for_update()
    return w.session.exec(mine, execution_options={"populate_existing": True}).one_or_none()


def _compact(typed: object) -> str:
    """A code as it is compared; people type blanks and dashes."""
    return "".join(ch for ch in typed[:60] if ch not in " -").upper() if isinstance(typed, str) else ""


def _step_of(row: SecondFactor, code: str, now: datetime) -> int | None:
    """The half minute this code belongs to, if it is near and later than the last one used."""
    if len(code) != 6 or not (code.isascii() and code.isdecimal()):
        return None
    plain = _opened(row)
    if plain is None:
        LOG.warning("the second factor of person %s was sealed with another key; see docs/security.md", row.person_id)
        return None
    step, totp = int(now.timestamp()) // _STEP_S, pyotp.TOTP(plain)
    near = range(max(step - _LATE, row.last_step + 1), step + _LATE + 1)
    return next((s for s in near if hmac.compare_digest(totp.generate_otp(s), code)), None)


def _purpose(person_id: int) -> str:
    return f"second-factor:{person_id}"


def _opened(row: SecondFactor) -> str | None:
    """The secret itself; one that was stored before secrets were sealed stands there as it is."""
    return sealing.opened(row.secret, _purpose(row.person_id)) if sealing.is_sealed(row.secret) else row.secret


def seal_old(w: Work) -> int:
    """Seal what was stored as it is before secrets were sealed. Returns how many, at most MOST at a time."""
    plain = select(SecondFactor).where(~col(SecondFactor.secret).startswith("v1.", autoescape=True))
    rows = list(w.session.exec(plain.limit(MOST).with_for_update()))
    for row in rows:
        row.secret = sealing.seal(row.secret, _purpose(row.person_id))
        w.session.add(row)
    w.session.flush()
    return len(rows)


def unreadable(w: Work) -> int:
    """How many second factors the key of this installation does not open: their owners have recovery codes only."""
    w.require(Role.ADMIN)
    return sum(_opened(row) is None for row in w.session.exec(select(SecondFactor)))


def _new_codes(row: SecondFactor) -> list[str]:
    codes = [b32encode(secrets.token_bytes(_CODE_BYTES)).decode() for _i in range(CODES)]
    row.recovery_codes = [_kept_as(row.person_id, c) for c in codes]
    return ["-".join(c[i : i + 4] for i in range(0, len(c), 4)).lower() for c in codes]


def _kept_as(person_id: int, code: str) -> str:
    return digest(f"{person_id}:{code}")


def _tell_switched(w: Work, person: Person, *, on: bool) -> None:
    with speaking(person.language):
        what = (
            _("A second factor was switched on for your sign-in")
            if on
            else _("The second factor of your sign-in was switched off")
        )
        recovery.tell(w, person, "second-factor", what)
