"""Columns of words: one line or several, e-mail addresses, telephone numbers."""

import re
import unicodedata
from collections.abc import Callable

from services import clock, inputs
from services.errors import Invalid
from services.exchange.distinct import Distinct, Local, each, reason
from services.exchange.schema import Column
from services.text import _

#: Anything `inputs.line` or `inputs.paragraph` might object to; text without such a character needs no second look.
_IN_LINE = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_IN_PARAGRAPH = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_NOT_UTF8 = re.compile("[\ud800-\udfff]")
_BREAKS = re.compile(r"[\r\n\t]+")
_PLAIN_LOCAL = re.compile(r"[a-z0-9]{1,30}(?:[._+-][a-z0-9]{1,30})?")
_PLAIN_DOMAIN = re.compile(r"(?:[a-z0-9]{1,40}\.){1,3}[a-z]{2,20}")


def lines(distinct: list[str], column: Column, _local: Local) -> Distinct:
    """One line each; line breaks and tabs within it become blanks."""
    return _words(
        distinct, column, _IN_LINE, lambda text: inputs.line(_BREAKS.sub(" ", text), "", 10**9, required=False)
    )


def paragraphs(distinct: list[str], column: Column, _local: Local) -> Distinct:
    """Several lines each, whatever system wrote the line breaks."""
    return _words(
        distinct,
        column,
        _IN_PARAGRAPH,
        lambda text: inputs.paragraph(text.replace("\r\n", "\n").replace("\r", "\n"), "", 10**9, required=False),
    )


def _words(distinct: list[str], column: Column, suspect: re.Pattern[str], careful: Callable[[str], str]) -> Distinct:
    found = Distinct([text.strip() for text in distinct])
    if not _fine("".join(distinct), suspect):
        for i, text in enumerate(distinct):
            if not _fine(text, suspect):
                _second_look(found, i, text, careful)
    if max(map(len, found.values), default=0) > column.most:
        for i, text in enumerate(found.values):
            if len(text) > column.most:
                found.problems[i] = too_long(column, len(text))
    return found


def _fine(text: str, suspect: re.Pattern[str]) -> bool:
    return not suspect.search(text) and unicodedata.is_normalized("NFC", text)


def _second_look(found: Distinct, i: int, text: str, careful: Callable[[str], str]) -> None:
    if _NOT_UTF8.search(text):
        found.problems[i] = _("this is not UTF-8 text; save the file as UTF-8")
        return
    try:
        found.values[i] = careful(text)
    except Invalid as error:
        found.problems[i] = reason(error)


def too_long(column: Column, n: int) -> str:
    return _("at most {most} characters, these are {n}").format(most=column.most, n=n)


def emails(distinct: list[str], _column: Column, _local: Local) -> Distinct:
    """Normalised addresses."""
    good: set[str] = set()  # domains that the full check has passed: the plain rest needs it no more

    def one(text: str) -> str:
        plain = text.strip().casefold()
        if not plain:
            return ""
        name, _at, domain = plain.partition("@")
        if domain in good and _PLAIN_LOCAL.fullmatch(name):
            return plain
        checked = inputs.email(text, "")
        if checked.endswith("@" + domain) and _PLAIN_DOMAIN.fullmatch(domain):
            good.add(domain)
        return checked

    return each(distinct, one, "")


def phones(distinct: list[str], _column: Column, local: Local) -> Distinct:
    """A phone is (E.164 or None, as written)."""

    def one(text: str) -> tuple[str | None, str] | None:
        return inputs.phone(_BREAKS.sub(" ", text), local.country, "") if text.strip() else None

    found = each(distinct, one)
    for i, value in enumerate(found.values):
        if value is not None and value[0] is None:
            found.note("phone as written", i)
    return found


def zones(distinct: list[str], _column: Column, _local: Local) -> Distinct:
    """Names of time zones as this machine knows them, in any case of letters."""
    known = {name.casefold(): name for name in clock.zone_names()}

    def one(text: str) -> str:
        if not (plain := text.strip()):
            return ""
        if plain.casefold() not in known:
            raise Invalid("", _("write a time zone like Europe/Berlin"))
        return known[plain.casefold()]

    return each(distinct, one, "")
