"""Entries and exits before a segment was first checked, reckoned from what is dated: orders, contacts, cases, surveys.

The rule is asked as of the end of each week (services/segments/compile.py says what that means). What has no date, such
as a region or an agreement, counts as it is now; a rule with figures of a scoring run cannot be reckoned back.
"""

from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
import pandas as pd
from sqlalchemy import func
from sqlmodel import col, select

from db.models import Segment, SegmentEvent, SegmentMember
from services import clock, columnar, company
from services.segments import asking
from services.segments.compile import forecasts
from services.segments.definition import parse
from services.segments.seeing import rules, visible
from services.segments.watching import PAGE, Ids, Moves, last_weeks
from services.work import SYSTEM, Work


@dataclass(frozen=True)
class Reckoned:
    """Who came and who went in the weeks (by their Mondays) before the first check. None: it cannot be reckoned."""

    weeks: dict[date, Moves] | None

    def added_to(self, frame: pd.DataFrame) -> pd.DataFrame:
        """The weeks of `watching.moved` with what was reckoned of them."""
        weeks = [(self.weeks or {}).get(week) for week in frame["week"]]
        came = [0 if m is None else len(m.came) for m in weeks]
        went = [0 if m is None else len(m.went) for m in weeks]
        return frame.assign(entered=frame["entered"] + came, left=frame["left"] + went)

    def who(self, week: date, *, entered: bool) -> list[int]:
        """The customers of one week and side, at most as many as a list holds."""
        moves = (self.weeks or {}).get(week)
        found = [] if moves is None else (moves.came if entered else moves.went).tolist()
        return found[:PAGE]


def reckoned(w: Work, segment_id: int) -> Reckoned:
    """The last twelve weeks up to the first check. For those who see the segment. Raises NotFound, Preparing."""
    row = visible(w, segment_id)
    rule = parse(row.definition, empty=True)
    if forecasts(rule, rules(w)):
        return Reckoned(None)
    zone = company.of(w).zone
    begun = clock.day_of(row.ruled_at, zone)
    mondays = [monday for monday in last_weeks(w) if monday <= begun]
    if not mondays:
        return Reckoned({})
    states = [asking.ids(w, rule, itself=segment_id, on=monday - timedelta(days=1)) for monday in mondays]
    states.append(_at_first(w, row))
    found = {
        monday: Moves(np.setdiff1d(after, before), np.setdiff1d(before, after))
        for monday, before, after in zip(mondays, states[:-1], states[1:], strict=True)
    }
    return Reckoned(found)


def _at_first(w: Work, row: Segment) -> Ids:
    """Who was in at the first check of this rule: those of the last one, without what was noted since."""
    if row.checked_at is None or row.checked_at < row.ruled_at:
        return asking.ids(w, parse(row.definition, empty=True), itself=row.id)
    members = select(SegmentMember.customer_id).where(SegmentMember.segment_id == row.id)
    inside = set(w.session.exec(members))
    noted = select(SegmentEvent.customer_id, SegmentEvent.entered).where(
        SegmentEvent.segment_id == row.id, SegmentEvent.at >= row.ruled_at
    )
    for customer_id, entered in w.session.exec(
        noted.order_by(col(SegmentEvent.at).desc(), col(SegmentEvent.id).desc())
    ):
        inside.discard(customer_id) if entered else inside.add(customer_id)
    return np.array(sorted(inside), np.int64)


def version(w: Work, segment_id: int) -> tuple[object, ...]:
    """Equal values mean an equal answer."""
    row = visible(w, segment_id)
    checked = row.checked_at is not None and row.checked_at >= row.ruled_at
    others = select(func.max(Segment.ruled_at)) if parse(row.definition, empty=True).segments else None
    asked = None if others is None else w.session.exec(others).one()
    with columnar.reading(replace(w, actor=SYSTEM)) as copy:
        data = copy.version
    return segment_id, row.version, row.ruled_at, not checked, asked, asking.today_of(w), data
