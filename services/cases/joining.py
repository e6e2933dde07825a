"""Joining cases and splitting them, so that either can be taken back at any time, whatever was written since.

Joined cases keep their messages, notes and numbers. A standing `CaseMerge` makes the old number lead to the other case,
whose thread is read together with those joined to it; taking the row back parts them again. A split moves messages and
notes to a new case and notes where each came from; taking it back returns them and joins what was written since.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlmodel import SQLModel, col

from db.models import Case, CaseMerge, CaseMove, CaseState, Interaction, Message, Role
from services import access, audit
from services.cases import clocks, mail, parting, routing
from services.cases.opening import begun
from services.cases.rules import case_number, family, held, root_of
from services.cases.states import enter
from services.errors import Conflict, Invalid, NotFound
from services.inputs import line
from services.text import _
from services.work import Work

MOST_MOVED = 500


class NewSplit(SQLModel):
    """Which messages and notes (contacts) of a case become a case of their own, and what that is about."""

    subject: str
    messages: list[int] = []
    notes: list[int] = []


@dataclass(frozen=True)
class Joined:
    """A case that was joined to the one that is shown."""

    id: int
    number: str
    subject: str
    at: datetime


def joined(w: Work, case_id: int) -> list[Joined]:
    """The cases that were joined to this one directly, oldest first. For staff."""
    rows = (
        select(col(Case.id), col(Case.subject), col(CaseMerge.merged_at))
        .join(CaseMerge, col(CaseMerge.case_id) == col(Case.id))
        .where(col(CaseMerge.into_id) == case_id, col(CaseMerge.undone_at).is_(None))
        .order_by(col(CaseMerge.id))
    )
    return [Joined(r.id, case_number(r.id), r.subject, r.merged_at) for r in w.session.connection().execute(rows)]


def split_from(w: Work, case_id: int) -> int | None:
    """The case that this one was split from, while that stands."""
    row = select(col(CaseMove.from_case_id)).where(col(CaseMove.case_id) == case_id, col(CaseMove.undone_at).is_(None))
    return w.session.execute(row.order_by(col(CaseMove.id)).limit(1)).scalar_one_or_none()


def splits_of(w: Work, case_id: int) -> list[int]:
    """The cases that were split from this one."""
    rows = select(col(CaseMove.case_id)).where(col(CaseMove.from_case_id) == case_id, col(CaseMove.undone_at).is_(None))
    return sorted(set(w.session.execute(rows).scalars()))


def merge(w: Work, case_id: int, into_id: int) -> Case:
    """Join a case to another of the same customer; returns the other. Staff only. Raises NotFound, Invalid, Conflict.

    Whoever names the old number comes to the other case. An open question opens that one again.
    """
    w.require(Role.STAFF)
    access.case(w, case_id)
    access.case(w, into_id)
    case, target = _both(w, case_id, into_id)
    if case.customer_id != target.customer_id:
        raise Invalid(_("Case"), _("these are cases of two customers"))
    routing.only_by_those(w, case)
    before = audit.snapshot(case)
    kept = parting.standing(case) | {"other": parting.standing(target)}
    _carry(w, case, target)
    kept["other_left"] = parting.standing(target)
    w.session.add(CaseMerge(case_id=case.id, into_id=target.id, merged_at=w.now, before=kept))
    case.state, case.closed_at = CaseState.CLOSED, case.closed_at or w.now
    clocks.stop(case)
    w.session.add_all([case, target])
    w.session.flush()
    after = audit.snapshot(case) | {"joined_to": target.id}
    audit.record(w, "cases.merge", "case", case.id, customer_id=case.customer_id, before=before, after=after)
    return target


def unmerge(w: Work, case_id: int) -> Case:
    """Part a joined case again: both are as they were; what was written since stays where it is. Staff only."""
    w.require(Role.STAFF)
    access.case(w, case_id)
    standing = select(CaseMerge).where(col(CaseMerge.case_id) == case_id, col(CaseMerge.undone_at).is_(None))
    seen = w.session.execute(standing).scalar_one_or_none()
    held_in_order = {n: _locked(w, n) for n in sorted({case_id, seen.into_id if seen else case_id})}
    case = held_in_order[case_id]
    link = w.session.execute(
        standing.with_for_update(), execution_options={"populate_existing": True}
    ).scalar_one_or_none()
    if link is None:
        raise Conflict(_("This case is not joined to another (any more)."))
    before = audit.snapshot(case)
    link.undone_at = w.now
    parting.put_back(w, case, link)
    other = parting.put_back_other(w, link)
    w.session.add_all([link, case] if other is None else [link, case, other])
    w.session.flush()
    after = audit.snapshot(case) | {"parted_from": link.into_id}
    audit.record(w, "cases.unmerge", "case", case.id, customer_id=case.customer_id, before=before, after=after)
    return case


def split(w: Work, case_id: int, new: NewSplit) -> Case:
    """Messages and notes become a case of their own; the customer gets its number. Staff only.

    Raises NotFound, Invalid, and Conflict where somebody has moved one of them.
    """
    w.require(Role.STAFF)
    case, subject = held(w, case_id), line(new.subject, _("Subject"), 200)
    if not (new.messages or new.notes) or len(new.messages) + len(new.notes) > MOST_MOVED:
        raise Invalid(_("Selection"), _("choose the messages or notes that belong to the new case"))
    made = begun(
        w,
        Case(customer_id=case.customer_id, order_id=case.order_id, subject=subject, priority=case.priority,
             topic=case.topic, owner_id=case.owner_id, team_id=case.team_id, team_only=case.team_only,
             routed_for=case.routed_for, opened_at=w.now),
    )  # fmt: skip
    ours = family(w, case.id)
    for model, column, ids in ((Message, "message_id", new.messages), (Interaction, "note_id", new.notes)):
        _move(w, model, column, sorted(set(ids)), ours, made)
    after = {"from": case.id, "messages": sorted(new.messages), "notes": sorted(new.notes)}
    audit.record(w, "cases.split", "case", made.id, customer_id=case.customer_id, after=after)
    mail.opened(w, made)
    return made


def unsplit(w: Work, case_id: int) -> Case:
    """Return what was split off, and join what was written since; returns the case it is in now. Staff only."""
    w.require(Role.STAFF)
    access.case(w, case_id)
    origin = split_from(w, case_id)
    if origin is None:
        raise Conflict(_("This case was not split from another, or that was taken back already."))
    held(w, case_id)
    moves = select(CaseMove).where(col(CaseMove.case_id) == case_id, col(CaseMove.undone_at).is_(None))
    back = list(w.session.execute(moves.with_for_update()).scalars())
    if not back:
        raise Conflict(_("This case was not split from another, or that was taken back already."))
    for move in back:
        for model, number in ((Message, move.message_id), (Interaction, move.note_id)):
            table: Any = model
            still_here = (col(table.id) == number, col(table.case_id) == case_id)
            w.session.execute(update(table).where(*still_here).values(case_id=move.from_case_id))
        move.undone_at = w.now
    w.session.add_all(back)
    w.session.flush()
    case = w.session.get_one(Case, case_id)
    audit.record(w, "cases.unsplit", "case", case_id, customer_id=case.customer_id, after={"back_to": origin})
    if root_of(w, origin) != root_of(w, case_id) and root_of(w, case_id) == case_id:
        return merge(w, case_id, origin)
    return held(w, origin)


def _both(w: Work, case_id: int, into_id: int) -> tuple[Case, Case]:
    """The case and the one it would come to, both held. Always in the same order, so that two joins cannot deadlock."""
    root = root_of(w, into_id)
    rows = {row.id: row for row in (_locked(w, number) for number in sorted({case_id, root}))}
    if root_of(w, case_id) != case_id:
        raise Conflict(_("A colleague has joined this case to another meanwhile."))
    if root_of(w, into_id) != root:
        raise Conflict(_("A colleague has joined the other case to a third one meanwhile. Please try again."))
    if root == case_id:
        raise Invalid(_("Case"), _("it is this case already"))
    return rows[case_id], rows[root]


def _locked(w: Work, case_id: int) -> Case:
    row = select(Case).where(col(Case.id) == case_id).with_for_update()
    found: Case | None = w.session.execute(row, execution_options={"populate_existing": True}).scalar_one_or_none()
    if found is None:
        raise NotFound(_("case"))
    return found


def _carry(w: Work, case: Case, target: Case) -> None:
    """Nobody waits longer because cases were joined."""
    if case.state is not CaseState.OPEN:
        return
    enter(w, target, CaseState.OPEN)
    ends = [end for end in (case.answer_by, target.answer_by) if end]
    target.answer_by = min(ends, default=None)
    target.due_at = min((end for end in (target.answer_by, target.resolve_by) if end), default=None)
    if case.alarm_at and target.alarm_at:
        target.alarm_at = min(case.alarm_at, target.alarm_at)


def _move(w: Work, model: Any, column: str, ids: list[int], ours: list[int], made: Case) -> None:
    if not ids:
        return
    rows = select(col(model.id), col(model.case_id)).where(col(model.id).in_(ids), col(model.case_id).in_(ours))
    found = {r.id: r.case_id for r in w.session.execute(rows.with_for_update())}
    if sorted(found) != ids:
        raise Conflict(_("What you chose is not in this case any more. It is shown as it is now."))
    for number, came_from in found.items():
        w.session.add(CaseMove(case_id=made.id, from_case_id=came_from, moved_at=w.now, **{column: number}))
    w.session.execute(update(model).where(col(model.id).in_(ids)).values(case_id=made.id))
    w.session.flush()
