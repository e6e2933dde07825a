"""Service goals that were missed: cases that were answered or solved late, for managers.

A breach is what the clock itself noted when it ran out (see `escalation`), once for each run; team, topic and urgency
are those that the case has now.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import pandas as pd
from sqlalchemy import Integer, Select, cast, select, text
from sqlmodel import col

from db.models import ALARMS, AuditEntry, Case, Customer, Role, Team
from services.cases.rules import case_number, priority_in_words
from services.due import called, customer_columns
from services.errors import Invalid
from services.text import _, local_date
from services.work import Work

#: The newest are looked at; the page says so where there are more.
MOST = 2_000
DAYS = (7, 30, 90, 365)


class By(StrEnum):
    """What breaches are counted by."""

    TEAM = "team"
    TOPIC = "topic"
    PRIORITY = "priority"
    WEEK = "week"


@dataclass(frozen=True)
class Breach:
    """A clock that ran out. `answer`: the customer waited for an answer, else for the solution."""

    case_id: int
    number: str
    subject: str
    customer: str
    at: datetime
    answer: bool
    team: str
    topic: str
    priority: str


def missed(w: Work, days: int) -> list[Breach]:
    """The breaches of the last days, newest first, at most `MOST`. Managers only. Raises Invalid."""
    w.require(Role.MANAGER)
    if days not in DAYS:
        raise Invalid(_("Days"), _("choose one from the list"))
    statement: Select[*tuple[Any, ...]] = (
        select(col(AuditEntry.at), col(AuditEntry.reason), col(Case.id), col(Case.subject), col(Case.topic),
               col(Case.priority), col(Team.name).label("team"), col(Case.customer_id), *customer_columns())
        .join(Case, col(Case.id) == cast(col(AuditEntry.entity_id), Integer))
        .join(Customer, col(Customer.id) == col(Case.customer_id))
        .outerjoin(Team, col(Team.id) == col(Case.team_id))
        .where(text(ALARMS), col(AuditEntry.at) >= w.now - timedelta(days=days),
               # Where an import was taken back, a later case may bear the number of one that is gone.
               col(AuditEntry.at) >= col(Case.opened_at),
               col(AuditEntry.reason).in_(("answer", "solution")))
        .order_by(col(AuditEntry.at).desc(), col(AuditEntry.id).desc())
        .limit(MOST)
    )  # fmt: skip
    return [
        Breach(
            case_id=r.id,
            number=case_number(r.id),
            subject=r.subject,
            customer=called(r.customer_id, r.customer_name, r.customer_company),
            at=r.at,
            answer=r.reason == "answer",
            team=r.team or "",
            topic=r.topic,
            priority=r.priority,
        )
        for r in w.session.connection().execute(statement)
    ]


def group_of(w: Work, breach: Breach, by: By) -> str:
    """The group a breach counts in, in words; weeks by their Monday."""
    if by is By.WEEK:
        day = breach.at.astimezone(w.actor.zone).date()
        return local_date(day - timedelta(days=day.weekday()), w.actor.zone)
    if by is By.PRIORITY:
        return priority_in_words(breach.priority)
    return (breach.team if by is By.TEAM else breach.topic) or _("none")


def counted(w: Work, found: list[Breach], by: By) -> pd.DataFrame:
    """How many were answered and solved late. Out: name, answers, solutions; the newest week or the most first."""
    rows = [(group_of(w, b, by), b.answer) for b in found]
    names = list(dict.fromkeys(name for name, _answer in rows))
    frame = pd.DataFrame(
        {
            "name": names,
            "answers": [sum(n == name and answer for n, answer in rows) for name in names],
            "solutions": [sum(n == name and not answer for n, answer in rows) for name in names],
        }
    ).astype({"answers": "int64", "solutions": "int64"})
    if by is By.WEEK:
        return frame
    total = (frame["answers"] + frame["solutions"]).rename("total")
    return frame.loc[total.sort_values(ascending=False, kind="stable").index].reset_index(drop=True)
