"""How two cases stood before they were joined, and putting that back: state and clocks, as the customer was told."""

from datetime import datetime
from typing import Any

from sqlmodel import col, select

from db.models import STILL_OPEN, Case, CaseMerge, CaseState, Direction, Message
from services import audit
from services.cases import clocks
from services.work import Work

_TIMES = ("closed_at", "answer_by", "resolve_by", "due_at", "alarm_at")
_KEPT = ("state", "resolve_left_minutes", "alarm", *_TIMES)


def standing(case: Case) -> dict[str, Any]:
    """State and clocks as JSON can hold them."""
    return {name: audit.plain(getattr(case, name)) for name in _KEPT}


def put_back(w: Work, case: Case, link: CaseMerge) -> None:
    """The parted case is as it was. Whoever was answered since waits from now on, and so does one from before clocks
    were kept with a join.
    """
    kept = link.before
    if "answer_by" in kept and not _written(w, link, answers=True):
        _stand_as(case, kept)
        return
    case.state = CaseState(kept["state"])
    if case.state not in STILL_OPEN:
        case.closed_at = datetime.fromisoformat(kept["closed_at"])
        return
    case.closed_at, case.resolve_left_minutes = None, kept.get("resolve_left_minutes", kept.get("left"))
    if case.state is CaseState.OPEN:
        clocks.start(w, case)


def put_back_other(w: Work, link: CaseMerge) -> Case | None:
    """The case it was joined to (which is held) stands as before too, if nothing was written or changed since."""
    other = w.session.get_one(Case, link.into_id)
    if link.before.get("other_left") != standing(other) or _written(w, link):
        return None
    _stand_as(other, link.before["other"])
    return other


def _stand_as(case: Case, kept: dict[str, Any]) -> None:
    case.state, case.alarm = CaseState(kept["state"]), kept["alarm"]
    case.resolve_left_minutes = kept["resolve_left_minutes"]
    for name in _TIMES:
        setattr(case, name, datetime.fromisoformat(kept[name]) if kept[name] else None)


def _written(w: Work, link: CaseMerge, *, answers: bool = False) -> bool:
    """Whether anything was written to the joined cases since (or an answer of ours)."""
    since = select(Message.id).where(Message.case_id == link.into_id, col(Message.sent_at) > link.merged_at)
    if answers:
        since = since.where(Message.direction == Direction.OUT)
    return w.session.exec(since.limit(1)).first() is not None
