"""The dictionary of measures and dimensions: what each figure means, and the SQL it is computed by. Pages show it.

Expressions are in DuckDB's dialect over the tables of the copy: `f` is the table of the fact, `p` its product, `c` its
customer, `b` the customer's first purchase, `s` its staff member. No other place computes these figures.
"""

from dataclasses import dataclass
from enum import StrEnum

from services.text import _


class Unit(StrEnum):
    MONEY = "money"  # integer cents
    COUNT = "count"
    SHARE = "share"  # 0 to 1


class Fact(StrEnum):
    """What one row of the source is."""

    SALE = "sale"
    CONTACT = "contact"
    CASE = "case"
    RETURN = "return"
    BUYER = "buyer"


@dataclass(frozen=True)
class Source:
    """Rows that figures are made of. `day` is the day they count on, `row` the number of the thing behind them."""

    table: str
    where: str
    row: str
    day: str = "f.day"
    hour: str | None = "f.hour"
    customer: str = "f.customer_id"


SOURCES = {
    Fact.SALE: Source("sale_line AS f", "f.is_sale", "f.order_id"),
    Fact.CONTACT: Source("contact AS f", "f.day IS NOT NULL", "f.contact_id"),
    Fact.CASE: Source("cases AS f", "TRUE", "f.case_id"),
    Fact.RETURN: Source(
        "returns AS f JOIN orders AS o ON o.order_id = f.order_id", "TRUE", "f.return_id", customer="o.customer_id"
    ),
    Fact.BUYER: Source("buyer AS f", "TRUE", "f.customer_id", day="f.first_day", hour=None),
}


@dataclass(frozen=True)
class Measure:
    """One figure. `additive`: the parts of a breakdown add up to the whole."""

    code: str
    unit: Unit
    fact: Fact
    sql: str
    additive: bool


MEASURES = {
    m.code: m
    for m in (
        Measure("revenue", Unit.MONEY, Fact.SALE, "CAST(sum(f.line_total_cents) AS BIGINT)", True),
        Measure(
            "profit",
            Unit.MONEY,
            Fact.SALE,
            "CAST(sum(CASE WHEN f.unit_cost_cents IS NOT NULL "
            "THEN f.line_total_cents - f.quantity * f.unit_cost_cents END) AS BIGINT)",
            True,
        ),
        Measure(
            "cost_known", Unit.SHARE, Fact.SALE, "CAST(count(f.unit_cost_cents) AS DOUBLE) / nullif(count(*), 0)", False
        ),
        Measure("orders", Unit.COUNT, Fact.SALE, "count(DISTINCT f.order_id)", False),
        Measure("units", Unit.COUNT, Fact.SALE, "CAST(sum(f.quantity) AS BIGINT)", True),
        Measure("lines", Unit.COUNT, Fact.SALE, "count(*)", True),
        Measure("customers", Unit.COUNT, Fact.SALE, "count(DISTINCT f.customer_id)", False),
        Measure(
            "average_order",
            Unit.MONEY,
            Fact.SALE,
            "CAST(sum(f.line_total_cents) AS DOUBLE) / nullif(count(DISTINCT f.order_id), 0)",
            False,
        ),
        Measure("new_customers", Unit.COUNT, Fact.BUYER, "count(*)", True),
        Measure("contacts", Unit.COUNT, Fact.CONTACT, "count(*)", True),
        Measure("cases", Unit.COUNT, Fact.CASE, "count(*)", True),
        Measure("returns", Unit.COUNT, Fact.RETURN, "count(*)", True),
        Measure("refunds", Unit.MONEY, Fact.RETURN, "CAST(sum(f.refund_cents) AS BIGINT)", True),
    )
}


def told(code: str) -> tuple[str, str]:
    """(name, meaning) of a measure in the reader's language."""
    return {
        "revenue": (_("Revenue"), _("What was charged for the lines of all sales, after discounts, without shipping.")),
        "profit": (
            _("Gross profit"),
            _("Revenue less the recorded cost of the pieces. Lines without a recorded cost are left out."),
        ),
        "cost_known": (_("Lines with a cost"), _("The share of lines whose cost is recorded, and so in the profit.")),
        "orders": (
            _("Orders"),
            _("Sales with at least one line: cancelled, adjusted and unavailable orders are none."),
        ),
        "units": (_("Units"), _("Pieces sold; what the source counts as negative is taken off.")),
        "lines": (_("Lines"), _("Lines of sales.")),
        "customers": (_("Customers"), _("Different known customers with a sale.")),
        "average_order": (_("Average order"), _("Revenue divided by orders.")),
        "new_customers": (_("New customers"), _("Customers on the day of their first sale.")),
        "contacts": (_("Contacts"), _("Contacts with a known day, in both directions.")),
        "cases": (_("Cases"), _("Cases on the day they were opened.")),
        "returns": (_("Returns"), _("Returns of goods on the day they were asked for.")),
        "refunds": (_("Refunds"), _("What was paid back for returns, on the day the return was asked for.")),
    }[code]


@dataclass(frozen=True)
class Dimension:
    """A way to divide figures: an expression per kind of row that has it."""

    code: str
    sql: dict[Fact, str]
    in_time: bool = False


def _times() -> list[Dimension]:
    days = {fact: source.day for fact, source in SOURCES.items()}
    trunc = {
        g: {f: f"CAST(date_trunc('{g}', {d}) AS DATE)" for f, d in days.items()}
        for g in ("week", "month", "quarter", "year")
    }
    hours = {f: s.hour for f, s in SOURCES.items() if s.hour is not None}
    return [
        Dimension("day", days, in_time=True),
        *(Dimension(grain, sql, in_time=True) for grain, sql in trunc.items()),
        Dimension("weekday", {f: f"extract(ISODOW FROM {d})" for f, d in days.items()}),
        Dimension("hour", hours),
    ]


DIMENSIONS = {
    d.code: d
    for d in (
        *_times(),
        *(Dimension(name, {Fact.SALE: f"p.{name}"}) for name in ("category", "subcategory", "brand")),
        Dimension("product", {Fact.SALE: "coalesce(p.sku, p.name, f.product_code)"}),
        *(Dimension(n, dict.fromkeys(SOURCES, f"c.{n}")) for n in ("country", "region", "city", "kind", "segment")),
        Dimension("source", dict.fromkeys(SOURCES, "c.acquisition_channel")),
        Dimension("cohort", dict.fromkeys(SOURCES, "CAST(date_trunc('month', b.first_day) AS DATE)")),
        Dimension("channel", {Fact.SALE: "f.channel", Fact.CONTACT: "f.channel", Fact.RETURN: "o.channel"}),
        Dimension("store", {Fact.SALE: "f.store_id", Fact.RETURN: "o.store_id"}),
        Dimension("staff", {Fact.SALE: "f.staff_id", Fact.CONTACT: "f.staff_id", Fact.CASE: "f.owner_id"}),
        Dimension("team", {Fact.SALE: "s.team_id", Fact.CONTACT: "s.team_id", Fact.CASE: "f.team_id"}),
        Dimension("reason", {Fact.CONTACT: "f.reason", Fact.CASE: "f.topic", Fact.RETURN: "f.reason"}),
    )
}


def dimension_name(code: str) -> str:
    """What a dimension is called in the reader's language."""
    return {
        "day": _("Day"), "week": _("Week"), "month": _("Month"), "quarter": _("Quarter"), "year": _("Year"),
        "weekday": _("Weekday"), "hour": _("Hour"), "category": _("Category"), "subcategory": _("Subcategory"),
        "brand": _("Brand"), "product": _("Product"), "country": _("Country"), "region": _("Region"),
        "city": _("City"), "kind": _("Kind of customer"), "segment": _("Segment"), "source": _("How they came"),
        "cohort": _("Month of the first purchase"), "channel": _("Channel"), "store": _("Store"),
        "staff": _("Staff member"), "team": _("Team"), "reason": _("Reason"),
    }[code]  # fmt: skip


def joins(fact: Fact, expressions: list[str]) -> str:
    """The tables that these expressions need beside that of the fact."""
    customer, staff = SOURCES[fact].customer, "f.owner_id" if fact is Fact.CASE else "f.staff_id"
    wanted = {
        "p.": "LEFT JOIN product AS p ON p.product_id = f.product_id",
        "c.": f"LEFT JOIN customer AS c ON c.customer_id = {customer}",
        "b.": f"LEFT JOIN buyer AS b ON b.customer_id = {customer}",
        "s.": f"LEFT JOIN staff AS s ON s.staff_id = {staff}",
    }
    text = " ".join(f" {e}" for e in expressions)
    return " ".join(
        join for prefix, join in wanted.items() if f" {prefix}" in text or f"({prefix}" in text or f", {prefix}" in text
    )
