"""What a customer does with a standing order: begin, change, skip one, pause, go on, end. Each is a dated event."""

from datetime import date, timedelta
from typing import Any

from sqlmodel import col, delete, select

from db.models import (
    Customer,
    ReasonKind,
    Role,
    StandingEvent,
    StandingLine,
    StandingOrder,
    StandingState,
    StandingStep,
)
from services import access, audit, reasons
from services.errors import Conflict, Invalid
from services.standing.asking import FARTHEST, NewStanding, StandingLineAsked, checked, today
from services.standing.dates import following
from services.text import _
from services.work import Work

MOST = 20  # standing orders of one customer that have not ended
_RUNS = (StandingState.ACTIVE, StandingState.WAITING, StandingState.PAUSED)


def start(w: Work, asked: NewStanding) -> StandingOrder:
    """Begin a standing order for oneself; the same request sent twice begins one. Raises Invalid, Conflict."""
    own = access.own_ordering(w)
    w.session.exec(select(Customer.id).where(Customer.id == own).with_for_update()).one()  # two clicks are one
    lines, note = checked(w, asked, own)
    known = [s for s in of_customer(w, own) if s.state is not StandingState.ENDED]
    for one in known:
        if one.created_at > w.now - timedelta(minutes=10) and _same(w, one, asked, lines):
            return one
    if len(known) >= MOST:
        raise Conflict(_("There are {most} standing orders already. End one of them first.").format(most=MOST))
    made = StandingOrder(
        customer_id=own,
        person_id=w.actor.person_id,
        every=asked.every,
        unit=asked.unit,
        first_on=asked.next_on,
        next_on=asked.next_on,
        address_id=asked.address_id,
        note=note,
        created_at=w.now,
    )
    w.session.add(made)
    w.session.flush()
    _write_lines(w, made, lines)
    happened(w, made, StandingStep.STARTED, after=_told(made, lines))
    return made


def change(w: Work, standing_id: int, version: int, asked: NewStanding) -> None:
    """Other products, quantities, interval, day, address or note. A changed day or interval begins a new series.

    Raises NotFound, Invalid, Conflict where it was changed elsewhere since `version`.
    """
    one = held(w, standing_id)
    _open(one)
    if one.version != version:
        raise Conflict(_("This standing order was changed in another window. Please look again."))
    lines, note = checked(w, asked, one.customer_id)
    before = _told(one, _agreed(w, one.id))
    if (one.every, one.unit, one.next_on) != (asked.every, asked.unit, asked.next_on):
        one.first_on = asked.next_on
    one.every, one.unit, one.next_on = asked.every, asked.unit, asked.next_on
    one.address_id, one.note = asked.address_id, note
    if one.state is StandingState.WAITING:
        one.state = StandingState.ACTIVE
    w.session.exec(delete(StandingLine).where(col(StandingLine.standing_order_id) == one.id))
    _write_lines(w, one, lines)
    after = _told(one, lines)
    if after != before:
        happened(w, one, StandingStep.CHANGED, before=before, after=after)


def skip(w: Work, standing_id: int, run_on: date) -> None:
    """Leave out the run of this day; twice is like once. Raises NotFound, Conflict where another day is next."""
    one = held(w, standing_id)
    if run_on != one.next_on:
        if any(e.step is StandingStep.SKIPPED and e.run_on == run_on for e in events_of(w, one.id)):
            return
        raise Conflict(_("The next time is another day by now. Please look again."))
    _open(one)
    one.next_on = following(one.first_on, one.every, one.unit, run_on)
    if one.state is StandingState.WAITING:
        one.state = StandingState.ACTIVE
    happened(w, one, StandingStep.SKIPPED, run_on=run_on, after={"next_on": one.next_on.isoformat()})


def pause(w: Work, standing_id: int, *, until: date | None = None, why: str = "") -> None:
    """Nothing is ordered until that day, or until told to go on. Raises NotFound, Invalid."""
    one = held(w, standing_id)
    _open(one)
    why = reasons.checked(w, ReasonKind.STANDING, why, required=False)
    if until is not None and not today(w) < until <= today(w) + FARTHEST:
        raise Invalid(_("Until"), _("choose a day from tomorrow on, within a year"))
    if one.state is StandingState.PAUSED and one.paused_until == until:
        return
    one.state, one.paused_until = StandingState.PAUSED, until
    happened(w, one, StandingStep.PAUSED, why=why, after={"until": until.isoformat() if until else ""})


def resume(w: Work, standing_id: int) -> None:
    """Go on with the next day of the series that is still to come. Raises NotFound."""
    one = held(w, standing_id)
    if one.state is not StandingState.PAUSED:
        return
    go_on(w, one)


def go_on(w: Work, one: StandingOrder) -> None:
    """A held standing order runs again, from the first day of its series after today on."""
    one.state, one.paused_until = StandingState.ACTIVE, None
    if one.next_on <= today(w):
        one.next_on = following(one.first_on, one.every, one.unit, today(w))
    happened(w, one, StandingStep.RESUMED, after={"next_on": one.next_on.isoformat()})


def end(w: Work, standing_id: int, *, why: str = "") -> None:
    """Nothing more is ordered; ending twice is like once. Raises NotFound, Invalid."""
    one = held(w, standing_id)
    why = reasons.checked(w, ReasonKind.STANDING, why, required=False)
    if one.state is StandingState.ENDED:
        return
    one.state, one.ended_at = StandingState.ENDED, w.now
    happened(w, one, StandingStep.ENDED, why=why)


def held(w: Work, standing_id: int) -> StandingOrder:
    """The standing order as it is now, kept from other transactions until this one ends. Raises NotFound."""
    w.require(Role.CUSTOMER, Role.STAFF)
    access.may_order(w)
    one = access.standing_order(w, standing_id)
    mine = select(StandingOrder).where(StandingOrder.id == one.id).with_for_update()
    return w.session.exec(mine, execution_options={"populate_existing": True}).one()


def of_customer(w: Work, customer_id: int) -> list[StandingOrder]:
    """All of a customer whom the caller may see, the newest first."""
    rows = select(StandingOrder).where(StandingOrder.customer_id == customer_id)
    return list(w.session.exec(rows.order_by(col(StandingOrder.id).desc())))


def events_of(w: Work, standing_id: int, most: int = 50) -> list[StandingEvent]:
    """The newest steps, the latest first."""
    rows = select(StandingEvent).where(StandingEvent.standing_order_id == standing_id)
    return list(w.session.exec(rows.order_by(col(StandingEvent.at).desc(), col(StandingEvent.id).desc()).limit(most)))


def happened(
    w: Work,
    one: StandingOrder,
    step: StandingStep,
    *,
    run_on: date | None = None,
    order_id: int | None = None,
    why: str = "",
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:
    """Write the step down: the new state, its event, its audit entry."""
    one.version += 1
    w.session.add(one)
    detail = {"before": before, "after": after} if before else (after or {})
    event = StandingEvent(
        standing_order_id=one.id,
        at=w.now,
        step=step,
        person_id=w.actor.person_id,
        run_on=run_on,
        order_id=order_id,
        reason=why,
        detail=detail,
    )
    w.session.add(event)
    w.session.flush()
    audit.record(
        w,
        f"standing.{step}",
        "standing_order",
        one.id,
        customer_id=one.customer_id,
        before=before or {},
        after={"state": one.state, "next_on": one.next_on.isoformat(), **(after or {})},
        reason=why,
    )


def _open(one: StandingOrder) -> None:
    if one.state not in _RUNS:
        raise Conflict(_("This standing order has ended. Begin a new one instead."))


def _same(w: Work, one: StandingOrder, asked: NewStanding, lines: list[StandingLineAsked]) -> bool:
    plan = (one.every, one.unit, one.next_on, one.address_id)
    if plan != (asked.every, asked.unit, asked.next_on, asked.address_id):
        return False
    return lines == _agreed(w, one.id)


def _agreed(w: Work, standing_id: int) -> list[StandingLineAsked]:
    rows = select(StandingLine).where(StandingLine.standing_order_id == standing_id)
    return [
        StandingLineAsked(product_id=i.product_id, quantity=i.quantity, price_cents=i.agreed_cents)
        for i in w.session.exec(rows.order_by(col(StandingLine.product_id)))
    ]


def _write_lines(w: Work, one: StandingOrder, lines: list[StandingLineAsked]) -> None:
    for i in lines:
        w.session.add(
            StandingLine(
                standing_order_id=one.id, product_id=i.product_id, quantity=i.quantity, agreed_cents=i.price_cents
            )
        )
    w.session.flush()


def _told(one: StandingOrder, lines: list[StandingLineAsked]) -> dict[str, Any]:
    return {
        "every": one.every,
        "unit": one.unit,
        "next_on": one.next_on.isoformat(),
        "address": one.address_id,
        "note": one.note,
        "lines": [[i.product_id, i.quantity, i.price_cents] for i in lines],
    }
