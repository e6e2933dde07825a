"""Which products are a fee: postage, bank charges and the like, charged with an order and not bought again.

Managers say so; by the name a product can only be suggested, and nothing follows from that alone. A fee counts in every
figure of sales, and is left out where it is asked what somebody buys again and what goes with what.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, literal, or_
from sqlmodel import col, select

from db.models import Product, Role
from services.work import Work

#: Whole words of a name, in small letters.
WORDS = (
    "postage", "shipping", "carriage", "delivery", "freight", "handling", "surcharge", "fee", "fees", "charge",
    "charges", "commission", "deposit", "versand", "versandkosten", "fracht", "porto", "gebühr", "gebühren", "pfand",
    "livraison", "frais", "envío", "spedizione", "verzendkosten",
)  # fmt: skip
#: Names that say it only as a whole: a manual grinder is bought, a line "Manual" is booked.
NAMES = ("manual", "discount", "rabatt", "adjustment", "samples", "rounding")
MOST_NAMED = 5


def looks_like_one(name: str) -> bool:
    """Whether the name speaks of a fee."""
    words = name.lower().split(" ")
    return any(word in WORDS for word in words) or name.strip().lower() in NAMES


def undecided() -> Any:
    """The condition for products that look like a fee while nobody has said whether they are one."""
    name = literal(" ").op("||")(func.lower(col(Product.name))).op("||")(literal(" "))
    spoken = [name.contains(f" {word} ", autoescape=True) for word in WORDS]
    return col(Product.is_fee).is_(None) & or_(*spoken, func.trim(func.lower(col(Product.name))).in_(NAMES))


def suggested(w: Work, named: Mapping[int, str]) -> list[str]:
    """Of products by number and name, the names that sound like a fee and wait for a decision; at most five. Managers
    only.
    """
    w.require(Role.MANAGER)
    like = [number for number, name in named.items() if looks_like_one(name)]
    if not like:
        return []
    waiting = select(col(Product.id)).where(col(Product.id).in_(like), col(Product.is_fee).is_(None))
    found = set(w.session.exec(waiting))
    return [named[number] for number in like if number in found][:MOST_NAMED]
