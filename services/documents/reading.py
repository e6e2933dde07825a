"""Documents to look at and to take along; customers see their own."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import col, select

from db.models import Document, DocumentKind, Role
from services import access
from services.documents.content import Content
from services.text import _
from services.work import Work


@dataclass(frozen=True)
class Listed:
    """One document in a list."""

    id: int
    kind: DocumentKind
    number: str
    issued_at: datetime
    due_on: date | None
    total_cents: int

    @property
    def file_name(self) -> str:
        return f"{self.number}.pdf"


def of_order(w: Work, order_id: int) -> list[Listed]:
    """The documents of an order, the oldest first. Raises NotFound."""
    w.require(Role.CUSTOMER, Role.STAFF)
    order = access.order(w, order_id)
    rows = w.session.exec(select(Document).where(Document.order_id == order.id).order_by(col(Document.id)))
    return [Listed(d.id, d.kind, d.number, d.issued_at, d.due_on, d.total_cents) for d in rows]


def file(w: Work, document_id: int) -> bytes:
    """A document as PDF; the same one gives the same bytes each time. Raises NotFound."""
    w.require(Role.CUSTOMER, Role.STAFF)
    found = access.document(w, document_id)
    from services.documents.pdf import rendered  # noqa: PLC0415 - fpdf2 is slow to import, and few ask for a PDF

    return rendered(Content.model_validate(found.content), found.issued_at)


def title(kind: DocumentKind) -> str:
    """What the document is called."""
    return {
        DocumentKind.INVOICE: _("Invoice"),
        DocumentKind.CREDIT_NOTE: _("Credit note"),
        DocumentKind.DELIVERY_NOTE: _("Delivery note"),
    }[kind]
