"""Numbers without gaps, one series for each kind of document and year.

The row of a series is written when a number is taken and stays locked until the transaction ends: whoever comes next
waits, and what is rolled back gives its number back. So a number is taken as late as possible.
"""

from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import SQLModel

from db.models import DocumentKind
from services.work import Work

_TABLE = SQLModel.metadata.tables["number_series"]
_NEXT = {
    name: dialect.insert(_TABLE)
    .on_conflict_do_update(index_elements=["series", "year"], set_={"last": _TABLE.c.last + 1})
    .returning(_TABLE.c.last)
    for name, dialect in {"sqlite": sqlite, "postgresql": postgresql}.items()
}
#: What the numbers of a kind begin with.
SERIES = {DocumentKind.INVOICE: "R", DocumentKind.CREDIT_NOTE: "G", DocumentKind.DELIVERY_NOTE: "L"}


def take(w: Work, series: str, year: int) -> int:
    """The next number of a series, from 1."""
    values = {"series": series, "year": year, "last": 1}
    return int(w.session.connection().execute(_NEXT[w.dialect], values).scalar_one())


def written(series: str, year: int, seq: int) -> str:
    """As it stands on the paper: R-2026-00017."""
    return f"{series}-{year}-{seq:05}"
