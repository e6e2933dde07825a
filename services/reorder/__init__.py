"""What a customer buys again and again: the usual order, and what of it is due."""

from services.reorder.muting import mute, unmute
from services.reorder.rhythm import FEWEST, Due, Rhythm, rhythm
from services.reorder.usual import Usual, UsualLine, bought, put, suggestions, usual
from services.reorder.words import why

__all__ = [
    "FEWEST",
    "Due",
    "Rhythm",
    "Usual",
    "UsualLine",
    "bought",
    "mute",
    "put",
    "rhythm",
    "suggestions",
    "unmute",
    "usual",
    "why",
]
