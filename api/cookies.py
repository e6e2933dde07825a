"""The cookies of a browser: one that proves a sign-in, one given before it that a one-time ticket is bound to.

Over https, and on this machine itself, they carry the `__Host-` prefix and are Secure. A browser that keeps no Secure
cookie for a plain http address on this machine (Safari) gets the same cookies without the prefix.
"""

import secrets
from dataclasses import dataclass

from starlette.requests import cookie_parser

from services.settings import settings
from services.tickets import digest

SESSION, BEFORE = "rapport", "rapport-pre"
STRONG = "__Host-"


@dataclass(frozen=True)
class Jar:
    """What a browser sent: the digests are what the database and the pages know of it."""

    session: str  # the secret of the sign-in, "" where there is none
    before: str  # the pre-login secret
    strong: bool  # whether this browser keeps `__Host-` cookies from here

    @property
    def sid(self) -> str:
        return digest(self.session) if self.session else ""

    @property
    def browser(self) -> str:
        return digest(self.before) if self.before else ""


def read(headers: list[tuple[bytes, bytes]]) -> Jar:
    """The cookies of a request. The strong ones win; the weak ones count only where https is not in use.

    A weak cookie can be planted by any other program on the same host or a neighbouring one, a strong one cannot.
    """
    sent: dict[str, str] = {}
    for name, value in headers:
        if name == b"cookie":  # read leniently: a stranger's odd cookie must not make ours unreadable
            sent |= cookie_parser(value.decode("latin-1"))

    def one(name: str) -> str:
        return sent.get(STRONG + name) or ("" if settings().https else sent.get(name, ""))

    return Jar(one(SESSION), one(BEFORE), STRONG + BEFORE in sent)


def write(name: str, value: str, *, strong: bool, max_age: int) -> str:
    """A Set-Cookie header. `max_age` in seconds; 0 removes the cookie."""
    parts = [f"{STRONG if strong else ''}{name}={value}", "Path=/", "HttpOnly", "SameSite=Lax", f"Max-Age={max_age}"]
    return "; ".join([*parts, "Secure"] if strong else parts)


def fresh() -> list[str]:
    """Set-Cookie headers that give a new browser its pre-login secret."""
    secret, day = secrets.token_urlsafe(32), 24 * 3600
    strong = write(BEFORE, secret, strong=True, max_age=day)
    return [strong] if settings().https else [strong, write(BEFORE, secret, strong=False, max_age=day)]
