"""A report on paper: the letterhead, what it is about and as of when, its chart, its table, numbered pages."""

from services.charts import report as charts
from services.documents.content import Issuer
from services.documents.sheet import FONT, LEFT, LINE, WIDTH, Sheet, printable
from services.exports import as_png
from services.reports.making import Bars, Cell, Report, shown
from services.text import _, clock_time, local_date, locale_name, number

MOST_ROWS = 400  # on paper; nobody reads further, and the workbook has them all
SMALL = 8.0


def printed(report: Report, home: Issuer) -> bytes:
    """The report as PDF. `home` is the letterhead; its bank details are left to invoices."""
    plain = home.model_copy(update={"bank": "", "iban": "", "bic": "", "tax_number": ""})
    page = Sheet(plain, made_at=report.made_at, language=locale_name(), title=report.title)
    page.set_font(FONT, "B", 16)
    page.multi_cell(0, 8, printable(report.title), new_x="LMARGIN", new_y="NEXT")
    page.set_font(FONT, "", 9.5)
    for line in (*report.about, as_of(report)):
        page.multi_cell(0, LINE, printable(line), new_x="LMARGIN", new_y="NEXT")
    page.ln(4)
    if report.bars is not None and report.bars.frame["place"].nunique() <= charts.MOST_PLACES:
        page.image(picture(report.bars), x=LEFT, w=WIDTH, alt_text=printable(report.bars.title))
        page.ln(4)
    _table(page, report)
    return bytes(page.output())


def as_of(report: Report) -> str:
    """The sentence that says how fresh the figures are."""
    told = _("As of {day}, {time} ({zone})")
    zone = report.zone
    return told.format(day=local_date(report.as_of, zone), time=clock_time(report.as_of, zone), zone=zone.key)


def picture(bars: Bars) -> bytes:
    """The chart as PNG, wide as the text of a page."""
    spec = charts.bars(bars.frame, bars.title, bars.series, beside=bars.beside).to_dict()
    bare = {k: v for k, v in spec.items() if k not in ("data", "datasets")}
    return as_png(bare, bars.frame, "", (620, 230))


def _widths(report: Report) -> list[float]:
    """Millimetres of the columns: texts get twice the room of figures."""
    first = report.rows[0] if report.rows else ()
    shares = [2.0 if cell.unit is None else 1.2 for cell in first] or [1.0] * len(report.heads)
    return [WIDTH * s / sum(shares) for s in shares]


def _table(page: Sheet, report: Report) -> None:
    widths = _widths(report)
    if not report.rows:
        page.say(_("There is nothing to show for these days."))
        return
    right = [cell.unit is not None for cell in report.rows[0]]
    _row(page, list(report.heads), widths, right, bold=True)
    page.line(LEFT, page.get_y(), LEFT + WIDTH, page.get_y())
    for row in report.rows[:MOST_ROWS]:
        if page.will_page_break(2 * LINE):
            page.add_page()
            _row(page, list(report.heads), widths, right, bold=True)
        _row(page, _texts(row, report), widths, right)
    if len(report.rows) > MOST_ROWS:
        told = _("These are the first {most} of {n} rows; the workbook has all of them.")
        page.say(told.format(most=number(MOST_ROWS), n=number(len(report.rows))))
    if report.whole is not None:
        page.line(LEFT, page.get_y() + 0.5, LEFT + WIDTH, page.get_y() + 0.5)
        _row(page, _texts(report.whole, report), widths, right, bold=True)


def _texts(row: tuple[Cell, ...], report: Report) -> list[str]:
    return [shown(cell, report.currency) for cell in row]


def _row(page: Sheet, texts: list[str], widths: list[float], right: list[bool], *, bold: bool = False) -> None:
    """One row; what is too wide for its column continues on a second line, at most."""
    page.set_font(FONT, "B" if bold else "", SMALL)
    top = page.get_y() + 0.8
    bottom, x = top, float(LEFT)
    for text, width, to_right in zip(texts, widths, right, strict=True):
        lines: list[str] = page.multi_cell(width, 4, printable(text), dry_run=True, output="LINES")
        for n, line in enumerate(lines[:2]):
            page.set_xy(x, top + 4 * n)
            page.cell(width, 4, line, align="R" if to_right else "L")
        bottom = max(bottom, top + 4 * min(2, len(lines)))
        x += width
    page.set_xy(LEFT, bottom + 0.4)
    page.set_font(FONT, "", 9.5)
