"""Printing a document: from its frozen content alone, so that the same content gives the same bytes.

The letters are those of Fira Sans (Latin, Greek, Cyrillic). Whatever it has no shape for is printed as its base letter
or as "?": a strange character never keeps an invoice from being printed.
"""

import unicodedata
from datetime import datetime
from functools import cache
from importlib.resources import files
from zoneinfo import ZoneInfo

from fontTools.ttLib import TTFont  # type: ignore[import-untyped]  # the package ships no types
from fpdf import FPDF

from db.models import DocumentKind
from services.documents.content import Content, PrintedLine
from services.documents.reading import title
from services.text import _, local_date, money, number, percent, speaking

UTC = ZoneInfo("UTC")
FONT, LEFT, WIDTH, GREY = "fira", 20, 170, (95, 95, 95)
#: Millimetres of the columns: what, pieces, price, tax, sum.
COLUMNS = (84, 18, 26, 16, 26)
LINE = 5.2


def _font(name: str) -> str:
    return str(files("fontpkg_fira_sans") / "files" / f"FiraSans-{name}.ttf")


@cache
def _shapes() -> frozenset[int]:
    """The characters that both weights can print."""
    return frozenset.intersection(*(frozenset(TTFont(_font(n)).getBestCmap()) for n in ("Regular", "SemiBold")))


def printable(text: str) -> str:
    """The text with what cannot be printed replaced; control characters become blanks."""
    return "".join(_shape(ch) for ch in unicodedata.normalize("NFC", text))


def _shape(ch: str) -> str:
    if unicodedata.category(ch).startswith(("C", "Z")):
        return " "
    if ord(ch) in _shapes():
        return ch
    bases = [c for c in unicodedata.normalize("NFKD", ch) if ord(c) in _shapes() and not unicodedata.combining(c)]
    return "".join(bases) or "?"


class _Page(FPDF):
    """A4 with the company's name above and its data below every page."""

    def __init__(self, content: Content) -> None:
        super().__init__(format="A4")
        self.content = content
        self.add_font(FONT, "", _font("Regular"))
        self.add_font(FONT, "B", _font("SemiBold"))
        self.set_margins(LEFT, 15, 20)
        self.set_auto_page_break(True, 32)
        self.set_font(FONT, "", 9.5)

    def say(self, text: str, width: float = 0, *, bold: bool = False, right: bool = False, end: bool = True) -> None:
        """One line of text."""
        self.set_font(style="B" if bold else "")
        nxt = {"new_x": "LMARGIN", "new_y": "NEXT"} if end else {"new_x": "RIGHT", "new_y": "TOP"}
        self.cell(width, LINE, printable(text), align="R" if right else "L", **nxt)  # type: ignore[arg-type]  # names of positions

    def header(self) -> None:
        self.set_font(FONT, "B", 14)
        self.cell(0, 8, printable(self.content.issuer.name), new_x="LMARGIN", new_y="NEXT")
        self.set_font(FONT, "", 9.5)
        self.ln(4)

    def footer(self) -> None:
        who = self.content.issuer
        self.set_y(-26)
        self.set_font(FONT, "", 7.5)
        self.set_text_color(*GREY)
        self.set_draw_color(*GREY)
        self.line(LEFT, self.get_y(), LEFT + WIDTH, self.get_y())
        tax = _("Tax number {number}").format(number=who.tax_number) if who.tax_number else ""
        bank = " · ".join(p for p in (who.bank, who.iban and f"IBAN {who.iban}", who.bic and f"BIC {who.bic}") if p)
        for line in (" · ".join(p for p in (who.name, who.street, who.town, who.contact) if p), bank, tax):
            self.cell(0, 4, printable(line), align="C", new_x="LMARGIN", new_y="NEXT")
        self.cell(0, 4, _("Page {n} of {all}").format(n=self.page_no(), all="{nb}"), align="R")
        self.set_text_color(0)


def rendered(content: Content, issued_at: datetime) -> bytes:
    """The document as PDF."""
    with speaking(content.language):
        page = _Page(content)
        page.set_creation_date(issued_at.astimezone(UTC))
        page.set_title(printable(f"{title(content.kind)} {content.number}"))
        page.set_lang(content.language)
        page.add_page()
        _head(page, content)
        _table(page, content)
        if content.kind is not DocumentKind.DELIVERY_NOTE:
            _sums(page, content)
        _closing(page, content)
        return bytes(page.output())


def _head(page: _Page, content: Content) -> None:
    top = 45.0
    page.set_y(top)
    for line in content.recipient or [_("without a customer")]:
        page.say(line)
    facts = [
        (_("Number"), content.number),
        (_("Date"), local_date(content.issued_on, UTC)),
        (_("Order"), content.order),
        (_("Ordered on"), local_date(content.ordered_on, UTC)),
        (_("Customer"), content.customer),
        (_("For invoice"), content.corrects),
    ]
    bottom = page.get_y()
    page.set_y(top)
    for name, value in facts:
        if value:
            page.set_x(125)
            page.say(name, 28, end=False)
            page.say(value, 37, right=True)
    page.set_y(max(bottom, page.get_y(), 82))
    page.set_font(FONT, "B", 15)
    page.cell(0, 10, printable(f"{title(content.kind)} {content.number}"), new_x="LMARGIN", new_y="NEXT")
    page.set_font(FONT, "", 9.5)
    page.ln(2)


def _table(page: _Page, content: Content) -> None:
    priced = content.kind is not DocumentKind.DELIVERY_NOTE
    heads = [_("Article"), _("Pieces"), *([_("Price"), _("Tax"), _("Sum")] if priced else [])]
    _row(page, heads, bold=True)
    page.line(LEFT, page.get_y(), LEFT + WIDTH, page.get_y())
    for line in content.lines:
        _row(page, _cells(line, content.currency, priced), heads=heads)
    page.line(LEFT, page.get_y() + 1, LEFT + WIDTH, page.get_y() + 1)
    page.ln(3)


def _cells(line: PrintedLine, currency: str, priced: bool) -> list[str]:
    name = f"{line.name} ({line.code})" if line.code and line.code not in line.name else line.name
    cells = [name, "" if line.quantity is None else number(line.quantity)]
    if priced:
        cells.append("" if line.unit_cents is None else money(line.unit_cents, currency))
        cells.append("" if line.tax_bp is None else percent(line.tax_bp))
        cells.append("" if line.total_cents is None else money(line.total_cents, currency))
    return cells


def _row(page: _Page, cells: list[str], *, bold: bool = False, heads: list[str] | None = None) -> None:
    """One row; a long name takes several lines. Where it does not fit the heads are repeated on a new page."""
    page.set_font(style="B" if bold else "")
    names: list[str] = page.multi_cell(COLUMNS[0], LINE, printable(cells[0]), dry_run=True, output="LINES", align="L")  # type: ignore[assignment]  # what `output` asks for
    if heads is not None and page.will_page_break(LINE * max(len(names), 1) + 1):
        page.add_page()
        _row(page, heads, bold=True)
    top = page.get_y() + 0.8
    page.set_y(top)
    for name in names or [""]:
        page.say(name, COLUMNS[0], bold=bold)
    bottom = page.get_y()
    page.set_xy(LEFT + COLUMNS[0], top)
    for cell, width in zip(cells[1:], COLUMNS[1:], strict=False):
        page.say(cell, width, bold=bold, right=True, end=False)
    page.set_xy(LEFT, bottom)


def _sums(page: _Page, content: Content) -> None:
    wide, narrow = WIDTH - COLUMNS[4], COLUMNS[4]
    if page.will_page_break(LINE * (len(content.rates) + 3)):
        page.add_page()
    page.say(_("Total"), wide, bold=True, right=True, end=False)
    page.say(money(content.total_cents or 0, content.currency), narrow, bold=True, right=True)
    for rate in content.rates:
        told = _("{rate} tax contained in {gross} (net {net})").format(
            rate=percent(rate.basis_points),
            gross=money(rate.gross_cents, content.currency),
            net=money(rate.gross_cents - rate.tax_cents, content.currency),
        )
        page.say(told, wide, right=True, end=False)
        page.say(money(rate.tax_cents, content.currency), narrow, right=True)
    if not content.rates:
        page.say(_("No tax is shown."), right=True)
    page.ln(4)


def _closing(page: _Page, content: Content) -> None:
    told: list[str] = []
    who = content.issuer
    if content.kind is DocumentKind.INVOICE and content.due_on is not None:
        told.append(_("Please pay until {day}, naming {number}.").format(
            day=local_date(content.due_on, UTC), number=content.number))  # fmt: skip
        if who.iban:
            to = " · ".join(p for p in (who.bank, f"IBAN {who.iban}", who.bic and f"BIC {who.bic}") if p)
            told.append(_("Account: {account}").format(account=to))
    elif content.kind is DocumentKind.INVOICE:
        told.append(_("This invoice is paid already. Nothing is to be paid."))
    elif content.kind is DocumentKind.CREDIT_NOTE:
        told.append(_("We give this amount back, or take it off what is still to be paid."))
    if content.reason:
        told.append(_("The reason: {reason}").format(reason=content.reason))
    for line in told:
        page.set_font(style="")
        page.multi_cell(0, LINE, printable(line), new_x="LMARGIN", new_y="NEXT")
