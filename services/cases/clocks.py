"""The clocks of a case, in the company's working time.

One runs until the customer is answered, one until the case is solved. Both stand still while the case waits for the
customer; the second goes on afterwards with what was left. `due_at` is the earlier end, so that lists need one index.
"""

from datetime import datetime

from db.models import Case, CaseState
from services import working_time
from services.cases import levels
from services.cases.levels import Level
from services.work import Work


def start(w: Work, case: Case) -> None:
    """The house has to act: a time for the answer, and the time that is left until it is solved."""
    level = levels.of(w, case)
    left = level.resolve_minutes if case.resolve_left_minutes is None else case.resolve_left_minutes
    case.answer_by = working_time.add_working_minutes(w, w.now, level.answer_minutes)
    case.resolve_by = working_time.add_working_minutes(w, w.now, left) if level.resolve_minutes else None
    case.resolve_left_minutes = None
    _due(w, case, level)


def pause(w: Work, case: Case) -> None:
    """The customer has to act."""
    if case.resolve_by is not None:
        case.resolve_left_minutes = working_time.working_minutes_between(w, w.now, case.resolve_by)
    _stand(case)


def stop(case: Case) -> None:
    """It is settled. Should it be opened again, everything begins anew."""
    case.resolve_left_minutes = None
    _stand(case)


def answered(w: Work, case: Case) -> None:
    """Staff have written. If the case stays with the house, the customer hears from us again in the usual time."""
    if case.first_answered_at is None:
        case.first_answered_at = w.now
        case.first_answer_minutes = working_time.working_minutes_between(w, case.opened_at, w.now)
    if case.state is CaseState.OPEN:
        level = levels.of(w, case)
        case.answer_by = working_time.add_working_minutes(w, w.now, level.answer_minutes)
        _due(w, case, level)


def retime(w: Work, case: Case, before: Level) -> None:
    """Its priority or topic is another now. What was announced to the customer is never put off."""
    level = levels.of(w, case)
    if case.state is not CaseState.OPEN or level == before:
        return
    by = working_time.add_working_minutes(w, w.now, level.answer_minutes)
    case.answer_by = min(case.answer_by, by) if case.answer_by else by
    used = 0
    if case.resolve_by is not None:
        used = before.resolve_minutes - working_time.working_minutes_between(w, w.now, case.resolve_by)
    left = max(level.resolve_minutes - used, 0)
    case.resolve_by = working_time.add_working_minutes(w, w.now, left) if level.resolve_minutes else None
    _due(w, case, level)


def _stand(case: Case) -> None:
    case.answer_by = case.resolve_by = case.due_at = case.alarm_at = None
    case.alarm = ""


def _due(w: Work, case: Case, level: Level) -> None:
    """The earlier end, and when it gets near: `warn_percent` of that clock's whole time are used up then."""
    ends = [(case.answer_by, level.answer_minutes), (case.resolve_by, level.resolve_minutes)]
    running = [(end, whole) for end, whole in ends if end is not None]
    case.due_at = min((end for end, _whole in running), default=None)
    case.alarm_at = min((_near(w, end, whole, level) for end, whole in running), default=None)
    case.alarm = ""


def _near(w: Work, end: datetime, whole: int, level: Level) -> datetime:
    left = working_time.working_minutes_between(w, w.now, end) - whole * (100 - level.warn_percent) // 100
    return min(working_time.add_working_minutes(w, w.now, left), end) if left > 0 else w.now
