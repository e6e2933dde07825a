"""What the figures are made of: the kinds of rows that measures count, and where the columnar copy holds them."""

from dataclasses import dataclass
from enum import StrEnum


class Fact(StrEnum):
    """What one row of the source is."""

    ORDER = "order"
    SALE = "sale"  # a line of an order
    CONTACT = "contact"
    CASE = "case"
    RETURN = "return"
    RETURNED = "returned"  # a line of an order that comes back
    BUYER = "buyer"


@dataclass(frozen=True)
class Source:
    """Rows that figures are made of. `day` is the day they count on, `row` the number of the thing behind them."""

    table: str
    where: str
    row: str
    thing: str  # what `row` is the number of: order, contact, case, return or customer
    day: str = "f.day"
    hour: str | None = "f.hour"
    customer: str = "f.customer_id"
    staff: str = "f.staff_id"


SOURCES = {
    Fact.ORDER: Source("orders AS f", "f.is_sale", "f.order_id", "order"),
    Fact.SALE: Source("sale_line AS f", "f.is_sale", "f.order_id", "order"),
    Fact.CONTACT: Source("contact AS f", "f.day IS NOT NULL", "f.contact_id", "contact"),
    Fact.CASE: Source("cases AS f", "TRUE", "f.case_id", "case", staff="f.owner_id"),
    Fact.RETURN: Source(
        "returns AS f JOIN orders AS o ON o.order_id = f.order_id",
        "TRUE",
        "f.return_id",
        "return",
        customer="o.customer_id",
        staff="o.staff_id",
    ),
    Fact.RETURNED: Source(
        "return_line AS t JOIN sale_line AS f ON f.order_id = t.order_id AND f.line_no = t.line_no",
        "TRUE",
        "t.return_id",
        "return",
        day="t.day",
        hour="t.hour",
    ),
    Fact.BUYER: Source("buyer AS f", "TRUE", "f.customer_id", "customer", day="f.first_day", hour=None, staff=""),
}
