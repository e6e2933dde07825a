"""Who sees and who changes a segment."""

from sqlmodel import col, select

from db.models import Role, Segment, Sharing
from services.errors import Invalid, NotFound
from services.segments.definition import Group, parse, plain
from services.text import _
from services.work import Work


def sees(w: Work, row: Segment) -> bool:
    """Its owner, those it is shared with, and administrators."""
    if w.actor.system or w.actor.role is Role.ADMIN or (row.owner_id and row.owner_id == w.actor.person_id):
        return True
    return row.sharing is Sharing.TEAM or (row.sharing is Sharing.MANAGERS and w.actor.role is Role.MANAGER)


def changes(w: Work, row: Segment) -> bool:
    """Its owner, and administrators; where the owner has left, every manager who sees it."""
    if w.actor.system or w.actor.role is Role.ADMIN:
        return True
    return w.actor.role is Role.MANAGER and sees(w, row) and row.owner_id in (None, w.actor.person_id)


def visible(w: Work, segment_id: int) -> Segment:
    """The segment, for those who see it. Raises NotFound."""
    w.require(Role.STAFF)
    row = w.session.get(Segment, segment_id)
    if row is None or row.retired_at is not None or not sees(w, row):
        raise NotFound(_("segment"))
    return row


def rules(w: Work) -> dict[int, Group]:
    """The rules of all segments that are kept, for those that ask about them."""
    rows = w.session.exec(select(Segment.id, Segment.definition).where(col(Segment.retired_at).is_(None)))
    return {i: parse(raw, empty=True) for i, raw in rows}


def asks_what_it_may(w: Work, rule: Group, itself: int | None) -> None:
    """Refuse a rule that asks about segments which the actor does not see: it would tell who is in them.

    A rule that is saved was checked when its owner saved it. Raises Invalid.
    """
    saved = w.session.get(Segment, itself) if itself is not None else None
    if saved is not None and saved.definition == plain(rule):
        return
    for number in rule.segments:
        other = w.session.get(Segment, number)
        if other is None or other.retired_at is not None or not sees(w, other):
            raise Invalid(_("Rule"), _("it asks about a segment that is not there any more; choose another one"))
