"""A chart in words: the names of its marks, and one sentence that says what it shows."""

from datetime import date
from functools import lru_cache

import pandas as pd
from babel import Locale
from babel.dates import format_date, format_skeleton
from babel.numbers import format_currency

from services.board.periods import ALL, Period
from services.board.sums import REST
from services.text import _, locale_name, minor_digits, money, ngettext, number

_LARGE = 100_000


def channel(value: str) -> str:
    """A channel of contacts or orders in the language of the reader."""
    return {
        "visit": _("Visit"),
        "phone": _("Phone"),
        "letter": _("Letter"),
        "e-mail": _("E-mail"),
        "conference": _("Conference"),
        "message": _("Message"),
        "portal": _("Portal"),
        "store": _("Store"),
        "other": _("Other"),
    }.get(value, value)


def category(value: str) -> str:
    """A category of products; REST stands for all that have no colour of their own."""
    return _("All others") if value == REST else value or _("No category")


def age(bucket: str) -> str:
    """The age of an open case."""
    return {
        "d1": _("Under 1 day"),
        "d3": _("1–3 days"),
        "d7": _("3–7 days"),
        "d30": _("7–30 days"),
        "older": _("Over 30 days"),
        ALL: _("Any age"),
    }.get(bucket, bucket)


def promise_end(value: str) -> str:
    """How a promise ended."""
    return {
        "kept": _("Kept in time"),
        "late": _("Kept late"),
        "broken": _("Broken"),
        "missed": _("Open, time is over"),
        "waiting": _("Still to come"),
    }.get(value, value)


def duration(minutes: float) -> str:
    """A working time: `45 min`, `2 h 5 min`."""
    hours, rest = divmod(round(minutes), 60)
    if not hours:
        return _("{n} min").format(n=number(rest))
    return _("{hours} h {n} min").format(hours=number(hours), n=number(rest))


def place(bucket: str) -> str:
    """A place on the time axis, short: `10:00`, `2 Mar`, `Mar 2026`, `2026`."""
    return _place(bucket, locale_name())


@lru_cache(maxsize=5_000)
def _place(bucket: str, locale: str) -> str:
    if bucket.startswith("h"):
        return f"{bucket[1:]}:00"
    parts = [int(p) for p in bucket.split("-")]
    if len(parts) == 1:
        return bucket
    day = date(parts[0], parts[1], parts[2] if len(parts) > 2 else 1)
    return str(format_skeleton("MMMd" if len(parts) > 2 else "yMMM", day, locale=locale))


def time_of(bucket: str, whole: str) -> str:
    """A place on the time axis in full: `10:00–11:00`, `2 Mar`. `whole` is what all places together are called."""
    if bucket == ALL:
        return whole
    return f"{bucket[1:]}:00–{int(bucket[1:]) + 1:02}:00" if bucket.startswith("h") else place(bucket)


def days(period: Period) -> str:
    """The days of a period: `Mon, 2 Mar 2026`, or from and to."""
    first, last = (_day(d, locale_name()) for d in (period.first, period.last))
    return first if period.single else f"{first} – {last}"


@lru_cache(maxsize=5_000)
def _day(day: date, locale: str) -> str:
    return str(format_skeleton("yMMMEd", day, locale=locale))


def weekday(day: date) -> str:
    """The name of the day of the week."""
    return str(format_date(day, "EEEE", locale=locale_name()))


def headline(cents: int, currency: str, large: int = _LARGE) -> str:
    """An amount for a narrow place: large ones (in whole units) without the minor units."""
    digits = minor_digits(currency)
    if abs(cents) < large * 10**digits:
        return money(cents, currency)
    pattern = str(Locale.parse(locale_name()).currency_formats["standard"].pattern).replace("0.00", "0")
    return str(format_currency(round(cents / 10**digits), currency, pattern, locale_name(), currency_digits=False))


def amount(value: int, currency: str | None = None) -> str:
    """An amount in minor units, or without a currency a count."""
    return _amount(value, currency, locale_name())


@lru_cache(maxsize=20_000)
def _amount(value: int, currency: str | None, _locale: str) -> str:
    """Kept, for the bars of past days never change. `_locale` only keeps the languages apart."""
    return money(value, currency) if currency else number(value)


def summary(frame: pd.DataFrame, total: str) -> str:
    """One sentence about a chart: its sum, its highest place and, of several series, the largest.

    In: as for services/charts/bars.py. `total` is the sum in words.
    """
    values = frame["value"].tolist()
    if not any(values):
        return _("{total}. There is nothing to show.").format(total=total)
    places, series = (_added(frame[column].tolist(), values) for column in ("label", "name"))
    sentence = _("{total}. Highest: {place}.").format(total=total, place=max(places, key=places.__getitem__))
    if len(series) > 1:
        largest = max(series, key=series.__getitem__)
        share = _percent(series[largest], sum(series.values()))
        sentence += " " + _("Largest part: {name}{share}.").format(name=largest, share=share)
    return sentence


def _added(keys: list[str], values: list[float]) -> dict[str, float]:
    sums: dict[str, float] = {}
    for key, value in zip(keys, values, strict=True):
        sums[key] = sums.get(key, 0) + value
    return sums


def _percent(part: float, whole: float) -> str:
    return f" ({number(100 * part / whole)} %)" if 0 < part <= whole else ""


def contacts(n: int) -> str:
    return ngettext("{n} contact", "{n} contacts", n)


def orders(n: int) -> str:
    return ngettext("{n} order", "{n} orders", n)


def customers(n: int) -> str:
    return ngettext("{n} new customer", "{n} new customers", n)


def cases(n: int) -> str:
    return ngettext("{n} open case", "{n} open cases", n)


def cases_of_all(n: int) -> str:
    return ngettext("{n} case", "{n} cases", n)


def promises(n: int) -> str:
    return ngettext("{n} promise", "{n} promises", n)


def lines(n: int) -> str:
    return ngettext("{n} order line", "{n} order lines", n)
