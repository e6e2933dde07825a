"""Segments that the demonstration's manager has made."""

from typing import Any

from sqlmodel import col, select

from db.models import Person, Role, Segment, Sharing
from services import audit
from services.demo_sign_ins import EMAILS
from services.segments.definition import parse, plain

KEPT: tuple[tuple[str, Sharing, list[dict[str, Any]]], ...] = (
    (
        "Regulars gone quiet",
        Sharing.TEAM,
        [
            {"field": "orders", "op": "at_least", "low": 6},
            {"field": "overdue", "op": "at_least", "low": 2},
            {"field": "last_order", "op": "at_most", "high": 365},
        ],
    ),
    (
        "A machine, but no beans from us",
        Sharing.MANAGERS,
        [
            {"field": "bought", "op": "at_least", "low": 1, "about": ["category", "Coffee machines"]},
            {"field": "bought", "op": "at_most", "high": 0, "about": ["category", "Coffee"], "within_days": 180},
        ],
    ),
    (
        "New, and agreed to the newsletter",
        Sharing.TEAM,
        [{"field": "first_order", "op": "at_most", "high": 60}, {"field": "newsletter", "op": "yes"}],
    ),
)


def add(a: Any) -> int:
    """Three of them, the manager's own."""
    owner = a.w.session.execute(select(col(Person.id)).where(col(Person.email) == EMAILS[Role.MANAGER])).scalar_one()
    for name, sharing, parts in KEPT:
        rule = plain(parse({"mode": "all", "parts": parts}))
        a.w.session.add(
            Segment(name=name, definition=rule, sharing=sharing, owner_id=owner, created_at=a.w.now, ruled_at=a.w.now)
        )
    a.w.session.flush()
    audit.record(a.w, "demo.add", "segment", after={"rows": len(KEPT)})
    return len(KEPT)
