"""What a segment may ask about a customer: name, kind, and how the columnar copy answers.

`sql` makes one row per customer with `customer_id` and `value`; customers without a row have `missing`. In it `{where}`
stands for the limits of a condition: a time span on `day`, what it is `about`, one customer; `{value}` for the
expression of that name, so that conditions about the same rows are answered by one table. A field whose `sql` is empty
is a column of the customer itself. `predicted`: it is a prediction about the person or a profile; customers who
objected to these are in no segment that asks for one.
"""

from dataclasses import dataclass, field
from enum import StrEnum

from services.text import _


class Kind(StrEnum):
    NUMBER = "number"
    MONEY = "money"  # minor units
    DAYS = "days"
    CHOICE = "choice"
    YES_NO = "yes_no"
    SEGMENT = "segment"


@dataclass(frozen=True)
class Field:
    """See the module. `about`: what it can be limited to, with the expression that says so."""

    code: str
    kind: Kind
    theme: str
    sql: str = ""
    column: str = ""
    missing: str = "NULL"
    day: str = ""
    about: dict[str, str] = field(default_factory=dict)
    predicted: bool = False
    whole: bool = False  # compares customers with each other: never asked for one of them alone
    value: str = ""

    @property
    def within(self) -> bool:
        return bool(self.day)

    @property
    def name(self) -> str:
        return names()[self.code]


def _own(code: str, column: str = "", kind: Kind = Kind.CHOICE) -> Field:
    return Field(code, kind, "who", column=f"c.{column or code}")


def _counted(code: str, kind: Kind, theme: str, value: str, source: str, *, key: str = "f.customer_id",
             missing: str = "0", day: str = "f.day", about: dict[str, str] | None = None,
             predicted: bool = False) -> Field:  # fmt: skip
    sql = f"SELECT {key} AS customer_id, {{value}} FROM {source} {{where}} AND {key} IS NOT NULL GROUP BY {key}"
    return Field(code, kind, theme, sql, "", missing, day, about or {}, predicted, value=value)


def _scored(code: str, value: str) -> Field:
    """Of the scoring run in force; `score` is lent to the question by services/segments/asking.py."""
    sql = f"SELECT s.customer_id AS customer_id, {value} AS value FROM score AS s WHERE {value} IS NOT NULL"
    return Field(code, Kind.NUMBER, "rhythm", sql, predicted=True, whole=True)


_SALES = "orders AS f WHERE f.is_sale"
_LINES = "sale_line AS f LEFT JOIN product AS p ON p.product_id = f.product_id WHERE f.is_sale AND f.quantity > 0"
#: Of customers with four orders or more only, who are few: nobody else can have the three gaps that are asked for.
_GAPS = """(SELECT d.customer_id, d.day,
        date_diff('day', lag(d.day) OVER (PARTITION BY d.customer_id ORDER BY d.day), d.day) AS gap
    FROM (SELECT DISTINCT customer_id, day FROM orders WHERE is_sale AND customer_id IN (SELECT customer_id
        FROM orders WHERE is_sale GROUP BY customer_id HAVING count(*) >= 4)) AS d) AS f WHERE TRUE"""
_RETURNS = "returns AS f JOIN orders AS o ON o.order_id = f.order_id WHERE TRUE"
#: Words under which contacts and cases are filed as complaints; $complaints holds them in small letters.
_COMPLAINTS = """(SELECT customer_id, day FROM contact WHERE list_contains($complaints, lower(reason))
    UNION ALL SELECT customer_id, day FROM cases WHERE list_contains($complaints, lower(topic))) AS f WHERE TRUE"""
_SCALE = "100.0 * (f.score - f.scale_min) / nullif(f.scale_max - f.scale_min, 0)"
_BOUGHT = {"category": "p.category", "product": "CAST(f.product_id AS VARCHAR)"}
_TALK = {"reason": "f.reason", "channel": "f.channel", "direction": "f.direction"}
_AGO = "date_diff('day', max(f.day), $today)"
#: The same rule as services/analytics/patterns/groups.grid; a test compares them. The fifths are told of the days, of
#: which there are hundreds, and not of the customers, who would have to be sorted.
_GRID = """WITH bought AS (SELECT o.customer_id, o.n, o.last_day
    FROM (SELECT d.customer_id, count(*) AS n, max(d.day) AS last_day
        FROM (SELECT DISTINCT customer_id, day FROM orders WHERE is_sale AND day <= $today) AS d
        GROUP BY d.customer_id) AS o
    JOIN customer AS k ON k.customer_id = o.customer_id AND NOT k.no_profiling)
SELECT customer_id, CASE
        WHEN fifth <= 2 THEN CASE WHEN n >= 6 THEN 'champions' WHEN n >= 3 THEN 'loyal'
            WHEN n = 2 THEN 'promising' ELSE 'new' END
        WHEN fifth = 3 THEN CASE WHEN n >= 6 THEN 'loyal' WHEN n >= 2 THEN 'needs_attention' ELSE 'fading' END
        WHEN fifth = 4 THEN CASE WHEN n >= 6 THEN 'cannot_lose' WHEN n >= 3 THEN 'at_risk'
            WHEN n = 2 THEN 'fading' ELSE 'lost' END
        ELSE CASE WHEN n >= 6 THEN 'cannot_lose' WHEN n >= 3 THEN 'at_risk' ELSE 'lost' END END AS value
    FROM (SELECT b.customer_id, b.n, least(5, ceil(5.0 * (t.later + (t.many + 1) / 2.0) / t.everybody)) AS fifth
        FROM bought AS b JOIN (SELECT last_day, count(*) AS many, sum(count(*)) OVER () AS everybody,
                sum(count(*)) OVER (ORDER BY last_day DESC ROWS UNBOUNDED PRECEDING) - count(*) AS later
            FROM bought GROUP BY last_day) AS t ON t.last_day = b.last_day) AS h"""

_ALL = (
    _own("kind"), _own("segment"), _own("region"), _own("city"), _own("country"), _own("language"),
    _own("came_by", "acquisition_channel"), _own("birth_band"), _own("gender"), _own("income_band"),
    _own("household_size"), Field("joined", Kind.DAYS, "who", column="date_diff('day', c.joined_on, $today)"),
    _own("newsletter", "takes_newsletter", Kind.YES_NO), _own("research", "takes_research", Kind.YES_NO),
    _own("service_mail", "takes_service", Kind.YES_NO),
    _counted("orders", Kind.NUMBER, "orders", "count(*)", _SALES, about={"channel": "f.channel"}),
    _counted("revenue", Kind.MONEY, "orders", "sum(f.lines_cents)", _SALES),
    _counted("average_order", Kind.MONEY, "orders", "avg(f.lines_cents)", _SALES, missing="NULL"),
    _counted("bought", Kind.NUMBER, "orders", "count(DISTINCT f.order_id)", _LINES, about=_BOUGHT),
    _counted("units", Kind.NUMBER, "orders", "sum(f.quantity)", _LINES, about=_BOUGHT),
    _counted("last_order", Kind.DAYS, "orders", _AGO, _SALES, missing="NULL", day=""),
    _counted("first_order", Kind.DAYS, "orders", "date_diff('day', min(f.day), $today)", _SALES, missing="NULL",
             day=""),
    _counted("last_bought", Kind.DAYS, "orders", _AGO, _LINES, missing="NULL", day="", about=_BOUGHT),
    _counted("returns", Kind.NUMBER, "orders", "count(*)", _RETURNS, key="o.customer_id", about={"reason": "f.reason"}),
    _counted("interval", Kind.DAYS, "rhythm", "CASE WHEN count(f.gap) >= 3 THEN quantile_cont(f.gap, 0.5) END", _GAPS,
             missing="NULL", predicted=True),
    _counted("overdue", Kind.NUMBER, "rhythm",
             f"CASE WHEN count(f.gap) >= 3 THEN ({_AGO}) / quantile_cont(f.gap, 0.5) END", _GAPS,
             missing="NULL", day="", predicted=True),
    Field("grid", Kind.CHOICE, "rhythm", _GRID, predicted=True, whole=True),
    _counted("contacts", Kind.NUMBER, "service", "count(*)", "contact AS f WHERE TRUE", about=_TALK),
    _counted("last_contact", Kind.DAYS, "service", _AGO, "contact AS f WHERE TRUE", missing="NULL", day="",
             about=_TALK),
    _counted("complaints", Kind.NUMBER, "service", "count(*)", _COMPLAINTS),
    _counted("cases", Kind.NUMBER, "service", "count(*)", "cases AS f WHERE TRUE", about={"topic": "f.topic"}),
    _counted("open_cases", Kind.NUMBER, "service", "count(*)", "cases AS f WHERE f.state IN ('open', 'waiting')",
             about={"topic": "f.topic"}),
    _counted("rating", Kind.NUMBER, "service", f"avg({_SCALE})", "survey AS f WHERE TRUE", missing="NULL",
             about={"survey": "f.instrument"}),
    _counted("lowest_rating", Kind.NUMBER, "service", f"min({_SCALE})", "survey AS f WHERE TRUE", missing="NULL",
             about={"survey": "f.instrument"}),
    Field("in_segment", Kind.SEGMENT, "rhythm"),
    *(_scored(code, value) for code, value in (
        ("p_buy_30", "100 * s.p_buy_30"), ("p_buy_90", "100 * s.p_buy_90"), ("p_buy_365", "100 * s.p_buy_365"),
        ("p_alive", "100 * s.p_alive"), ("expected_90", "s.expected_90"), ("decile", "s.decile"))),
)  # fmt: skip
FIELDS: dict[str, Field] = {f.code: f for f in _ALL}


def names() -> dict[str, str]:
    """The fields in words."""
    return _who() | {
        "orders": _("Number of orders"),
        "revenue": _("Revenue"),
        "average_order": _("Average order"),
        "bought": _("Orders with a product or category"),
        "units": _("Pieces bought"),
        "last_order": _("Days since the last order"),
        "first_order": _("Days since the first order"),
        "last_bought": _("Days since a product or category was bought"),
        "returns": _("Number of returns"),
        "interval": _("Own interval between purchases, in days"),
        "overdue": _("Times the own interval since the last purchase"),
        "grid": _("Field of the grid of recency and frequency"),
        "contacts": _("Number of contacts"),
        "last_contact": _("Days since the last contact"),
        "complaints": _("Complaints"),
        "cases": _("Number of cases"),
        "open_cases": _("Open cases"),
        "rating": _("Average answer to surveys, 0 to 100"),
        "lowest_rating": _("Lowest answer to surveys, 0 to 100"),
        "in_segment": _("Member of another segment"),
        "p_buy_30": _("Probability of buying within 30 days, in %"),
        "p_buy_90": _("Probability of buying within 90 days, in %"),
        "p_buy_365": _("Probability of buying within 365 days, in %"),
        "p_alive": _("Probability of being active, in %"),
        "expected_90": _("Purchases to be expected within 90 days"),
        "decile": _("Tenth by probability of buying within 90 days (10: most likely)"),
    }


def _who() -> dict[str, str]:
    return {
        "kind": _("Kind of customer"),
        "segment": _("Segment named by staff or an import"),
        "region": _("Region"),
        "city": _("Town"),
        "country": _("Country"),
        "language": _("Language"),
        "came_by": _("Came to us by"),
        "birth_band": _("Age group"),
        "gender": _("Gender"),
        "income_band": _("Income group"),
        "household_size": _("Household"),
        "joined": _("Days since the first contact"),
        "newsletter": _("Agreed to the newsletter"),
        "research": _("Agreed to surveys and research"),
        "service_mail": _("Gets mail about service"),
    }


def cell_names() -> dict[str, str]:
    """The fields of the grid in words, best first."""
    return {
        "champions": _("Champions"),
        "loyal": _("Loyal"),
        "promising": _("Promising"),
        "new": _("New"),
        "needs_attention": _("Need attention"),
        "at_risk": _("At risk"),
        "cannot_lose": _("Must not be lost"),
        "fading": _("Fading"),
        "lost": _("Lost"),
    }
