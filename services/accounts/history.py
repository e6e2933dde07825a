"""What was changed in the account, read from the audit trail."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import col, select

from db.models import TEAM, AuditEntry
from services import access
from services.accounts.details import labels
from services.text import _
from services.work import Work

MOST = 50
_CUSTOMER, _PERSON = "customer", "person"


@dataclass(frozen=True)
class Change:
    """One field: what it said and what it says since then. An empty side: added, or taken away."""

    at: datetime
    who: str
    field: str
    old: str
    new: str


def history(w: Work, *, most: int = MOST) -> list[Change]:
    """The newest changes of one's own account, the latest first. Only fields that the customer sees are named."""
    own = access.own_customer_id(w)
    rows = (
        select(AuditEntry)
        .where(AuditEntry.customer_id == own, col(AuditEntry.entity).in_((_CUSTOMER, _PERSON)))
        .order_by(col(AuditEntry.at).desc(), col(AuditEntry.id).desc())
        .limit(most)
    )
    return [change for row in w.session.exec(rows) for change in _changes(w, row)]


def _changes(w: Work, row: AuditEntry) -> list[Change]:
    words = labels()
    fields = [f for f in words if f in row.before or f in row.after]
    return [Change(row.at, _who(w, row), words[f], _text(row.before.get(f)), _text(row.after.get(f))) for f in fields]


def _who(w: Work, row: AuditEntry) -> str:
    if row.actor_id is not None and row.actor_id == w.actor.person_id:
        return _("You")
    if row.actor_role in TEAM:
        return _("{name} of our team").format(name=row.actor_name)
    return row.actor_name or _("We")


def _text(value: Any) -> str:
    return "" if value is None else str(value)
