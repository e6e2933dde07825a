"""When the company works: hours per weekday, public holidays and closed days of its own, in its own time zone."""

from services.working_time.calendar import WorkingTime, countries, minute_of, public_holidays, subdivisions
from services.working_time.settings import (
    add_working_minutes,
    change_hours,
    days_in,
    of,
    weekday_names,
    working_minutes_between,
)

__all__ = [
    "WorkingTime",
    "add_working_minutes",
    "change_hours",
    "countries",
    "days_in",
    "minute_of",
    "of",
    "public_holidays",
    "subdivisions",
    "weekday_names",
    "working_minutes_between",
]
