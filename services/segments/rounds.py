"""A round: follow-ups for everybody in a segment at this moment, with a share left alone, and the way back.

Who is in the round is written down in the transaction that starts it, held out or not; the follow-ups are then planned
by the worker, a part in each transaction, so that a round of thousands blocks nobody and survives a crash.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, insert
from sqlalchemy import select as rows_of
from sqlmodel import SQLModel, col, select

from db.models import (
    NOT_A_SALE,
    Customer,
    Ending,
    FollowUp,
    Order,
    Purpose,
    Role,
    RoundState,
    SegmentRound,
    SegmentTouch,
)
from services import audit, company, consents, due
from services.due_times import MORNING, instant
from services.errors import Conflict, Invalid, NotFound
from services.inputs import line
from services.interactions import coming
from services.segments import asking
from services.segments.compile import predicted
from services.segments.definition import parse
from services.segments.seeing import rules, visible
from services.segments.watching import forgotten
from services.text import _, ngettext
from services.work import SYSTEM, Work, reading, work

MOST, MOST_HELD_OUT, AT_ONCE, CHUNK = 20_000, 50, 200, 5_000


class RoundInput(SQLModel):
    """The fields of the form. Without an owner each follow-up is that of whoever looks after the customer."""

    reason: str
    due_on: date
    owner_id: int | None = None
    hold_out_percent: int = 0


@dataclass(frozen=True)
class Planned:
    """What a round would do now. `left_out`: members who objected since the copy was made, or were forgotten."""

    members: int
    held_out: int
    left_out: int

    @property
    def follow_ups(self) -> int:
        return self.members - self.held_out


@dataclass(frozen=True)
class Group:
    """Customers of one side of a round, and how many of them have ordered since."""

    customers: int
    ordered: int


@dataclass(frozen=True)
class Round:
    """A round as the page shows it. `waiting`: members whose follow-up is still to be planned or taken back."""

    id: int
    reason: str
    due_on: date
    state: RoundState
    made_by: str
    made_at: datetime
    hold_out_percent: int
    to_call: Group
    held_out: Group
    planned: int
    open: int
    waiting: int


def plan(w: Work, segment_id: int, new: RoundInput) -> Planned:
    """How many a round would reach, before it is made. Managers only. Raises Invalid, NotFound, Preparing."""
    _checked(w, new)
    members, left_out = _members(w, segment_id)
    return Planned(len(members), len(_drawn(segment_id, members, new.hold_out_percent)), left_out)


def start(w: Work, segment_id: int, new: RoundInput, *, key: str | None = None) -> SegmentRound:
    """Make a round; small ones are planned at once, others by the worker within seconds. Managers only.

    `key`: a second click with the same one gives the same round. Raises Invalid, NotFound, Preparing.
    """
    fields = _checked(w, new)
    known = select(SegmentRound).where(SegmentRound.idempotency_key == key) if key else None
    again = w.session.exec(known).first() if known is not None else None
    if again is not None:
        return again
    definition = visible(w, segment_id).definition
    members, _left_out = _members(w, segment_id)
    if not members:
        raise Invalid(_("Segment"), _("nobody is in it now"))
    if len(members) > MOST:
        told = ngettext("at most {n} customer at a time; narrow the segment down",
                        "at most {n} customers at a time; narrow the segment down", MOST)  # fmt: skip
        raise Invalid(_("Segment"), told)
    row = SegmentRound(segment_id=segment_id, definition=definition, made_by_id=w.actor.person_id, idempotency_key=key,
                       made_by=w.actor.name, made_at=w.now, **fields)  # fmt: skip
    w.session.add(row)
    w.session.flush()
    out = _drawn(row.id, members, row.hold_out_percent)
    touches = [{"round_id": row.id, "customer_id": i, "held_out": i in out, "settled": i in out} for i in members]
    for at in range(0, len(touches), CHUNK):
        w.session.connection().execute(insert(SegmentTouch), touches[at : at + CHUNK])
    after = {**audit.snapshot(row), "members": len(members), "held_out": len(out)}
    audit.record(w, "segments.round", "segment_round", row.id, after=after)
    if len(members) <= AT_ONCE:
        _carry_on(w, row)
    return row


def undo(w: Work, round_id: int) -> None:
    """Take back the follow-ups of a round that are still open; what was done stays done. Managers only."""
    row = _held(w, round_id)
    visible(w, row.segment_id)
    if row.state in (RoundState.UNDOING, RoundState.UNDONE):
        raise Conflict(_("This was taken back already."))
    row.state = RoundState.UNDOING
    w.session.add(row)
    w.session.flush()
    audit.record(w, "segments.round_undo", "segment_round", row.id, before={"reason": row.reason})
    _take_back(w, row)


def step() -> int:
    """The step of the worker: a part of the oldest round that is under way. Returns 1, or 0 with none."""
    under_way = select(SegmentRound.id).where(col(SegmentRound.state).in_([RoundState.RUNNING, RoundState.UNDOING]))
    with reading(SYSTEM) as w:
        number = w.session.exec(under_way.order_by(col(SegmentRound.id)).limit(1)).first()
    if number is None:
        return 0
    with work(SYSTEM) as w:
        row = _held(w, number)
        if row.state is RoundState.RUNNING:
            _carry_on(w, row)
        elif row.state is RoundState.UNDOING:
            _take_back(w, row)
    return 1


def listing(w: Work, segment_id: int) -> list[Round]:
    """The rounds of a segment, the latest first. Managers only. Raises NotFound."""
    w.require(Role.MANAGER)
    visible(w, segment_id)
    rows = select(SegmentRound).where(SegmentRound.segment_id == segment_id).order_by(col(SegmentRound.id).desc())
    return [_told(w, row) for row in w.session.exec(rows.limit(20))]


def _checked(w: Work, new: RoundInput) -> dict[str, Any]:
    w.require(Role.MANAGER)
    if not 0 <= new.hold_out_percent <= MOST_HELD_OUT:
        raise Invalid(_("Not called"), _("from {least} to {most}").format(least=0, most=MOST_HELD_OUT))
    return {
        "reason": line(new.reason, _("Reason"), 200),
        "due_on": coming(w, new.due_on, _("Due")),
        "owner_id": None if new.owner_id is None else due.colleague(w, new.owner_id),
        "hold_out_percent": new.hold_out_percent,
    }


def _members(w: Work, segment_id: int) -> tuple[list[int], int]:
    """Who is in now, as the copy says, without those the primary knows better about; and how many these are."""
    rule = parse(visible(w, segment_id).definition, empty=True)
    wanted = [int(i) for i in asking.ids(w, rule, itself=segment_id)]
    kept: list[int] = []
    objects = consents.objecting(Purpose.PROFILING)
    for at in range(0, len(wanted), CHUNK):
        here = select(Customer.id).where(col(Customer.id).in_(wanted[at : at + CHUNK]), ~forgotten())
        if predicted(rule, rules(w)):
            here = here.where(col(Customer.id).not_in(objects))
        kept += w.session.exec(here.order_by(col(Customer.id)))
    return kept, len(wanted) - len(kept)


def _drawn(number: int, members: Iterable[int], percent: int) -> set[int]:
    """Exactly that share, rounded: those first in an order that nobody chose and that is the same each time."""
    order = sorted(members, key=lambda i: hashlib.sha256(f"round {number}:{i}".encode()).digest())
    return set(order[: round(len(order) * percent / 100)])


def _held(w: Work, round_id: int) -> SegmentRound:
    w.require(Role.MANAGER)
    mine = select(SegmentRound).where(SegmentRound.id == round_id).with_for_update()
    row = w.session.exec(mine, execution_options={"populate_existing": True}).one_or_none()
    if row is None:
        raise NotFound(_("round"))
    return row


def _carry_on(w: Work, row: SegmentRound) -> None:
    """Plan the next part; without one left the round is done."""
    waiting = select(SegmentTouch).where(SegmentTouch.round_id == row.id, col(SegmentTouch.settled).is_(False))
    part = w.session.exec(waiting.order_by(col(SegmentTouch.customer_id)).limit(AT_ONCE)).all()
    can, zone = due.colleagues(w), company.of(w).zone
    looks_after = dict(
        w.session.exec(
            select(Customer.id, Customer.account_manager_id).where(col(Customer.id).in_([t.customer_id for t in part]))
        ).all()
    )
    for touch in part:
        owner = row.owner_id if row.owner_id is not None else looks_after.get(touch.customer_id)
        planned = FollowUp(customer_id=touch.customer_id, owner_id=owner if owner in can else None, reason=row.reason,
                           due_at=instant(row.due_on, MORNING, zone), created_at=w.now)  # fmt: skip
        w.session.add(planned)
        w.session.flush()
        touch.follow_up_id, touch.settled = planned.id, True
        w.session.add(touch)
        after = audit.snapshot(planned)
        audit.record(w, "follow_ups.plan", "follow_up", planned.id, customer_id=touch.customer_id, after=after)
    if len(part) < AT_ONCE:
        row.state = RoundState.DONE
        w.session.add(row)
    w.session.flush()


def _take_back(w: Work, row: SegmentRound) -> None:
    """Close the next part of the open follow-ups; without one left the round is undone."""
    open_ones = (
        select(FollowUp)
        .join(SegmentTouch, col(SegmentTouch.follow_up_id) == col(FollowUp.id))
        .where(SegmentTouch.round_id == row.id, col(FollowUp.done_at).is_(None))
        .order_by(col(FollowUp.id))
        .limit(AT_ONCE)
        .with_for_update(of=FollowUp)
    )
    part = w.session.exec(open_ones, execution_options={"populate_existing": True}).all()
    for follow_up in part:
        due.change(w, follow_up, "segments.round_undo", done_at=w.now, ending=Ending.TAKEN_BACK)
    if len(part) < AT_ONCE:
        row.state = RoundState.UNDONE
        w.session.add(row)
    w.session.flush()


def _told(w: Work, row: SegmentRound) -> Round:
    ordered = (
        rows_of(col(Order.id))
        .where(
            col(Order.customer_id) == col(SegmentTouch.customer_id),
            col(Order.ordered_at) > row.made_at,
            col(Order.status).not_in(NOT_A_SALE),
        )
        .exists()
    )
    sides = rows_of(col(SegmentTouch.held_out), ordered.label("ordered"), func.count()).where(
        col(SegmentTouch.round_id) == row.id
    )
    counts = {
        (bool(held), bool(bought)): int(n)
        for held, bought, n in w.session.connection().execute(sides.group_by(col(SegmentTouch.held_out), "ordered"))
    }
    groups = [
        Group(counts.get((side, True), 0) + counts.get((side, False), 0), counts.get((side, True), 0))
        for side in (False, True)
    ]
    mine = col(SegmentTouch.round_id) == row.id
    planned = rows_of(func.count(), func.count().filter(col(FollowUp.done_at).is_(None))).join(
        SegmentTouch, col(SegmentTouch.follow_up_id) == col(FollowUp.id)
    )
    made, still = w.session.connection().execute(planned.where(mine)).one()
    left = rows_of(func.count()).select_from(SegmentTouch).where(mine, col(SegmentTouch.settled).is_(False))
    waiting = w.session.connection().scalar(left) or 0
    return Round(row.id, row.reason, row.due_on, row.state, row.made_by, row.made_at, row.hold_out_percent,
                 groups[0], groups[1], int(made), int(still), waiting)  # fmt: skip
