"""Why something is suggested, in the customer's words."""

from services.reorder.rhythm import Rhythm
from services.text import _, local_date
from services.work import UTC


def why(found: Rhythm) -> str:
    """How often it was bought and when last."""
    day = local_date(found.last_on, UTC)
    if found.low == found.high:
        told = _("You bought this {times} times, every {n} days, last on {day}.")
        if found.typical == 1:
            told = _("You bought this on {times} days, one after the other, last on {day}.")
        return told.format(times=found.times, n=found.typical, day=day)
    told = _("You bought this {times} times, mostly {low} to {high} days apart, last on {day}.")
    return told.format(times=found.times, low=found.low, high=found.high, day=day)
