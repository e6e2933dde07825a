"""How long somebody has not bought, against the own usual interval: the same figures as the expected next purchase."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from services.expected_purchase import from_days
from services.text import _, ngettext, number

#: Own intervals that are needed, as for segments and purchase patterns.
FEWEST_GAPS = 3
#: From so many usual intervals on a silence is long; the manager's segments ask the same.
LONG = 1.5
#: After so many somebody has gone, and is not slipping any more: silence alone is no warning then.
GONE = 6


@dataclass(frozen=True)
class Interval:
    """Days between purchases: the quartiles and the median."""

    low: int
    usual: int
    high: int


@dataclass(frozen=True)
class Silence:
    """`days` since the last purchase."""

    days: int
    own: Interval

    @property
    def long(self) -> bool:
        """Longer than one and a half usual intervals, and past the upper end of the expected days."""
        return self.days > LONG * self.own.usual and self.days > self.own.high

    @property
    def gone(self) -> bool:
        """So long that it says no more than that the customer has left."""
        return self.days > GONE * self.own.usual

    def __str__(self) -> str:
        told = ngettext("silent for {n} day", "silent for {n} days", self.days)
        if self.own.low == self.own.high:
            return _("{silent}, usual interval {days} days").format(silent=told, days=number(self.own.usual))
        own = {"low": number(self.own.low), "high": number(self.own.high)}
        return _("{silent}, usual interval {low} to {high} days").format(silent=told, **own)


def silence(bought: Sequence[date], today: date) -> Silence | None:
    """From the days of purchase; None from too few, as of the expected purchase."""
    days = sorted({day for day in bought if day <= today})
    if len(days) <= FEWEST_GAPS:
        return None
    due = from_days(days)
    if due.earliest is None or due.latest is None or due.every_days is None:
        return None
    last = days[-1]
    own = Interval((due.earliest - last).days, due.every_days, (due.latest - last).days)
    return Silence((today - last).days, own)
