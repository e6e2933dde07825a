"""Who got in touch with whom, when, about what, and in which words."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from db.demo.catalogue import SERVICES, Catalogue
from db.demo.people import Habits
from db.demo.phrases import (
    CHANNELS,
    CHAT,
    CLOSINGS,
    CONFERENCE,
    EMAIL,
    GREETINGS,
    LETTER,
    NAMES,
    PHONE,
    PLEAS,
    REASONS,
    VISIT,
    WEB,
    Reason,
)
from db.demo.seasons import DAYS, OPENING_HOURS, ROUND_THE_CLOCK, Calendar, Counts, Numbers, Texts, Times, only

PER_CUSTOMER = 1.6  # ordinary contacts; those with a cause of their own come on top
RECENT = 0.5  # more per customer in the last six weeks, since every contact is written down
TODAY = 24  # on a whole day at scale 1
RECENT_DAYS = 42
#: How often people get in touch without a cause that the orders show.
EVERYDAY = {
    "Fault": 20, "Maintenance": 8, "Invoice": 12, "Advice": 20, "Order change": 9, "Delivery": 6, "Damaged goods": 5,
    "Wrong item": 4, "Return": 3, "Complaint": 2, "Offer": 8, "Contract": 6, "Praise": 6,
}  # fmt: skip
ABOUT_MACHINES = ("Fault", "Maintenance", "Advice")
FOR_FIRMS = ("Offer", "Contract")


@dataclass(frozen=True)
class Shop:
    """What the contacts are about."""

    calendar: Calendar
    catalogue: Catalogue
    how: Habits
    customers: pd.DataFrame
    staff: pd.DataFrame
    orders: pd.DataFrame
    lines: pd.DataFrame
    own_machine: Counts


def _reason(name: str) -> int:
    return NAMES.index(name)


def _causes(rng: np.random.Generator, shop: Shop) -> pd.DataFrame:
    """Contacts that follow from what happened: late parcels, returns, visits, and anger before leaving."""
    orders, n = shop.orders, len(shop.orders)
    hours = (rng.exponential(30, n) * 3600).astype("timedelta64[s]")
    late = np.flatnonzero(orders["is_late"] & (rng.random(n) < 0.5))
    late_at = orders["promised_at"].to_numpy("datetime64[s]")[late] + hours[late]
    back = np.flatnonzero((orders["status"] == "returned") & (rng.random(n) < 0.8))
    back_at = orders["delivered_at"].to_numpy("datetime64[s]")[back] + hours[back] * 2
    kind = shop.catalogue.frame["subcategory"].isin(["Maintenance", "Installation"]).to_numpy()
    visited = shop.lines[kind[shop.lines["product"].to_numpy()]].drop_duplicates("order")
    visit = visited["order"].to_numpy()
    visit_at = orders["delivered_at"].to_numpy("datetime64[s]")[visit]
    parts = [
        pd.DataFrame({"order": late, "at": late_at, "reason": _reason("Delivery")}),
        pd.DataFrame({"order": back, "at": back_at, "reason": _reason("Return")}),
        pd.DataFrame({"order": visit, "at": visit_at, "reason": _reason("Maintenance"), "channel": VISIT}),
        _anger(rng, shop),
    ]
    return pd.concat(parts, ignore_index=True)


def _anger(rng: np.random.Generator, shop: Shop) -> pd.DataFrame:
    """Two to four contacts in the eight weeks around the last order of those who complain and then leave."""
    last = pd.Series(np.arange(len(shop.orders))).groupby(shop.orders["who"].to_numpy()).last()
    gone = last[shop.how.complains[last.index.to_numpy()]].to_numpy()
    order = np.repeat(gone, rng.integers(2, 5, len(gone)))
    who, ordered_on = shop.orders["who"].to_numpy(), shop.orders["day"].to_numpy()
    day = np.clip(ordered_on[order] + rng.integers(-20, 30, len(order)), 0, DAYS)
    # about the order that was the newest one on that day; before the first one there is nothing to be angry about
    by_customer = np.lexsort((ordered_on, who))
    key = (who * (DAYS + 1) + ordered_on)[by_customer]
    newest = by_customer[np.maximum(np.searchsorted(key, who[order] * (DAYS + 1) + day, side="right") - 1, 0)]
    about = np.where(who[newest] == who[order], newest, order)
    day = np.maximum(day, ordered_on[about])
    reason = rng.choice([_reason(r) for r in ("Complaint", "Fault", "Delivery")], len(order), p=[0.6, 0.22, 0.18])
    soonest = shop.orders["ordered_at"].to_numpy("datetime64[s]")[about] + np.timedelta64(3600, "s")
    at = np.maximum(shop.calendar.time(rng, day, OPENING_HOURS), soonest)
    return pd.DataFrame({"order": about, "at": at, "reason": reason, "angry": True})


def _days(rng: np.random.Generator, calendar: Calendar, customers: int, scale: int) -> Counts:
    """The days of the everyday contacts: growing over the years, dense in the last weeks, never none today."""
    lively = calendar.liveliness * np.linspace(0.6, 1.4, DAYS + 1)
    lively[DAYS] = 0  # today has a number of its own
    recent = np.where(np.arange(DAYS + 1) > DAYS - RECENT_DAYS, lively, 0) * np.linspace(1, 2, DAYS + 1)
    today = scale * max(9, round(TODAY * calendar.share_today(ROUND_THE_CLOCK)))
    return np.concatenate(
        [
            rng.choice(DAYS + 1, int(PER_CUSTOMER * customers), p=lively / lively.sum()),
            rng.choice(DAYS + 1, int(RECENT * customers), p=recent / recent.sum()),
            np.full(today, DAYS),
        ]
    )


def _everyday(rng: np.random.Generator, shop: Shop, scale: int) -> pd.DataFrame:
    day = _days(rng, shop.calendar, len(shop.how), scale)
    n = len(day)
    at = shop.calendar.time(rng, day, ROUND_THE_CLOCK)
    before = at - (rng.exponential(14 * 86400, n) + 3600).astype("timedelta64[s]")
    when = shop.orders["ordered_at"].to_numpy("datetime64[s]")
    order = np.maximum(np.searchsorted(when, before) - 1, 0)
    at = np.maximum(at, np.minimum(when[order] + np.timedelta64(3600, "s"), shop.calendar.as_of))
    weights = np.array([EVERYDAY[name] for name in NAMES], float)
    reason = rng.choice(len(NAMES), n, p=weights / weights.sum())
    who = shop.orders["who"].to_numpy()[order]
    for_firms = np.isin(reason, [_reason(r) for r in FOR_FIRMS]) & ~shop.how.is_company[who]
    no_machine = np.isin(reason, [_reason(r) for r in ABOUT_MACHINES[:2]]) & (shop.own_machine[who] < 0)
    reason = np.where(for_firms | no_machine, _reason("Advice"), reason)
    return pd.DataFrame({"order": order, "at": at, "reason": reason})


def _channels(rng: np.random.Generator, shop: Shop, frame: pd.DataFrame) -> Counts:
    chosen = np.zeros(len(frame), np.int64)
    for i, reason in enumerate(REASONS):
        where = np.flatnonzero(frame["reason"] == i)
        weights = np.array(reason.channels, float)
        chosen[where] = rng.choice(len(CHANNELS), len(where), p=weights / weights.sum())
    given = frame["channel"].to_numpy(float)
    chosen = np.where(np.isnan(given), chosen, given).astype(np.int64)
    today = np.flatnonzero((frame["at"].to_numpy("datetime64[D]") == shop.calendar.today) & np.isnan(given))
    chosen[today[: len(CHANNELS)]] = np.arange(len(CHANNELS))[: len(today)]  # each channel has its bar today
    return chosen


def _in_hours(rng: np.random.Generator, shop: Shop, frame: pd.DataFrame, channel: Counts) -> tuple[Times, Counts]:
    """Talks happen in opening hours and not on Sundays; what cannot be, becomes a message. Today is as it is."""
    at = frame["at"].to_numpy("datetime64[s]")
    day = (at.astype("datetime64[D]") - shop.calendar.first_day).astype(np.int64)
    spoken = np.isin(channel, (VISIT, PHONE, CONFERENCE, LETTER))
    sunday = (shop.calendar.weekday(day) == 6) & (day < DAYS)
    channel = np.where(spoken & sunday & (channel != PHONE), CHAT, np.where(spoken & sunday, WEB, channel))
    talked = np.isin(channel, (VISIT, PHONE, CONFERENCE, LETTER)) & frame["channel"].isna().to_numpy()
    if shop.calendar.share_today(OPENING_HOURS) == 0:
        talked &= day < DAYS
    open_at = shop.calendar.time(rng, day, OPENING_HOURS)
    ordered = shop.orders["ordered_at"].to_numpy("datetime64[s]")[frame["order"].to_numpy()]
    return np.where(talked & (open_at > ordered), open_at, at), channel


def _staff(rng: np.random.Generator, shop: Shop, frame: pd.DataFrame) -> Texts:
    """Somebody of the team that the reason belongs to; the first of service has the most."""
    chosen = np.empty(len(frame), object)
    teams = shop.staff["team"].to_numpy(object)
    for i, reason in enumerate(REASONS):
        where = np.flatnonzero(frame["reason"] == i)
        team = np.flatnonzero(teams == reason.team)
        weights = np.ones(len(team))
        weights[0] = 2.5
        chosen[where] = shop.staff["staff_id"].to_numpy(object)[rng.choice(team, len(where), p=weights / weights.sum())]
    return chosen


def _said(u: Numbers, reason: Reason, written: bool, inbound: bool, seen: dict[str, str]) -> str:
    def one(texts: list[str], k: int) -> str:
        return texts[int(u[k] * len(texts))]

    if not written:
        return f"{one(reason.problems, 0)} {one(reason.details, 1)} {one(reason.steps, 2)}".format(**seen)
    if inbound:
        return f"{one(GREETINGS, 0)} {one(reason.words, 1)} {one(PLEAS, 2)}".format(**seen)
    return f"Dear {seen['name']}, {one(reason.replies, 1)} {one(CLOSINGS, 2)}".format(**seen)


def texts(rng: np.random.Generator, shop: Shop, frame: pd.DataFrame) -> list[str]:
    """The words of each contact. In: reason, channel, is_in, who, order, product."""
    names = shop.catalogue.frame["name"].to_numpy(object)[frame["product"].to_numpy()]
    given = shop.customers["given"].to_numpy(object)[frame["who"].to_numpy()]
    city = shop.customers["city"].to_numpy(object)[frame["who"].to_numpy()]
    when = pd.DatetimeIndex(shop.orders["ordered_at"].to_numpy()[frame["order"].to_numpy()])
    dates = [f"{day} {month}" for day, month in zip(when.day, when.month_name(), strict=True)]
    written = frame["channel"].isin((LETTER, EMAIL, CHAT, WEB)).to_numpy()
    draws = rng.random((len(frame), 3))
    return [
        _said(u, REASONS[r], w, i, {"product": p, "name": g, "city": c, "date": d})
        for u, r, w, i, p, g, c, d in zip(
            draws, frame["reason"], written, frame["is_in"], names, given, city, dates, strict=True
        )
    ]


def _products(rng: np.random.Generator, shop: Shop, frame: pd.DataFrame) -> Counts:
    """The machine for what is about machines, else a line of the order that is no service."""
    goods = shop.lines[shop.catalogue.category[shop.lines["product"].to_numpy()] != SERVICES]
    chosen = goods.sample(frac=1, random_state=np.random.RandomState(rng.integers(2**31)))
    one = chosen.drop_duplicates("order").set_index("order")["product"]
    of_order = one.reindex(frame["order"].to_numpy()).fillna(shop.catalogue.number("CO-101")).to_numpy(np.int64)
    machine = shop.own_machine[frame["who"].to_numpy()]
    about = frame["reason"].isin([_reason(r) for r in ABOUT_MACHINES]).to_numpy() & (machine >= 0)
    product: Counts = np.where(about, machine, of_order)
    return product


def contacts(rng: np.random.Generator, shop: Shop, scale: int, more: pd.DataFrame) -> pd.DataFrame:
    """Out: who, order, product, reason, channel, at, is_in, staff_id, angry, outcome, duration_s; sorted by time.

    `more` are contacts with a cause of their own: order, at, reason.
    """
    frame = pd.concat([_everyday(rng, shop, scale), _causes(rng, shop), more], ignore_index=True)
    frame["angry"] = frame["angry"].fillna(value=False).astype(bool)
    frame = frame[frame["at"].notna() & (frame["at"] <= shop.calendar.as_of)].reset_index(drop=True)
    frame["who"] = shop.orders["who"].to_numpy()[frame["order"].to_numpy()]
    at, channel = _in_hours(rng, shop, frame, _channels(rng, shop, frame))
    frame["at"], frame["channel"] = at, channel
    frame["product"] = _products(rng, shop, frame)
    share = np.array([r.from_customer for r in REASONS])[frame["reason"]]
    frame["is_in"] = (rng.random(len(frame)) < share) | frame["angry"]
    frame["staff_id"] = _staff(rng, shop, frame)
    frame["duration_s"] = _durations(rng, channel)
    return frame.sort_values(["at", "who"], kind="stable").reset_index(drop=True)


def _durations(rng: np.random.Generator, channel: Counts) -> Texts:
    """Seconds of calls, visits and video talks; None for what is written."""
    n = len(channel)
    call = np.clip(rng.gamma(2.2, 120, n), 25, 2400)
    visit, talk = rng.integers(35, 150, n) * 60, rng.integers(15, 60, n) * 60
    seconds = np.select([channel == PHONE, channel == VISIT, channel == CONFERENCE], [call, visit, talk], 0).astype(int)
    return only(seconds > 0, seconds)
