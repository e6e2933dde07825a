"""Figures as files: a typed table as CSV and XLSX, a chart as PNG.

    table = Table(frame, (Column("month", _("Month"), Kind.DATE), Column("revenue", _("Revenue"), Kind.MONEY, "EUR")),
                  About(title, source, period, as_of, zone))
    content = given_out(actor, Form.XLSX, table)

Pages do not call this themselves: pages/_ui/figure.py draws the figure with its buttons.
"""

from services.exports.giving import TYPES, Form, given_out
from services.exports.table import MOST_ROWS, About, Column, Kind, Table, harmless, in_words
from services.exports.writing import as_csv, as_png, as_xlsx

__all__ = [
    "MOST_ROWS",
    "TYPES",
    "About",
    "Column",
    "Form",
    "Kind",
    "Table",
    "as_csv",
    "as_png",
    "as_xlsx",
    "given_out",
    "harmless",
    "in_words",
]
