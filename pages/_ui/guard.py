"""Who is looking at this page. The first statement of every page; the services check again by themselves."""

import logging
import secrets
import threading
import time
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from db.models import TEAM, Role
from pages._ui import feedback, frozen
from services import as_customer, sessions
from services.text import _, speak
from services.work import VISITOR, Actor

LOG = logging.getLogger(__name__)
#: For pages of everybody who has signed in.
EVERYBODY = tuple(Role)
#: Set by the navigation in every run: the page is one of the customers'. It only ever takes rights away.
ON_CUSTOMER_PAGE = "_on_customer_page"
#: A run that goes on for longer asks again who is there.
KNOWN_S = 1.0
P = ParamSpec("P")
R = TypeVar("R")


class _Known(threading.local):
    """Who the run of this thread is for, so that every part of one drawing of a page need not ask again."""

    run: object = None
    actor: Actor | None = None
    at: float = 0.0


_known = _Known()


def _run() -> object:
    """What stands for this run of the whole script alone: Streamlit makes a new one for each. None elsewhere."""
    ctx = get_script_run_ctx()
    return None if ctx is None or ctx.fragment_ids_this_run else getattr(ctx, "parallel_coordinator", None)


def _asked_now(*, touch: bool = True) -> Actor | None:
    return sessions.actor_of(session_id(), address=address(), touch=touch)


def _who(*, touch: bool) -> Actor | None:
    """Who is asking. The session is read in every run: of the script, of a part of it, and in every callback.

    Only what one run of the script draws after its beginning takes the answer from there, for a second at most.
    """
    run = _run()
    if run is not None and _known.run is run and time.monotonic() - _known.at < KNOWN_S:
        return _known.actor
    return _asked_now(touch=touch)


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
    """First statement of the script and of a public page: whoever is signed in, or a visitor."""
    frozen.thaw()
    found = _asked_now()
    _known.run, _known.actor, _known.at = _run(), found, time.monotonic()
    actor = found or Actor(name=VISITOR.name, address=address())
    speak(actor.language)
    return actor


def require(*roles: Role, touch: bool = True) -> Actor:
    """First statement of every other page and of every fragment: the signed-in person, or the run ends here.

    `touch=False` for runs that nobody asked for (run_every): they do not count as activity. A manager may see what
    staff may, an administrator what a manager may.
    """
    actor = _who(touch=touch)
    if actor is None:
        st.warning(_("Please sign in."))
        st.stop()
    if Role.CUSTOMER in roles and actor.role is not Role.CUSTOMER:
        shown = _as_customer(actor, roles)
        if shown is not None:
            return shown
    elif actor.role is not Role.CUSTOMER:
        frozen.thaw()
    speak(actor.language)
    run = get_script_run_ctx()
    if run is not None and run.fragment_ids_this_run:
        feedback.flush()  # what a fragment said before it ran again; the end of the page is not reached by it
    if actor.role not in allowed(roles):
        LOG.warning("refused a page to person %s (%s)", actor.person_id, actor.role)
        st.error(_("This page is not yours."))
        st.stop()
    return actor


def _as_customer(actor: Actor, roles: tuple[Role, ...]) -> Actor | None:
    """The actor that may only read, where staff see a customer's page as the customer sees it.

    Also for a piece that serves customers and staff alike, as long as it stands on a customer's page. Once the view has
    ended such a piece must not go on with the rights of staff.
    """
    on_page = bool(st.session_state.get(ON_CUSTOMER_PAGE))
    if actor.role in allowed(roles) and not on_page:
        return None
    view = as_customer.shown_to(actor)
    if view is not None:
        speak(view.actor.language)
        frozen.freeze()
        return view.actor
    if actor.role in allowed(roles):
        st.warning(_("This view has ended. Open it again from the page of the customer."))
        st.stop()
    return None


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
