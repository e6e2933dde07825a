"""Who of the team looked at a customer's account. The customer reads it among "My data" and in the file."""

from sqlalchemy.dialects import postgresql, sqlite

from db.models import AccountLook, LookHow, Role
from services import access
from services.work import Work

HOUR_S = 3600


def opened(w: Work, customer_id: int) -> None:
    """The team's page of this customer was opened; one line per person and hour. Staff only. Raises NotFound."""
    w.require(Role.STAFF)
    if w.actor.person_id is not None:
        _add(w, customer_id, LookHow.OPENED, hour(w), "")


def as_customer(w: Work, customer_id: int, reason: str) -> None:
    """The customer's own pages were opened, and why. Staff only. Raises NotFound."""
    w.require(Role.STAFF)
    _add(w, customer_id, LookHow.AS_CUSTOMER, int(w.now.timestamp() * 1_000_000), reason)


def hour(w: Work) -> int:
    """The hour since 1970 by which openings of the team's page are told apart."""
    return int(w.now.timestamp()) // HOUR_S


def _add(w: Work, customer_id: int, how: LookHow, slot: int, reason: str) -> None:
    access.customer(w, customer_id)
    insert = sqlite.insert if w.dialect == "sqlite" else postgresql.insert
    row = insert(AccountLook).values(
        customer_id=customer_id,
        person_id=w.actor.person_id or 0,
        name=w.actor.name,
        how=how,
        slot=slot,
        reason=reason,
        at=w.now,
    )
    w.session.connection().execute(row.on_conflict_do_nothing())
