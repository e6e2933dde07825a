"""Where a return stands, in the words of the person who waits for it."""

from db.models import ReturnState
from services.text import _


def state_in_words(state: ReturnState) -> str:
    """A few words, as they stand in a list."""
    return {
        ReturnState.REQUESTED: _("Return asked for"),
        ReturnState.RECEIVED: _("Goods are back, refund follows"),
        ReturnState.REFUNDED: _("Refunded"),
        ReturnState.REFUSED: _("Refused"),
    }[state]
