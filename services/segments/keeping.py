"""Saving, sharing and putting away segments."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import SQLModel, col, select

from db.models import Person, Role, Segment, Sharing
from services import audit
from services.errors import Conflict, Invalid, NotAllowed
from services.inputs import line
from services.segments import asking
from services.segments.definition import Group, parse, plain
from services.segments.seeing import changes, sees, visible
from services.text import _
from services.work import Work

MOST_SEGMENTS = 500


class SegmentInput(SQLModel):
    """What the form sends; `definition` is the tree as JSON can hold it."""

    name: str
    definition: dict[str, object]
    sharing: Sharing = Sharing.MANAGERS


@dataclass(frozen=True)
class Kept:
    """A segment as the list shows it. `mine`: may be changed by who asks."""

    id: int
    name: str
    rule: Group
    sharing: Sharing
    owner: str
    mine: bool
    version: int
    ruled_at: datetime
    checked_at: datetime | None


def sharing_names() -> dict[Sharing, str]:
    return {
        Sharing.NOBODY: _("Only me"),
        Sharing.MANAGERS: _("Managers"),
        Sharing.TEAM: _("Everybody in the team"),
    }


def listing(w: Work) -> list[Kept]:
    """The segments that the actor may see, by name. Staff only."""
    w.require(Role.STAFF)
    rows = select(Segment, Person.name).outerjoin(Person, col(Person.id) == col(Segment.owner_id))
    seen = rows.where(col(Segment.retired_at).is_(None)).order_by(col(Segment.name), col(Segment.id))
    return [_kept(w, row, owner) for row, owner in w.session.exec(seen) if sees(w, row)]


def one(w: Work, segment_id: int) -> Kept:
    """One that the actor may see. Raises NotFound."""
    row = visible(w, segment_id)
    owner = w.session.get(Person, row.owner_id) if row.owner_id else None
    return _kept(w, row, owner.name if owner else None)


def save(w: Work, segment_id: int | None, new: SegmentInput, *, version: int = 1) -> Segment:
    """A new segment, or another version of one. Managers only, and others' only for administrators.

    Raises Invalid, NotFound, NotAllowed, and Conflict when a colleague changed it since it was shown.
    """
    w.require(Role.MANAGER)
    name, rule = line(new.name, _("Name"), 80), parse(new.definition)
    sharing = next((s for s in Sharing if s == new.sharing), None)
    if sharing is None:
        raise Invalid(_("Seen by"), _("choose one from the list"))
    row = _new(w) if segment_id is None else _own(w, segment_id, version)
    asking.question_of(w, rule, itself=row.id)  # refuses what cannot be asked
    taken = select(Segment.id).where(Segment.name == name, col(Segment.retired_at).is_(None), Segment.id != row.id)
    if w.session.exec(taken).first() is not None:
        raise Invalid(_("Name"), _("another segment has this name"))
    before = {} if segment_id is None else audit.snapshot(row)
    if row.definition != plain(rule):
        row.definition, row.ruled_at = plain(rule), w.now
    row.name, row.sharing = name, sharing
    row.version += segment_id is not None
    w.session.add(row)
    w.session.flush()
    audit.record(w, "segments.save", "segment", row.id, before=before, after=audit.snapshot(row))
    return row


def retire(w: Work, segment_id: int, *, version: int = 1) -> None:
    """Put a segment away. Raises Conflict when others ask about it."""
    w.require(Role.MANAGER)
    row = _own(w, segment_id, version)
    asked_by = [s.name for s in _all(w) if s.id != row.id and row.id in parse(s.definition, empty=True).segments]
    if asked_by:
        raise Conflict(_("“{name}” asks about this segment; change that one first.").format(name=asked_by[0]))
    row.retired_at = w.now
    row.version += 1
    w.session.add(row)
    audit.record(w, "segments.retire", "segment", row.id, before={"name": row.name})


def _new(w: Work) -> Segment:
    if len(_all(w)) >= MOST_SEGMENTS:
        raise Invalid(_("Segment"), _("there are too many; put some away first"))
    row = Segment(name="", definition={}, owner_id=w.actor.person_id, created_at=w.now, ruled_at=w.now)
    return row


def _all(w: Work) -> list[Segment]:
    return list(w.session.exec(select(Segment).where(col(Segment.retired_at).is_(None))))


def _own(w: Work, segment_id: int, version: int) -> Segment:
    visible(w, segment_id)
    held = select(Segment).where(Segment.id == segment_id).with_for_update()
    row = w.session.exec(held, execution_options={"populate_existing": True}).one()
    if not changes(w, row):
        raise NotAllowed(_("This segment belongs to somebody else. Save your own copy of it under another name."))
    if row.version != version:
        raise Conflict(
            _("A colleague has changed this segment meanwhile, nothing was saved. It is shown as it is now.")
        )
    return row


def _kept(w: Work, row: Segment, owner: str | None) -> Kept:
    rule = parse(row.definition, empty=True)
    mine = changes(w, row)
    return Kept(row.id, row.name, rule, row.sharing, owner or "", mine, row.version, row.ruled_at, row.checked_at)
