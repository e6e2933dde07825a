"""What the board says about service: cases opened and settled, first answers, promises, explaining again. For managers.

Each is one statement over an index that holds all it counts, for the bars and for the stretches they are compared with
at once. How much there is outside of these days makes no difference.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

import pandas as pd
from sqlalchemy import ColumnElement, and_, case, func, literal_column, select
from sqlmodel import col

from db.models import Case, Promise, Role, TeamMember
from services import clock, company
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


def service(w: Work, asked: Sequence[Stretch], teams: Sequence[int] = ()) -> Service:
    """Everything about service in these stretches, of all teams or of some."""
    w.require(Role.MANAGER)
    where = of_teams(teams)
    answers = _counted(w, ANSWERED, asked, where, col(Case.first_answer_minutes), col(Case.first_answer_minutes) >= 0)
    return Service(
        _by_team(_counted(w, OPENED, asked, where)),
        _by_team(_counted(w, SOLVED, asked, where)),
        Counter({(name, int(minutes)): n for name, minutes, n in answers}),
        _promises(w, asked, teams),
    )


def of_teams(teams: Sequence[int]) -> list[ColumnElement[bool]]:
    """Cases of these teams; of all when none is named."""
    return [col(Case.team_id).in_(list(teams))] if teams else []


def of_owners(teams: Sequence[int]) -> list[ColumnElement[bool]]:
    """Promises of somebody in these teams; of all when none is named."""
    members = select(col(TeamMember.staff_id)).where(col(TeamMember.team_id).in_(list(teams)))
    return [col(Promise.owner_id).in_(members)] if teams else []


def ending(w: Work) -> Any:
    """How a promise stands now, as one of ENDS."""
    today = clock.day_of(w.now, company.of(w).zone)
    over = case((col(Promise.due_at).is_not(None), col(Promise.due_at) < w.now), else_=col(Promise.due_on) < today)
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
    w: Work,
    at: Any,
    asked: Sequence[Stretch],
    where: Sequence[ColumnElement[bool]],
    by: Any = None,
    only: ColumnElement[bool] | None = None,
) -> list[Any]:
    """(stretch, `by` or team, number) of cases whose `at` lies in a stretch."""
    within = stretches.table(w, asked)
    by = col(Case.team_id) if by is None else by
    inside = and_(at >= within.c.begins, at < within.c.ends)
    counted = select(within.c.name, by.label("by_what"), func.count()).select_from(within).join(Case, inside)
    wanted = [*where, *([] if only is None else [only])]
    return list(w.session.execute(counted.where(*wanted).group_by(within.c.name, literal_column("by_what"))))


def _by_team(rows: Sequence[Any]) -> Counter[tuple[str, str]]:
    return Counter({(name, str(team or NO_TEAM)): n for name, team, n in rows})


def _promises(w: Work, asked: Sequence[Stretch], teams: Sequence[int]) -> Counter[tuple[str, str]]:
    within = stretches.table_of_days(w, asked)
    inside = col(Promise.due_on).between(within.c["first"], within.c["last"])
    counted = select(within.c.name, ending(w).label("by_what"), func.count()).select_from(within).join(Promise, inside)
    rows = w.session.execute(counted.where(*of_owners(teams)).group_by(within.c.name, literal_column("by_what")))
    return Counter({(name, end): n for name, end, n in rows})


def grid(counts: Counter[tuple[str, str]], buckets: Sequence[str], series: Sequence[str]) -> pd.DataFrame:
    """Out: bucket, series, value; a row for each, zeros included."""
    cells = [(bucket, one, counts[f"b{bucket}", one]) for bucket in buckets for one in series]
    return pd.DataFrame(cells, columns=["bucket", "series", "value"])
