"""Being forgotten: a customer asks, a manager sees what would happen and decides, and it happens in one transaction."""

from services.erasure.afterwards import sweep
from services.erasure.asking import Wish, ask, mine, own_plan, withdraw
from services.erasure.deciding import Asked, approve, decided, refuse, waiting
from services.erasure.decisions import Fate
from services.erasure.planning import Line, Plan, plan

__all__ = [
    "Asked",
    "Fate",
    "Line",
    "Plan",
    "Wish",
    "approve",
    "ask",
    "decided",
    "mine",
    "own_plan",
    "plan",
    "refuse",
    "sweep",
    "waiting",
    "withdraw",
]
