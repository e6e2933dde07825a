"""The log of changes is kept for some hours; a copy that is further behind is made anew."""

import secrets
from datetime import timedelta
from typing import Any

from sqlalchemy import text
from sqlmodel import col, select, update

from db.models import ColumnarState
from services.work import SYSTEM, Work, reading, work

KEEP = timedelta(hours=6)  # an entry lives once or twice as long
MOST = 3_000_000  # entries; beyond it a new copy is quicker than following
CHUNK = 20_000

_LOWEST = "SELECT EXISTS (SELECT 1 FROM columnar_change WHERE {key} < :pruned)"
_SQLITE_END = "SELECT max(id), max(id) - min(id) FROM columnar_change"
_POSTGRES_END = """SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint, reltuples::bigint
    FROM pg_class WHERE oid = 'columnar_change'::regclass"""
_SQLITE_DELETE = """DELETE FROM columnar_change WHERE id IN
    (SELECT id FROM columnar_change WHERE id < :pruned ORDER BY id LIMIT :most)"""
_POSTGRES_DELETE = """DELETE FROM columnar_change WHERE ctid = ANY (ARRAY
    (SELECT ctid FROM columnar_change WHERE mark < :pruned ORDER BY mark LIMIT :most))"""


def prune() -> int:
    """Remove a part of what is old enough; how many entries went. Writes nothing when there is nothing to do."""
    with reading(SYSTEM) as w:
        state = w.session.exec(select(ColumnarState)).one()
        due = state.noted_at is None or w.now - state.noted_at > KEEP
        end, entries = w.session.execute(text(_SQLITE_END if w.dialect == "sqlite" else _POSTGRES_END)).one()
        key = "id" if w.dialect == "sqlite" else "mark"
        some = w.session.execute(text(_LOWEST.format(key=key)), {"pruned": state.pruned}).scalar_one()
        if not due and not some and entries <= MOST:
            return 0
    with work(SYSTEM) as w:
        state = w.session.exec(select(ColumnarState).with_for_update()).one()
        if state.noted_at is None or w.now - state.noted_at > KEEP:
            state.pruned, state.next_prune, state.noted_at = state.next_prune, end, w.now
        elif entries > MOST:
            state.pruned = end - MOST // 2 if w.dialect == "sqlite" else end
        w.session.add(state)
        w.session.flush()
        delete = text(_SQLITE_DELETE if w.dialect == "sqlite" else _POSTGRES_DELETE)
        gone: Any = w.session.connection().execute(delete, {"pruned": state.pruned, "most": CHUNK})
        return int(gone.rowcount)


def forget(w: Work) -> None:
    """Every copy, in whichever process, is made anew: after the database was put back, or when it is asked for."""
    w.session.execute(update(ColumnarState).where(col(ColumnarState.id) == 1).values(generation=secrets.token_hex(16)))
