"""When something falls due: an hour later, tomorrow morning, next week, or every so often, by the clock on the wall.

All of it is arithmetic on given values. Days are counted on the calendar, so that a month has the length it has and a
day of a clock change its 23 or 25 hours.
"""

from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from db.models import Every

#: When a follow-up of a day falls due where no time was named.
MORNING = time(9, 0)


class Snooze(StrEnum):
    """For how long something is put off."""

    HOUR = "hour"
    TOMORROW = "tomorrow"
    NEXT_WEEK = "next week"


def instant(day: date, at: time, zone: ZoneInfo) -> datetime:
    """The moment, in UTC, at which clocks in `zone` show `day` and `at`.

    A time that a clock change leaves out is the one an hour later; of a time that comes twice it is the first.
    """
    return datetime.combine(day, at.replace(fold=0), zone).astimezone(UTC)


def put_off(now: datetime, how: Snooze, zone: ZoneInfo) -> datetime:
    """An hour from `now`; the next morning; the morning of the next Monday. Mornings are those of `zone`."""
    if how is Snooze.HOUR:
        return now + timedelta(hours=1)
    today = now.astimezone(zone).date()
    days = 1 if how is Snooze.TOMORROW else 7 - today.weekday()
    return instant(today + timedelta(days=days), MORNING, zone)


def nth(first: date, unit: Every, every: int, n: int) -> date:
    """The n-th day of a series, 0 being `first`. A month that is too short is left on its last day."""
    if unit is not Every.MONTH:
        return first + timedelta(days=n * every * (7 if unit is Every.WEEK else 1))
    months = first.year * 12 + first.month - 1 + n * every
    year, month = months // 12, months % 12 + 1
    return date(year, month, min(first.day, monthrange(year, month)[1]))


def following(first: date, unit: Every, every: int, after: date) -> date:
    """The first day of the series that lies after `after`."""
    if after < first:
        return first
    if unit is Every.MONTH:
        n = ((after.year - first.year) * 12 + after.month - first.month) // every
    else:
        n = (after - first).days // (every * (7 if unit is Every.WEEK else 1))
    found = nth(first, unit, every, n)
    return found if found > after else nth(first, unit, every, n + 1)
