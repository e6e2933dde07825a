"""The rows behind a mark about service: cases by what happened to them when, promises by how they ended."""

from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, select, tuple_

from db.models import Case, Customer, Promise, StaffMember
from services.board import marks, periods, stretches
from services.board.cells import Key, keyed, table_of
from services.board.live import View
from services.board.marks import Mark
from services.board.service import ENDS, NO_TEAM, ending, of_areas, of_owners, of_teams
from services.work import Work

CASE, PROMISE = table_of(Case).c, table_of(Promise).c
CUSTOMER, STAFF = table_of(Customer).c, table_of(StaffMember).c
_AT = {marks.OPENED: CASE.opened_at, marks.SOLVED: CASE.closed_at, marks.ANSWERS: CASE.first_answered_at}
Found = tuple[Select[Any], tuple[Any, ...], tuple[int, int | None], list[Any]]


def found(w: Work, view: View, mark: Mark, after: Key | None, limit: int) -> Found | None:
    """The statement, its key, the total and at most `limit` + 1 rows; None where the view has no such mark."""
    place = periods.days_of(mark.bucket, view.daily)
    if place is None or place[1] is not None:
        return None
    of = _promises if mark.chart == marks.PROMISES else _cases
    made = of(w, view, mark, stretches.of_days(w, place[0]))
    if made is None:
        return None
    statement, key, model, which = made
    total = w.session.execute(select(func.count()).select_from(model).where(*which)).scalar_one()
    statement = statement.where(*which).order_by(*(k.desc() for k in key)).limit(limit + 1)
    if after:
        statement = statement.where(tuple_(*key) < keyed(key, after))
    return statement, key, (int(total), None), list(w.session.execute(statement))


def _cases(w: Work, view: View, mark: Mark, days: stretches.Stretch) -> Any:
    team = _team(mark.series)
    if team is None:
        return None
    at = _AT[mark.chart]
    which = [
        at >= days.begins,
        at < days.ends,
        *of_teams(view.teams),
        *team,
        *of_areas(w, CASE.customer_id, view.regions),
    ]
    if mark.chart == marks.ANSWERS:
        which.append(CASE.first_answer_minutes >= 0)
    return of_cases(at, CASE.first_answer_minutes), (at, CASE.id), Case, which


def of_cases(at: ColumnElement[Any], last: ColumnElement[Any]) -> Select[Any]:
    """Cases as they stand behind a mark: when, which, whose, about what, how it stands; at the end what the mark is
    about.
    """
    return (
        select(
            at.label("at"),
            CASE.id,
            CASE.customer_id,
            CUSTOMER.name.label("customer"),
            CASE.subject,
            CASE.state,
            CASE.priority,
            STAFF.name.label("owner"),
            last,
        )
        .join(Customer, CUSTOMER.id == CASE.customer_id)
        .outerjoin(StaffMember, STAFF.id == CASE.owner_id)
    )


def _team(series: str | None) -> list[ColumnElement[bool]] | None:
    """The cases of a series: a team's, those without one, all; None where it is not one."""
    if not series:
        return []
    if not series.isascii() or not series.isdecimal() or len(series) > 9:
        return None
    return [CASE.team_id.is_(None) if series == NO_TEAM else CASE.team_id == int(series)]


def _promises(w: Work, view: View, mark: Mark, days: stretches.Stretch) -> Any:
    if mark.series not in (None, *ENDS):
        return None
    which = [PROMISE.due_on.between(days.days.first, days.days.last), *of_owners(view.teams)]
    which += of_areas(w, PROMISE.customer_id, view.regions)
    if mark.series is not None:
        which.append(and_(ending(w) == mark.series))
    statement = (
        select(
            PROMISE.made_at.label("at"),
            PROMISE.due_on,
            PROMISE.id,
            PROMISE.customer_id,
            CUSTOMER.name.label("customer"),
            PROMISE.what,
            ending(w).label("ending"),
            STAFF.name.label("owner"),
        )
        .join(Customer, CUSTOMER.id == PROMISE.customer_id)
        .outerjoin(StaffMember, STAFF.id == PROMISE.owner_id)
    )
    return statement, (PROMISE.due_on, PROMISE.id), Promise, which
