"""A report as a workbook: figures that can be calculated with, and a sheet that says what they are about."""

from io import BytesIO
from typing import Any

from services.measures import Unit
from services.reports.making import Cell, Report
from services.reports.paper import as_of
from services.text import _, minor_digits

SHEET_NAME_MOST = 31


def written(report: Report) -> bytes:
    """The report as XLSX. Texts are written as texts, so that none of them becomes a formula or a link."""
    import xlsxwriter  # noqa: PLC0415 - slow to import, and only who exports needs it

    target = BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(target, options)
    book.set_properties({"title": report.title, "created": report.made_at.replace(tzinfo=None)})
    bold = book.add_format({"bold": True})
    sheet = book.add_worksheet(_("Figures")[:SHEET_NAME_MOST])
    formats = _formats(book, report.currency)
    for column, head in enumerate(report.heads):
        sheet.write_string(0, column, head, bold)
    rows = [*report.rows, *([report.whole] if report.whole else [])]
    for n, row in enumerate(rows, 1):
        for column, cell in enumerate(row):
            _write(sheet, n, column, cell, report, formats)
    sheet.freeze_panes(1, 0)
    sheet.set_column(0, max(0, len(report.heads) - 1), 18)
    about = book.add_worksheet(_("About")[:SHEET_NAME_MOST])
    for n, line in enumerate((report.title, *report.about, as_of(report))):
        about.write_string(n, 0, line, bold if n == 0 else None)
    about.set_column(0, 0, 60)
    book.close()
    return target.getvalue()


def _formats(book: Any, currency: str) -> dict[Unit, Any]:
    digits = minor_digits(currency)
    money = "#,##0" + ("." + "0" * digits if digits else "")
    patterns = {Unit.MONEY: f'{money} "{currency}"', Unit.COUNT: "#,##0", Unit.SHARE: "0.0%"}
    return {unit: book.add_format({"num_format": pattern}) for unit, pattern in patterns.items()}


def _write(sheet: Any, row: int, column: int, cell: Cell, report: Report, formats: dict[Unit, Any]) -> None:
    if cell.value is None:
        return
    if cell.unit is None:
        sheet.write_string(row, column, str(cell.value))
        return
    figure = float(cell.value)
    if cell.unit is Unit.MONEY:
        figure = round(figure) / 10 ** minor_digits(report.currency)
    sheet.write_number(row, column, figure, formats[cell.unit])
