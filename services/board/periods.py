"""Which days the board shows and how finely: today, a day, a range, by hour, day, month or year.

A bucket is one bar's place on the time axis, written so that it can stand in an address:
`h10` (ten to eleven o'clock on any day of the period), `2026-03-02`, `2026-03`, `2026`; `all` is the whole period.
"""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

ALL = "all"
MOST_DAYS = 62  # more bars than this are too thin to hit
MOST_MONTHS = 120
RECENT_DAYS = 14
RECENT_MONTHS = 13
EARLIEST, LATEST = date(1900, 1, 1), date(2200, 12, 31)


class Choice(StrEnum):
    """The periods that can be chosen by name."""

    TODAY = "today"
    YESTERDAY = "yesterday"
    WEEK = "7d"
    MONTH = "30d"
    YEAR = "12m"
    EVERYTHING = "all"
    RANGE = "range"


class Grain(StrEnum):
    HOUR = "hour"
    DAY = "day"
    MONTH = "month"
    YEAR = "year"


@dataclass(frozen=True)
class Period:
    """Days of the company's calendar, both included."""

    first: date
    last: date

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    @property
    def single(self) -> bool:
        return self.first == self.last

    @property
    def before(self) -> "Period":
        """As many days, just before."""
        return Period(self.first - timedelta(days=self.days), self.first - timedelta(days=1))


def chosen(choice: Choice, today: date, data: Period | None, given: tuple[date, date] | None = None) -> Period:
    """The days meant by a choice. `data` are the first and last day with data, `given` the two ends of a range."""
    if choice is Choice.RANGE and given:
        first, last = sorted(min(max(d, EARLIEST), LATEST) for d in given)
        return Period(first, last)
    if choice is Choice.EVERYTHING and data:
        return data
    back = {Choice.WEEK: 6, Choice.MONTH: 29}
    if choice in back:
        return Period(today - timedelta(days=back[choice]), today)
    if choice is Choice.YEAR:
        return Period(_month_start(today, -11), today)
    day = today - timedelta(days=1) if choice is Choice.YESTERDAY else today
    return Period(day, day)


def grain_of(period: Period, wanted: Grain | None = None) -> Grain:
    """How finely to show a period: as wanted, unless that gives more bars than can be read."""
    if period.single or wanted is Grain.HOUR:
        return Grain.HOUR
    if period.days <= MOST_DAYS and wanted in (None, Grain.DAY):
        return Grain.DAY
    months = (period.last.year - period.first.year) * 12 + period.last.month - period.first.month + 1
    return Grain.MONTH if months <= MOST_MONTHS else Grain.YEAR


def recent(period: Period) -> Period:
    """For bars per day: a single day is shown at the end of two weeks."""
    return Period(period.last - timedelta(days=RECENT_DAYS - 1), period.last) if period.single else period


def whole_months(period: Period) -> Period:
    """For bars per month: whole months, and at least thirteen, so that last year's month is there to compare."""
    first = min(period.first.replace(day=1), _month_start(period.last, 1 - RECENT_MONTHS))
    return Period(first, _month_end(period.last.year, period.last.month))


def month_of(day: date) -> Period:
    """The whole month in which a day lies."""
    return Period(day.replace(day=1), _month_end(day.year, day.month))


def buckets(period: Period, grain: Grain) -> list[str]:
    """All places on the time axis, also those where nothing happened."""
    if grain is Grain.HOUR:
        return [f"h{hour:02}" for hour in range(24)]
    if grain is Grain.DAY:
        return [(period.first + timedelta(days=n)).isoformat() for n in range(period.days)]
    if grain is Grain.YEAR:
        return [str(year) for year in range(period.first.year, period.last.year + 1)]
    start = period.first.year * 12 + period.first.month - 1
    end = period.last.year * 12 + period.last.month
    return [f"{n // 12:04}-{n % 12 + 1:02}" for n in range(start, end)]


_BUCKET = re.compile(r"all|h(?P<hour>[01]\d|2[0-3])|(?P<year>\d{4})(?:-(?P<month>\d\d)(?:-(?P<day>\d\d))?)?")


def days_of(bucket: str, period: Period) -> tuple[Period, int | None] | None:
    """The days of a bucket inside a period and its hour (None: the whole day). None where it is not one."""
    found = _BUCKET.fullmatch(bucket)
    if found is None:
        return None
    if not found["year"]:
        return period, int(found["hour"]) if found["hour"] else None
    year, month, day = (int(found[k]) if found[k] else None for k in ("year", "month", "day"))
    try:
        first = date(year or 0, month or 1, day or 1)
        last = first if day else _month_end(first.year, month or 12)
    except ValueError:
        return None
    inside = Period(max(first, period.first), min(last, period.last))
    return (inside, None) if inside.days > 0 else None


def _month_start(day: date, months: int) -> date:
    n = day.year * 12 + day.month - 1 + months
    return date(n // 12, n % 12 + 1, 1)


def _month_end(year: int, month: int) -> date:
    return date(year, month, monthrange(year, month)[1])
