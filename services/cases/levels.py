"""Until when a case is to be answered and solved: by its priority, and by its topic where that has times of its own."""

from dataclasses import dataclass

from sqlmodel import SQLModel, col, select

from db.models import Case, Role, ServiceLevel, Topic
from services import audit
from services.cases.rules import PRIORITIES
from services.errors import Invalid, NotFound
from services.text import _
from services.work import Work

#: A working day of eight hours: the next working day at the same time.
USUAL_ANSWER_MINUTES = 480
MOST_MINUTES = 60 * 24 * 60


@dataclass(frozen=True)
class Level:
    """Working minutes; `resolve_minutes` 0: no time is set until which it is solved."""

    answer_minutes: int = USUAL_ANSWER_MINUTES
    resolve_minutes: int = 0
    warn_percent: int = 75
    raise_priority: bool = False
    to_lead: bool = False


class NewLevel(SQLModel):
    """What a manager hands in: minutes of working time; `topic_id` None: for all topics without times of their own."""

    priority: str
    topic_id: int | None = None
    answer_minutes: int
    resolve_minutes: int = 0
    warn_percent: int = 75
    raise_priority: bool = False
    to_lead: bool = False


def of(w: Work, case: Case) -> Level:
    """The times that hold for the case as it stands."""
    fits = (
        select(ServiceLevel)
        .outerjoin(Topic, col(Topic.id) == col(ServiceLevel.topic_id))
        .where(
            ServiceLevel.priority == case.priority,
            col(ServiceLevel.topic_id).is_(None) | (col(Topic.name) == case.topic),
        )
        .order_by(col(ServiceLevel.topic_id).is_(None))
        .limit(1)
    )
    found = w.session.exec(fits).first()
    if found is None:
        return Level()
    return Level(found.answer_minutes, found.resolve_minutes, found.warn_percent, found.raise_priority, found.to_lead)


def everything(w: Work) -> list[ServiceLevel]:
    """All of them, the general ones first. Staff only."""
    w.require(Role.STAFF)
    order = (col(ServiceLevel.topic_id).is_not(None), col(ServiceLevel.topic_id), col(ServiceLevel.id))
    return list(w.session.exec(select(ServiceLevel).order_by(*order)))


def save(w: Work, new: NewLevel) -> ServiceLevel:
    """The times of a priority (and topic), in place of those it had. Running clocks keep theirs. Managers only."""
    w.require(Role.MANAGER)
    if new.priority not in PRIORITIES:
        raise Invalid(_("Priority"), _("choose one from the list"))
    if new.topic_id is not None and w.session.get(Topic, new.topic_id) is None:
        raise NotFound(_("topic"))
    if not 0 < new.answer_minutes <= MOST_MINUTES or not 0 <= new.resolve_minutes <= MOST_MINUTES:
        raise Invalid(_("Time"), _("minutes of working time, at most {most}").format(most=MOST_MINUTES))
    if new.resolve_minutes and new.resolve_minutes < new.answer_minutes:
        raise Invalid(_("Solved within"), _("not sooner than the answer"))
    if not 1 <= new.warn_percent <= 100:
        raise Invalid(_("Warning"), _("a share of the time, from 1 to 100 percent"))
    held = select(ServiceLevel).where(
        ServiceLevel.priority == new.priority, col(ServiceLevel.topic_id).is_not_distinct_from(new.topic_id)
    )
    row = w.session.exec(held.with_for_update()).one_or_none()
    before = audit.snapshot(row) if row else {}
    row = row or ServiceLevel(priority=new.priority, topic_id=new.topic_id, answer_minutes=0, resolve_minutes=0)
    for name, value in new.model_dump().items():
        setattr(row, name, value)
    w.session.add(row)
    w.session.flush()
    audit.record(w, "cases.level", "service_level", row.id, before=before, after=audit.snapshot(row))
    return row


def remove(w: Work, level_id: int) -> None:
    """Take the times away; the general ones hold then. Managers only. Raises NotFound."""
    w.require(Role.MANAGER)
    row = w.session.get(ServiceLevel, level_id)
    if row is None:
        raise NotFound(_("entry"))
    audit.record(w, "cases.level", "service_level", row.id, before=audit.snapshot(row))
    w.session.delete(row)
    w.session.flush()
