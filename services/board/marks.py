"""One mark of a chart: which chart, place on the time axis and series, written so that an address can hold it."""

from dataclasses import dataclass

from services.board.periods import ALL

CONTACTS, ORDERS, CUSTOMERS, REVENUE, CASES = "contacts", "orders", "customers", "revenue", "cases"
OPENED, SOLVED, ANSWERS, PROMISES, AGAIN = "opened", "solved", "answers", "promises", "again"
#: Charts about service; their rows are read by services/board/service_rows.py.
SERVICE = (OPENED, SOLVED, ANSWERS, PROMISES, AGAIN)
CHARTS = (CONTACTS, ORDERS, CUSTOMERS, REVENUE, CASES, *SERVICE)
_LONGEST = 160


@dataclass(frozen=True)
class Mark:
    """`series` is None for all series of a place together; `bucket` is ALL for the whole chart."""

    chart: str
    bucket: str = ALL
    series: str | None = None

    def __str__(self) -> str:
        end = "" if self.series is None else f".{self.series}"
        return f"{self.chart}.{self.bucket}{end}"


def parse(text: object) -> Mark | None:
    """The mark an address names; None where it is not one. Whether there is anything behind it, `rows` says."""
    if not isinstance(text, str) or len(text) > _LONGEST:
        return None
    chart, *rest = text.split(".", 2)
    if chart not in CHARTS or not rest or not rest[0]:
        return None
    return Mark(chart, rest[0], rest[1] if len(rest) > 1 else None)
