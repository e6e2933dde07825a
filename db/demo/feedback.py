"""Surveys, campaigns, consents and the help centre of the demonstration company."""

import numpy as np
import pandas as pd

from db.demo.contacts import Shop
from db.demo.phrases import ARTICLES, SURVEY_TEXTS
from db.demo.seasons import DAYS, ROUND_THE_CLOCK, Calendar, Counts, Flags, only

QUESTION = "How satisfied were you with your order?"
RECOMMEND = "How likely are you to recommend us to a friend or colleague?"
COUPON_OFF = 100  # per mille
#: name, kind, first month and day, length in days, coupon
CAMPAIGNS = (
    ("Descaling weeks", "newsletter", 3, 10, 21, "CLEAN"),
    ("Cold brew summer", "newsletter", 6, 15, 28, "COLD"),
    ("Christmas gifts", "newsletter", 11, 24, 26, "GIFT"),
)


def surveys(rng: np.random.Generator, shop: Shop, angry: Counts) -> pd.DataFrame:
    """Answers after about every eighth delivery, and to the yearly question whether one would recommend us."""
    orders, now = shop.orders, shop.calendar.as_of
    delivered = orders["delivered_at"].to_numpy("datetime64[s]")
    asked = delivered + np.timedelta64(2, "D")
    answered = asked + (rng.exponential(30, len(orders)) * 3600).astype("timedelta64[s]")
    row = np.flatnonzero(~np.isnat(delivered) & (rng.random(len(orders)) < 0.14))
    row = row[answered[row] <= now]
    mood = 4.4 - 1.7 * orders["is_late"].to_numpy()[row] - 1.5 * np.isin(orders["who"].to_numpy()[row], angry)
    score = np.clip(np.rint(mood + rng.normal(0, 0.8, len(row))), 1, 5).astype(int)
    text = [
        SURVEY_TEXTS[s - 1][int(u * len(SURVEY_TEXTS[s - 1]))] for s, u in zip(score, rng.random(len(row)), strict=True)
    ]
    who = orders["who"].to_numpy()[row]
    after = pd.DataFrame({"who": who, "order": row, "instrument": "after delivery", "question": QUESTION})
    after = after.assign(score=score, scale_min=1, scale_max=5, text=only(rng.random(len(row)) < 0.45, text))
    after = after.assign(asked_at=asked[row], answered_at=answered[row])
    return pd.concat([after, _recommendations(rng, shop, angry)], ignore_index=True)


def joined_on(shop: Shop) -> Counts:
    """The number of the day on which each customer came; negative before the three years."""
    days: Counts = (shop.customers["joined_at"].to_numpy("datetime64[D]") - shop.calendar.first_day).astype(np.int64)
    return days


def _recommendations(rng: np.random.Generator, shop: Shop, angry: Counts) -> pd.DataFrame:
    who = np.flatnonzero(rng.random(len(shop.how)) < 0.3)
    joined = np.maximum(joined_on(shop), 0)
    day = np.minimum(joined[who] + rng.integers(60, 420, len(who)), DAYS)
    asked = shop.calendar.date(day).astype("datetime64[s]")
    score = np.clip(np.rint(8.2 - 4.5 * np.isin(who, angry) + rng.normal(0, 1.6, len(who))), 0, 10).astype(int)
    frame = pd.DataFrame(
        {"who": who, "order": -1, "instrument": "recommendation", "question": RECOMMEND, "score": score}
    )
    answered = shop.calendar.time(rng, day, ROUND_THE_CLOCK)
    frame = frame.assign(scale_min=0, scale_max=10, text=None, asked_at=asked, answered_at=answered)
    return frame[day < DAYS]


def campaigns(calendar: Calendar) -> pd.DataFrame:
    """All campaigns that have begun: campaign_id, name, kind, starts_at, ends_at, coupon, first and last day."""
    rows = []
    for year in range(int(str(calendar.first_day)[:4]), int(str(calendar.as_of)[:4]) + 1):
        for name, kind, month, day, length, coupon in CAMPAIGNS:
            start = np.datetime64(f"{year}-{month:02d}-{day:02d}", "D")
            first = int((start - calendar.first_day).astype(int))
            if 0 <= first < DAYS:
                rows.append(
                    (f"C{year}{month:02d}", f"{name} {year}", kind, start, length, f"{coupon}{year % 100}", first)
                )
    frame = pd.DataFrame(rows, columns=["campaign_id", "name", "kind", "starts_at", "length", "coupon", "first"])
    ends = frame["starts_at"] + pd.to_timedelta(frame["length"], "D")
    return frame.assign(ends_at=ends, last=frame["first"] + frame["length"])


def campaign_events(
    rng: np.random.Generator, known: pd.DataFrame, orders: pd.DataFrame, joined: Counts, consent: Flags
) -> pd.DataFrame:
    """Mailings to those who want them, and coupons used with an order. Out: campaign, who, event, at, coupon, order."""
    parts = []
    for i, c in known.iterrows():
        who = np.flatnonzero(consent & (joined < c["first"]))
        at = np.datetime64(c["starts_at"], "s") + np.timedelta64(9 * 3600, "s")
        parts.append(pd.DataFrame({"campaign": i, "who": who, "event": "mailed", "at": at, "order": -1}))
        during = orders[orders["day"].between(c["first"] + 1, c["last"]) & orders["who"].isin(who)]
        used = during[rng.random(len(during)) < 0.3].drop_duplicates("who")
        parts.append(
            pd.DataFrame({"campaign": i, "who": used["who"], "event": "coupon_redeemed", "at": used["ordered_at"],
                          "order": used.index})
        )  # fmt: skip
    events = pd.concat(parts, ignore_index=True)
    redeemed = events["event"] == "coupon_redeemed"
    return events.assign(coupon=known["coupon"].to_numpy(object)[events["campaign"]]).assign(
        coupon=lambda f: f["coupon"].where(redeemed)
    )


def consents(rng: np.random.Generator, shop: Shop) -> pd.DataFrame:
    """What customers agreed to beside the newsletter, and who took that back.

    Out: who, purpose, granted, at, how.
    """
    n, joined = len(shop.how), shop.customers["joined_at"].to_numpy("datetime64[s]")
    everybody = np.arange(n)
    parts = [
        pd.DataFrame({"who": everybody, "purpose": "service", "granted": True, "at": joined}),
        pd.DataFrame({"who": everybody, "purpose": "profiling", "granted": rng.random(n) < 0.62, "at": joined}),
        pd.DataFrame({"who": everybody, "purpose": "research", "granted": rng.random(n) < 0.38, "at": joined}),
    ]
    back = np.flatnonzero(shop.how.consent & (rng.random(n) < 0.07))
    back = back[back > 0]
    since = (shop.calendar.as_of - joined[back]).astype(float)
    later = joined[back] + (rng.random(len(back)) * since).astype("timedelta64[s]")
    given = pd.concat(parts).assign(how="sign-up form")
    gone = pd.DataFrame(
        {"who": back, "purpose": "newsletter", "granted": False, "at": later, "how": "link in a newsletter"}
    )
    return pd.concat([given, gone], ignore_index=True)


def articles() -> pd.DataFrame:
    """The help centre in the import schema."""
    frame = pd.DataFrame(ARTICLES)
    return frame.assign(article_id=[f"A{i + 1:02d}" for i in range(len(frame))], language="en")
