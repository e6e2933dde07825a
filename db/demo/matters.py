"""What stays open after a contact: cases with their next step, promises, follow-ups."""

import numpy as np
import pandas as pd

from db.demo.contacts import Shop
from db.demo.people import AGENT, HERO
from db.demo.phrases import EMAIL, FOLLOW_UPS, NAMES, PHONE, REASONS, WEB
from db.demo.seasons import Counts, Times, at_hour, only, working_days_after

FRESH_DAYS = 21  # most cases are settled by then
LONG_DAYS = 60  # nothing stays open for longer
OPEN, WAITING, SOLVED, CLOSED = "open", "waiting", "solved", "closed"
BY_HAND_S = 412  # length of the call in which it is told, which also marks it
NEVER = np.datetime64("NaT", "s")


def by_hand(shop: Shop) -> pd.DataFrame:
    """The contact behind the open case of the demonstration's customer: two days ago, by telephone."""
    own = np.flatnonzero(shop.orders["who"] == HERO)
    at = _on_the_day(shop, 2, 10.35)
    fault = NAMES.index("Fault")
    row = {"order": own[-2], "at": at, "reason": fault, "channel": PHONE, "who": HERO, "is_in": True, "angry": False}
    row |= {"product": shop.own_machine[HERO], "staff_id": shop.staff["staff_id"][AGENT], "duration_s": BY_HAND_S}
    return pd.DataFrame([row]).astype({"at": "datetime64[s]"})


def _opened(rng: np.random.Generator, shop: Shop, contacts: pd.DataFrame) -> Counts:
    """The contacts that open a case: problems told by customers, anger nearly always."""
    problem = np.array([r.is_problem for r in REASONS])[contacts["reason"]] & contacts["is_in"].to_numpy(bool)
    opens = problem & (rng.random(len(contacts)) < np.where(contacts["angry"], 0.8, 0.4))
    hero = (contacts["who"] == HERO).to_numpy()
    last = np.flatnonzero(hero & (contacts["duration_s"] == BY_HAND_S))[-1]
    opens[hero & (contacts["at"] > shop.calendar.today - np.timedelta64(40, "D"))] = False
    opens[last] = True
    return np.flatnonzero(opens)


def cases(rng: np.random.Generator, shop: Shop, contacts: pd.DataFrame) -> pd.DataFrame:
    """Out: contact (row), who, order, reason, product, owner, state, opened_at, answer_by, closed_at, priority and
    the texts `subject`, `next_step`, `promise`."""
    first = _opened(rng, shop, contacts)
    chosen = contacts.iloc[first]
    now, n = shop.calendar.as_of, len(first)
    opened = chosen["at"].to_numpy("datetime64[s]")
    age = (now - opened).astype(float) / 86400
    fresh = rng.choice([OPEN, WAITING, SOLVED], n, p=[0.48, 0.24, 0.28])
    old = rng.choice([CLOSED, SOLVED, OPEN], n, p=[0.94, 0.04, 0.02])
    state = np.where(age < FRESH_DAYS, fresh, old).astype(object)
    state[(age > LONG_DAYS) & (state == OPEN)] = CLOSED
    state[(chosen["who"] == HERO).to_numpy() & (age < 3)] = OPEN
    closed = at_hour(rng, working_days_after(opened, 1 + rng.poisson(3, n)), 9, 17.5)
    state[closed > now] = np.where(state[closed > now] == WAITING, WAITING, OPEN)
    closed = np.where(np.isin(state, (SOLVED, CLOSED)), closed, NEVER)
    usual = at_hour(rng, working_days_after(opened, np.full(n, 2)), 17, 17)
    product = shop.catalogue.frame["name"].to_numpy(object)[chosen["product"].to_numpy(np.int64)]
    told = [(REASONS[r], p) for r, p in zip(chosen["reason"], product, strict=True)]
    return pd.DataFrame(
        {
            "contact": first,
            **{c: chosen[c].to_numpy() for c in ("who", "order", "reason", "product", "staff_id")},
            "state": state,
            "opened_at": opened,
            "answer_by": _answer_by(shop, opened, usual, np.flatnonzero(state == OPEN), chosen["who"].to_numpy()),
            "closed_at": closed,
            "priority": np.where(chosen["angry"], "high", rng.choice(["normal", "normal", "normal", "low"], n)),
            "subject": [r.subject.format(product=p) for r, p in told],
            "next_step": [r.next_step for r, _p in told],
            "promise": [r.promise.format(product=p) for r, p in told],
        }
    )


def _answer_by(shop: Shop, opened: Times, usual: Times, still: Counts, who: Counts) -> Times:
    """As usual, two working days after the opening; of those still open two are late, two nearly
    so, and the others have some days: a house that keeps up with its work."""
    until = usual.copy()
    others = still[who[still] != HERO]
    late, near = others[:2], others[2:4]
    rest = np.setdiff1d(still, others[:4])
    today = np.full(len(still), shop.calendar.today)
    ahead = working_days_after(today[: len(rest)], 1 + np.arange(len(rest)) % 5)
    until[rest] = ahead.astype("datetime64[s]") + _hours(17)
    until[near] = shop.calendar.as_of + _hours(2)
    before = np.busday_offset(today[: len(late)].astype("datetime64[D]"), -1 - np.arange(len(late)), roll="backward")
    until[late] = np.maximum(before.astype("datetime64[s]") + _hours(17), opened[late] + _hours(2))
    return until


def _hours(n: int) -> np.timedelta64:
    return np.timedelta64(n * 3600, "s")


def later_contacts(rng: np.random.Generator, shop: Shop, contacts: pd.DataFrame, case: pd.DataFrame) -> pd.DataFrame:
    """None to two more contacts in each case, mostly from us. Columns as `contacts`, with `case` (row of `case`)."""
    number = np.repeat(np.arange(len(case)), rng.integers(0, 3, len(case)))
    opened = case["opened_at"].to_numpy("datetime64[s]")[number]
    closed = case["closed_at"].to_numpy("datetime64[s]")[number]
    at = at_hour(rng, working_days_after(opened, rng.integers(1, 6, len(number))), 9, 17.5)
    at = np.where(at > closed, closed, at)  # what comes after the end is the talk that ended it
    soon = opened + np.timedelta64(1800, "s")
    after = np.less(soon, at) & (at <= shop.calendar.as_of)
    after &= (case["who"].to_numpy()[number] != HERO) | (case["state"].to_numpy()[number] != OPEN)
    source = contacts.iloc[case["contact"].to_numpy()[number]].reset_index(drop=True)
    channel = rng.choice([PHONE, EMAIL, WEB], len(number), p=[0.5, 0.35, 0.15])
    seconds = only(channel == PHONE, rng.integers(60, 700, len(number)))
    more = source.assign(at=at, channel=channel, duration_s=seconds, case=number, is_in=rng.random(len(number)) < 0.3)
    kept: pd.DataFrame = more[after].reset_index(drop=True)
    return kept


def promises(rng: np.random.Generator, shop: Shop, case: pd.DataFrame) -> pd.DataFrame:
    """Out: case (row), who, staff_id, what, made_at, due_on, kept_at, broken_at. One for most cases."""
    given = case[(rng.random(len(case)) < 0.6) | ((case["who"] == HERO) & (case["state"] == OPEN))]
    n, now = len(given), shop.calendar.as_of
    made = given["opened_at"].to_numpy("datetime64[s]")
    due = working_days_after(made, rng.integers(2, 7, n))
    closed = given["closed_at"].to_numpy("datetime64[s]")
    in_time = ~np.isnat(closed) & (closed.astype("datetime64[D]") <= due)
    given_up = (rng.random(n) < 0.7) | (due < shop.calendar.today - np.timedelta64(30, "D"))
    hopeless = ~in_time & (due < shop.calendar.today) & given_up
    broken = np.minimum(at_hour(rng, due + np.timedelta64(1, "D"), 9, 10), now)
    return pd.DataFrame(
        {
            "case": given.index.to_numpy(),
            "who": given["who"].to_numpy(),
            "staff_id": given["staff_id"].to_numpy(),
            "what": given["promise"].to_numpy(),
            "made_at": made,
            "due_on": due,
            "kept_at": np.where(in_time, closed, NEVER),
            "broken_at": np.where(hopeless, broken, NEVER),
        }
    )


def follow_ups(rng: np.random.Generator, shop: Shop, contacts: pd.DataFrame) -> pd.DataFrame:
    """Out: contact (row), who, staff_id, reason, created_at, due_at, done_at. Some overdue, some due today."""
    recent = (contacts["at"] > shop.calendar.as_of - np.timedelta64(120, "D")).to_numpy()
    chosen = contacts[recent & (rng.random(len(contacts)) < 0.22)]
    n, now = len(chosen), shop.calendar.as_of
    made = chosen["at"].to_numpy("datetime64[s]")
    due = at_hour(rng, working_days_after(made, rng.integers(1, 16, n)), 9, 9)
    due[:] = np.where(rng.random(n) < 0.06, _today_at_nine(shop), due)
    done = np.minimum(due + rng.integers(-20, 30, n) * np.timedelta64(3600, "s"), now)
    is_done = (due < now) & (rng.random(n) < 0.88) & (done > made)
    staff = np.where(rng.random(n) < 0.3, shop.staff["staff_id"][AGENT], chosen["staff_id"])
    for k, i in enumerate(range(max(n - 12, 0), n)):  # the agent of the demonstration has some of each kind
        staff[i], is_done[i] = shop.staff["staff_id"][AGENT], False
        due[i] = _today_at_nine(shop) + (k % 3 - 1) * np.timedelta64(2, "D")
    early = np.minimum(made, due - np.timedelta64(86400, "s"))
    return pd.DataFrame(
        {
            "contact": np.where(early < made, -1, chosen.index.to_numpy()),
            "who": chosen["who"].to_numpy(),
            "staff_id": staff,
            "reason": np.array(FOLLOW_UPS, object)[rng.integers(0, len(FOLLOW_UPS), n)],
            "created_at": early,
            "due_at": due,
            "done_at": np.where(is_done, done, NEVER),
        }
    )


def _on_the_day(shop: Shop, days_ago: int, hour: float) -> np.datetime64:
    day: np.datetime64 = (shop.calendar.today - np.timedelta64(days_ago, "D")).astype("datetime64[s]")
    return day + np.timedelta64(round(hour * 3600), "s")


def _today_at_nine(shop: Shop) -> np.datetime64:
    return _on_the_day(shop, 0, 9.0)


def messages(rng: np.random.Generator, shop: Shop, case: pd.DataFrame) -> pd.DataFrame:
    """Portal messages both ways. Out: case (row or -1), who, product, reason, is_in, sent_at, read_at.

    One thread in about four customers, each with a question and mostly an answer; a whole talk about the open case of
    the demonstration's customer.
    """
    own = case.index[(case["who"] == HERO) & (case["state"] == OPEN)][-1:]
    rest = case.index[(rng.random(len(case)) < 0.35) & (case["who"] != HERO)]
    about = case.loc[[*own, *own, *rest]]
    n, now = len(about), shop.calendar.as_of
    hours = (rng.integers(1, 5, n) * 3600).astype("timedelta64[s]")
    asked: Times = about["opened_at"].to_numpy("datetime64[s]") + hours
    answered = at_hour(rng, working_days_after(asked, np.ones(n, np.int64)), 8.5, 18)
    seen = answered + (rng.uniform(0.2, 30, n) * 3600).astype("timedelta64[s]")
    if len(own):
        asked[:2] = _on_the_day(shop, 2, 11.3), _on_the_day(shop, 1, 9.2)
        answered[:2] = _on_the_day(shop, 2, 15.1), _on_the_day(shop, 1, 11.75)
        seen[0], seen[1] = _on_the_day(shop, 2, 17.5), NEVER  # the last answer waits to be read
    base = {c: about[c].to_numpy() for c in ("who", "product", "reason", "order", "staff_id")} | {"case": about.index}
    question = pd.DataFrame({**base, "is_in": True, "sent_at": asked, "read_at": answered})
    answer = pd.DataFrame({**base, "is_in": False, "sent_at": answered, "read_at": seen})
    both = pd.concat([question, answer], ignore_index=True)
    both = both.sort_values(["sent_at", "who"], kind="stable").reset_index(drop=True)
    both["read_at"] = both["read_at"].where(both["read_at"] <= now)
    both["channel"] = WEB
    both["by_hand"] = np.where(both["case"].isin(own), both.groupby("case").cumcount(), -1)
    return both[both["sent_at"] <= now].reset_index(drop=True)
