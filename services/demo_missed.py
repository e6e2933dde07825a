"""Service goals that the demonstration company missed in the last year, as the clock itself would have noted them."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from sqlmodel import col, select

from db.models import Case, CaseState
from services import audit, demo_case_rules, working_time
from services.work import SYSTEM

#: Of the cases that nobody answered in writing one in so many was called back too late; the others were on the phone.
CALLED_LATE_ONE_IN = 8


def missed(a: Any) -> int:
    """Open cases whose time is over are late, of the settled ones those that took too long. How many goals."""
    year = select(Case).where(col(Case.opened_at) >= a.w.now - timedelta(days=360)).order_by(col(Case.id))
    calendar, counted = working_time.of(a.w), 0
    for case in a.w.session.execute(year).scalars():
        end = case.closed_at or a.w.now
        _answer, minutes, _lead = demo_case_rules.TIMES.get(case.priority, demo_case_rules.TIMES["normal"])
        solve_by = calendar.add_minutes(case.opened_at, minutes)
        called_late = case.closed_at is not None and case.id % CALLED_LATE_ONE_IN == 0
        over = case.closed_at is None and case.state is CaseState.OPEN and case.due_at and case.due_at < a.w.now
        if over:
            case.alarm = "late"
        goals = {"answer": case.answer_by if over or called_late else None, "solution": solve_by}
        for goal, at in goals.items():
            if at is None or at >= end or (goal == "answer" and case.first_answered_at is not None):
                continue
            noted = replace(a.w, actor=SYSTEM, now=at)
            audit.record(noted, "cases.alarm", "case", case.id, customer_id=case.customer_id,
                         before={"alarm": ""}, after={"alarm": "late"}, reason=goal)  # fmt: skip
            counted += 1
    a.w.session.flush()
    return counted
