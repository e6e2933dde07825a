"""Vouchers: codes that make an order cheaper, by a share or by an amount.

The basket holds only the code. What it gives is decided each time it is looked at, and again, with the voucher held
fast, when the order is placed: of two last uses at once exactly one wins. A cancelled order gives the use back.
"""

from services.vouchers.applying import Applied, apply, exists, normal
from services.vouchers.managing import NewVoucher, Row, categories, change, listing, switch
from services.vouchers.using import give_back, use

__all__ = [
    "Applied",
    "NewVoucher",
    "Row",
    "apply",
    "categories",
    "change",
    "exists",
    "give_back",
    "listing",
    "normal",
    "switch",
    "use",
]
