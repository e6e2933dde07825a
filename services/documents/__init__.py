"""Invoices, credit notes and delivery notes.

An invoice is made with the first parcel of an order, over the whole of it; a delivery note with every parcel; a credit
note with every refund of goods that came back. All that is printed is kept in the row, and the number is given in the
transaction that writes the row, so numbers have no gaps. Orders from an import get none: where they come from they were
billed already.
"""

from services.documents.content import Content, PrintedLine
from services.documents.making import credit_note, delivery_note, invoice, invoice_of
from services.documents.reading import Listed, file, of_order, title

__all__ = [
    "Content",
    "Listed",
    "PrintedLine",
    "credit_note",
    "delivery_note",
    "file",
    "invoice",
    "invoice_of",
    "of_order",
    "title",
]
