"""From the clock on the wall to instants: which stretches of UTC fall into a local day or hour.

Exact on days when the clocks change: an hour that comes twice gives both stretches, one that is left out gives none.
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

Span = tuple[datetime, datetime]

_MARGIN = timedelta(hours=3)  # no clock was ever set back by more within one day
_DAY = timedelta(days=1)
_HOUR = timedelta(hours=1)


def _offset(instant: datetime, zone: ZoneInfo) -> timedelta:
    return instant.astimezone(zone).utcoffset() or timedelta()


def _change(low: datetime, high: datetime, zone: ZoneInfo) -> datetime:
    """The first whole second between the two from which the offset of `high` holds."""
    late = _offset(high, zone)
    while high - low > timedelta(seconds=1):
        middle = low + timedelta(seconds=(high - low) // timedelta(seconds=2))
        low, high = (low, middle) if _offset(middle, zone) == late else (middle, high)
    return high


def wall(start: datetime, end: datetime, zone: ZoneInfo) -> list[Span]:
    """The instants at which a clock in `zone` shows a time from `start` up to (not including) `end`.

    In: naive wall-clock times at most a day apart. Out: stretches of UTC, in order of time.
    """
    low = start.replace(tzinfo=zone).astimezone(UTC) - _MARGIN
    high = end.replace(tzinfo=zone, fold=1).astimezone(UTC) + _MARGIN
    before, after = _offset(low, zone), _offset(high, zone)
    first, last = start.replace(tzinfo=UTC), end.replace(tzinfo=UTC)
    if before == after:
        return [(first - before, last - before)]
    change = _change(low, high, zone)
    parts = [(first - before, min(change, last - before)), (max(change, first - after), last - after)]
    return merged(p for p in parts if p[0] < p[1])


def of_day(day: date, zone: ZoneInfo) -> list[Span]:
    """The stretches of a local day: 23 to 25 hours."""
    start = datetime.combine(day, time())
    return wall(start, start + _DAY, zone)


def of_hour(day: date, hour: int, zone: ZoneInfo) -> list[Span]:
    """The stretches of a local hour; none where the clocks skip it."""
    start = datetime.combine(day, time(hour))
    return wall(start, start + _HOUR, zone)


def merged(parts: Iterable[Span]) -> list[Span]:
    """The same instants in as few stretches as possible, in order of time."""
    result: list[Span] = []
    for start, end in sorted(parts):
        if result and start <= result[-1][1]:
            result[-1] = (result[-1][0], max(end, result[-1][1]))
        else:
            result.append((start, end))
    return result
