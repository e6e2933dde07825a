"""What the board says about service: cases opened and settled, first answers, promises, explaining again. For managers.

Each is one statement over an index that holds all it counts, for the bars and for the stretches they are compared with
at once. How much there is outside of these days makes no difference.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import accumulate
from typing import Any

import pandas as pd
from sqlalchemy import ColumnElement, Date, DateTime, Select, and_, bindparam, case, func, literal_column, select
from sqlmodel import col

from db.models import Case, Promise, Role, TeamMember
from services import areas, clock, company
from services.board import stretches
from services.board.stretches import Stretch
from services.work import Work

KEPT, LATE, BROKEN, MISSED, WAITING = "kept", "late", "broken", "missed", "waiting"
#: How promises of a day stand; the last is still to come and counts nowhere.
ENDS = (KEPT, LATE, BROKEN, MISSED, WAITING)
NO_TEAM = "0"

#: Instants of a case that are counted.
OPENED, SOLVED, ANSWERED = col(Case.opened_at), col(Case.closed_at), col(Case.first_answered_at)


@dataclass(frozen=True)
class Service:
    """Numbers by (stretch, series). `minutes`: how many first answers took so long, by (stretch, minutes)."""

    opened: Counter[tuple[str, str]]
    solved: Counter[tuple[str, str]]
    minutes: Counter[tuple[str, int]]
    promises: Counter[tuple[str, str]]

    def total(self, of: Counter[tuple[str, str]], name: str) -> int:
        return sum(n for (where, _series), n in of.items() if where == name)

    def median(self, name: str) -> float | None:
        """The median working time of the first answers of a stretch, in minutes; None without any."""
        return median({m: n for (where, m), n in self.minutes.items() if where == name})

    def kept(self, name: str) -> tuple[int, int]:
        """Promises kept in time, of those whose time is over or that are settled."""
        due = sum(self.promises[name, end] for end in ENDS if end != WAITING)
        return self.promises[name, KEPT], due


def service(w: Work, asked: Sequence[Stretch], teams: Sequence[int] = (), regions: Sequence[str] = ()) -> Service:
    """Everything about service in these stretches, of all teams or of some, of all customers or of some areas."""
    w.require(Role.MANAGER)
    opened, solved, answered, promises = (
        _counted(w, asked, what, teams, regions) for what in ("opened", "solved", "answered", "promises")
    )
    return Service(
        Counter({(name, str(team or NO_TEAM)): n for name, team, n in opened}),
        Counter({(name, str(team or NO_TEAM)): n for name, team, n in solved}),
        Counter({(name, int(minutes)): n for name, minutes, n in answered}),
        Counter({(name, end): n for name, end, n in promises}),
    )


def of_areas(w: Work, customer_id: Any, regions: Sequence[str]) -> list[ColumnElement[bool]]:
    """Only what is about customers in these areas; everything when none is named."""
    return [areas.inside(customer_id, company.of(w).areas, regions)] if regions else []


def of_teams(teams: Sequence[int]) -> list[ColumnElement[bool]]:
    """Cases of these teams; of all when none is named."""
    return [col(Case.team_id).in_(list(teams))] if teams else []


def of_owners(teams: Sequence[int]) -> list[ColumnElement[bool]]:
    """Promises of somebody in these teams; of all when none is named."""
    members = select(col(TeamMember.staff_id)).where(col(TeamMember.team_id).in_(list(teams)))
    return [col(Promise.owner_id).in_(members)] if teams else []


def ending(w: Work) -> Any:
    """How a promise stands now, as one of ENDS."""
    return _ending(w.now, clock.day_of(w.now, company.of(w).zone))


def _ending(now: Any, today: Any) -> Any:
    over = case((col(Promise.due_at).is_not(None), col(Promise.due_at) < now), else_=col(Promise.due_on) < today)
    is_kept = col(Promise.kept_at).is_not(None)
    return case(
        (and_(is_kept, col(Promise.kept_late).is_(False)), KEPT),
        (is_kept, LATE),
        (col(Promise.broken_at).is_not(None), BROKEN),
        (over, MISSED),
        else_=WAITING,
    )


def median(counts: dict[int, int]) -> float | None:
    """The median of values that come so many times each."""
    if not counts:
        return None
    seen = list(accumulate(counts[value] for value in sorted(counts)))
    middle = ((seen[-1] - 1) // 2, seen[-1] // 2)
    low, high = (sorted(counts)[bisect_right(seen, place)] for place in middle)
    return (low + high) / 2


def _counted(
    w: Work, asked: Sequence[Stretch], what: str, teams: Sequence[int], regions: Sequence[str]
) -> list[tuple[Any, ...]]:
    """(stretch, team, minutes or ending, number) of cases or promises to which `what` happened in a stretch."""
    statement = _statement(what, w.dialect, bool(teams))
    if what == "promises":
        values: dict[str, Any] = stretches.given_days(asked)
        values |= {"now": w.now, "today": clock.day_of(w.now, company.of(w).zone)}
    else:
        values = dict(stretches.given(w.dialect, asked))
    for condition in of_areas(w, col((Promise if what == "promises" else Case).customer_id), regions):
        statement = statement.where(condition)
    values |= {"teams": list(teams)} if teams else {}
    return [tuple(row) for row in w.session.execute(statement, values)]


@cache
def _statement(what: str, dialect: str, of_some: bool) -> Select[Any]:
    """Made once: putting it together takes longer than its answer."""
    wanted: Any = bindparam("teams", expanding=True)
    if what == "promises":
        within = stretches.table_of_days(dialect)
        inside: Any = col(Promise.due_on).between(within.c["first"], within.c["last"])
        by = _ending(bindparam("now", type_=DateTime(timezone=True)), bindparam("today", type_=Date()))
        members = select(col(TeamMember.staff_id)).where(col(TeamMember.team_id).in_(wanted))
        model: Any = Promise
        where: list[Any] = [col(Promise.owner_id).in_(members)] if of_some else []
    else:
        within = stretches.table(dialect)
        at = {"opened": OPENED, "solved": SOLVED, "answered": ANSWERED}[what]
        inside = and_(at >= within.c.begins, at < within.c.ends)
        by, model = col(Case.first_answer_minutes) if what == "answered" else col(Case.team_id), Case
        where = [col(Case.team_id).in_(wanted)] if of_some else []
        where += [col(Case.first_answer_minutes) >= 0] if what == "answered" else []
    counted = select(within.c.name, by.label("by_what"), func.count()).select_from(within).join(model, inside)
    return counted.where(*where).group_by(within.c.name, literal_column("by_what"))


def grid(counts: Counter[tuple[str, str]], buckets: Sequence[str], series: Sequence[str]) -> pd.DataFrame:
    """Out: bucket, series, value; a row for each, zeros included."""
    cells = [(bucket, one, counts[f"b{bucket}", one]) for bucket in buckets for one in series]
    return pd.DataFrame(cells, columns=["bucket", "series", "value"])
