"""Passwords: what is accepted, how they are kept, and how they are compared without being a way to exhaust us."""

import threading
import unicodedata
from functools import cache

from passlib.context import CryptContext
from zxcvbn import zxcvbn

from services.errors import Invalid
from services.settings import settings
from services.text import _

SHORTEST, LONGEST = 15, 200  # code points; NIST SP 800-63B-4 for a password that is the only factor
_LEAST_GUESSES_LOG10 = 9.0
_CONTEXT = CryptContext(
    schemes=["argon2"], argon2__type="id", argon2__memory_cost=65536, argon2__time_cost=2, argon2__parallelism=1
)


@cache
def _slots() -> threading.BoundedSemaphore:
    """Each hash takes 64 MiB: never more at once than the settings allow."""
    return threading.BoundedSemaphore(settings().max_parallel_hashes)


@cache
def _nobody() -> str:
    """A hash to compare with when there is no such account, so that both answers take the same time."""
    return hashed("nobody has this password")


def _normal(password: str) -> str:
    return unicodedata.normalize("NFKC", password)


def _acceptable(password: object) -> bool:
    """Cheap checks that must come before hashing: a type, a length and an encoding that can be hashed at all."""
    if not isinstance(password, str) or len(password) > 4 * LONGEST:
        return False
    return len(_normal(password)) <= LONGEST and not any(0xD800 <= ord(ch) <= 0xDFFF for ch in password)


def check_new(password: object, *known: str) -> str:
    """The password, if it may be used. `known` are words about the person (name, e-mail).

    Raises Invalid with the reason: too short, too long, or among the first that somebody would guess. Nothing else is
    demanded: no capitals, no digits, no expiry.
    """
    field = _("Password")
    if not isinstance(password, str):
        raise Invalid(field, _("write it as text"))
    length = len(_normal(password)) if len(password) <= 4 * LONGEST else len(password)
    if length < SHORTEST:
        raise Invalid(field, _("use at least {n} characters; a short sentence is fine").format(n=SHORTEST))
    if length > LONGEST or not _acceptable(password):
        raise Invalid(field, _("use at most {n} ordinary characters").format(n=LONGEST))
    words = [w for k in known for w in (k, k.replace(" ", ""), k.split("@")[0], *k.split()) if w]
    # The estimator looks at 72 characters at most; what follows can only make a password harder.
    guesses = float(zxcvbn(_normal(password)[:72], user_inputs=["rapport", *words])["guesses_log10"])
    if guesses < _LEAST_GUESSES_LOG10:
        raise Invalid(field, _("this is easy to guess or well known; choose something longer or less common"))
    return password


def hashed(password: str) -> str:
    """Argon2id in PHC format, parameters included."""
    with _slots():
        return str(_CONTEXT.hash(_normal(password)))


def fits(password: object, password_hash: str | None) -> tuple[bool, str | None]:
    """Whether the password is right, and a stronger hash to store if the kept one is outdated.

    Takes equally long for an account that does not exist (`password_hash` None). Over-long input is refused unhashed.
    """
    if not _acceptable(password) or not isinstance(password, str):
        return False, None
    known = password_hash or _nobody()
    with _slots():
        right, better = _CONTEXT.verify_and_update(_normal(password), known)
    return bool(right and password_hash), better if password_hash else None
