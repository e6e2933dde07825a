"""The steps of a case: copied from the templates of its topic, ticked off by whoever has done them."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select as columns_of
from sqlmodel import col, select

from db.models import Case, CaseItem, ChecklistTemplate, Role, StaffMember, Topic
from services import audit
from services.cases.rules import family, held
from services.errors import Conflict, Invalid, NotFound
from services.inputs import line, paragraph
from services.text import _
from services.work import Work

MOST_ITEMS = 50


@dataclass(frozen=True)
class Item:
    """One step as it is shown."""

    id: int
    text: str
    done_at: datetime | None
    done_by: str


def on_opening(w: Work, case: Case) -> None:
    """The templates of the topic, copied. Part of the transaction that opens the case or changes its topic."""
    if not case.topic:
        return
    fits = (
        select(ChecklistTemplate)
        .join(Topic, col(Topic.id) == col(ChecklistTemplate.topic_id))
        .where(Topic.name == case.topic, col(ChecklistTemplate.retired_at).is_(None))
        .order_by(col(ChecklistTemplate.id))
    )
    for template in w.session.exec(fits):
        _copy(w, case, template)


def items(w: Work, case_id: int) -> list[Item]:
    """The steps in their order. Staff only."""
    w.require(Role.STAFF)
    rows = (
        columns_of(col(CaseItem.id), col(CaseItem.text), col(CaseItem.done_at), col(StaffMember.name))
        .outerjoin(StaffMember, col(StaffMember.id) == col(CaseItem.done_by_id))
        .where(col(CaseItem.case_id).in_(family(w, case_id)))
        .order_by(col(CaseItem.id))
    )
    return [Item(r.id, r.text, r.done_at, r.name or "") for r in w.session.connection().execute(rows)]


def left(w: Work, case_id: int) -> int:
    """How many steps are not done."""
    undone = select(CaseItem.id).where(col(CaseItem.case_id).in_(family(w, case_id)), col(CaseItem.done_at).is_(None))
    return len(w.session.exec(undone).all())


def add(w: Work, case_id: int, template_id: int) -> int:
    """Copy a template into the case; how many steps came. A template that is there already adds nothing."""
    w.require(Role.STAFF)
    case, template = held(w, case_id), w.session.get(ChecklistTemplate, template_id)
    if template is None or template.retired_at is not None:
        raise NotFound(_("checklist"))
    return _copy(w, case, template)


def add_item(w: Work, case_id: int, text: str) -> CaseItem:
    """One more step. Staff only. Raises Invalid, NotFound."""
    w.require(Role.STAFF)
    case = held(w, case_id)
    item = CaseItem(case_id=case.id, text=line(text, _("Step"), 300), added_at=w.now)
    w.session.add(item)
    w.session.flush()
    after = audit.snapshot(item)
    audit.record(w, "cases.step", "case_item", item.id, customer_id=case.customer_id, after=after)
    return item


def tick(w: Work, item_id: int, *, done: bool = True) -> None:
    """Done by the actor, now; or not done after all. Staff only. The first of two who tick it stands."""
    w.require(Role.STAFF)
    found = w.session.get(CaseItem, item_id)
    if found is None:
        raise NotFound(_("step"))
    case = held(w, found.case_id)
    w.session.refresh(found)
    if (found.done_at is not None) is done:
        return
    before = audit.snapshot(found)
    found.done_at, found.done_by_id = (w.now, w.actor.staff_id) if done else (None, None)
    w.session.add(found)
    w.session.flush()
    after = audit.snapshot(found)
    audit.record(w, "cases.tick", "case_item", item_id, customer_id=case.customer_id, before=before, after=after)


def templates(w: Work, *, retired: bool = False) -> list[ChecklistTemplate]:
    """The templates by name; with `retired` also those that are offered no more. Staff only."""
    w.require(Role.STAFF)
    rows = select(ChecklistTemplate).order_by(col(ChecklistTemplate.retired_at).is_not(None), ChecklistTemplate.name)
    return list(w.session.exec(rows if retired else rows.where(col(ChecklistTemplate.retired_at).is_(None))))


def save(
    w: Work, name: str, text: str, *, topic_id: int | None = None, template_id: int | None = None, retired: bool = False
) -> ChecklistTemplate:
    """A new template or another wording: one step a line. Copies in cases stay as they are. Managers only."""
    w.require(Role.MANAGER)
    clean = line(name, _("Name"), 120)
    steps = [line(row, _("Step"), 300) for row in paragraph(text, _("Steps"), 20_000).splitlines() if row.strip()]
    if len(steps) > MOST_ITEMS:
        raise Invalid(_("Steps"), _("at most {most}").format(most=MOST_ITEMS))
    if topic_id is not None and w.session.get(Topic, topic_id) is None:
        raise NotFound(_("topic"))
    same = w.session.exec(select(ChecklistTemplate).where(ChecklistTemplate.name == clean)).one_or_none()
    if same is not None and same.id != template_id:
        raise Conflict(_("There is a checklist of this name already."))
    row = ChecklistTemplate(name=clean) if template_id is None else w.session.get(ChecklistTemplate, template_id)
    if row is None:
        raise NotFound(_("checklist"))
    before = audit.snapshot(row) if template_id is not None else {}
    row.name, row.items, row.topic_id = clean, steps, topic_id
    row.retired_at = (row.retired_at or w.now) if retired else None
    w.session.add(row)
    w.session.flush()
    audit.record(w, "cases.checklist", "checklist_template", row.id, before=before, after=audit.snapshot(row))
    return row


def _copy(w: Work, case: Case, template: ChecklistTemplate) -> int:
    there = select(CaseItem.id).where(CaseItem.case_id == case.id, CaseItem.template_id == template.id).limit(1)
    if w.session.exec(there).first() is not None:
        return 0
    new = [CaseItem(case_id=case.id, template_id=template.id, text=step, added_at=w.now) for step in template.items]
    w.session.add_all(new)
    w.session.flush()
    after = {"checklist": template.name, "steps": template.items}
    audit.record(w, "cases.checklist", "case", case.id, customer_id=case.customer_id, after=after)
    return len(new)
