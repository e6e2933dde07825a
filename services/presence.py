"""Who else has a page open right now, so that two people do not answer the same customer.

A row per person and place is in the database, so that it works with several processes. An open page tells that it is
still there at most every `BEAT`; who has told nothing for `ALIVE` is gone. It is no event of the business and happens
several times a minute, so it leaves no entry in the audit trail.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col, select

from db.models import TEAM, Person, Presence, Role
from services import access
from services.errors import NotFound
from services.text import _
from services.work import Work

BEAT = timedelta(seconds=20)
ALIVE = timedelta(seconds=40)
FORGOTTEN = timedelta(hours=1)
MOST = 5
_PLACE = re.compile(r"(customer|case):([1-9]\d{0,8})")


@dataclass(frozen=True)
class Here:
    """Somebody else who has the page open, and whether with a form that changes it."""

    name: str
    editing: bool


def due(last: datetime | None, now: datetime) -> bool:
    """Whether an open page has to tell again that it is there."""
    return last is None or now - last >= BEAT or now < last


def beat(w: Work, place: str, *, editing: bool = False) -> None:
    """Tell that the actor has this page open. Staff only. Raises NotFound."""
    person_id = _checked(w, place)
    insert = sqlite.insert if w.dialect == "sqlite" else postgresql.insert
    row = insert(Presence).values(person_id=person_id, place=place, seen_at=w.now, editing=editing)
    changed = {"seen_at": row.excluded.seen_at, "editing": row.excluded.editing}
    connection = w.session.connection()
    connection.execute(row.on_conflict_do_update(index_elements=["person_id", "place"], set_=changed))
    mine = col(Presence.person_id) == person_id
    connection.execute(delete(Presence).where(mine, col(Presence.seen_at) < w.now - FORGOTTEN))


def here(w: Work, place: str) -> list[Here]:
    """Who else has this page open, those who change it first. Staff only."""
    w.require(Role.STAFF)
    others = (
        select(Person.name, Presence.editing)
        .join(Presence, col(Presence.person_id) == col(Person.id))
        .where(
            Presence.place == place,
            col(Presence.seen_at) > w.now - ALIVE,
            col(Person.id) != (w.actor.person_id or 0),
            col(Person.role).in_(TEAM),
            col(Person.disabled_at).is_(None),
        )
        .order_by(col(Presence.editing).desc(), col(Person.name), col(Person.id))
    )
    return [Here(name, editing) for name, editing in w.session.exec(others.limit(MOST))]


def _checked(w: Work, place: str) -> int:
    w.require(Role.STAFF)
    found = _PLACE.fullmatch(place)
    if found is None or w.actor.person_id is None:
        raise NotFound(_("page"))
    (access.customer if found[1] == "customer" else access.case)(w, int(found[2]))
    return w.actor.person_id
