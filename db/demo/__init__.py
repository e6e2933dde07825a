"""A believable company that sells coffee and what belongs to it: three years of a seeded, invented life.

Pure data: nothing here reads a clock or a database. The same seed, scale and instant give the same company. Names,
streets and brands are invented or common; e-mail addresses end in example.com, example.org or example.net, telephone
numbers come from ranges that belong to nobody.
"""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np
import pandas as pd

from db.demo import baskets, beside, catalogue, contacts, feedback, matters, orders, people, phrases, tables, upset
from db.demo.contacts import Shop
from db.demo.people import AGENT, CUSTOMERS, HEAD, HERO
from db.demo.seasons import DAYS, calendar

__all__ = ["AGENT", "CUSTOMERS", "DAYS", "HEAD", "HERO", "WORDS", "Invented", "company", "invented"]

#: Short, common, different words, for pass phrases.
WORDS = tuple(Path(__file__).with_name("words.txt").read_text("utf-8").split())


@dataclass(frozen=True)
class Invented:
    """`tables` are in the import schema. `more` holds what it has no place for, keyed by the ids of `tables`:
    cases, promises, follow_ups, messages, consents, prices, returns, teams. `truth` is what the habits really were
    (one row per customer), to judge by. All times are local times of the company, without a zone."""

    tables: dict[str, pd.DataFrame]
    more: dict[str, pd.DataFrame]
    truth: pd.DataFrame


def company(seed: int = 1, scale: int = 1, *, as_of: datetime, digits: int = 2) -> dict[str, pd.DataFrame]:
    """The company in the tables of the import schema. `as_of` is its local time; 500 customers at scale 1."""
    return invented(seed, scale, as_of=as_of, digits=digits).tables


def invented(seed: int = 1, scale: int = 1, *, as_of: datetime, digits: int = 2) -> Invented:
    """The whole company. Raises ValueError for a scale below 1.

    `digits` are the decimals of the currency: the bag of coffee of 24.90 costs 2490 where there are none.
    """
    if scale < 1:
        raise ValueError("scale begins at 1")
    rng = np.random.default_rng(seed)
    when = calendar(as_of)
    goods = catalogue.catalogue(rng, when)
    how = people.habits(rng, when, CUSTOMERS * scale, new_today=max(2, round(3 * when.liveliness[-1])) * scale)
    placed = orders.ordered(rng, when, how, scale)
    own = baskets.machines(rng, goods, how)
    lines = baskets.lines(rng, when, goods, how, placed, own)
    service = goods.frame["service"].to_numpy() == 1
    goods_in = np.bincount(lines["order"], weights=~service[lines["product"]], minlength=len(placed))
    placed = orders.delivered(rng, when, placed, goods_in == 0)
    first = placed.groupby("who")["ordered_at"].first().reindex(range(len(how))).to_numpy("datetime64[s]")
    known = people.customers(rng, when, how, first)
    shop = Shop(when, goods, how, known, people.staff(scale), placed, lines, own)
    return _told(rng, shop, scale, tables.Money(digits))


def _told(rng: np.random.Generator, shop: Shop, scale: int, money: tables.Money) -> Invented:
    """Everything that is said and felt about the orders, and all of it as tables."""
    talk, case, written = _talked(rng, shop, scale)
    promised = matters.promises(rng, shop, case)
    planned = matters.follow_ups(rng, shop, talk)
    angry = np.flatnonzero(shop.how.complains)
    run = feedback.campaigns(shop.calendar)
    events = feedback.campaign_events(rng, run, shop.orders, feedback.joined_on(shop), shop.how.consent)
    answers = feedback.surveys(rng, shop, angry)
    ids = tables.Ids(shop)
    made = {
        "customers": tables.customers(rng, shop),
        "staff": tables.staff(shop),
        "products": tables.products(shop, money),
        **tables.sales(rng, shop, events, money),
        "interactions": tables.interactions(rng, shop, ids, talk, case),
        "surveys": tables.surveys(ids, answers),
        "campaigns": run[["campaign_id", "name", "kind", "starts_at", "ends_at"]],
        "campaign_events": tables.campaign_events(ids, run, events),
        "faq_articles": feedback.articles(),
    }
    more = {
        "cases": beside.cases(ids, case),
        "promises": beside.promises(ids, promised),
        "follow_ups": beside.follow_ups(ids, planned),
        "messages": beside.messages(ids, written),
        "consents": beside.consents(ids, feedback.consents(rng, shop)),
        "prices": beside.prices(shop),
        "returns": beside.returns(rng, shop, ids),
        "teams": shop.staff[["staff_id", "team"]],
    }
    return Invented(made, more, beside.truth(shop))


def _talked(rng: np.random.Generator, shop: Shop, scale: int) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Contacts, the cases that come of them and the messages about these, with all their words."""
    talk = contacts.contacts(rng, shop, scale, upset.complaints(rng, shop, scale))
    talk = pd.concat([talk, matters.by_hand(shop)], ignore_index=True)
    case = matters.cases(rng, shop, talk)
    talk["case"] = pd.Series(case.index, index=case["contact"]).reindex(talk.index).fillna(-1).astype(int)
    talk = pd.concat([talk, matters.later_contacts(rng, shop, talk, case)], ignore_index=True)
    written = matters.messages(rng, shop, case)
    written["text"] = contacts.texts(rng, shop, written)
    by_hand = written["by_hand"] >= 0
    written.loc[by_hand, "text"] = [phrases.THREAD[k] for k in written.loc[by_hand, "by_hand"]]
    talk["text"] = contacts.texts(rng, shop, talk)
    machine = shop.catalogue.frame["name"].iloc[int(shop.own_machine[HERO])]
    first_call = (talk["who"] == HERO) & (talk["duration_s"] == matters.BY_HAND_S)
    talk.loc[first_call, "text"] = phrases.FIRST_CALL.format(product=machine)
    return talk, case, written
