"""Reading it all, for the page and for the file."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, inspect, select
from sqlmodel import col

from db.models import FollowUp, Interaction
from services import access, accounts, audit, company
from services.my_data.sections import OF_PERSON, OWN_WORDS, PRIVATE, SECTIONS, Owner, Section
from services.search import customer_number, order_number
from services.work import Work

MOST_CHANGES = 100_000


@dataclass(frozen=True)
class Part:
    """The rows of one kind, the newest first: column -> value. `total` also counts rows beyond those that were read."""

    name: str
    rows: list[dict[str, Any]]
    total: int


@dataclass(frozen=True)
class MyData:
    """Everything about one customer. `notes` and `follow_ups` are counted only: they are internal."""

    as_of: datetime
    number: str
    parts: list[Part]
    notes: int
    follow_ups: int


def everything(w: Work, *, most: int | None = None) -> MyData:
    """All that is stored about oneself; with `most`, at most so many rows of each kind."""
    who = Owner(access.own_customer_id(w), w.actor.person_id or 0)
    mine = [s for s in SECTIONS if w.actor.sees_orders or s.name in OF_PERSON]
    shown = [s for s in mine if not (w.actor.read_only and s.name in PRIVATE)]
    parts = [_part(w, section, who, most) for section in shown]
    changes = [vars(c) for c in accounts.history(w, most=most or MOST_CHANGES)]
    notes = select(func.count()).where(
        col(Interaction.customer_id) == who.customer_id, col(Interaction.summary) != "", ~OWN_WORDS
    )
    planned = select(func.count()).where(col(FollowUp.customer_id) == who.customer_id)
    connection = w.session.connection()
    return MyData(
        w.now,
        customer_number(who.customer_id),
        [*parts, Part("changes", changes[:most], len(changes))],
        connection.scalar(notes) or 0,
        connection.scalar(planned) or 0,
    )


def as_json(w: Work) -> bytes:
    """The same as a JSON document in UTF-8: times in UTC, amounts in the smallest unit of the currency."""
    data, home = everything(w), company.of(w)
    document = {
        "company": home.name,
        "currency": home.currency,
        "as_of": data.as_of,
        "customer": data.number,
        "counted_but_internal": {"notes": data.notes, "planned_follow_ups": data.follow_ups},
        "data": {part.name: part.rows for part in data.parts},
    }
    return json.dumps(audit.plain(document), ensure_ascii=False, indent=1).encode()


def note_download(w: Work) -> None:
    """Write down that the file was taken, and by whom."""
    own = access.own_customer_id(w)
    audit.record(w, "my_data.download", "customer", own, customer_id=own)


def _part(w: Work, section: Section, who: Owner, most: int | None) -> Part:
    columns = [getattr(section.model, name) for name in section.columns.split()]
    mine = select(*columns, *section.more).select_from(section.model)
    if section.joined is not None:
        mine = mine.outerjoin(*section.joined)
    keys = inspect(section.model).primary_key
    mine = mine.where(section.owned(who)).order_by(getattr(section.model, section.newest).desc(), *keys).limit(most)
    connection = w.session.connection()
    rows = [{k: _value(k, v) for k, v in row.items()} for row in connection.execute(mine).mappings()]
    total = len(rows)
    if most is not None and total == most:
        counted = select(func.count()).select_from(section.model).where(section.owned(who))
        total = connection.scalar(counted) or total
    return Part(section.name, rows, total)


def _value(column: str, value: Any) -> Any:
    """Orders are named by the number on the confirmation."""
    return order_number(value) if column == "order_id" and value is not None else value
