"""Working time as arithmetic: no database, no clock. Hours are minutes after midnight on the company's clocks."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache, lru_cache
from zoneinfo import ZoneInfo

DAY_MINUTES = 24 * 60
#: How far ahead a working day is looked for. Longer closed than this, and the next calendar day counts.
LONGEST_CLOSED_DAYS = 366
#: A week in which no hours are kept would never reach an end.
MOST_DAYS = 40 * 366

Hours = tuple[tuple[int, int], ...]


@cache
def countries() -> dict[str, tuple[str, ...]]:
    """Countries whose public holidays are known (ISO 3166 codes of two letters), with their parts."""
    from holidays import list_supported_countries  # noqa: PLC0415 - 50 ms that only those pay who ask

    known = list_supported_countries(include_aliases=False)
    return {code: tuple(parts) for code, parts in sorted(known.items()) if len(code) == 2}


def subdivisions(country: str) -> tuple[str, ...]:
    """Parts of a country with public holidays of their own; none where all have the same."""
    return countries().get(country, ())


@lru_cache(maxsize=256)
def public_holidays(country: str, part: str, year: int) -> frozenset[date]:
    """The days that are public holidays by the `holidays` package; none where no country is chosen."""
    if not country:
        return frozenset()
    from holidays import country_holidays  # noqa: PLC0415 - as above

    return frozenset(country_holidays(country, subdiv=part or None, years=year))


@dataclass(frozen=True)
class WorkingTime:
    """`hours` from Monday to Sunday: first and last minute of the day; (0, 0) is a day off."""

    zone: ZoneInfo
    hours: Hours
    country: str = ""
    part: str = ""
    closed: frozenset[date] = frozenset()

    def is_working_day(self, day: date) -> bool:
        """Whether somebody works on this day at all."""
        first, last = self.hours[day.weekday()]
        return first < last and day not in self.closed and day not in public_holidays(self.country, self.part, day.year)

    def working_day_from(self, day: date) -> date:
        """This day, or the next on which somebody works."""
        for ahead in range(LONGEST_CLOSED_DAYS):
            if self.is_working_day(day + timedelta(days=ahead)):
                return day + timedelta(days=ahead)
        return day

    def working_day_before(self, day: date) -> date:
        """The last day before this one on which somebody works."""
        for back in range(1, LONGEST_CLOSED_DAYS):
            if self.is_working_day(day - timedelta(days=back)):
                return day - timedelta(days=back)
        return day - timedelta(days=1)

    def days_after(self, day: date, working_days: int) -> date:
        """The working day that is so many working days after `day`; with 0 the day itself, if it is one."""
        for _step in range(max(working_days, 0)):
            day = self.working_day_from(day + timedelta(days=1))
        return self.working_day_from(day)

    def add_minutes(self, start: datetime, minutes: int) -> datetime:
        """The instant at which so much working time has passed since `start`, in UTC.

        With 0 minutes it is `start` itself. Ends that fall on the end of a day stay there. Raises ValueError when the
        company hardly ever works.
        """
        left, start = timedelta(minutes=max(minutes, 0)), start.astimezone(UTC)
        if not left:
            return start
        for begins, ends in self._spans(start):
            here = ends - max(begins, start)
            if here >= left:
                return max(begins, start) + left
            left -= here
        raise ValueError("no end within forty years")

    def minutes_between(self, a: datetime, b: datetime) -> int:
        """Whole minutes of working time from `a` to `b`; 0 when `b` is not later."""
        a, b = a.astimezone(UTC), b.astimezone(UTC)
        total = timedelta()
        for begins, ends in self._spans(a):
            if begins >= b:
                break
            total += min(ends, b) - max(begins, a)
        return total // timedelta(minutes=1)

    def _spans(self, start: datetime) -> Iterator[tuple[datetime, datetime]]:
        """Working spans that end after `start`, in order, in UTC: where clocks change they are as long as they are."""
        day = start.astimezone(self.zone).date() - timedelta(days=1)
        for _step in range(MOST_DAYS):
            if self.is_working_day(day):
                first, last = self.hours[day.weekday()]
                begins, ends = self._instant(day, first), self._instant(day, last)
                if ends > start and begins < ends:
                    yield begins, ends
            day += timedelta(days=1)

    def _instant(self, day: date, minute: int) -> datetime:
        days, rest = divmod(minute, DAY_MINUTES)
        return datetime.combine(day + timedelta(days=days), time(*divmod(rest, 60)), self.zone).astimezone(UTC)


def minute_of(clock: time, *, is_end: bool = False) -> int:
    """Minutes after midnight; midnight as an end is the end of the day."""
    minute = clock.hour * 60 + clock.minute
    return DAY_MINUTES if is_end and minute == 0 else minute
