"""Money is an integer of minor units. This module reads it from text, splits it and adds percentages to it."""

import re
from decimal import ROUND_HALF_UP, Decimal

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


def split(total: int, weights: list[int]) -> list[int]:
    """Divide `total` in proportion to `weights`; the parts add up to it exactly (largest remainders first)."""
    whole = sum(weights)
    if whole <= 0 or min(weights) < 0:
        raise ValueError("weights must be non-negative and not all zero")
    parts = [total * w // whole for w in weights]
    short = total - sum(parts)
    order = sorted(range(len(weights)), key=lambda i: (-(total * weights[i] % whole), i))
    for i in order[:short]:
        parts[i] += 1
    return parts


def share(cents: int, per_mille: int) -> int:
    """`per_mille` thousandths of an amount, half a cent rounded away from zero."""
    return int((Decimal(cents) * per_mille / 1000).to_integral_value(ROUND_HALF_UP))
