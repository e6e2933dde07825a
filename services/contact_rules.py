"""Rules that plan a contact: so many days after delivery of a product, or of anything of a category.

A rule decides once about each order: a follow-up for whoever looks after the customer, or, for a share of the
customers, nothing, to compare with. When the customer gets in touch after the delivery the follow-up is taken back.
"""

import hashlib
from contextlib import suppress
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, func, or_
from sqlalchemy import select as rows_of
from sqlmodel import SQLModel, col, select

from db.models import (
    NOT_A_SALE,
    ContactRule,
    Customer,
    Direction,
    Ending,
    FollowUp,
    Interaction,
    Message,
    Order,
    OrderLine,
    OrderStatus,
    OwnerBy,
    Product,
    Role,
    RuleTouch,
    TeamMember,
)
from services import access, audit, clock, company, due, teams, working_time
from services.due_times import MORNING, instant
from services.errors import Conflict, Invalid, NotFound
from services.inputs import line, paragraph
from services.text import _
from services.work import SYSTEM, Work, work

MOST_DAYS, MOST_HELD_OUT, MOST_AT_ONCE = 365, 50, 200


class RuleInput(SQLModel):
    """The fields of the form: a product or a category, and who gets the follow-up."""

    product_id: int | None = None
    category: str = ""
    days: int = 14
    reason: str
    talking_points: str = ""
    owner_by: OwnerBy = OwnerBy.CUSTOMERS_OWNER
    team_id: int | None = None
    owner_id: int | None = None
    hold_out_percent: int = 0
    active: bool = True


def save(w: Work, rule_id: int | None, new: RuleInput, *, version: int = 1) -> ContactRule:
    """A new rule, for deliveries from now on, or another version of one. Managers only.

    Raises Invalid, NotFound, and Conflict when a colleague changed it since the form was filled.
    """
    w.require(Role.MANAGER)
    row = ContactRule(days=0, reason="", since=w.now) if rule_id is None else _held(w, rule_id)
    if rule_id is not None and row.version != version:
        raise Conflict(_("A colleague has changed this rule meanwhile, nothing was saved. It is shown as it is now."))
    before = {} if rule_id is None else audit.snapshot(row)
    if new.active and not row.active:
        row.since = w.now  # what was delivered while it rested is not made up for
    for name, value in _checked(w, new).items():
        setattr(row, name, value)
    row.version += rule_id is not None
    w.session.add(row)
    w.session.flush()
    audit.record(w, "contact_rules.save", "contact_rule", row.id, before=before, after=audit.snapshot(row))
    return row


def would_have_made(w: Work, new: RuleInput, days: int = 90) -> int:
    """How many orders delivered in the last `days` days the rule would have looked at. Managers only."""
    w.require(Role.MANAGER)
    fields = _checked(w, new)
    rule = ContactRule(**{**fields, "since": w.now})
    counted = rows_of(func.count()).select_from(Order).where(*_delivered(rule, w.now - timedelta(days=days)))
    return w.session.connection().scalar(counted) or 0


def delivered(w: Work, order: Order) -> int:
    """An order has arrived: decide about it by every rule in force. Called where it is delivered. Returns how many."""
    if order.delivered_at is None or order.customer_id is None:
        return 0
    in_force = select(ContactRule).where(col(ContactRule.active).is_(True))
    made = 0
    for rule in w.session.exec(in_force).all():
        if w.session.connection().scalar(_missing(rule).where(col(Order.id) == order.id)) is not None:
            made += _decide(w, rule, order)
    return made


def step() -> int:
    """The step of the worker: orders that arrived some other way, and customers who got in touch. Returns how many."""
    with work(SYSTEM) as w:
        return sweep(w)


def sweep(w: Work) -> int:
    """Decide about orders no rule has looked at yet, and take back what is not needed any more."""
    made = taken_back(w)
    for rule in w.session.exec(select(ContactRule).where(col(ContactRule.active).is_(True))).all():
        ids = list(w.session.connection().execute(_missing(rule).limit(MOST_AT_ONCE)).scalars())
        for order in w.session.exec(select(Order).where(col(Order.id).in_(ids))).all() if ids else ():
            made += _decide(w, rule, order)
    return made


def taken_back(w: Work, customer_id: int | None = None) -> int:
    """Close the open follow-ups of rules whose customer got in touch since the delivery. Returns how many."""
    open_ones = (
        select(FollowUp, RuleTouch)
        .join(RuleTouch, col(RuleTouch.follow_up_id) == col(FollowUp.id))
        .where(col(FollowUp.done_at).is_(None), in_touch_since(col(RuleTouch.customer_id), col(RuleTouch.delivered_at)))
        .limit(MOST_AT_ONCE)
    )
    if customer_id is not None:
        open_ones = open_ones.where(RuleTouch.customer_id == customer_id)
    closed = 0
    for row, touch in w.session.exec(open_ones, execution_options={"populate_existing": True}).all():
        with suppress(Conflict):  # a colleague was faster, so it is not open any more
            due.change(w, row, "contact_rules.in_touch", done_at=w.now, ending=Ending.IN_TOUCH)
            touch.in_touch_at = w.now
            w.session.add(touch)
            closed += 1
    w.session.flush()
    return closed


def in_touch_since(customer_id: Any, since: Any) -> ColumnElement[bool]:
    """Whether a contact or a message came from the customer after `since`."""
    contact = exists().where(
        col(Interaction.customer_id) == customer_id,
        col(Interaction.happened_at) > since,
        col(Interaction.direction) == Direction.IN,
    )
    message = exists().where(
        col(Message.customer_id) == customer_id, col(Message.sent_at) > since, col(Message.direction) == Direction.IN
    )
    return or_(contact, message)


def talking_points(w: Work, customer_id: int) -> list[str]:
    """What to speak of with a customer, of the rules whose follow-up is open. Staff only."""
    w.require(Role.STAFF)
    points = (
        select(ContactRule.talking_points)
        .join(RuleTouch, col(RuleTouch.rule_id) == col(ContactRule.id))
        .join(FollowUp, col(FollowUp.id) == col(RuleTouch.follow_up_id))
        .where(RuleTouch.customer_id == customer_id, col(FollowUp.done_at).is_(None), ContactRule.talking_points != "")
        .order_by(col(FollowUp.due_at))
        .limit(3)
    )
    return list(w.session.exec(points))


def held_out(rule_id: int, customer_id: int, percent: int) -> bool:
    """Whether a customer belongs to the share that is not called: always the same answer for the same rule."""
    drawn = hashlib.sha256(f"{rule_id}:{customer_id}".encode()).digest()
    return int.from_bytes(drawn[:8]) % 100 < percent


def _delivered(rule: ContactRule, since: datetime) -> tuple[ColumnElement[bool], ...]:
    """Orders of a known customer with something of the rule in them, delivered since."""
    lines = exists().where(col(OrderLine.order_id) == col(Order.id), col(OrderLine.quantity) > 0)
    if rule.product_id is not None:
        lines = lines.where(col(OrderLine.product_id) == rule.product_id)
    else:
        lines = lines.where(col(Product.id) == col(OrderLine.product_id), col(Product.category) == rule.category)
    gone = (*NOT_A_SALE, OrderStatus.RETURNED)
    return (
        col(Order.delivered_at) >= since,
        col(Order.customer_id).is_not(None),
        col(Order.status).not_in(gone),
        lines,
    )


def _missing(rule: ContactRule) -> Select[int]:
    """Ids of delivered orders about which the rule has not decided, the oldest first."""
    known = exists().where(col(RuleTouch.rule_id) == rule.id, col(RuleTouch.order_id) == col(Order.id))
    return rows_of(col(Order.id)).where(*_delivered(rule, rule.since), ~known).order_by(col(Order.delivered_at))


def _decide(w: Work, rule: ContactRule, order: Order) -> bool:
    """True when this transaction decided; the key of the table lets only one."""
    at, customer_id = order.delivered_at, order.customer_id
    if at is None or customer_id is None:
        return False
    held = w.session.exec(select(ContactRule.id).where(ContactRule.id == rule.id).with_for_update()).one()
    if w.session.get(RuleTouch, (held, order.id), populate_existing=True) is not None:
        return False
    touch = RuleTouch(rule_id=held, order_id=order.id, customer_id=customer_id, delivered_at=at, made_at=w.now)
    touch.held_out = held_out(rule.id, customer_id, rule.hold_out_percent)
    here = select(Customer.id).where(Customer.id == customer_id, in_touch_since(col(Customer.id), at))
    if w.session.exec(here).first() is not None:
        touch.in_touch_at = w.now
    elif not touch.held_out:
        touch.follow_up_id = _plan(w, rule, customer_id, at).id
    w.session.add(touch)
    w.session.flush()
    return True


def _plan(w: Work, rule: ContactRule, customer_id: int, at: datetime) -> FollowUp:
    zone = company.of(w).zone
    day: date = working_time.of(w).working_day_from(clock.day_of(at, zone) + timedelta(days=rule.days))
    row = FollowUp(
        customer_id=customer_id,
        owner_id=_owner(w, rule, customer_id),
        reason=rule.reason,
        due_at=instant(max(day, clock.day_of(w.now, zone)), MORNING, zone),
        created_at=w.now,
    )
    w.session.add(row)
    w.session.flush()
    audit.record(w, "follow_ups.plan", "follow_up", row.id, customer_id=customer_id, after=audit.snapshot(row))
    return row


def _owner(w: Work, rule: ContactRule, customer_id: int) -> int | None:
    """By the rule, among those who can sign in; nobody where there is none of these, so that everybody sees it."""
    can = due.colleagues(w)
    if rule.owner_by is OwnerBy.TEAM:
        open_ones = rows_of(func.count()).where(
            col(FollowUp.owner_id) == col(TeamMember.staff_id), col(FollowUp.done_at).is_(None)
        )
        members = select(TeamMember.staff_id).where(TeamMember.team_id == rule.team_id)
        by_work = members.order_by(open_ones.scalar_subquery(), col(TeamMember.staff_id))
        return next((i for i in w.session.exec(by_work) if i in can), None)
    wanted = rule.owner_id if rule.owner_by is OwnerBy.PERSON else access.customer(w, customer_id).account_manager_id
    return wanted if wanted in can else None


def _checked(w: Work, new: RuleInput) -> dict[str, Any]:
    category = line(new.category, _("Category"), 120, required=False) or None
    if (new.product_id is None) == (category is None):
        raise Invalid(_("Product"), _("choose a product or a category, one of the two"))
    if new.product_id is not None:
        access.product(w, new.product_id)
    if not 0 <= new.days <= MOST_DAYS:
        raise Invalid(_("Days"), _("from {least} to {most}").format(least=0, most=MOST_DAYS))
    if not 0 <= new.hold_out_percent <= MOST_HELD_OUT:
        raise Invalid(_("Not called"), _("from {least} to {most}").format(least=0, most=MOST_HELD_OUT))
    by = OwnerBy(new.owner_by)
    if by is OwnerBy.TEAM and new.team_id is None:
        raise Invalid(_("Team"), _("choose one from the list"))
    if by is OwnerBy.PERSON and new.owner_id is None:
        raise Invalid(_("Colleague"), _("choose one from the list"))
    return {
        "product_id": new.product_id,
        "category": category,
        "days": new.days,
        "reason": line(new.reason, _("Reason"), 200),
        "talking_points": paragraph(new.talking_points, _("Talking points"), 4000, required=False),
        "owner_by": by,
        "team_id": teams.offered(w, new.team_id or 0).id if by is OwnerBy.TEAM else None,
        "owner_id": due.colleague(w, new.owner_id or 0) if by is OwnerBy.PERSON else None,
        "hold_out_percent": new.hold_out_percent,
        "active": bool(new.active),
    }


def _held(w: Work, rule_id: int) -> ContactRule:
    mine = select(ContactRule).where(ContactRule.id == rule_id).with_for_update()
    row = w.session.exec(mine, execution_options={"populate_existing": True}).one_or_none()
    if row is None:
        raise NotFound(_("rule"))
    return row
