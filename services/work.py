"""The unit of work: one use case, one transaction, one actor, one instant.

    with work(actor) as w:
        orders.place(w, new)

Services take `w` first, check the actor themselves and never commit.
"""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import sessionmaker
from sqlmodel import Session

from db.engine import Engines
from db.models import TEAM, Role
from services import clock
from services.errors import Counted, NotAllowed, Unavailable
from services.text import _

UTC = ZoneInfo("UTC")


@dataclass(frozen=True)
class Actor:
    """Who acts. `role` is None for a visitor who has not signed in; `system` marks the command line and jobs."""

    person_id: int | None = None
    role: Role | None = None
    name: str = ""
    email: str = ""
    customer_id: int | None = None
    staff_id: int | None = None
    language: str = "en"
    zone: ZoneInfo = UTC
    session_id: str = ""
    address: str = ""
    system: bool = False
    read_only: bool = False  # staff who see the pages of a customer; `work` refuses it
    # What a person may do for the customer they belong to; a customer with one person has one that may everything.
    sees_orders: bool = True
    may_order: bool = True
    manages_people: bool = True

    @property
    def is_team(self) -> bool:
        return self.system or self.role in TEAM


#: Somebody who has not signed in.
VISITOR = Actor(name="visitor")
#: The command line and background jobs: may do what an administrator may.
SYSTEM = Actor(name="system", role=Role.ADMIN, system=True)


@dataclass(frozen=True)
class Work:
    """What a service needs to do its work: a session in a transaction, the actor, the instant."""

    session: Session
    actor: Actor
    now: datetime

    def require(self, *roles: Role) -> None:
        """Refuse everybody else. An administrator may do what a manager may, a manager what staff may."""
        if self.actor.system or (self.actor.role is not None and self.actor.role in _implied(roles)):
            return
        raise NotAllowed

    @property
    def dialect(self) -> str:
        return str(self.session.get_bind().dialect.name)


def _implied(roles: tuple[Role, ...]) -> set[Role]:
    """Roles that include one of `roles`: staff < manager < admin; a customer stands apart."""
    team = [TEAM.index(r) for r in roles if r in TEAM]
    return {*roles, *(TEAM[min(team) :] if team else ())}


class _Bound:
    """The engines of this process, set once at the start (and by the tests)."""

    engines: Engines | None = None


WriteSession = sessionmaker(class_=Session, expire_on_commit=False)
ReadSession = sessionmaker(class_=Session, expire_on_commit=False, autoflush=False)


def bind(engines: Engines) -> None:
    """Use these engines from now on."""
    _Bound.engines = engines
    WriteSession.configure(bind=engines.write)
    ReadSession.configure(bind=engines.read)


def engines() -> Engines:
    """The engines in use. Raises RuntimeError before `bind`."""
    if _Bound.engines is None:
        raise RuntimeError("no database is bound; call services.work.bind first")
    return _Bound.engines


@contextmanager
def work(actor: Actor) -> Iterator[Work]:
    """A unit of work that may write. Commits at the end of the block, rolls back when anything is raised.

    An actor that may only read is refused before anything begins. The one exception to the roll-back is `Counted`,
    which is raised again after the commit: a wrong guess has to be remembered.
    """
    if actor.read_only:
        raise NotAllowed(_("You see what the customer sees. Nothing can be changed from here."))
    lock = engines().lock
    refusal: Counted | None = None
    with calm(), lock.held() if lock else nullcontext(), WriteSession() as session, session.begin():
        try:
            yield Work(session, actor, clock.now())
        except Counted as counted:
            refusal = counted
    if refusal is not None:
        raise refusal


@contextmanager
def reading(actor: Actor) -> Iterator[Work]:
    """A unit of work that only reads; the database refuses any write in it."""
    with calm(), ReadSession() as session, session.begin():
        yield Work(session, actor, clock.now())


@contextmanager
def calm() -> Iterator[None]:
    """Turn "locked", "disk full", "gone away" and time-outs into one sentence; nothing was written then."""
    try:
        yield
    except (OperationalError, PoolTimeout) as error:
        raise Unavailable(
            _("The database does not answer right now. Nothing was changed; please try again.")
        ) from error
    except DBAPIError as error:
        if error.connection_invalidated:
            raise Unavailable(_("The connection to the database was lost. Please try again.")) from error
        raise
