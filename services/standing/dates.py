"""The days on which a standing order comes. Days are those of the company; nothing here knows what time it is."""

import calendar
from datetime import date, timedelta

from db.models import IntervalUnit

MOST_EVERY = {IntervalUnit.WEEK: 52, IntervalUnit.MONTH: 12}


def nth(first_on: date, every: int, unit: IntervalUnit, n: int) -> date:
    """The day of run `n` (0 is `first_on`). A month that lacks the day takes its last.

    So the 31st becomes the 28th of February and the 31st of March again. Raises OverflowError beyond the calendar.
    """
    if unit is IntervalUnit.WEEK:
        return first_on + timedelta(weeks=every * n)
    months = first_on.year * 12 + first_on.month - 1 + every * n
    year, month = divmod(months, 12)
    if year > date.max.year:
        raise OverflowError("beyond the calendar")
    return date(year, month + 1, min(first_on.day, calendar.monthrange(year, month + 1)[1]))


def following(first_on: date, every: int, unit: IntervalUnit, after: date) -> date:
    """The first day of the series that is later than `after`."""
    if after < first_on:
        return first_on
    days = (after - first_on).days
    longest = 7 * every if unit is IntervalUnit.WEEK else 31 * every
    n = max(days // longest, 0)  # never past the one that is looked for
    while (found := nth(first_on, every, unit, n)) <= after:
        n += 1
    return found


def coming(first_on: date, every: int, unit: IntervalUnit, next_on: date, most: int = 3) -> list[date]:
    """The next days, for showing: `next_on` and those after it."""
    days = [next_on]
    while len(days) < most:
        days.append(following(first_on, every, unit, days[-1]))
    return days
