"""What the account page shows."""

from dataclasses import dataclass

from sqlmodel import col, select

from db.models import Customer, CustomerAddress, CustomerKind, CustomerPhone, Person
from services import access, company
from services.search import customer_number
from services.work import Work


@dataclass(frozen=True)
class Address:
    """One postal address. `line` is how it stands in a list."""

    id: int
    street: str
    postal_code: str
    city: str
    region: str
    country: str
    is_delivery: bool
    is_billing: bool

    @property
    def line(self) -> str:
        return address_line(self.street, self.postal_code, self.city, self.region, self.country)


@dataclass(frozen=True)
class Phone:
    """One telephone number, as it was written."""

    id: int
    number: str
    is_primary: bool


@dataclass(frozen=True)
class Account:
    """Everything the customer may see and change. `version` belongs into the form and back into the change."""

    number: str
    name: str
    company: str
    is_company: bool
    email: str
    language: str
    time_zone: str
    version: int
    addresses: list[Address]
    phones: list[Phone]


def address_line(street: str, postal_code: str, city: str, region: str, country: str) -> str:
    """An address in one line. A town that is a region of its own is named once."""
    return ", ".join(address_parts(street, postal_code, city, region, country))


def address_parts(street: str, postal_code: str, city: str, region: str, country: str) -> list[str]:
    """The lines of an address as they stand on a letter."""
    own_region = region if region != city else ""
    return [part for part in (street, f"{postal_code} {city}".strip(), own_region, country) if part]


def view(w: Work) -> Account:
    """One's own account."""
    own = access.customer(w, access.own_customer_id(w))
    person = access.person(w, w.actor.person_id or 0)
    return Account(
        number=customer_number(own.id),
        name=shown_name(own, person),
        company=own.company or "",
        is_company=own.kind is CustomerKind.COMPANY,
        email=person.email,
        language=person.language,
        time_zone=person.time_zone or own.time_zone or company.of(w).time_zone,
        version=own.version,
        addresses=addresses(w, own.id),
        phones=phones(w, own.id),
    )


def shown_name(own: Customer, person: Person) -> str:
    """An individual is the customer; a company's people have names of their own."""
    return person.name if own.kind is CustomerKind.COMPANY else own.name or person.name


def addresses(w: Work, customer_id: int) -> list[Address]:
    """The postal addresses, the one for parcels first."""
    rows = select(CustomerAddress).where(CustomerAddress.customer_id == customer_id)
    rows = rows.order_by(col(CustomerAddress.is_delivery).desc(), col(CustomerAddress.id))
    return [
        Address(r.id, r.street, r.postal_code, r.city, r.region, r.country, r.is_delivery, r.is_billing)
        for r in w.session.exec(rows)
    ]


def phones(w: Work, customer_id: int) -> list[Phone]:
    """The telephone numbers, the preferred one first."""
    rows = select(CustomerPhone).where(CustomerPhone.customer_id == customer_id)
    rows = rows.order_by(col(CustomerPhone.is_primary).desc(), col(CustomerPhone.id))
    return [Phone(r.id, r.as_written or r.e164 or "", r.is_primary) for r in w.session.exec(rows)]
