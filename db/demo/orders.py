"""When each customer orders, through which channel, and how far the order has got."""

import numpy as np
import pandas as pd

from db.demo.people import HERO, Habits
from db.demo.seasons import (
    DAYS,
    OPENING_HOURS,
    ROUND_THE_CLOCK,
    Calendar,
    Counts,
    Flags,
    Numbers,
    Texts,
    at_hour,
    working_days_after,
)

CHANNELS = np.array(["portal", "phone", "store", "e-mail"], object)
PORTAL, PHONE, STORE, EMAIL = range(4)
METHODS = np.array(["card", "invoice", "wallet", "bank transfer", "cash"], object)


def _renewals(rng: np.random.Generator, how: Habits) -> tuple[Counts, Numbers]:
    """Customer and business time of every order of a renewal process with each customer's own rhythm."""
    life = np.maximum(how.end - how.begin, 0)
    expected = life / how.interval
    n = np.ceil(expected + 4 * np.sqrt(expected) + 4).astype(np.int64)
    who = np.repeat(np.arange(len(how)), n)
    nth = np.arange(len(who)) - np.repeat(np.cumsum(n) - n, n)
    shape = how.regularity[who]
    gap = rng.standard_gamma(shape) / shape * how.interval[who] * how.fading[who] ** nth
    gap[nth == 0] = 0.0  # the first order is the beginning
    total = np.cumsum(gap)
    start = np.repeat(total[np.cumsum(n) - n], n)
    at = how.begin[who] + total - start
    keep = at < how.end[who]
    return who[keep], at[keep]


def _today(rng: np.random.Generator, calendar: Calendar, how: Habits, who: Counts, day: Counts, scale: int) -> Counts:
    """Customers who are due and order today, so that today is never empty."""
    wanted = scale * max(4, round(9 * calendar.share_today(ROUND_THE_CLOCK))) - int((day == DAYS).sum())
    last = np.full(len(how), -1)
    np.maximum.at(last, who, day)
    silent = calendar.passed[-1] - calendar.passed[np.maximum(last, 0)]
    due = (last >= 0) & (last < DAYS - 3) & ~how.leaves & (silent > 0.6 * how.interval)
    due[HERO] = False
    candidates = np.flatnonzero(due)
    return rng.permutation(candidates)[: max(wanted, 0)]


def ordered(rng: np.random.Generator, calendar: Calendar, how: Habits, scale: int) -> pd.DataFrame:
    """Out: who, day, ordered_at, channel (number), in order of time; at most one order of a customer a day."""
    who, at = _renewals(rng, how)
    day = calendar.day(at)
    quiet = (who == HERO) & (day > DAYS - 20)  # two are made by hand below: one has just arrived, one is still open
    who, day = who[~quiet], day[~quiet]
    more = _today(rng, calendar, how, who, day, scale)
    who = np.concatenate([who, more, [HERO, HERO]])
    day = np.concatenate([day, np.full(len(more), DAYS), [DAYS - 8, DAYS - 1]])
    _, first = np.unique(who * (DAYS + 1) + day, return_index=True)
    who, day = who[first], day[first]
    chosen = _channels(rng, calendar, how, who, day)
    by_web = calendar.time(rng, day, ROUND_THE_CLOCK)
    in_person = calendar.time(rng, day, OPENING_HOURS)
    frame = pd.DataFrame({"who": who, "day": day, "channel": chosen})
    frame["ordered_at"] = np.where(np.isin(chosen, (PORTAL, EMAIL)), by_web, in_person)
    return frame.sort_values(["ordered_at", "who"], kind="stable").reset_index(drop=True)


def _channels(rng: np.random.Generator, calendar: Calendar, how: Habits, who: Counts, day: Counts) -> Counts:
    """Mostly each customer's own channel; nobody in the shop on Sundays or before it has opened today."""
    company = rng.choice(4, len(how), p=[0.5, 0.26, 0.04, 0.2])
    household = rng.choice(4, len(how), p=[0.64, 0.08, 0.24, 0.04])
    own = np.where(how.is_company, company, household)
    own[HERO] = PORTAL
    chosen = np.where(rng.random(len(who)) < 0.78, own[who], rng.choice(4, len(who), p=[0.7, 0.12, 0.1, 0.08]))
    closed = (calendar.weekday(day) == 6) | ((day == DAYS) & (calendar.share_today(OPENING_HOURS) == 0))
    return np.where(closed & np.isin(chosen, (PHONE, STORE)), PORTAL, np.where(who == HERO, PORTAL, chosen))


def delivered(rng: np.random.Generator, calendar: Calendar, frame: pd.DataFrame, only_services: Flags) -> pd.DataFrame:
    """Add promised_at, shipped_at, delivered_at, is_late and status. Nothing lies after `as_of` but the promise."""
    n, now = len(frame), calendar.as_of
    day, at = calendar.date(frame["day"].to_numpy()), frame["ordered_at"].to_numpy("datetime64[s]")
    in_store = (frame["channel"] == STORE).to_numpy()
    posted = ~in_store & ~only_services
    promised = at_hour(rng, working_days_after(day, np.where(only_services, 8, 3)), 18, 18)
    slow = (rng.random(n) < 0.07) & (frame["who"] != HERO).to_numpy()
    packing = rng.choice([1, 2], n, p=[0.75, 0.25])
    packing[(frame["who"] == HERO) & (frame["day"] == DAYS - 1)] = 2  # still open all day
    shipped = at_hour(rng, working_days_after(day, packing), 12, 17)
    arrival = working_days_after(shipped, np.where(slow, rng.integers(3, 8, n), 1))
    arrived = at_hour(rng, arrival, 9, 18)
    done = at_hour(rng, working_days_after(day, rng.integers(2, 9, n)), 9, 16)
    arrived = np.where(only_services, done, np.where(in_store, at, arrived))
    fate = rng.random(n)
    fate[frame["who"] == HERO] = 1.0
    cancelled = ~in_store & (fate < 0.025) & (at < now - np.timedelta64(3600, "s"))
    returned = posted & (fate > 0.98) & (fate < 1) & (arrived < now - np.timedelta64(12, "D"))
    half_way = at + (shipped - at) * 0.5
    status = np.select(
        [cancelled, returned, arrived < now - np.timedelta64(30, "D"), arrived <= now, posted & (shipped <= now),
         posted & (half_way <= now)],
        ["cancelled", "returned", "completed", "delivered", "shipped", "picked"],
        "placed",
    )  # fmt: skip
    status = np.where(in_store, "completed", status)
    has_left, is_there = posted & ~cancelled & (shipped <= now), ~cancelled & ~in_store & (arrived <= now)
    never = np.datetime64("NaT", "s")
    return frame.assign(
        promised_at=np.where(in_store, never, promised),
        shipped_at=np.where(has_left, shipped, never),
        delivered_at=np.where(is_there, arrived, never),
        is_late=is_there & posted & (arrived > promised),
        status=status,
    )


def paid(rng: np.random.Generator, frame: pd.DataFrame, how: Habits) -> Texts:
    """How each order is paid, mostly as this customer always does; cash only in the shop."""
    who, n = frame["who"].to_numpy(), len(frame)
    at_work = rng.choice(4, len(how), p=[0.1, 0.75, 0, 0.15])
    own = np.where(how.is_company, at_work, rng.choice(4, len(how), p=[0.5, 0.12, 0.33, 0.05]))
    own[HERO] = 0
    method = np.where((frame["channel"] == STORE) & (rng.random(n) < 0.35), 4, own[who])
    return METHODS[method]
