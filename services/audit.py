"""The audit trail: who did what, when, from where, and what it changed. Rows are only ever added."""

from datetime import date, datetime, time
from enum import Enum
from typing import Any

from sqlmodel import SQLModel

from db.models import AuditEntry
from services.work import Work

#: Never written to the trail, whatever the model.
SECRET_FIELDS = frozenset({"password_hash", "id_hash", "secret", "token", "idempotency_key"})


def plain(value: Any) -> Any:
    """A value as JSON can hold it."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, dict):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [plain(v) for v in value]
    return value


def snapshot(row: SQLModel) -> dict[str, Any]:
    """The columns of a row, without secrets, ready for `before` or `after`."""
    return {k: plain(v) for k, v in row.model_dump().items() if k not in SECRET_FIELDS}


def record(
    w: Work,
    action: str,
    entity: str,
    entity_id: object = "",
    *,
    customer_id: int | None = None,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    reason: str = "",
) -> None:
    """Add one entry, in the transaction of the write. With both states given only what differs is kept."""
    before, after = plain(before or {}), plain(after or {})
    if before and after:
        changed = {k for k in before.keys() | after.keys() if before.get(k) != after.get(k)}
        before = {k: v for k, v in before.items() if k in changed}
        after = {k: v for k, v in after.items() if k in changed}
    w.session.add(
        AuditEntry(
            at=w.now,
            actor_id=w.actor.person_id,
            actor_name=w.actor.name,
            actor_role="system" if w.actor.system else str(w.actor.role or "visitor"),
            address=w.actor.address,
            action=action,
            entity=entity,
            entity_id=str(entity_id),
            customer_id=customer_id,
            before=before,
            after=after,
            reason=reason[:400],
        )
    )
