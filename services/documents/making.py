"""Making documents, each once, in the transaction of what it is about."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlmodel import col, select

from db.models import Document, DocumentKind, Order, OrderLine, Person, Return, Shipment
from services import audit, clock, company, taxes
from services.documents import content as paper
from services.documents import numbers
from services.documents.content import Content, PrintedLine
from services.taxes import RateSum
from services.text import _, speaking
from services.work import Work


def invoice_of(w: Work, order_id: int) -> Document | None:
    """The invoice of an order that the caller has reached, if there is one yet."""
    mine = select(Document).where(Document.order_id == order_id, Document.kind == DocumentKind.INVOICE)
    return w.session.exec(mine).first()


def invoice(w: Work, order: Order) -> Document | None:
    """Bill a held order: the one there is, or a new one; None for an order from an import or without a customer."""
    known = invoice_of(w, order.id)
    if known is not None or order.source is not None or order.customer_id is None:
        return known
    lines = _lines(w, order.id)
    language, home = _language(w, order), company.of(w)
    with speaking(language):
        rows = [paper.printed(line) for line in lines]
        if order.discount_cents:
            code = _("Voucher {code}").format(code=order.voucher_code)
            rows.append(PrintedLine(name=code, total_cents=-order.discount_cents))
        if order.shipping_cents:
            fee = order.shipping_cents
            rows.append(PrintedLine(name=_("Delivery"), total_cents=fee, tax_bp=order.shipping_tax_bp))
    on_account = order.payment_method in (None, "on_account")
    issued = clock.day_of(w.now, home.zone)
    made = Content(
        **paper.begun(w, DocumentKind.INVOICE, order, language),
        lines=rows,
        total_cents=order.total_cents,
        rates=paper.rates(taxes.of_order(order, lines)),
        payment=order.payment_method or "on_account",
        due_on=issued + timedelta(days=home.payment_days) if on_account else None,
    )
    return _issue(w, order, made)


def delivery_note(w: Work, order: Order, parcel: Shipment) -> Document | None:
    """What is in a parcel that has just left; None for an order from an import."""
    if order.source is not None or order.customer_id is None:
        return None
    by_number = {line.line_no: line for line in _lines(w, order.id)}
    rows = [
        PrintedLine(name=line.name or line.product_code, code=line.product_code, quantity=packed["quantity"])
        for packed in parcel.lines
        if (line := by_number.get(packed["line_no"]))
    ]
    begun = paper.begun(w, DocumentKind.DELIVERY_NOTE, order, _language(w, order))
    return _issue(w, order, Content(**begun, lines=rows), shipment_id=parcel.id)


def credit_note(
    w: Work, order: Order, back: Return, parts: Sequence[tuple[OrderLine | None, int, int]], reason: str = ""
) -> Document | None:
    """What is given back of an invoice; None where there is none, or nothing is given.

    `parts` are (line, pieces, cents), the line None for the delivery. The tax is what the rest of the invoice has less
    of: invoice and credit notes together always hold the tax of what was kept, to the cent.
    """
    billed = invoice_of(w, order.id)
    if billed is None or not any(cents for _line, _pieces, cents in parts):
        return None
    language = _language(w, order)
    with speaking(language):
        rows = [_credited(order, line, pieces, cents) for line, pieces, cents in parts if cents]
    made = Content(
        **paper.begun(w, DocumentKind.CREDIT_NOTE, order, language),
        lines=rows,
        total_cents=sum(cents for _line, _pieces, cents in parts),
        rates=paper.rates(_taken_back(w, billed, rows)),
        corrects=billed.number,
        reason=reason,
    )
    return _issue(w, order, made, return_id=back.id)


def _credited(order: Order, line: OrderLine | None, pieces: int, cents: int) -> PrintedLine:
    if line is None:
        return PrintedLine(name=_("Delivery"), total_cents=cents, tax_bp=order.shipping_tax_bp)
    name = line.name or line.product_code
    return PrintedLine(name=name, code=line.product_code, quantity=pieces, total_cents=cents, tax_bp=line.tax_bp)


def _taken_back(w: Work, billed: Document, rows: list[PrintedLine]) -> list[RateSum]:
    """By rate, gross and tax that are less now than after the credit notes before this one."""
    kept = {r.basis_points: r.gross_cents for r in Content.model_validate(billed.content).rates}
    earlier = select(Document).where(Document.order_id == billed.order_id, Document.kind == DocumentKind.CREDIT_NOTE)
    for note in w.session.exec(earlier):
        for rate in Content.model_validate(note.content).rates:
            kept[rate.basis_points] -= rate.gross_cents
    found = []
    for bp in sorted(kept, reverse=True):
        gross = sum(row.total_cents or 0 for row in rows if row.tax_bp == bp)
        if gross:
            less = taxes.contained(kept[bp], bp) - taxes.contained(kept[bp] - gross, bp)
            found.append(RateSum(bp, gross, less))
    return found


def _issue(w: Work, order: Order, made: Content, **more: Any) -> Document:
    """Take the number and write the row. Last in a transaction, for others wait for the number."""
    series, year = numbers.SERIES[made.kind], made.issued_on.year
    w.session.flush()
    seq = numbers.take(w, series, year)
    number = numbers.written(series, year, seq)
    row = Document(
        kind=made.kind,
        series=series,
        year=year,
        seq=seq,
        number=number,
        order_id=order.id,
        customer_id=order.customer_id,
        issued_at=w.now,
        due_on=made.due_on,
        total_cents=made.total_cents or 0,
        content=made.model_copy(update={"number": number}).model_dump(mode="json"),
        **more,
    )
    w.session.add(row)
    w.session.flush()
    told = {"number": number, "kind": made.kind, "order_id": order.id, "total_cents": row.total_cents}
    audit.record(w, "documents.issue", "document", row.id, after=told)
    return row


def _lines(w: Work, order_id: int) -> list[OrderLine]:
    mine = select(OrderLine).where(OrderLine.order_id == order_id).order_by(col(OrderLine.line_no))
    return list(w.session.exec(mine))


def _language(w: Work, order: Order) -> str:
    """That of the person who ordered, else the company's."""
    person = w.session.get(Person, order.placed_by_id) if order.placed_by_id else None
    return person.language if person else company.of(w).language
