"""The fields of a customer as a form shows them: each one text, under a name that an address keeps with its number.

Several e-mails or telephone numbers stand one a line, the preferred one first. An address is five lines: street, postal
code, town, region, country; empty means that there is none.
"""

from sqlmodel import col, select

from db.models import Customer, CustomerAddress, CustomerEmail, CustomerPhone, Role
from services import access
from services.text import _
from services.work import Work

PLAIN = ("name", "company", "language", "time_zone", "segment")
ADDRESS = "address:"
NEW_ADDRESS = "address:new"
ADDRESS_PARTS = ("street", "postal_code", "city", "region", "country")


def names() -> dict[str, str]:
    """The fields but for the addresses, in words and in the order of the form."""
    return {
        "name": _("Name"),
        "company": _("Company"),
        "emails": _("E-mail addresses"),
        "phones": _("Telephone numbers"),
        "language": _("Language"),
        "time_zone": _("Time zone"),
        "segment": _("Segment"),
    }


def label(name: str) -> str:
    """One field in words."""
    return _("Address") if name.startswith(ADDRESS) else names().get(name, name)


def parts(text: str) -> dict[str, str]:
    """The parts of an address; all empty where there is none."""
    lines = [*text.split("\n"), *[""] * len(ADDRESS_PARTS)]
    return dict(zip(ADDRESS_PARTS, lines, strict=False))


def values(w: Work, customer_id: int) -> dict[str, str]:
    """How every field stands. Staff only. Raises NotFound."""
    w.require(Role.STAFF)
    found = access.customer(w, customer_id)
    told = {name: getattr(found, name) or "" for name in PLAIN}
    told["emails"] = "\n".join(row.email for row in emails(w, customer_id))
    told["phones"] = "\n".join(row.as_written or row.e164 or "" for row in phones(w, customer_id))
    return told | {f"{ADDRESS}{row.id}": written(row) for row in addresses(w, customer_id)}


def written(row: CustomerAddress) -> str:
    """An address as the form holds it."""
    return "\n".join(getattr(row, part) or "" for part in ADDRESS_PARTS)


def is_company_only(found: Customer) -> bool:
    """Whether the company's name stands where a person's would."""
    return not found.name or found.name == found.company


def emails(w: Work, customer_id: int) -> list[CustomerEmail]:
    """The preferred one first."""
    mine = select(CustomerEmail).where(CustomerEmail.customer_id == customer_id)
    return list(w.session.exec(mine.order_by(col(CustomerEmail.is_primary).desc(), col(CustomerEmail.id))))


def phones(w: Work, customer_id: int) -> list[CustomerPhone]:
    """The one that is called first stands first."""
    mine = select(CustomerPhone).where(CustomerPhone.customer_id == customer_id)
    return list(w.session.exec(mine.order_by(col(CustomerPhone.is_primary).desc(), col(CustomerPhone.id))))


def addresses(w: Work, customer_id: int) -> list[CustomerAddress]:
    """In the order they were added."""
    mine = select(CustomerAddress).where(CustomerAddress.customer_id == customer_id)
    return list(w.session.exec(mine.order_by(col(CustomerAddress.id))))
