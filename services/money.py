"""Money is an integer of minor units. This module reads it from what people type; services/text.py writes it."""

import re
from collections.abc import Sequence
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


def split(total_cents: int, weights: Sequence[int]) -> list[int]:
    """Parts of an amount in proportion to `weights` (none negative) that add up to it exactly.

    Each part is the exact share rounded down; the cents that are left go to the largest remainders, the first of equal
    ones first (Hamilton's method). Without any weight all of it is in the first part.
    """
    whole, sign = sum(weights), -1 if total_cents < 0 else 1
    if not weights:
        return []
    if not whole:
        return [total_cents, *[0] * (len(weights) - 1)]
    parts = [abs(total_cents) * weight // whole for weight in weights]
    left = abs(total_cents) - sum(parts)
    by_rest = sorted(range(len(weights)), key=lambda i: -(abs(total_cents) * weights[i] % whole))
    for i in by_rest[:left]:
        parts[i] += 1
    return [sign * part for part in parts]


def share(cents: int, basis_points: int) -> int:
    """So many hundredths of a per cent of an amount that is not negative, half a cent rounded up."""
    return (2 * cents * basis_points + 10_000) // 20_000
