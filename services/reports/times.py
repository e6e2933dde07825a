"""When a report is due: a day and a time of the company's clock, as instants."""

from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from babel.dates import get_day_names

from db.models import ReportRhythm, ReportSchedule
from services.text import _, local_clock, locale_name


def following(every: ReportRhythm, day: int, minute: int, after: datetime, zone: ZoneInfo) -> datetime:
    """The first time after an instant, UTC. A month without the day has it on its last day; a time that the clock
    change leaves out comes as much later as the clock jumps."""
    local = after.astimezone(zone).date()
    for n in range(64):  # two months have every kind of day in them
        on = local + timedelta(days=n)
        at = datetime.combine(on, time(minute // 60, minute % 60), zone).astimezone(UTC)
        if at > after and _falls(every, day, on):
            return at
    raise ValueError(f"{every} {day} never comes")


def _falls(every: ReportRhythm, day: int, on: date) -> bool:
    if every is ReportRhythm.WEEKDAYS:
        return on.isoweekday() <= 5
    if every is ReportRhythm.WEEK:
        return on.isoweekday() == day
    return on.day == min(day, monthrange(on.year, on.month)[1])


def in_words(one: ReportSchedule, zone: ZoneInfo) -> str:
    """The rhythm: "Mondays at 07:00"."""
    at = local_clock(datetime(2026, 1, 1, one.minute // 60, one.minute % 60, tzinfo=zone), zone)
    if one.every is ReportRhythm.WEEKDAYS:
        return _("Monday to Friday at {time}").format(time=at)
    if one.every is ReportRhythm.WEEK:
        return _("every {weekday} at {time}").format(weekday=weekday(one.day), time=at)
    return _("every month on day {day} at {time}").format(day=one.day, time=at)


def weekday(day: int) -> str:
    """The name of a weekday, 1 is Monday."""
    return str(get_day_names(locale=locale_name())[day - 1])
