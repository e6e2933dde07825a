"""Entries and exits: a regular check compares who is in a segment with who was at the check before.

The columnar copy knows no past, and time alone moves people in and out. So the worker checks each segment every so
often; one process at a time, and the comparison and what it writes are one transaction.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np
import numpy.typing as npt
import pandas as pd
from sqlalchemy import ColumnElement, delete, exists, func, insert, or_, update
from sqlalchemy import select as rows_of
from sqlmodel import col, select

from db.models import Customer, Erasure, ErasureState, Segment, SegmentEvent, SegmentMember
from services import clock, columnar, company
from services.segments import asking
from services.segments.definition import parse
from services.segments.seeing import visible
from services.work import SYSTEM, Work, reading, work

EVERY = timedelta(minutes=5)
CLAIMED = timedelta(minutes=10)
CHUNK = 10_000
WEEKS = 12
PAGE = 200
Ids = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Moves:
    """Who came and who left."""

    came: Ids
    went: Ids


@dataclass(frozen=True)
class Moved:
    """Entries and exits per week: index week (its Monday), entered, left; `since`: counted from then on."""

    frame: pd.DataFrame
    since: datetime | None


def step() -> int:
    """The step of the worker: check the segment that waits longest. Returns 1, or 0 when none is due."""
    found = _claimed()
    if found is None:
        return 0
    with reading(SYSTEM) as w:
        row = w.session.get(Segment, found)
        if row is None:
            return 0
        rule, version = parse(row.definition, empty=True), row.version
        columnar.follow_now()
        now_in = asking.ids(w, rule, itself=found)
    with work(SYSTEM) as w:
        note(w, found, now_in, version)
    return 1


def note(w: Work, segment_id: int, now_in: Ids, version: int) -> tuple[int, int]:
    """Write down who came and who went since the check before; how many. Nothing when the rule changed meanwhile."""
    held = select(Segment).where(Segment.id == segment_id).with_for_update()
    row = w.session.exec(held, execution_options={"populate_existing": True}).one()
    if row.version != version:
        return 0, 0
    told = row.checked_at is not None and row.checked_at >= row.ruled_at  # the same rule as at the check before
    before = np.fromiter(
        w.session.exec(select(SegmentMember.customer_id).where(SegmentMember.segment_id == segment_id)), np.int64
    )
    came, went = np.setdiff1d(now_in, before), np.setdiff1d(before, now_in)
    connection = w.session.connection()
    for part in _parts(went):
        mine = (col(SegmentMember.segment_id) == segment_id) & col(SegmentMember.customer_id).in_(part)
        connection.execute(delete(SegmentMember).where(mine))
    came_number = 0
    for part in _parts(came):
        here = _still_here(w, part)
        came_number += len(here)
        rows = [{"segment_id": segment_id, "customer_id": i, "since": w.now} for i in here]
        if rows:
            connection.execute(insert(SegmentMember), rows)
            if told:
                _events(w, segment_id, here, entered=True)
    if told:
        for part in _parts(went):
            _events(w, segment_id, part, entered=False)
    row.checked_at, row.claimed_until = w.now, None
    w.session.add(row)
    return (came_number, len(went)) if told else (0, 0)


def moved(w: Work, segment_id: int) -> Moved:
    """Entries and exits of the last twelve weeks that checks of the present rule have noted; those before them are
    reckoned, see services/segments/reckoning.py. For those who see the segment. Raises NotFound."""
    row = visible(w, segment_id)
    weeks = last_weeks(w)
    table = {day: [0, 0] for day in weeks}
    for week, entered, n in _by_week(w, row, weeks):
        table[week][0 if entered else 1] += n
    frame = pd.DataFrame(
        [(week, came, went) for week, (came, went) in table.items()], columns=["week", "entered", "left"]
    )
    counted = row.checked_at is not None and row.checked_at >= row.ruled_at
    return Moved(frame, row.ruled_at if counted else None)


def last_weeks(w: Work) -> list[date]:
    """The Mondays of the last twelve weeks, this one's the last."""
    today = clock.day_of(w.now, company.of(w).zone)
    monday = today - timedelta(days=today.weekday())
    return [monday - timedelta(weeks=n) for n in reversed(range(WEEKS))]


def movers(w: Work, segment_id: int, week: date, *, entered: bool) -> list[tuple[datetime, int]]:
    """Who came (or left) in the week that begins on a Monday, the latest first; at most 200. Raises NotFound."""
    row = visible(w, segment_id)
    first, last = _bounds(w, week)
    mine = select(SegmentEvent.at, SegmentEvent.customer_id).where(
        SegmentEvent.segment_id == segment_id,
        SegmentEvent.at >= max(first, row.ruled_at),
        SegmentEvent.at < last,
        col(SegmentEvent.entered).is_(entered),
    )
    newest = mine.order_by(col(SegmentEvent.at).desc(), col(SegmentEvent.id).desc()).limit(PAGE)
    return [(at, customer_id) for at, customer_id in w.session.exec(newest)]


def _by_week(w: Work, row: Segment, weeks: list[date]) -> Iterable[tuple[date, bool, int]]:
    for week in weeks:
        first, last = _bounds(w, week)
        at = col(SegmentEvent.at)
        counts = rows_of(col(SegmentEvent.entered), func.count()).where(
            col(SegmentEvent.segment_id) == row.id, at >= max(first, row.ruled_at), at < last
        )
        for entered, n in w.session.connection().execute(counts.group_by(col(SegmentEvent.entered))):
            yield week, bool(entered), int(n)


def _bounds(w: Work, week: date) -> tuple[datetime, datetime]:
    zone = company.of(w).zone
    return clock.day_bounds(week, zone)[0], clock.day_bounds(week + timedelta(days=7), zone)[0]


def _claimed() -> int | None:
    """The segment whose check is due, now marked as being checked; with none due nothing is written."""
    due = (
        select(Segment.id)
        .where(
            col(Segment.retired_at).is_(None),
            or_(col(Segment.checked_at).is_(None), col(Segment.checked_at) < clock.now() - EVERY,
                col(Segment.checked_at) < col(Segment.ruled_at)),
            or_(col(Segment.claimed_until).is_(None), col(Segment.claimed_until) < clock.now()),
        )
        .order_by(col(Segment.checked_at).asc().nulls_first(), col(Segment.id))
        .limit(1)
    )  # fmt: skip
    with reading(SYSTEM) as w:
        if w.session.exec(due).first() is None:
            return None
    with work(SYSTEM) as w:
        number = w.session.exec(due).first()
        if number is None:
            return None
        free = or_(col(Segment.claimed_until).is_(None), col(Segment.claimed_until) < w.now)
        mine = update(Segment).where(col(Segment.id) == number, free).values(claimed_until=w.now + CLAIMED)
        return number if w.session.connection().execute(mine).rowcount == 1 else None


def _still_here(w: Work, part: list[int]) -> list[int]:
    """Those of the copy that the primary still has (an import may have been undone) and who are not forgotten."""
    return list(w.session.exec(select(Customer.id).where(col(Customer.id).in_(part), ~forgotten())))


def forgotten() -> ColumnElement[bool]:
    """Whether a customer was forgotten: a number without a name, whom nothing is done with."""
    return exists().where(col(Erasure.customer_id) == col(Customer.id), col(Erasure.state) == ErasureState.DONE)


def _events(w: Work, segment_id: int, part: list[int], *, entered: bool) -> None:
    rows = [{"segment_id": segment_id, "customer_id": i, "at": w.now, "entered": entered} for i in part]
    w.session.connection().execute(insert(SegmentEvent), rows)


def _parts(ids: Ids) -> Iterable[list[int]]:
    for start in range(0, len(ids), CHUNK):
        yield [int(i) for i in ids[start : start + CHUNK]]
