"""Carrying an erasure out, in the transaction of the approval: it happens whole or not at all."""

from collections.abc import Iterable
from typing import Any

from pydantic_core import PydanticUndefined
from sqlalchemy import case, delete, exists, select, update
from sqlalchemy.orm import aliased
from sqlmodel import SQLModel, col

from db import models as m
from services import sessions
from services.erasure.decisions import DECISIONS, Decision, Fate
from services.erasure.reach import Whole, rows_of
from services.work import Work


def carry_out(w: Work, who: Whole) -> None:
    """Empty and remove everything the decisions name, now. The caller has checked and writes the proof."""
    for person_id in who.person_ids:
        sessions.remove_all(w, person_id)
    w.session.flush()
    connection = w.session.connection()
    _rare_reasons(w, who)
    _rare_words(w, who)
    for decision in DECISIONS:
        if decision.fate is Fate.TRAIL:
            _empty_trail(w, who)
        elif decision.emptied:
            values = empty_values(decision.model, decision.emptied.split())
            connection.execute(update(decision.model).where(rows_of(decision.model, who)).values(values))
    gone = {str(d.model.__tablename__): d for d in DECISIONS if d.fate is Fate.GONE}
    for table in reversed(SQLModel.metadata.sorted_tables):  # what refers to others goes before them
        if table.name in gone:
            _remove(w, gone[table.name], who)
    w.session.expire_all()


def _remove(w: Work, decision: Decision, who: Whole) -> None:
    w.session.connection().execute(delete(decision.model).where(rows_of(decision.model, who)))


def _empty_trail(w: Work, who: Whole) -> None:
    """Who of us did what and when stays; their own name and network address, and all values, go."""
    trail = m.AuditEntry
    theirs = col(trail.actor_id).in_(who.person_ids)
    values = {
        "before": {},
        "after": {},
        "reason": "",
        "actor_name": case((theirs, ""), else_=col(trail.actor_name)),
        "address": case((theirs, ""), else_=col(trail.address)),
    }
    # Somebody who was not signed in (a refused try, a mailed link) acted under no number: their address goes as well.
    stranger = update(trail).where(
        rows_of(trail, who), col(trail.actor_id).is_(None), col(trail.actor_role) != "system"
    )
    connection = w.session.connection()
    connection.execute(stranger.values(before={}, after={}, reason="", address=""))
    connection.execute(update(trail).where(rows_of(trail, who)).values(values))


def _rare_reasons(w: Work, who: Whole) -> None:
    """The reason of a contact is a word of the house where others have it; where nobody has, it may be a name."""
    contact, other = m.Interaction, aliased(m.Interaction)
    elsewhere = col(other.customer_id).is_distinct_from(who.customer_id)
    shared = exists().where(col(other.reason) == contact.reason, elsewhere)
    mine = (rows_of(contact, who), col(contact.reason) != "", ~shared)
    w.session.connection().execute(
        update(contact).where(*mine).values(reason=""), execution_options={"synchronize_session": False}
    )


def _rare_words(w: Work, who: Whole) -> None:
    """Misspellings of words that no other customer has."""
    word, other = m.CustomerWord, aliased(m.CustomerWord)
    shared = exists().where(col(other.word) == word.word, col(other.customer_id) != word.customer_id)
    rare = list(w.session.connection().scalars(select(col(word.word)).where(rows_of(word, who), ~shared)))
    w.session.connection().execute(delete(m.WordVariant).where(col(m.WordVariant.word).in_(rare)))


def empty_values(model: type[SQLModel], columns: Iterable[str]) -> dict[str, Any]:
    """What a column holds when it holds nothing: NULL where that may be, else the empty text, list or document."""
    return {name: _nothing(model, name) for name in columns}


def _nothing(model: type[SQLModel], name: str) -> Any:
    column = SQLModel.metadata.tables[str(model.__tablename__)].columns[name]
    if column.nullable:
        return None
    default = model.model_fields[name].get_default(call_default_factory=True)
    if default is not PydanticUndefined and not default:
        return default
    return "" if model.model_fields[name].annotation is str else {}
