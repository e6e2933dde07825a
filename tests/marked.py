"""One row in every table that may hold something about a customer, each field filled with a mark that can be found."""

from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Column, TypeDecorator
from sqlmodel import Session, SQLModel

from db import models as m
from db.models.file import THINGS
from services.my_data.sections import SECTIONS
from tests.make import NOON

#: What the tables of the sections refer to.
BESIDE = (
    m.ImportRun,
    m.StaffMember,
    m.Product,
    m.Campaign,
    m.Basket,
    m.FollowUp,
    m.Voucher,
    m.Team,
    m.ScoringRun,
    m.Segment,
)


def fill(session: Session, mark: str) -> dict[str, Any]:
    """Table name -> primary key of the new row. Numbers are 1, times noon, words begin with the mark."""
    models: list[type[SQLModel]] = [*(s.model for s in SECTIONS), *BESIDE]
    wanted, made = {str(x.__tablename__) for x in models}, dict[str, Any]()
    # The trail names its rows without a foreign key, so it comes when they are there.
    for table in sorted(SQLModel.metadata.sorted_tables, key=lambda t: t.name == "audit_entry"):
        if table.name in wanted:
            values = {c.name: _value(c, table.name, mark, made) for c in table.columns if not _given(c)}
            values |= _meant(table.name, mark, made)
            result = session.connection().execute(table.insert().values(values))
            made[table.name] = result.inserted_primary_key[0] if result.inserted_primary_key else None
    session.expire_all()
    return made


def _given(column: Column[Any]) -> bool:
    """Counted by the database."""
    return column.name == "id" and column.type.python_type is int


def _value(column: Column[Any], table: str, mark: str, made: dict[str, Any]) -> Any:
    for key in column.foreign_keys:
        return None if key.column.table.name == table else made.get(key.column.table.name)
    own: Any = column.type
    kind: Any = own.impl_instance if isinstance(own, TypeDecorator) else own
    if getattr(kind, "enum_class", None):
        return next(iter(kind.enum_class))
    if kind.python_type is str:
        return f"{mark}-{table}-{column.name}"[: kind.length or 200]
    simple: dict[type, Any] = {bool: True, int: 1, float: 1.0, datetime: NOON, date: NOON.date(), object: {"k": mark}}
    return simple[kind.python_type]


def _meant(table: str, mark: str, made: dict[str, Any]) -> dict[str, Any]:
    """Fields that have to mean something."""
    meant: dict[str, dict[str, Any]] = {
        "customer": {"time_zone": "UTC"},
        "person": {"role": m.Role.CUSTOMER, "time_zone": "UTC", "language": "en", "disabled_at": None},
        "login_session": {"id": mark * 3, "expires_at": datetime(2027, 1, 1, tzinfo=UTC)},
        "interaction": {"channel": m.Channel.PORTAL, "direction": m.Direction.IN},
        "voucher": {"percent_bp": None},
        "scoring_run": {"state": m.ScoringState.DONE},
        "stored_file": dict.fromkeys(THINGS) | {"visible": True},
        "audit_entry": {
            "entity": "person",
            "entity_id": str(made.get("person")),
            "action": f"auth.{mark}",
            "customer_id": made.get("customer"),
            "actor_id": made.get("person"),
            "before": {"name": f"{mark} before"},
        },
    }
    return meant.get(table, {})
