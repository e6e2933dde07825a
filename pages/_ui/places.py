"""Countries and currencies to choose from, in words."""

from functools import cache

from babel import Locale
from babel.numbers import get_currency_name, list_currencies

from services.company import COUNTRIES

#: Those that are asked for most stand first.
FIRST = ["EUR", "USD", "GBP", "CHF", "JPY", "BRL", "SEK", "PLN", "INR", "CAD", "AUD"]
CURRENCIES = [*FIRST, *sorted(c for c in list_currencies() if c not in FIRST and len(c) == 3)]


@cache
def countries(language: str) -> dict[str, str]:
    """Code and name of every country that a telephone number can be of, by name."""
    names = Locale.parse(language.replace("-", "_")).territories
    return dict(sorted(((code, str(names.get(code, code))) for code in COUNTRIES), key=lambda pair: pair[1]))


def currency_in_words(code: str) -> str:
    """A currency with its name."""
    return f"{code} – {get_currency_name(code, locale='en')}"
