"""What goods cost together: discount of a voucher, delivery, and the tax contained in all of it.

The basket that is shown and the order that is placed are priced by this one function. The parts add up to the cent:
lines after discount + delivery = total; taxes of the lines + tax of the delivery = tax of the order, which is the sum
over its rates.
Delivery is taxed like the goods of the highest value among them (the higher rate, where two are equal).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from services import clock, company, delivery_fees, taxes, vouchers
from services.taxes import RateSum
from services.work import Work


@dataclass(frozen=True)
class Part:
    """One line before discount."""

    worth_cents: int
    category: str | None = None
    tax_class: str | None = None
    is_service: bool = False


@dataclass(frozen=True)
class Priced:
    """Prices of the parts, in their order, and the sums. Without rates of the company all taxes are None or empty."""

    lines: list[int]  # after discount
    discounts: list[int]
    rates_bp: list[int | None]
    taxes: list[int | None]
    shipping_cents: int
    shipping_tax_bp: int | None
    shipping_tax_cents: int | None
    rates: list[RateSum]
    voucher: vouchers.Applied | None

    @property
    def lines_cents(self) -> int:
        return sum(self.lines)

    @property
    def discount_cents(self) -> int:
        return sum(self.discounts)

    @property
    def total_cents(self) -> int:
        return self.lines_cents + self.shipping_cents

    @property
    def tax_cents(self) -> int | None:
        return sum(r.tax_cents for r in self.rates) if self.rates else None


def price(
    w: Work, customer_id: int, parts: Sequence[Part], *, code: str = "", country: str = "", hold: bool = False
) -> Priced:
    """What these parts cost a customer now, delivered to a country as the address names it.

    With `hold` the voucher is kept from others until the transaction ends (see vouchers.apply).
    """
    voucher = vouchers.apply(w, code, customer_id, [(p.worth_cents, p.category) for p in parts], hold=hold)
    discounts = voucher.discounts if voucher else [0] * len(parts)
    lines = [p.worth_cents - d for p, d in zip(parts, discounts, strict=True)]
    goods = any(not p.is_service for p in parts)
    shipping = delivery_fees.fee_cents(w, sum(lines), country, goods=goods)
    today = taxes.on(w, clock.day_of(w.now, company.of(w).zone))
    known = [today.of(p.tax_class) for p in parts]
    rates_bp = [bp for bp in known if bp is not None]
    if not parts or len(rates_bp) < len(parts):
        blank: list[int | None] = [None] * len(parts)
        return Priced(lines, discounts, blank, blank, shipping, None, None, [], voucher)
    of_delivery = main_rate(lines, rates_bp)
    found = taxes.of_parts([*zip(lines, rates_bp, strict=True), (shipping, of_delivery)])
    return Priced(
        lines=lines,
        discounts=discounts,
        rates_bp=known,
        taxes=list(found.taxes[:-1]),
        shipping_cents=shipping,
        shipping_tax_bp=of_delivery,
        shipping_tax_cents=found.taxes[-1],
        rates=found.rates,
        voucher=voucher,
    )


def main_rate(lines: Sequence[int], rates_bp: Sequence[int]) -> int:
    """The rate of the goods of the highest value; the higher one of equals."""
    worth: dict[int, int] = {}
    for cents, bp in zip(lines, rates_bp, strict=True):
        worth[bp] = worth.get(bp, 0) + cents
    return max(worth, key=lambda bp: (worth[bp], bp))
