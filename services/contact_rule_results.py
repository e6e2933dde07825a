"""What came of a rule: those who were to be called against those who were held out.

Everybody the rule decided about counts in the group it was drawn into, whether the call took place or not; otherwise
those who were reached would be compared with everybody.
"""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import exists, func, select
from sqlmodel import col

from db.models import NOT_A_SALE, Ending, FollowUp, Order, Role, RuleTouch
from services.work import Work

WINDOW = timedelta(days=90)


@dataclass(frozen=True)
class Group:
    """Orders in it; how many were delivered 90 days ago or earlier; after how many of these the customer ordered."""

    orders: int = 0
    observed: int = 0
    ordered_again: int = 0


@dataclass(frozen=True)
class Results:
    """`called`: follow-ups that were done. `in_touch`: the customer was faster."""

    to_call: Group
    held_out: Group
    called: int
    in_touch: int


def results(w: Work, rule_id: int) -> Results:
    """The groups of a rule. Three questions. Managers only."""
    w.require(Role.MANAGER)
    touch = RuleTouch
    again = exists().where(
        col(Order.customer_id) == col(touch.customer_id),
        col(Order.id) != col(touch.order_id),
        col(Order.ordered_at) > col(touch.delivered_at),
        col(Order.status).not_in(NOT_A_SALE),
    )
    mine = col(touch.rule_id) == rule_id
    per_group = select(col(touch.held_out), func.count().label("n")).where(mine).group_by(col(touch.held_out))
    over = col(touch.delivered_at) <= w.now - WINDOW
    c = w.session.connection()
    orders = {r.held_out: r.n for r in c.execute(per_group)}
    observed = {r.held_out: r.n for r in c.execute(per_group.where(over))}
    bought = {r.held_out: r.n for r in c.execute(per_group.where(over, again))}
    done = select(func.count()).select_from(touch).join(FollowUp, col(FollowUp.id) == col(touch.follow_up_id))
    called = c.scalar(done.where(mine, col(FollowUp.ending) == Ending.DONE)) or 0
    in_touch = c.scalar(select(func.count()).where(mine, col(touch.in_touch_at).is_not(None))) or 0
    to_call, held = (Group(orders.get(h, 0), observed.get(h, 0), bought.get(h, 0)) for h in (False, True))
    return Results(to_call, held, called, in_touch)
