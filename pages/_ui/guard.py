"""Who is looking at this page. The first statement of every page; the services check again by themselves."""

import logging
import secrets
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

import streamlit as st

from db.models import TEAM, Role
from services import sessions
from services.text import _, speak
from services.work import VISITOR, Actor

LOG = logging.getLogger(__name__)
#: For pages of everybody who has signed in.
EVERYBODY = tuple(Role)
P = ParamSpec("P")
R = TypeVar("R")


def session_id() -> str:
    """The session of this browser as the server's gate established it; never anything a page was told."""
    return str(st.user.get("sid") or "")


def address() -> str:
    """The network address the gate saw."""
    return str(st.context.headers.get("X-Rapport-Address") or "")


def browser() -> str:
    """What a one-time ticket is bound to: the digest of this browser's pre-login cookie."""
    return str(st.context.headers.get("X-Rapport-Browser") or "")


def visitor() -> Actor:
    """First statement of a public page: whoever is signed in, or a visitor."""
    actor = sessions.actor_of(session_id(), address=address()) or Actor(name=VISITOR.name, address=address())
    speak(actor.language)
    return actor


def require(*roles: Role, touch: bool = True) -> Actor:
    """First statement of every other page and of every fragment: the signed-in person, or the run ends here.

    `touch=False` for runs that nobody asked for (run_every): they do not count as activity. A manager may see what
    staff may, an administrator what a manager may.
    """
    actor = sessions.actor_of(session_id(), address=address(), touch=touch)
    if actor is None:
        st.warning(_("Please sign in."))
        st.stop()
    speak(actor.language)
    if actor.role not in allowed(roles):
        LOG.warning("refused a page to person %s (%s)", actor.person_id, actor.role)
        st.error(_("This page is not yours."))
        st.stop()
    return actor


def allowed(roles: tuple[Role, ...]) -> set[Role]:
    """The roles that may see what `roles` may."""
    lowest = min((TEAM.index(r) for r in roles if r in TEAM), default=len(TEAM))
    return {*roles, *TEAM[lowest:]}


def acting(*roles: Role) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Wrap a widget callback: callbacks run before the page, so they need a guard of their own."""

    def wrap(callback: Callable[P, R]) -> Callable[P, R]:
        @wraps(callback)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
            require(*roles)
            return callback(*args, **kwargs)

        return guarded

    return wrap


def token(form: str) -> str:
    """The idempotency key of one rendered form: the same for every click on it until `renew`."""
    return str(st.session_state.setdefault(f"_token_{form}", secrets.token_urlsafe(24)))


def renew(form: str) -> None:
    """The form was taken; the next one is a new one."""
    st.session_state.pop(f"_token_{form}", None)
