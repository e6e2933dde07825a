"""A basket as it is looked at: its lines, its sums, and whether it can be ordered as it stands."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sqlmodel import SQLModel

from services.catalogue.offer import Stock
from services.pricing import Priced


class State(StrEnum):
    """Whether a line can be ordered as it stands."""

    READY = "ready"
    SHORT = "short"  # fewer left than wanted
    OUT = "out"
    GONE = "gone"  # not sold any more


class Wanted(SQLModel):
    """A product, how many of it, and the price the person was shown (None: none was)."""

    product_id: int
    quantity: int
    price_cents: int | None = None


@dataclass(frozen=True)
class Line:
    """One line as it stands now. `was_cents` is set where the price differs from the one shown before."""

    product_id: int
    name: str
    unit: str
    quantity: int
    price_cents: int
    was_cents: int | None
    total_cents: int
    state: State
    stock: Stock
    left: int | None  # how many there are, where fewer than wanted or only few
    delivery_on: date
    is_service: bool
    category: str | None = None
    tax_class: str | None = None


@dataclass(frozen=True)
class View:
    """The basket with all that has to be known before ordering. Sums count the lines that can be ordered.

    `lines_cents` is the worth of the goods before the voucher; `priced` holds the parts of the sums.
    `key` names this very state of the basket: two tabs, a reload or a second click carry the same one, and so place
    one order.
    """

    lines: list[Line]
    lines_cents: int
    shipping_cents: int
    total_cents: int
    delivery_on: date | None  # the earliest day for all of it
    key: str
    priced: Priced
    voucher: str = ""  # the code that was typed, whether it counts or not

    @property
    def problem(self) -> str:
        """Why the voucher gives nothing."""
        return self.priced.voucher.problem if self.priced.voucher else ""

    @property
    def ready(self) -> bool:
        """Everything in it can be ordered as it stands."""
        return bool(self.lines) and not self.problem and all(line.state is State.READY for line in self.lines)

    @property
    def pieces(self) -> int:
        return sum(line.quantity for line in self.lines)

    @property
    def has_goods(self) -> bool:
        return any(not line.is_service for line in self.lines)
