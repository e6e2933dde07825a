"""Returns: asked for by the customer, received, refunded or refused by staff.

What goods that come back do to the figures is said in services/returns/worth.py.
"""

from services.returns.asking import NewReturn, ask
from services.returns.handling import receive, refund, refuse
from services.returns.reading import OfOrder, Shown, Waiting, of_order, waiting
from services.returns.words import state_in_words

__all__ = [
    "NewReturn",
    "OfOrder",
    "Shown",
    "Waiting",
    "ask",
    "of_order",
    "receive",
    "refund",
    "refuse",
    "state_in_words",
    "waiting",
]
