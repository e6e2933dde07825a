"""Standing orders: what comes again by itself until the customer skips, pauses, changes or ends it."""

from services.standing.asking import NewStanding, StandingLineAsked, today
from services.standing.dates import MOST_EVERY
from services.standing.reading import Event, Line, Standing, history, standing_order, standing_orders
from services.standing.running import Waits, accept
from services.standing.steps import change, end, pause, resume, skip, start
from services.standing.ticking import run, tick
from services.standing.words import interval
from services.standing.words import state as state_in_words

__all__ = [
    "MOST_EVERY",
    "Event",
    "Line",
    "NewStanding",
    "Standing",
    "StandingLineAsked",
    "Waits",
    "accept",
    "change",
    "end",
    "history",
    "interval",
    "pause",
    "resume",
    "run",
    "skip",
    "standing_order",
    "standing_orders",
    "start",
    "state_in_words",
    "tick",
    "today",
]
