"""The list of cases for staff: filtered, by time left, a page at a time."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Select, and_, or_, select
from sqlmodel import col

from db import case_search
from db.models import Case, CaseState, Customer, Role, StaffMember, Team
from services import search
from services.cases.rules import case_number
from services.cases.scoping import within
from services.due import Scope, called, customer_columns
from services.errors import Invalid
from services.inputs import line
from services.text import _
from services.work import Work

PAGE = 25
FITTING = 1_000  # newest cases whose subject fits that are narrowed further: a search stays as quick among millions
LATEST = 5_000  # cases that are looked through for words too short for the index
NAMED = 60  # customers, found best first by the index of the search, whose cases are found by their name


class Which(StrEnum):
    """Which states are listed."""

    OPEN = "open"  # the house has to act
    WAITING = "waiting"
    BOTH = "unsettled"
    SETTLED = "settled"
    ALL = "all"


@dataclass(frozen=True)
class Filters:
    """What the list is narrowed to. `text` is a number (Q0000012), or words of the subject or the customer's name."""

    scope: Scope = Scope.MINE
    which: Which = Which.BOTH
    topic: str = ""
    team_id: int | None = None
    overdue: bool = False
    text: str = ""


@dataclass(frozen=True)
class Row:
    """One case of the list."""

    id: int
    number: str
    customer_id: int
    customer: str
    subject: str
    topic: str
    state: CaseState
    priority: str
    due_at: datetime | None
    late: bool
    near: bool
    owner: str
    team: str
    opened_at: datetime


@dataclass(frozen=True)
class Page:
    """`after` leads to the next page; empty at the end. `cut`: more subjects fit than are narrowed further."""

    rows: list[Row]
    after: str
    cut: bool = False


def page(w: Work, wanted: Filters, after: str = "") -> Page:
    """Cases with a clock by time left, then the others, newest first. Two questions, however many there are. Staff.

    Only what the house has to act on has a clock. Words to search for cost the questions of the search besides.
    """
    w.require(Role.STAFF)
    statement, cut = _with_words(w, _statement(w, wanted), line(wanted.text, _("Search"), 100, required=False))
    timed, place = _place(after)
    rows: list[Any] = []
    if timed and wanted.which not in (Which.SETTLED, Which.WAITING):
        order = statement.where(col(Case.due_at).is_not(None), col(Case.closed_at).is_(None)).order_by(
            col(Case.due_at), col(Case.id)
        )
        if place is not None:
            order = order.where(or_(col(Case.due_at) > place[0], and_(col(Case.due_at) == place[0],
                                                                      col(Case.id) > place[1])))  # fmt: skip
        rows = list(w.session.connection().execute(order.limit(PAGE + 1)))
    if len(rows) <= PAGE and not wanted.overdue:
        rest = statement.where(col(Case.due_at).is_(None)).order_by(col(Case.id).desc())
        if not timed and place is not None:
            rest = rest.where(col(Case.id) < place[1])
        rows += list(w.session.connection().execute(rest.limit(PAGE + 1 - len(rows))))
    shown = rows[:PAGE]
    return Page([_row(w, r) for r in shown], _after(shown[-1]) if len(rows) > PAGE else "", cut)


def _statement(w: Work, wanted: Filters) -> Select[*tuple[Any, ...]]:
    statement: Select[*tuple[Any, ...]] = (
        select(col(Case.id), col(Case.customer_id), col(Case.subject), col(Case.topic), col(Case.state),
               col(Case.priority), col(Case.due_at), col(Case.alarm), col(Case.opened_at),
               col(StaffMember.name).label("owner"), col(Team.name).label("team"), *customer_columns())
        .join(Customer, col(Customer.id) == col(Case.customer_id))
        .outerjoin(StaffMember, col(StaffMember.id) == col(Case.owner_id))
        .outerjoin(Team, col(Team.id) == col(Case.team_id))
        .where(within(w, wanted.scope))
    )  # fmt: skip
    if wanted.which in (Which.OPEN, Which.WAITING):
        statement = statement.where(col(Case.state) == CaseState(wanted.which.value), col(Case.closed_at).is_(None))
    elif wanted.which is Which.BOTH:
        statement = statement.where(col(Case.closed_at).is_(None))
    elif wanted.which is Which.SETTLED:
        statement = statement.where(col(Case.closed_at).is_not(None))
    if wanted.topic:
        statement = statement.where(col(Case.topic) == wanted.topic)
    if wanted.team_id is not None:
        statement = statement.where(col(Case.team_id) == wanted.team_id)
    if wanted.overdue:
        statement = statement.where(col(Case.due_at) < w.now)
    return statement


def _with_words(w: Work, statement: Select[*tuple[Any, ...]], words: str) -> tuple[Select[*tuple[Any, ...]], bool]:
    """Narrowed to a number, or to customers and subjects that the words fit; whether more subjects fit."""
    number = words.removeprefix("Q").removeprefix("q").lstrip("0")
    if number.isascii() and number.isdecimal() and len(number) < 10:
        return statement.where(col(Case.id) == int(number)), False
    if not words:
        return statement, False
    fitting = case_search.newest(w.session, words.split(), FITTING + 1, LATEST)
    named = [hit.customer_id for hit in search.customers(w, words, NAMED)]
    fits = or_(col(Case.id).in_(fitting[:FITTING]), col(Case.customer_id).in_(named))
    return statement.where(fits), len(fitting) > FITTING


def _row(w: Work, r: Any) -> Row:
    return Row(
        id=r.id,
        number=case_number(r.id),
        customer_id=r.customer_id,
        customer=called(r.customer_id, r.customer_name, r.customer_company),
        subject=r.subject,
        topic=r.topic,
        state=r.state,
        priority=r.priority,
        due_at=r.due_at,
        late=r.due_at is not None and r.due_at < w.now,
        near=r.alarm == "near",
        owner=r.owner or "",
        team=r.team or "",
        opened_at=r.opened_at,
    )


def _after(r: Any) -> str:
    return f"{r.due_at.isoformat() if r.due_at else ''}|{r.id}"


def _place(after: str) -> tuple[bool, tuple[datetime, int] | None]:
    """Whether the page begins among those with a clock, and after which. Raises Invalid for what is no place."""
    if not after:
        return True, None
    at, _bar, number = after.partition("|")
    try:
        if at:
            instant = datetime.fromisoformat(at)
            if instant.tzinfo is None:
                raise ValueError("no zone")
            return True, (instant, int(number))
        return False, (datetime.min, int(number))  # noqa: DTZ901 - never compared: this part has no clock
    except (ValueError, OverflowError) as wrong:
        raise Invalid(_("Page"), _("this link is not complete; please open the list anew")) from wrong
