"""Reading the audit trail."""

from dataclasses import dataclass

from sqlmodel import col, select

from db.models import AuditEntry, Role
from services.work import Work

PAGE = 50


@dataclass(frozen=True)
class Wanted:
    """What to show of the trail; empty fields do not narrow."""

    action: str = ""
    actor_name: str = ""
    entity: str = ""
    entity_id: str = ""


def entries(w: Work, wanted: Wanted, before_id: int | None = None) -> list[AuditEntry]:
    """A page of the newest entries, older than `before_id`. Administrators only."""
    w.require(Role.ADMIN)
    statement = select(AuditEntry).order_by(col(AuditEntry.id).desc()).limit(PAGE)
    if before_id is not None:
        statement = statement.where(col(AuditEntry.id) < before_id)
    if wanted.action:
        statement = statement.where(col(AuditEntry.action).startswith(wanted.action, autoescape=True))
    if wanted.actor_name:
        statement = statement.where(col(AuditEntry.actor_name).contains(wanted.actor_name, autoescape=True))
    if wanted.entity:
        statement = statement.where(AuditEntry.entity == wanted.entity)
    if wanted.entity_id:
        statement = statement.where(AuditEntry.entity_id == wanted.entity_id)
    return list(w.session.exec(statement))
