"""Columns of amounts, numbers, times, yes and no, and JSON documents."""

import json
import re
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Any

import numpy as np
import pandas as pd

from services.errors import Invalid
from services.exchange.distinct import Distinct, Local, each
from services.exchange.schema import Column, Kind
from services.exchange.texts import too_long
from services.text import _

_DECIMAL = re.compile(r"[+-]?(?:[0-9]{1,15}(?:\.[0-9]{0,30})?|\.[0-9]{1,30})(?:[eE][+-]?[0-9]{1,2})?")
_WHOLE = re.compile(r"([+-]?[0-9]{1,18})(?:\.0+)?")
_TIME = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,6})?)?(Z|[+-][0-9]{2}:?[0-9]{2})?)?"
)
_TRUTH = {
    **dict.fromkeys(("true", "1", "yes", "y", "t", "1.0"), True),
    **dict.fromkeys(("false", "0", "no", "n", "f", "0.0"), False),
}
_EXACT = Context(prec=80)
#: 31.349999999999998 is what a program made of 31.35; a difference this small (in minor units) is not an amount.
NOISE = Decimal("0.000001")
FIRST_YEAR, LAST_YEAR = 1900, 2199


def amounts(distinct: list[str], column: Column, local: Local) -> Distinct:
    found = Distinct([None] * len(distinct))
    factor = Decimal(10) ** local.digits
    for i, text in enumerate(distinct):
        if not (plain := text.strip()):
            continue
        if not _DECIMAL.fullmatch(plain):
            found.problems[i] = _("write an amount like 12.50")
            continue
        scaled = _EXACT.multiply(Decimal(plain), factor)
        cents = scaled.to_integral_value(ROUND_HALF_UP)
        apart = abs(_EXACT.subtract(scaled, cents))
        if abs(cents) > column.most:
            found.problems[i] = _("this amount is too large")
        elif apart > NOISE and column.kind is Kind.MONEY:
            found.problems[i] = _("finer than the smallest coin of the currency")
        else:
            found.values[i] = int(cents)
            if apart:
                found.note("rounded" if apart > NOISE else "noise", i)
    return found


def integers(distinct: list[str], column: Column, _local: Local) -> Distinct:
    def one(text: str) -> int | None:
        if not (plain := text.strip()):
            return None
        if not (match := _WHOLE.fullmatch(plain)):
            raise Invalid("", _("write a whole number"))
        if abs(value := int(match[1])) > column.most:
            raise Invalid("", _("this number is too large"))
        return value

    return each(distinct, one)


def numbers(distinct: list[str], _column: Column, _local: Local) -> Distinct:
    def one(text: str) -> float | None:
        if not (plain := text.strip()):
            return None
        if not _DECIMAL.fullmatch(plain):
            raise Invalid("", _("write a number like 4.5"))
        return float(plain)

    return each(distinct, one)


def truths(distinct: list[str], _column: Column, _local: Local) -> Distinct:
    def one(text: str) -> bool | None:
        if not (plain := text.strip().lower()):
            return None
        if plain not in _TRUTH:
            raise Invalid("", _("write true or false"))
        return _TRUTH[plain]

    return each(distinct, one)


def times(distinct: list[str], _column: Column, local: Local) -> Distinct:
    texts = [text.strip() for text in distinct]
    matches = [_TIME.fullmatch(text) for text in texts]
    zoned = np.array([m is not None and m[1] is not None for m in matches], dtype=bool)
    usable = pd.Series([text if m else None for text, m in zip(texts, matches, strict=True)], dtype=object)
    instants = pd.Series(np.datetime64("NaT", "us"), index=usable.index)
    if (~zoned).any():
        plain = _parsed(usable[~zoned], utc=False).dt.tz_localize(
            local.zone, ambiguous=np.ones(int((~zoned).sum()), dtype=bool), nonexistent="shift_forward"
        )
        instants[~zoned] = plain.dt.tz_convert("UTC").dt.tz_localize(None)
    if zoned.any():
        instants[zoned] = _parsed(usable[zoned], utc=True).dt.tz_localize(None)
    found = Distinct(instants.to_numpy(dtype="datetime64[us]"))
    for i in np.flatnonzero(np.isnat(found.values)):
        if texts[i]:
            found.problems[int(i)] = _("write a time like 2011-09-30T12:50:00, between 1900 and 2199")
    return found


def _parsed(texts: "pd.Series[Any]", *, utc: bool) -> "pd.Series[Any]":
    parsed = pd.to_datetime(texts, format="ISO8601", errors="coerce", utc=utc).dt.as_unit("us")
    return parsed.where(parsed.dt.year.between(FIRST_YEAR, LAST_YEAR))


def documents(distinct: list[str], column: Column, _local: Local) -> Distinct:
    def one(text: str) -> str:
        if not text.strip():
            return "{}"
        if len(text) > column.most:
            raise Invalid("", too_long(column, len(text)))
        try:
            document = json.loads(text, parse_constant=_refuse_constant)
            plain = json.dumps(document, ensure_ascii=False)
            plain.encode()
        except (ValueError, RecursionError) as error:
            raise Invalid("", _("write a JSON object like {{}} or leave it empty").format()) from error
        if not isinstance(document, dict) or "\\u0000" in plain:
            raise Invalid("", _("write a JSON object like {{}} or leave it empty").format())
        return plain

    return each(distinct, one, "{}")


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON")
