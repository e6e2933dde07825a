"""The dictionary of measures: what each figure means, and the SQL it is computed by. Pages show it.

No other place computes these figures. A figure is a sum or a count, or one such divided `of` another; where a question
does not ask about lines it is computed from the orders themselves, so that an order without a line is one too.
"""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from services.dimensions import DIMENSIONS
from services.facts import Fact
from services.text import _


class Unit(StrEnum):
    MONEY = "money"  # integer cents
    COUNT = "count"
    SHARE = "share"  # 0 to 1


@dataclass(frozen=True)
class Form:
    """How a figure is made from one kind of rows.

    `distinct`: it counts things that may stand in several groups, so that the parts of a division do not add up.
    `row`: what stands behind it where that is not the row of the source.
    """

    fact: Fact
    part: str
    of: str = ""
    distinct: bool = False
    row: str = ""

    @property
    def sql(self) -> str:
        return f"CAST({self.part} AS DOUBLE) / nullif({self.of}, 0)" if self.of else self.part


@dataclass(frozen=True)
class Measure:
    """One figure. Of its forms the first counts that has all the dimensions of a question.

    `alike`: all its forms give the same. `confidential`: about costs, which a company may keep for administrators.
    """

    code: str
    unit: Unit
    forms: tuple[Form, ...]
    confidential: bool = False
    alike: bool = False

    @property
    def ratio(self) -> bool:
        """A part of something, which is nothing where there is nothing to divide by. A sum of nothing is 0."""
        return bool(self.forms[0].of)

    def form(self, dimensions: Collection[str] = ()) -> Form | None:
        """How it is made when it is divided or limited by these dimensions; None where it cannot be."""
        return next((f for f in self.forms if all(f.fact in DIMENSIONS[d].sql for d in dimensions)), None)

    def additive(self, dimensions: Collection[str] = ()) -> bool:
        """Do the parts of such a division add up to the whole?"""
        form = self.form(dimensions)
        overlap = any(DIMENSIONS[d].overlaps for d in dimensions)
        return form is not None and not (form.of or form.distinct or overlap)


def _sum(what: str) -> str:
    return f"CAST(sum({what}) AS BIGINT)"


def _of(fact: Fact, part: str, of: str = "", *, distinct: bool = False, row: str = "") -> Form:
    return Form(fact, part, of, distinct, row)


_ORDERS, _BUYERS = "count(DISTINCT f.order_id)", "count(DISTINCT f.customer_id)"
_COST = _sum("f.quantity * f.unit_cost_cents")
_OF_COST = _sum("CASE WHEN f.unit_cost_cents IS NOT NULL THEN f.line_total_cents END")
_PROFIT = _sum("CASE WHEN f.unit_cost_cents IS NOT NULL THEN f.line_total_cents - f.quantity * f.unit_cost_cents END")
_BACK = _sum("coalesce(r.units, 0) - CASE WHEN f.quantity < 0 THEN f.quantity ELSE 0 END")
_OUT = _sum("CASE WHEN f.quantity > 0 THEN f.quantity ELSE 0 END")
_LINES, _CUSTOMER = "f.line_total_cents", "f.customer_id"

MEASURES = {
    m.code: m
    for m in (
        Measure(
            "revenue", Unit.MONEY, (_of(Fact.ORDER, _sum("f.lines_cents")), _of(Fact.SALE, _sum(_LINES))), alike=True
        ),
        Measure("profit", Unit.MONEY, (_of(Fact.SALE, _PROFIT),), confidential=True),
        Measure("cost", Unit.MONEY, (_of(Fact.SALE, _COST),), confidential=True),
        Measure("cost_share", Unit.SHARE, (_of(Fact.SALE, _COST, _OF_COST),), confidential=True),
        Measure("cost_known", Unit.SHARE, (_of(Fact.SALE, "count(f.unit_cost_cents)", "count(*)"),), confidential=True),
        Measure("orders", Unit.COUNT, (_of(Fact.ORDER, "count(*)"), _of(Fact.SALE, _ORDERS, distinct=True))),
        Measure("units", Unit.COUNT, (_of(Fact.SALE, _sum("f.quantity")),)),
        Measure("lines", Unit.COUNT, (_of(Fact.SALE, "count(*)"),)),
        Measure(
            "customers",
            Unit.COUNT,
            (
                _of(Fact.ORDER, _BUYERS, distinct=True, row=_CUSTOMER),
                _of(Fact.SALE, _BUYERS, distinct=True, row=_CUSTOMER),
            ),
        ),
        Measure(
            "average_order",
            Unit.MONEY,
            (
                _of(Fact.ORDER, _sum("f.lines_cents"), "count(*)"),
                _of(Fact.SALE, _sum(_LINES), _ORDERS, distinct=True),
            ),
        ),
        Measure("new_customers", Unit.COUNT, (_of(Fact.BUYER, "count(*)"),)),
        Measure("contacts", Unit.COUNT, (_of(Fact.CONTACT, "count(*)"),)),
        Measure("cases", Unit.COUNT, (_of(Fact.CASE, "count(*)"),)),
        Measure(
            "returns",
            Unit.COUNT,
            (_of(Fact.RETURN, "count(*)"), _of(Fact.RETURNED, "count(DISTINCT t.return_id)", distinct=True)),
        ),
        Measure("refunds", Unit.MONEY, (_of(Fact.RETURN, _sum("f.refund_cents")),)),
        Measure("returned_units", Unit.COUNT, (_of(Fact.RETURNED, _sum("t.units")),)),
        Measure("return_rate", Unit.SHARE, (_of(Fact.SALE, _BACK, _OUT),)),
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
        "cost": (_("Cost of goods"), _("The recorded cost of the pieces sold. Lines without one are left out.")),
        "cost_share": (
            _("Cost share"),
            _("The recorded cost of the pieces as a share of the revenue of the same lines."),
        ),
        "cost_known": (_("Lines with a cost"), _("The share of lines whose cost is recorded, and so in the profit.")),
        "orders": (_("Orders"), _("Sales: cancelled, adjusted and unavailable orders are none.")),
        "units": (_("Units"), _("Pieces sold; what the source counts as negative is taken off.")),
        "lines": (_("Lines"), _("Lines of sales.")),
        "customers": (_("Customers"), _("Different known customers with a sale.")),
        "average_order": (_("Average order"), _("Revenue divided by orders.")),
        "new_customers": (_("New customers"), _("Customers on the day of their first sale.")),
        "contacts": (_("Contacts"), _("Contacts with a known day, in both directions.")),
        "cases": (_("Cases"), _("Cases on the day they were opened.")),
        "returns": (_("Returns"), _("Returns of goods on the day they were asked for.")),
        "refunds": (_("Refunds"), _("What was paid back for returns, on the day the return was asked for.")),
        "returned_units": (_("Units returned"), _("Pieces of all returns, on the day the return was asked for.")),
        "return_rate": (
            _("Return rate"),
            _(
                "Of the pieces sold in these days, the share that has come back or is on its way: returns that were "
                "not refused, and what the source counts as negative."
            ),
        ),
    }[code]
