"""Money is an integer of minor units. This module reads it from what people type; services/text.py writes it."""

import re
from decimal import Decimal

from services.errors import Invalid
from services.text import _, minor_digits

MOST = 10**15  # far above any order, far below what a 64-bit sum can hold
_PLAIN = re.compile(r"[+-]?\d{1,15}(?:[.,]\d{1,6})?")


def parse(text: str, currency: str, field: str | None = None) -> int:
    """Minor units from "12.50" or "12,50". Refuses exponents, NaN, thousands separators and fractions of a cent."""
    field = field or _("Amount")
    plain = text.strip()
    if not _PLAIN.fullmatch(plain):
        raise Invalid(field, _("write an amount like 12.50"))
    scaled = Decimal(plain.replace(",", ".")).scaleb(minor_digits(currency))
    if scaled != scaled.to_integral_value() or abs(scaled) > MOST:
        raise Invalid(field, _("this amount is too fine or too large"))
    return int(scaled)
