"""Printing a document: from its frozen content alone, so that the same content gives the same bytes."""

from datetime import datetime

from db.models import DocumentKind
from services.documents.content import Content, PrintedLine
from services.documents.reading import title
from services.documents.sheet import FONT, LEFT, LINE, UTC, WIDTH, Sheet, printable
from services.text import _, local_date, money, number, percent, speaking

#: Millimetres of the columns: what, pieces, price, tax, sum.
COLUMNS = (84, 18, 26, 16, 26)
#: Width of the paper, where the facts beside the address begin, and what stays free before them.
PAPER, FACTS, GAP = 210, 125, 6


def rendered(content: Content, issued_at: datetime) -> bytes:
    """The document as PDF."""
    with speaking(content.language):
        name = f"{title(content.kind)} {content.number}"
        page = Sheet(content.issuer, made_at=issued_at, language=content.language, title=name)
        _head(page, content)
        _table(page, content)
        if content.kind is not DocumentKind.DELIVERY_NOTE:
            _sums(page, content)
        _closing(page, content)
        return bytes(page.output())


def _head(page: Sheet, content: Content) -> None:
    top = 45.0
    page.set_y(top)
    page.set_right_margin(PAPER - FACTS + GAP)  # a long name takes another line, beside the facts and not over them
    for line in content.recipient or [_("without a customer")]:
        page.multi_cell(0, LINE, printable(line), align="L", new_x="LMARGIN", new_y="NEXT")
    page.set_right_margin(PAPER - LEFT - WIDTH)
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
            page.set_x(FACTS)
            page.say(name, 28, end=False)
            page.say(value, 37, right=True)
    page.set_y(max(bottom, page.get_y(), 82))
    page.set_font(FONT, "B", 15)
    page.cell(0, 10, printable(f"{title(content.kind)} {content.number}"), new_x="LMARGIN", new_y="NEXT")
    page.set_font(FONT, "", 9.5)
    page.ln(2)


def _table(page: Sheet, content: Content) -> None:
    priced = content.kind is not DocumentKind.DELIVERY_NOTE
    heads = [_("Article"), _("Pieces"), *([_("Price"), _("Tax"), _("Sum")] if priced else [])]
    _heads(page, heads)
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


def _heads(page: Sheet, heads: list[str]) -> None:
    _row(page, heads, bold=True)
    page.line(LEFT, page.get_y(), LEFT + WIDTH, page.get_y())


def _row(page: Sheet, cells: list[str], *, bold: bool = False, heads: list[str] | None = None) -> None:
    """One row; a long name takes several lines. Where it does not fit the heads are repeated on a new page."""
    page.set_font(style="B" if bold else "")
    names: list[str] = page.multi_cell(COLUMNS[0], LINE, printable(cells[0]), dry_run=True, output="LINES", align="L")
    if heads is not None and page.will_page_break(LINE * max(len(names), 1) + 1):
        page.add_page()
        _heads(page, heads)
    top = page.get_y() + 0.8
    page.set_y(top)
    for name in names or [""]:
        page.say(name, COLUMNS[0], bold=bold)
    bottom = page.get_y()
    page.set_xy(LEFT + COLUMNS[0], top)
    for cell, width in zip(cells[1:], COLUMNS[1:], strict=False):
        page.say(cell, width, bold=bold, right=True, end=False)
    page.set_xy(LEFT, bottom)


def _sums(page: Sheet, content: Content) -> None:
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


def _closing(page: Sheet, content: Content) -> None:
    told: list[str] = []
    who = content.issuer
    if content.kind is DocumentKind.INVOICE and content.due_on is not None:
        told.append(_("Please pay by {day}, naming {number}.").format(
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
