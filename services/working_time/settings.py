"""The company's working time: read from its settings, and changed by an administrator."""

from collections.abc import Sequence
from datetime import date, datetime
from functools import lru_cache

from babel.dates import get_day_names

from services import company
from services.company import Company
from services.errors import Invalid
from services.text import _, locale_name
from services.work import Work
from services.working_time.calendar import DAY_MINUTES, WorkingTime, countries, subdivisions

MOST_CLOSED_DAYS = 300


def of(w: Work) -> WorkingTime:
    """When the company works."""
    return calendar_of(company.of(w))


@lru_cache(maxsize=16)
def calendar_of(home: Company) -> WorkingTime:
    """The calendar in a company's settings."""
    return WorkingTime(home.zone, home.hours, home.holidays_country, home.holidays_part, frozenset(home.closed_days))


def add_working_minutes(w: Work, start: datetime, minutes: int) -> datetime:
    """The instant, in UTC, at which so many minutes of the company's working time have passed since `start`."""
    return of(w).add_minutes(start, minutes)


def working_minutes_between(w: Work, a: datetime, b: datetime) -> int:
    """Whole minutes of the company's working time from `a` to `b`."""
    return of(w).minutes_between(a, b)


def change_hours(
    w: Work, hours: Sequence[tuple[int, int]], *, country: str, part: str, closed_days: Sequence[date]
) -> Company:
    """Save when the company works. Times that were announced before stay as they are. Administrators only.

    `hours` are seven pairs from Monday on: first and last minute of the day, (0, 0) for a day off. Raises Invalid.
    """
    kept = tuple((int(first), int(last)) for first, last in hours)
    right = len(kept) == 7 and all(pair == (0, 0) or 0 <= pair[0] < pair[1] <= DAY_MINUTES for pair in kept)
    if not right:
        raise Invalid(_("Working hours"), _("a day begins before it ends; leave out a day on which nobody works"))
    if not any(first < last for first, last in kept):
        raise Invalid(_("Working hours"), _("at least on one day of the week somebody has to work"))
    if country and country not in countries():
        raise Invalid(_("Public holidays"), _("choose one from the list"))
    if part and part not in subdivisions(country):
        raise Invalid(_("Part of the country"), _("choose one from the list"))
    if len(set(closed_days)) > MOST_CLOSED_DAYS:
        raise Invalid(_("Closed days"), _("at most {most}").format(most=MOST_CLOSED_DAYS))
    days = [day.isoformat() for day in sorted(set(closed_days))]
    pairs = [list(pair) for pair in kept]
    return company.save(w, hours=pairs, holidays_country=country, holidays_part=part, closed_days=days)


def days_in(text: str) -> list[date]:
    """The days that were typed, one a line, as 2026-12-24. Raises Invalid."""
    days = []
    for typed in filter(None, (row.strip() for row in text.splitlines())):
        try:
            days.append(date.fromisoformat(typed))
        except ValueError as wrong:
            raise Invalid(_("Closed days"), _("“{typed}” is no day; write 2026-12-24").format(typed=typed)) from wrong
    return days


def weekday_names() -> list[str]:
    """Monday to Sunday in the language of this run."""
    names = get_day_names("wide", locale=locale_name())
    return [str(names[day]) for day in range(7)]
