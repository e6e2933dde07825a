"""When things happen: years with a Christmas and a summer, weeks with a Sunday, days with opening hours."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.float64]
Counts = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Texts = npt.NDArray[np.object_]
Times = npt.NDArray[np.datetime64]

DAYS = 3 * 365
#: How lively a month is, from January; November and December are Christmas, July and August the summer dip.
MONTHS = np.array([1.0, 0.97, 1.0, 0.98, 0.95, 0.9, 0.74, 0.7, 0.98, 1.05, 1.3, 1.75])
#: The same for weekdays, from Monday.
WEEKDAYS = np.array([1.2, 1.12, 1.08, 1.08, 1.15, 0.85, 0.45])
#: How much of a day's traffic falls into each hour: at any hour by web or mail, in opening hours by voice or in person.
ROUND_THE_CLOCK = np.array(
    [
        0.4,
        0.2,
        0.1,
        0.1,
        0.1,
        0.3,
        0.9,
        1.8,
        3.2,
        4.4,
        4.6,
        4.2,
        3.8,
        3.6,
        3.9,
        4.1,
        4.0,
        3.9,
        4.2,
        4.8,
        5.1,
        4.2,
        2.4,
        1.1,
    ]
)
OPENING_HOURS = np.array([0, 0, 0, 0, 0, 0, 0, 0, 1.5, 4.5, 5.5, 5.0, 3.0, 3.6, 4.8, 5.0, 4.2, 2.6, 0, 0, 0, 0, 0, 0])


def _share_by_hour(profile: Numbers) -> Numbers:
    """25 numbers from 0 to 1: which share of the day has passed at each full hour."""
    return np.concatenate([[0.0], np.cumsum(profile) / profile.sum()])


@dataclass(frozen=True)
class Calendar:
    """Three years up to `as_of` (local, without zone). `passed` is business time: busy days are long in it."""

    as_of: np.datetime64
    first_day: np.datetime64
    passed: Numbers  # business days passed at the beginning of each day, one more than there are days
    liveliness: Numbers  # of each day; the last day only as far as it has got

    @property
    def today(self) -> np.datetime64:
        day: np.datetime64 = self.as_of.astype("datetime64[D]")
        return day

    @property
    def hours_today(self) -> float:
        return float((self.as_of - self.today) / np.timedelta64(1, "s")) / 3600

    def share_today(self, profile: Numbers) -> float:
        """Which share of today's traffic has already been."""
        return float(np.interp(self.hours_today, np.arange(25), _share_by_hour(profile)))

    def day(self, business: Numbers) -> Counts:
        """Business time to the number of the day, 0 to DAYS."""
        return np.clip(np.searchsorted(self.passed, business, side="right") - 1, 0, DAYS)

    def date(self, day: Counts) -> Times:
        return self.first_day + day.astype("timedelta64[D]")

    def time(self, rng: np.random.Generator, day: Counts, profile: Numbers) -> Times:
        """A moment on each day that fits the profile; never later than `as_of`."""
        shares = _share_by_hour(profile)
        share = rng.random(len(day)) * np.where(day == DAYS, self.share_today(profile), 1.0)
        seconds = np.interp(share, shares, np.arange(25) * 3600.0)
        moment: Times = self.date(day).astype("datetime64[s]") + seconds.astype(np.int64).astype("timedelta64[s]")
        never_later: Times = np.minimum(moment, self.as_of)
        return never_later

    def month(self, day: Counts) -> Counts:
        """1 to 12."""
        return (self.date(day).astype("datetime64[M]").astype(np.int64) % 12) + 1

    def weekday(self, day: Counts) -> Counts:
        """0 is Monday."""
        return (self.date(day).astype(np.int64) + 3) % 7


def calendar(as_of: datetime) -> Calendar:
    """The calendar of the company at this local time."""
    moment = np.datetime64(as_of.replace(tzinfo=None, microsecond=0), "s")
    first = moment.astype("datetime64[D]") - np.timedelta64(DAYS, "D")
    bare = Calendar(moment, first, np.zeros(0), np.zeros(0))
    days = np.arange(DAYS + 1)
    lively = MONTHS[bare.month(days) - 1] * WEEKDAYS[bare.weekday(days)]
    lively /= lively.mean()
    lively[-1] *= bare.share_today(ROUND_THE_CLOCK)
    return Calendar(moment, first, np.concatenate([[0.0], np.cumsum(lively)]), lively)


def only(where: Any, values: Any) -> Texts:
    """The values where it is true, None elsewhere."""
    wanted = np.asarray(where, bool)
    filled: Texts = np.full(len(wanted), None, object)
    filled[wanted] = np.asarray(np.broadcast_to(np.asarray(values, object), wanted.shape))[wanted]
    return filled


def working_days_after(day: Times, days: Counts) -> Times:
    """The day so many working days later; a Saturday or Sunday counts as the Monday after it."""
    return np.busday_offset(day.astype("datetime64[D]"), days, roll="forward")


def at_hour(rng: np.random.Generator, day: Times, first: float, last: float) -> Times:
    """A moment between two hours of each day."""
    seconds = (rng.uniform(first, last, len(day)) * 3600).astype(np.int64)
    moment: Times = day.astype("datetime64[s]") + seconds.astype("timedelta64[s]")
    return moment
