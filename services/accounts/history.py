"""What was changed in the account, read from the audit trail."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import col, select

from db.models import TEAM, AuditEntry
from services import access
from services.accounts.details import labels
from services.text import LANGUAGES, _, own_name
from services.work import Work

MOST = 50
#: Of several persons of one customer each sees only the own ones.
_PERSONAL = ("name", "email", "language", "time_zone")
#: Changes without a value that could be shown.
_DONE = ("auth.password_changed", "second_factor.on", "second_factor.off", "second_factor.reset")
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
    if row.action in _DONE:
        return [Change(row.at, _who(w, row), _done(row.action), "", "")] if _is_mine(w, row) else []
    words = labels()
    fields = [f for f in words if f in row.before or f in row.after]
    if not _is_mine(w, row):
        fields = [f for f in fields if f not in _PERSONAL]
    told = [(f, _text(f, row.before.get(f)), _text(f, row.after.get(f))) for f in fields]
    return [Change(row.at, _who(w, row), words[f], old, new) for f, old, new in told if old or new]


def _is_mine(w: Work, row: AuditEntry) -> bool:
    """Whether it is about whoever looks, or about the customer as staff know it."""
    if row.entity == _PERSON:
        return row.entity_id == str(w.actor.person_id)
    if "person_id" in row.after:
        return bool(row.after["person_id"] == w.actor.person_id)
    return row.actor_role in TEAM or row.actor_id in (None, w.actor.person_id)


def _done(action: str) -> str:
    return {
        "auth.password_changed": _("Password changed"),
        "second_factor.on": _("Second factor switched on"),
        "second_factor.off": _("Second factor switched off"),
        "second_factor.reset": _("Second factor removed by us"),
    }[action]


def _who(w: Work, row: AuditEntry) -> str:
    if row.actor_id is not None and row.actor_id == w.actor.person_id:
        return _("You")
    if row.actor_role in TEAM:
        return _("{name} of our team").format(name=row.actor_name)
    if row.actor_id is None and row.actor_role == "visitor":  # with a mailed link, before signing in
        return _("You") if row.entity == _PERSON or "person_id" in row.after else _("At the registration")
    return row.actor_name or _("We")


def _text(field: str, value: Any) -> str:
    if value is None:
        return ""
    return own_name(str(value)) if field == "language" and value in LANGUAGES else str(value)
