"""Who stays: of the customers of a cohort, how many bought in the months after their first purchase."""

from enum import StrEnum

from services.errors import Invalid
from services.patterns.asked import Answer, View, ask
from services.text import _
from services.work import Work


class By(StrEnum):
    """What makes a cohort."""

    MONTH = "month"
    SEGMENT = "segment"
    SOURCE = "source"


_COHORT = {
    By.MONTH: "strftime(b.first_day, '%Y-%m')",
    By.SEGMENT: "coalesce(k.segment, '')",
    By.SOURCE: "coalesce(k.acquisition_channel, '')",
}
_BASE = """WITH who AS (
    SELECT b.customer_id, {cohort} AS cohort,
        CAST(extract(YEAR FROM b.first_day) * 12 + extract(MONTH FROM b.first_day) AS INTEGER) AS start
    FROM buyer AS b JOIN customer AS k ON k.customer_id = b.customer_id
    WHERE b.first_day BETWEEN $first_day AND $last_day),
bought AS (
    SELECT DISTINCT o.customer_id,
        CAST(extract(YEAR FROM o.day) * 12 + extract(MONTH FROM o.day) AS INTEGER) AS month
    FROM orders AS o WHERE o.is_sale AND o.customer_id IS NOT NULL)"""
#: The numbers from 0 to 1199, in words that every dialect has.
_DIGITS = ", ".join(f"({n})" for n in range(10))
_NUMBERS = f"""SELECT a.n + 10 * b.n + 100 * c.n AS months FROM (VALUES {_DIGITS}) AS a(n)
        CROSS JOIN (VALUES {_DIGITS}) AS b(n) CROSS JOIN (VALUES {_DIGITS}, (10), (11)) AS c(n)"""
#: $over: the last month that is over, as year times twelve plus month.
_TRIANGLE = (
    _BASE
    + """
SELECT r.cohort AS cohort, r.months AS months, r.customers AS customers, coalesce(a.active, 0) AS active
FROM (SELECT w.cohort, m.months, count(*) AS customers FROM who AS w
        JOIN ({numbers}) AS m ON w.start + m.months <= $over
    GROUP BY w.cohort, m.months) AS r
LEFT JOIN (SELECT w.cohort, b.month - w.start AS months, count(*) AS active FROM who AS w
        JOIN bought AS b ON b.customer_id = w.customer_id AND b.month <= $over
    GROUP BY w.cohort, b.month - w.start) AS a ON a.cohort = r.cohort AND a.months = r.months
ORDER BY r.cohort, r.months"""
)
_WHO = (
    _BASE
    + """
SELECT w.customer_id AS customer_id FROM who AS w
JOIN bought AS b ON b.customer_id = w.customer_id AND b.month = w.start + $months
WHERE w.cohort = $cohort AND b.month <= $over ORDER BY w.customer_id"""
)


def triangle(w: Work, view: View, by: By = By.MONTH) -> Answer:
    """cohort, months (since the first purchase), customers (for whom that month is over), active, share.

    Customers whose first purchase is in the days of the view; only months that are over. Managers only.
    """
    found = ask(w, "retention", _TRIANGLE.format(cohort=_COHORT[By(by)], numbers=_NUMBERS), **_values(view))
    return Answer(
        found.frame.assign(share=found.frame["active"] / found.frame["customers"]), found.as_of, found.version
    )


def behind(w: Work, view: View, by: By, cohort: str, months: int) -> Answer:
    """The customers of a cell: customer_id, as many as `active` says."""
    if not 0 <= months < 1200:
        raise Invalid(_("Month"), _("choose one from the list"))
    values = {**_values(view), "cohort": cohort, "months": months}
    return ask(w, "retention_cell", _WHO.format(cohort=_COHORT[By(by)]), **values)


def _values(view: View) -> dict[str, object]:
    over = view.last.year * 12 + view.last.month - 1
    return {"first_day": view.first, "last_day": view.last, "over": over}
