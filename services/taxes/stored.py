"""The taxes that an order has kept, by rate."""

from collections.abc import Iterable

from db.models import Order, OrderLine
from services.taxes.amounts import RateSum


def of_order(order: Order, lines: Iterable[OrderLine]) -> list[RateSum]:
    """By rate, the highest first; empty where the tax was not recorded, as in orders from an import."""
    if order.tax_cents is None:
        return []
    parts = [(i.tax_bp, i.line_total_cents, i.tax_cents) for i in lines]
    parts.append((order.shipping_tax_bp, order.shipping_cents, order.shipping_tax_cents))
    sums: dict[int, tuple[int, int]] = {}
    for bp, gross, tax in parts:
        if bp is not None:
            before = sums.get(bp, (0, 0))
            sums[bp] = (before[0] + gross, before[1] + (tax or 0))
    return [RateSum(bp, gross, tax) for bp, (gross, tax) in sorted(sums.items(), reverse=True)]
