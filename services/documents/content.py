"""What is printed on a document, frozen when it is made."""

from datetime import date
from typing import Any

from pydantic import BaseModel, ConfigDict
from sqlmodel import col, select

from db.models import Customer, CustomerAddress, DocumentKind, Order, OrderLine
from services import clock, company
from services.search import customer_number, order_number
from services.taxes import RateSum
from services.work import Work


class Issuer(BaseModel):
    """The letterhead."""

    model_config = ConfigDict(frozen=True)

    name: str
    street: str = ""
    town: str = ""
    contact: str = ""
    tax_number: str = ""
    bank: str = ""
    iban: str = ""
    bic: str = ""


class PrintedLine(BaseModel):
    """One line; amounts in minor units, None on a delivery note."""

    model_config = ConfigDict(frozen=True)

    name: str
    code: str = ""
    quantity: int | None = None
    unit_cents: int | None = None
    total_cents: int | None = None
    tax_bp: int | None = None


class Rate(BaseModel):
    """The sum of one tax rate."""

    model_config = ConfigDict(frozen=True)

    basis_points: int
    gross_cents: int
    tax_cents: int


class Content(BaseModel):
    """All of a document. It is printed from this alone, in `language`; the same content gives the same bytes."""

    model_config = ConfigDict(frozen=True)

    kind: DocumentKind
    number: str = ""
    language: str
    currency: str
    issuer: Issuer
    recipient: list[str]
    customer: str
    order: str
    ordered_on: date
    issued_on: date
    due_on: date | None = None
    corrects: str = ""  # the invoice that a credit note belongs to
    reason: str = ""
    lines: list[PrintedLine]
    total_cents: int | None = None
    rates: list[Rate] = []
    payment: str = ""  # see services/payments: on_account, transfer, provider


def begun(w: Work, kind: DocumentKind, order: Order, language: str) -> dict[str, object]:
    """What every document of an order begins with."""
    home = company.of(w)
    return {
        "kind": kind,
        "language": language,
        "currency": home.currency,
        "issuer": issuer(w),
        "recipient": recipient(w, order, billing=kind is not DocumentKind.DELIVERY_NOTE),
        "customer": customer_number(order.customer_id) if order.customer_id else "",
        "order": order_number(order.id),
        "ordered_on": clock.day_of(order.ordered_at, home.zone),
        "issued_on": clock.day_of(w.now, home.zone),
    }


def issuer(w: Work) -> Issuer:
    """The letterhead as it is now."""
    home = company.of(w)
    return Issuer(
        name=home.name,
        street=home.street,
        town=f"{home.postal_code} {home.city}".strip(),
        **home.model_dump(include={"contact", "tax_number", "bank", "iban", "bic"}),
    )


def recipient(w: Work, order: Order, *, billing: bool) -> list[str]:
    """Name and address: the one for invoices where there is one, else that of the delivery, else any."""
    return addressed(w, order.customer_id, order.delivery_address, billing=billing)


def addressed(w: Work, customer_id: int | None, address: dict[str, Any], *, billing: bool) -> list[str]:
    """Name and address of a customer whom the caller has reached; without an address the stored one is taken."""
    owner = w.session.get(Customer, customer_id) if customer_id else None
    names = [n for n in (owner.company, owner.name) if n] if owner else []
    rows = select(CustomerAddress).where(CustomerAddress.customer_id == customer_id)
    rows = rows.order_by(col(CustomerAddress.is_billing).desc(), col(CustomerAddress.id))
    known = w.session.exec(rows).first()
    if known is not None and (not address or (billing and known.is_billing)):
        address = known.model_dump(include={"street", "postal_code", "city", "region", "country"})
    town = " ".join(str(p) for p in (address.get("postal_code"), address.get("city")) if p)
    region = address.get("region") if address.get("region") != address.get("city") else ""
    parts = (address.get("street"), town, region, address.get("country"))
    return [*dict.fromkeys(names), *(str(p) for p in parts if p)]


def printed(line: OrderLine) -> PrintedLine:
    """A line of an order with its price before the voucher."""
    return PrintedLine(
        name=line.name or line.product_code,
        code=line.product_code,
        quantity=line.quantity,
        unit_cents=line.unit_price_cents,
        total_cents=line.line_total_cents + line.discount_cents,
        tax_bp=line.tax_bp,
    )


def rates(found: list[RateSum]) -> list[Rate]:
    """The same as the content keeps them."""
    return [Rate(basis_points=r.basis_points, gross_cents=r.gross_cents, tax_cents=r.tax_cents) for r in found]
