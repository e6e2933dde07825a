"""What a field of a customer said before, who changed it when, and taking a change back."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Text, cast
from sqlmodel import col, or_, select

from db.models import AuditEntry, Role
from services import access
from services.accounts.details import all_labels
from services.customer_edit import fields
from services.customer_edit.fields import ADDRESS, NEW_ADDRESS, PLAIN
from services.customer_edit.saving import Edit, save
from services.errors import Conflict, NotFound
from services.text import _
from services.work import Work

PAGE = 20
_MANY = {"email": "emails", "phone": "phones"}


@dataclass(frozen=True)
class FieldChange:
    """One change of one field. `restorable`: the old value can be put back with one click."""

    entry_id: int
    at: datetime
    who: str
    field: str
    label: str
    old: str
    new: str
    restorable: bool


@dataclass(frozen=True)
class Past:
    """A page of changes, newest first; `older` is the entry after which the next page begins, 0 at the end."""

    changes: list[FieldChange]
    older: int = 0


def past(w: Work, customer_id: int, *, field: str = "", after: int = 0, most: int = PAGE) -> Past:
    """What was changed, all fields or one of `all_labels`; entries older than `after`. Staff only. Raises NotFound."""
    w.require(Role.STAFF)
    access.customer(w, customer_id)
    mine = select(AuditEntry).where(AuditEntry.customer_id == customer_id, col(AuditEntry.entity) == "customer")
    wanted = [field] if field in all_labels() else list(all_labels())
    sides = [cast(side, Text) for side in (col(AuditEntry.before), col(AuditEntry.after))]
    mine = mine.where(or_(*(side.contains(f'"{name}":', autoescape=True) for side in sides for name in wanted)))
    begins = w.session.get(AuditEntry, after) if after else None
    if begins is not None and begins.customer_id == customer_id:
        same = (col(AuditEntry.at) == begins.at) & (col(AuditEntry.id) < begins.id)
        mine = mine.where((col(AuditEntry.at) < begins.at) | same)
    rows = w.session.exec(mine.order_by(col(AuditEntry.at).desc(), col(AuditEntry.id).desc()).limit(most + 1)).all()
    told = [change for row in rows[:most] for change in _changes(row, wanted)]
    return Past(told, rows[most - 1].id if len(rows) > most else 0)


def restore(w: Work, customer_id: int, entry_id: int, field: str) -> bool:
    """Put back what `field` said before this entry, as a new change. True when that changed anything. Staff only.

    Raises NotFound, Invalid, and Conflict where the parts of the old value were not kept.
    """
    w.require(Role.STAFF)
    access.customer(w, customer_id)
    entry = w.session.get(AuditEntry, entry_id)
    if entry is None or entry.customer_id != customer_id or entry.entity != "customer" or field not in all_labels():
        raise NotFound(_("change"))
    known = fields.values(w, customer_id)
    after = _wanted(entry, field, known)
    if after is None:
        raise Conflict(_("The parts of this value were not kept. Please type it in the form."))
    return save(w, customer_id, Edit(before=known, after=known | after), action="customers.restore")


def _changes(row: AuditEntry, wanted: list[str]) -> list[FieldChange]:
    words = all_labels()
    return [
        FieldChange(
            row.id, row.at, row.actor_name, name, words[name], _text(row.before, name), _text(row.after, name),
            _can(row, name),
        )
        for name in wanted
        if name in row.before or name in row.after
    ]  # fmt: skip


def _text(side: dict[str, Any], name: str) -> str:
    return str(side.get(name) or "")


def _can(row: AuditEntry, name: str) -> bool:
    if row.action == "customers.create":
        return False
    return name != "address" or "postal" in row.before or "postal" in row.after


def _wanted(entry: AuditEntry, field: str, known: dict[str, str]) -> dict[str, str] | None:
    """The fields of the form that have to change, or None where that cannot be told."""
    if not _can(entry, field) or (field not in entry.before and field not in entry.after):
        return None
    if field in PLAIN:
        return {field: _text(entry.before, field)}
    if field in _MANY:
        return {_MANY[field]: _lines(entry, field, known[_MANY[field]])}
    old = _text(entry.before, "postal")
    number, _line, text = (old or _text(entry.after, "postal")).partition("\n")
    name = f"{ADDRESS}{number}"
    if not old:
        return {name: ""} if name in known else {}
    return {name if name in known else NEW_ADDRESS: text}


def _lines(entry: AuditEntry, field: str, known: str) -> str:
    """All of them as they were, where they were kept; else this one in the place of what replaced it."""
    many = _MANY[field]
    if many in entry.before or many in entry.after:
        return _text(entry.before, many)
    old, new = _text(entry.before, field), _text(entry.after, field)
    rest = [line for line in known.split("\n") if line and line not in (old, new)]
    return "\n".join([*([old] if old else []), *rest])
