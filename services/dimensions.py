"""The ways to divide figures: an expression per kind of rows that has it, and the tables that the expressions need.

Expressions are in DuckDB's dialect over the tables of the copy: `f` is the table of the fact, `p` its product, `c` its
customer, `a` the customer's area, `b` the first purchase, `g` the saved segments, `s` the staff member.
"""

import re
from dataclasses import dataclass

from services.facts import SOURCES, Fact
from services.text import _

#: Values that no row need have: where nothing is recorded; all that are not among the largest.
NONE, OTHERS = "", "…"


@dataclass(frozen=True)
class Dimension:
    """A way to divide figures. `known`: every row has a value. `overlaps`: a row may count under several values."""

    code: str
    sql: dict[Fact, str]
    in_time: bool = False
    known: bool = False
    overlaps: bool = False

    def text(self, fact: Fact) -> str:
        """The value as text, NONE where there is none."""
        return f"coalesce(CAST({self.sql[fact]} AS VARCHAR), '{NONE}')"

    def key(self, fact: Fact) -> str:
        """What rows are grouped by: as `text` after a cast, but quicker where it can be."""
        return self.sql[fact] if self.known else self.text(fact)


def _times() -> list[Dimension]:
    days = {fact: source.day for fact, source in SOURCES.items()}
    trunc = {
        g: {f: f"CAST(date_trunc('{g}', {d}) AS DATE)" for f, d in days.items()}
        for g in ("week", "month", "quarter", "year")
    }
    hours = {f: s.hour for f, s in SOURCES.items() if s.hour is not None}
    return [
        Dimension("day", days, in_time=True, known=True),
        *(Dimension(grain, sql, in_time=True, known=True) for grain, sql in trunc.items()),
        Dimension("weekday", {f: f"extract(ISODOW FROM {d})" for f, d in days.items()}, known=True),
        Dimension("hour", hours),
    ]


_LINES = (Fact.SALE, Fact.RETURNED)
_SOLD = (Fact.ORDER, *_LINES)
_SELLER = {Fact.RETURN: "o.staff_id", Fact.CASE: "f.owner_id", **dict.fromkeys((*_SOLD, Fact.CONTACT), "f.staff_id")}

DIMENSIONS = {
    d.code: d
    for d in (
        *_times(),
        *(Dimension(name, dict.fromkeys(_LINES, f"p.{name}")) for name in ("category", "subcategory", "brand")),
        Dimension("product", dict.fromkeys(_LINES, "coalesce(p.sku, p.name, f.product_code)")),
        *(Dimension(n, dict.fromkeys(SOURCES, f"c.{n}")) for n in ("country", "region", "city", "kind", "segment")),
        Dimension("area", dict.fromkeys(SOURCES, "a.area")),
        Dimension("postal", dict.fromkeys(SOURCES, "substr(c.postal_code, 1, 2)")),
        Dimension("saved_segment", dict.fromkeys(SOURCES, "g.segment"), overlaps=True),
        Dimension("source", dict.fromkeys(SOURCES, "c.acquisition_channel")),
        Dimension("cohort", dict.fromkeys(SOURCES, "CAST(date_trunc('month', b.first_day) AS DATE)")),
        Dimension("channel", {**dict.fromkeys((*_SOLD, Fact.CONTACT), "f.channel"), Fact.RETURN: "o.channel"}),
        Dimension("store", {**dict.fromkeys(_SOLD, "f.store_id"), Fact.RETURN: "o.store_id"}),
        Dimension("staff", _SELLER),
        Dimension("team", {**dict.fromkeys(_SELLER, "s.team_id"), Fact.CASE: "f.team_id"}),
        Dimension(
            "reason",
            {Fact.CONTACT: "f.reason", Fact.CASE: "f.topic", Fact.RETURN: "f.reason", Fact.RETURNED: "t.reason"},
        ),
    )
}


def dimension_name(code: str) -> str:
    """What a dimension is called in the reader's language."""
    return {
        "day": _("Day"), "week": _("Week"), "month": _("Month"), "quarter": _("Quarter"), "year": _("Year"),
        "weekday": _("Weekday"), "hour": _("Hour"), "category": _("Category"), "subcategory": _("Subcategory"),
        "brand": _("Brand"), "product": _("Product"), "country": _("Country"), "region": _("Region of the address"),
        "area": _("Area"), "postal": _("Postal region"), "city": _("City"), "kind": _("Kind of customer"),
        "segment": _("Segment of the record"), "saved_segment": _("Saved segment"), "source": _("How they came"),
        "cohort": _("Month of the first purchase"), "channel": _("Channel"), "store": _("Store"),
        "staff": _("Staff member"), "team": _("Team"), "reason": _("Reason"),
    }[code]  # fmt: skip


#: Lent to a question that divides by saved segments: customer_id, segment (its number as text).
MEMBERS = "segment_member"
#: The company's areas as one text per rule, see services/areas.py. The rule that says most of a place wins.
AREAS = """(SELECT k.customer_id, coalesce(z.area, k.region) AS area FROM customer AS k LEFT JOIN (
    SELECT y.country, y.region, y.postal_code, substr(max(concat(r.weight, r.area)), 4) AS area
    FROM (SELECT DISTINCT coalesce(country, '') AS country, coalesce(region, '') AS region,
        coalesce(postal_code, '') AS postal_code FROM customer) AS y
    JOIN (SELECT split_part(q.rule, '|', 1) AS weight, split_part(q.rule, '|', 2) AS country,
        split_part(q.rule, '|', 3) AS region, split_part(q.rule, '|', 4) AS starts, split_part(q.rule, '|', 5) AS area
        FROM (SELECT unnest(CAST($areas AS VARCHAR[])) AS rule) AS q) AS r
    ON (r.country = '' OR r.country = y.country) AND (r.region = '' OR r.region = y.region)
        AND substr(y.postal_code, 1, length(r.starts)) = r.starts
    GROUP BY y.country, y.region, y.postal_code) AS z
    ON z.country = coalesce(k.country, '') AND z.region = coalesce(k.region, '')
        AND z.postal_code = coalesce(k.postal_code, ''))"""
_RETURNED = """(SELECT order_id, line_no, CAST(sum(units) AS BIGINT) AS units FROM return_line
    WHERE state <> 'refused' GROUP BY order_id, line_no)"""


def joins(fact: Fact, expressions: list[str]) -> str:
    """The tables that these expressions need beside that of the fact."""
    source = SOURCES[fact]
    wanted = {
        "p": "LEFT JOIN product AS p ON p.product_id = f.product_id",
        "c": f"LEFT JOIN customer AS c ON c.customer_id = {source.customer}",
        "a": f"LEFT JOIN {AREAS} AS a ON a.customer_id = {source.customer}",
        "b": f"LEFT JOIN buyer AS b ON b.customer_id = {source.customer}",
        "g": f"LEFT JOIN {MEMBERS} AS g ON g.customer_id = {source.customer}",
        "s": f"LEFT JOIN staff AS s ON s.staff_id = {source.staff}",
        "r": f"LEFT JOIN {_RETURNED} AS r ON r.order_id = f.order_id AND r.line_no = f.line_no",
    }
    text = " ".join(expressions)
    return " ".join(join for alias, join in wanted.items() if re.search(rf"\b{alias}\.", text))
