"""The words people see, in their language, and dates, numbers and money written as they are used to.

`_` looks a sentence up in `locale/`; English sentences are their own keys. The language belongs to the run of one
page or one job (`speaking`), never to the process.
"""

import gettext
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache, lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_datetime, format_skeleton, format_time, get_datetime_format
from babel.numbers import format_currency, format_decimal, format_percent, get_currency_precision

LOCALE_DIR = Path(__file__).resolve().parent.parent / "locale"
LANGUAGES = ("en",)

_language: ContextVar[str] = ContextVar("language", default="en")


@cache
def _catalogue(language: str) -> gettext.NullTranslations:
    return gettext.translation("rapport", LOCALE_DIR, languages=[language.replace("-", "_")], fallback=True)


def speak(language: str) -> None:
    """From here on, in this run, sentences come in `language` (a BCP 47 tag); unknown ones fall back to English."""
    _language.set(language or "en")


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """The same for a block, for mail to somebody who reads another language."""
    token = _language.set(language or "en")
    try:
        yield
    finally:
        _language.reset(token)


def spoken() -> str:
    """The language of this run, for whoever keeps sentences by it."""
    return _language.get()


def _(sentence: str) -> str:
    """The sentence in the language of this run."""
    return _catalogue(_language.get()).gettext(sentence)


def ngettext(one: str, many: str, n: int) -> str:
    """`one` or `many`, whichever the language of this run uses for `n`; `{n}` is filled in."""
    return _catalogue(_language.get()).ngettext(one, many, n).format(n=number(n))


@cache
def _known_locale(tag: str) -> str:
    try:
        return str(Locale.parse(tag.replace("-", "_")))
    except (ValueError, UnknownLocaleError):
        return "en"


def locale_name() -> str:
    """Babel's name for the language of this run."""
    return _known_locale(_language.get())


@cache
def own_name(language: str) -> str:
    """What the speakers of a language call it: English, Deutsch."""
    return str(Locale.parse(_known_locale(language)).get_display_name() or language).capitalize()


def number(value: float, digits: int = 0) -> str:
    """A number with the separators of the language."""
    return _decimal(round(value, digits) + 0, locale_name())  # + 0: never "-0"


def fixed(value: float, digits: int) -> str:
    """A number with exactly so many digits behind its point, so that a column of them can be compared at a glance."""
    return str(format_decimal(value, f"#,##0.{'0' * digits}", locale=locale_name()))


def money(cents: int, currency: str) -> str:
    """An amount in minor units, written with its currency."""
    return _currency(cents, currency, locale_name())


def percent(basis_points: int) -> str:
    """Hundredths of a per cent as a share: 1900 is 19%."""
    return str(format_percent(Decimal(basis_points) / 10_000, "#,##0.##%", locale=locale_name()))


@cache
def minor_digits(currency: str) -> int:
    """How many decimals the currency has: 2 for EUR, 0 for JPY."""
    return int(get_currency_precision(currency))


def local_time(instant: datetime, zone: ZoneInfo) -> str:
    """Date, hours and minutes in `zone`."""
    return _time(instant.astimezone(UTC), zone, locale_name())


def local_second(instant: datetime, zone: ZoneInfo) -> str:
    """The same to the second, where what came first matters."""
    return str(format_datetime(instant.astimezone(zone), "medium", locale=locale_name()))


def local_date(value: datetime | date, zone: ZoneInfo) -> str:
    """The calendar day in `zone` (a plain date stays as it is)."""
    day = value.astimezone(zone).date() if isinstance(value, datetime) else value
    return _date(day, locale_name())


def local_day(day: date) -> str:
    """Day and month, where the year is plain."""
    return str(format_skeleton("MMMd", day, locale=locale_name()))


def clock_time(instant: datetime, zone: ZoneInfo) -> str:
    """Hours, minutes and seconds in `zone`."""
    return str(format_time(instant.astimezone(zone), "HH:mm:ss", locale=locale_name()))


def local_clock(instant: datetime, zone: ZoneInfo) -> str:
    """Hours and minutes in `zone`."""
    return str(format_time(instant.astimezone(zone), "short", locale=locale_name()))


# Writing a figure takes Babel longer than drawing it, and a page writes much the same ones every time.
@lru_cache(maxsize=4096)
def _decimal(value: float, locale: str) -> str:
    return str(format_decimal(value, locale=locale))


@lru_cache(maxsize=4096)
def _currency(cents: int, currency: str, locale: str) -> str:
    return str(format_currency(cents / 10 ** minor_digits(currency), currency, locale=locale))


@lru_cache(maxsize=4096)
def _time(instant: datetime, zone: ZoneInfo, locale: str) -> str:
    local = instant.astimezone(zone)
    joined = str(get_datetime_format("medium", locale=locale)).replace("'", "")
    day = format_date(local, "medium", locale=locale)
    return joined.replace("{1}", day).replace("{0}", format_time(local, "short", locale=locale))


@lru_cache(maxsize=4096)
def _date(day: date, locale: str) -> str:
    return str(format_date(day, "medium", locale=locale))
