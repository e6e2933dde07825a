"""Customers and staff: who they are, where they live, what they brew with and how often they buy."""

import unicodedata
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from db.demo import names
from db.demo.seasons import Calendar, Counts, Flags, Numbers, Texts, Times, only

CUSTOMERS = 500  # at scale 1
PLACES = Path(__file__).with_name("places.csv")
#: The customer of the demonstration's sign-in is the first one; its agent, head and technician are the first staff.
HERO, AGENT, HEAD = 0, 0, 1
HERO_EMAIL = "customer@example.com"
HERO_NAME = ("Johanna", "Sommer")
DOMAINS = ("example.com", "example.org", "example.net")
JUST_NOW = 1e-6  # an order at this very moment is still told


@dataclass(frozen=True)
class Habits:
    """What nobody writes down and everything else follows from. One entry per customer; times in business days."""

    is_company: Flags
    brewer: Counts  # number in catalogue.BREWERS
    interval: Numbers  # between two orders, typically
    regularity: Numbers  # shape of the gamma distribution: 1 is chance, 30 a clock
    fading: Numbers  # factor by which each interval is longer than the one before
    begin: Numbers  # of the first order that is told here
    is_old: Flags  # was a customer before the three years
    end: Numbers  # no order after it
    leaves: Flags
    complains: Flags  # before leaving
    size: Numbers  # how many drink with them: 1 for a household
    discount: Counts  # agreed, in per mille
    consent: Flags
    by_referral: Flags

    @property
    def taste(self) -> Counts:
        """Row of `Catalogue.appeal`."""
        return self.brewer * 2 + self.is_company

    def __len__(self) -> int:
        return len(self.interval)


def _ends(rng: np.random.Generator, calendar: Calendar, begin: Numbers) -> tuple[Numbers, Flags]:
    now, n = calendar.passed[-1], len(begin)
    leaves = (rng.random(n) < 0.26) & (begin < now - 330)
    span = np.maximum(now - 75 - (begin + 150), 0)
    return np.where(leaves, begin + 150 + rng.random(n) * span, now + JUST_NOW), leaves


def habits(rng: np.random.Generator, calendar: Calendar, customers: int, new_today: int) -> Habits:
    """The habits of so many customers, the last `new_today` of which come today.

    The first one is made by hand: loyal, regular, never leaves.
    """
    n, now = customers, float(calendar.passed[-1])
    company = rng.random(n) < 0.3
    at_work, at_home = rng.choice(4, n, p=[0.3, 0.5, 0.2, 0]), rng.choice(4, n, p=[0.32, 0.26, 0.16, 0.26])
    brewer = np.where(company, at_work, at_home)
    interval = np.clip(np.exp(rng.normal(np.where(company, 3.7, 4.35), 0.5)), 9, 240)
    old = rng.random(n) < 0.35
    begin = np.where(old, rng.random(n) * interval, rng.random(n) ** 0.8 * now)
    old[-new_today:] = False
    begin[-new_today:] = calendar.passed[-2] + rng.random(new_today) * (now - calendar.passed[-2])
    end, leaves = _ends(rng, calendar, begin)
    made = Habits(
        is_company=company,
        brewer=brewer,
        interval=interval,
        regularity=np.clip(np.exp(rng.normal(1.9, 0.8, n)), 1, 30),
        fading=np.where(rng.random(n) < 0.08, 1.18, 1.0),
        begin=begin,
        is_old=old,
        end=end,
        leaves=leaves,
        complains=leaves & (rng.random(n) < 0.55),
        size=np.where(company, np.clip(np.exp(rng.normal(0.9, 0.5, n)), 1, 8), 1.0),
        discount=np.where(company, rng.choice([0, 30, 50, 80], n, p=[0.35, 0.3, 0.25, 0.1]), 0),
        consent=rng.random(n) < 0.55,
        by_referral=rng.random(n) < 0.14,
    )
    special = {
        "is_company": False, "brewer": 0, "interval": 24.0, "regularity": 20.0, "fading": 1.0, "begin": 9.0,
        "end": now + JUST_NOW, "is_old": True, "leaves": False, "complains": False, "size": 1.0, "discount": 0,
        "consent": True, "by_referral": False,
    }  # fmt: skip
    for name, value in special.items():
        getattr(made, name)[HERO] = value
    return made


def _ascii(text: str) -> str:
    plain = text.replace("ß", "ss").replace("ł", "l").replace("Ł", "L").replace("ı", "i").replace("ø", "o")
    plain = unicodedata.normalize("NFKD", plain).encode("ascii", "ignore").decode()
    return "".join(ch for ch in plain.lower().replace(" ", "-") if ch.isalnum() or ch == "-").strip("-")


def _pick(rng: np.random.Generator, code: Texts, pools: dict[str, tuple[str, ...]]) -> Texts:
    """For each country code one text of its pool."""
    chosen = np.empty(len(code), object)
    for country in sorted(pools):
        where = np.flatnonzero(code == country)
        chosen[where] = np.array(pools[country], object)[rng.integers(0, len(pools[country]), len(where))]
    return chosen


def _people(rng: np.random.Generator, code: Texts) -> tuple[Texts, Texts, Flags]:
    """Given names, family names and who is a woman. Every seventh comes from further away than the country's lists."""
    n, known = len(code), names.COUNTRIES
    woman, far_given, far_family = rng.random(n) < 0.5, rng.random(n) < 0.1, rng.random(n) < 0.14
    women = _pick(rng, code, {c: known[c].women for c in known})
    men = _pick(rng, code, {c: known[c].men for c in known})
    families = _pick(rng, code, {c: known[c].families for c in known})
    far_women = np.array(names.EVERYWHERE_WOMEN, object)[rng.integers(0, len(names.EVERYWHERE_WOMEN), n)]
    far_men = np.array(names.EVERYWHERE_MEN, object)[rng.integers(0, len(names.EVERYWHERE_MEN), n)]
    far = np.array(names.EVERYWHERE_FAMILIES, object)[rng.integers(0, len(names.EVERYWHERE_FAMILIES), n)]
    given = np.where(woman, np.where(far_given, far_women, women), np.where(far_given, far_men, men))
    return given, np.where(far_family | far_given, far, families), woman


def _emails(given: Texts, family: Texts, firm: Texts, company: Flags, domain: Counts) -> list[str]:
    """One address per customer, all different, at the domains that are reserved for examples."""
    plain = {text: _ascii(text) for text in {*given, *family, *firm}}
    local = [
        f"office.{plain[f]}" if c else f"{plain[g]}.{plain[n]}"
        for g, n, f, c in zip(given, family, firm, company, strict=True)
    ]
    count = pd.Series(local).groupby([local, domain]).cumcount().to_numpy()
    return [f"{text}{'' if k == 0 else k + 1}@{DOMAINS[d]}" for text, k, d in zip(local, count, domain, strict=True)]


def _phones(place: pd.DataFrame) -> list[str | None]:
    """Numbers of the ranges kept free for films and books; where a country has none, numbers that begin with zeros
    and can belong to nobody; none for Spain, which has neither."""
    count = place.groupby("phone", dropna=False).cumcount()
    return [
        f"{prefix}{int(k) * 7 % int(numbers):0{len(str(int(numbers))) - 1}d}" if numbers else None
        for prefix, numbers, k in zip(place["phone"], place["numbers"], count, strict=True)
    ]


def customers(rng: np.random.Generator, calendar: Calendar, how: Habits, first_order: Times) -> pd.DataFrame:
    """The customers table of the import schema, with `given` and `city` for the texts that name them.

    `first_order` is the moment of the first order as datetime64; NaT where there is none yet.
    """
    n = len(how)
    places = pd.read_csv(PLACES, dtype={"postal": str, "phone": str})
    chance = places["weight"].to_numpy(float)
    place = places.iloc[rng.choice(len(places), n, p=chance / chance.sum())].reset_index(drop=True)
    place.loc[HERO] = places.iloc[0]
    code = place["code"].to_numpy(object)
    given, family, woman = _people(rng, code)
    # Nobody shares the name of the sign-in: whoever looks for her finds one, and knows at once who is meant.
    family[(given == HERO_NAME[0]) & (family == HERO_NAME[1])] = "Winter"
    (given[HERO], family[HERO]), woman[HERO] = HERO_NAME, True
    firm, segment = _firms(rng, code, family, place["city"])
    email = _emails(given, family, firm, how.is_company, rng.choice(3, n, p=[0.5, 0.3, 0.2]))
    email[HERO] = HERO_EMAIL
    return pd.DataFrame(
        {
            "customer_id": [f"D{i + 1:06d}" for i in range(n)],
            "name": [f"{g} {f}" for g, f in zip(given, family, strict=True)],
            "company": only(how.is_company, firm),
            "email": email,
            "phone": only(rng.random(n) < 0.9, _phones(place)),
            "address": _streets(rng, code),
            "city": place["city"],
            "region": place["region"],
            "postal_code": _postal(rng, place["postal"]),
            "country": place["country"],
            "birth_band": only(~how.is_company & (rng.random(n) > 0.3), _bands(rng, n)),
            "gender": only(~how.is_company, np.where(woman, "female", "male")),
            "segment": np.where(how.is_company, segment, "household"),
            "joined_at": _joined(rng, calendar, how, first_order),
            "marketing_consent": how.consent,
            "given": given,
        }
    )


def _firms(rng: np.random.Generator, code: Texts, family: Texts, city: pd.Series) -> tuple[Texts, Texts]:
    kind = rng.integers(0, len(names.FIRMS), len(code))
    word = rng.integers(0, len(names.FIRM_WORDS), len(code))
    firm = [
        names.FIRMS[k].format(word=names.FIRM_WORDS[w], family=f, city=c, form=names.COUNTRIES[country].firm)
        for k, w, f, c, country in zip(kind, word, family, city, code, strict=True)
    ]
    return np.array(firm, object), np.array(names.SEGMENTS_OF_FIRMS, object)[kind]


def _streets(rng: np.random.Generator, code: Texts) -> list[str]:
    street = _pick(rng, code, {c: known.streets for c, known in names.COUNTRIES.items()})
    number = rng.integers(1, 140, len(code))
    return [names.COUNTRIES[c].street.format(number=k, street=s) for c, k, s in zip(code, number, street, strict=True)]


def _postal(rng: np.random.Generator, codes: pd.Series) -> list[str]:
    chance = rng.random(len(codes))
    return [(known := text.split(";"))[int(u * len(known))] for text, u in zip(codes, chance, strict=True)]


def _bands(rng: np.random.Generator, n: int) -> Texts:
    bands = np.array(["18-24", "25-34", "35-44", "45-54", "55-64", "65+"], object)
    return bands[rng.choice(6, n, p=[0.07, 0.24, 0.27, 0.2, 0.13, 0.09])]


def _joined(rng: np.random.Generator, calendar: Calendar, how: Habits, first_order: Times) -> Times:
    """Old customers came in the two years before; the others with their first order."""
    days = rng.integers(1, 2 * 365, len(how)).astype("timedelta64[D]")
    before = calendar.first_day.astype("datetime64[s]") - days + np.timedelta64(11 * 3600, "s")
    begun = calendar.date(calendar.day(how.begin)).astype("datetime64[s]")
    known = np.where(np.isnat(first_order), begun, first_order)
    return np.where(how.is_old, before, known)


def staff(scale: int) -> pd.DataFrame:
    """The staff table, with `team`. One team at every scale up to 5, more of the same beyond."""
    people = list(names.STAFF)
    for i in range(min(max(scale // 5, 0), 40)):
        country = names.COUNTRIES[sorted(names.COUNTRIES)[i % len(names.COUNTRIES)]]
        given = (country.women, country.men)[i % 2][i // 12 % 8]
        people.append((f"{given} {country.families[(i * 5) % 12]}", "Customer advisor", "service"))
    return pd.DataFrame(
        {
            "staff_id": [f"S{i + 1:03d}" for i in range(len(people))],
            "name": [p[0] for p in people],
            "title": [p[1] for p in people],
            "email": [f"{_ascii(p[0]).replace('-', '.')}.{i + 1}@example.com" for i, p in enumerate(people)],
            "phone": [f"+49 30 23125 {900 + i:03d}" for i in range(len(people))],
            "manager_id": [None if i == HEAD else f"S{HEAD + 1:03d}" for i in range(len(people))],
            "team": [p[2] for p in people],
        }
    )
