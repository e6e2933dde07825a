"""The tax that is contained in prices: one rule of rounding, and parts that add up.

The rule: the gross amounts of one rate in one document are added first; the tax in the sum is rounded once, half a cent
up; it is then split over the amounts by the largest remainder. So the taxes of the lines add up to the tax of the rate,
and the taxes of the rates to that of the document.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from services.money import split


@dataclass(frozen=True)
class RateSum:
    """All amounts of one rate: `gross_cents` with the tax in it, `tax_cents` of that."""

    basis_points: int
    gross_cents: int
    tax_cents: int

    @property
    def net_cents(self) -> int:
        return self.gross_cents - self.tax_cents


@dataclass(frozen=True)
class Contained:
    """The tax in each amount, and by rate, the highest rate first."""

    taxes: list[int]
    rates: list[RateSum]

    @property
    def tax_cents(self) -> int:
        return sum(self.taxes)


def contained(gross_cents: int, basis_points: int) -> int:
    """The tax in an amount that includes it, half a cent rounded up (away from zero below it)."""
    whole = 10_000 + basis_points
    tax = (2 * abs(gross_cents) * basis_points + whole) // (2 * whole)
    return tax if gross_cents >= 0 else -tax


def of_parts(parts: Sequence[tuple[int, int]]) -> Contained:
    """The tax in amounts given as (gross cents, none negative; basis points)."""
    taxes = [0] * len(parts)
    rates: list[RateSum] = []
    for rate in sorted({bp for _gross, bp in parts}, reverse=True):
        places = [i for i, (_gross, bp) in enumerate(parts) if bp == rate]
        weights = [parts[i][0] for i in places]
        found = RateSum(rate, sum(weights), contained(sum(weights), rate))
        for i, tax in zip(places, split(found.tax_cents, weights), strict=True):
            taxes[i] = tax
        rates.append(found)
    return Contained(taxes, rates)
