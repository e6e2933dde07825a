"""How often somebody buys one thing: a typical interval with its quartiles, and whether the next time has come.

Nothing is modelled here: it is the customer's own past, counted. Fewer than three purchases have no rhythm.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from itertools import pairwise
from statistics import median, quantiles

FEWEST = 3  # purchases on different days; two give one interval, which says nothing of how regular it is
#: Silent for longer than so many typical intervals: it is not bought any more, and nobody is reminded of it.
QUIET_AFTER = 3


class Due(StrEnum):
    """Where the next purchase stands."""

    LATER = "later"
    NOW = "now"  # from the shorter of the usual intervals on
    STOPPED = "stopped"


@dataclass(frozen=True)
class Rhythm:
    """Days between purchases. `low` and `high` are the quartiles, `typical` the median; `quantity` the usual one."""

    times: int
    last_on: date
    low: int
    typical: int
    high: int
    quantity: int
    due: Due

    @property
    def next_on(self) -> date:
        """The day after the typical interval."""
        return self.last_on + timedelta(days=self.typical)


def rhythm(bought: Iterable[tuple[date, int]], today: date) -> Rhythm | None:
    """The rhythm of purchases of one thing, given as (day, pieces); None where there are too few.

    Several purchases of a day are one. Days later than `today` are not looked at.
    """
    pieces: dict[date, int] = {}
    for day, quantity in bought:
        if quantity > 0 and day <= today:
            pieces[day] = pieces.get(day, 0) + quantity
    days = sorted(pieces)
    if len(days) < FEWEST:
        return None
    gaps = [(later - earlier).days for earlier, later in pairwise(days)]
    low, _middle, high = quantiles(gaps, n=4, method="inclusive")
    typical = max(round(median(gaps)), 1)
    silent = (today - days[-1]).days
    due = Due.LATER
    if silent > QUIET_AFTER * typical:
        due = Due.STOPPED
    elif silent >= max(round(low), 1):
        due = Due.NOW
    usual = max(int(median(pieces.values()) + 0.5), 1)
    return Rhythm(len(days), days[-1], max(round(low), 1), typical, max(round(high), typical), usual, due)
