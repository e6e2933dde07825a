"""Staff make a customer, and are told when it seems to be here already."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import SQLModel, col, select

from db import search_index
from db.models import Customer, CustomerAddress, CustomerEmail, CustomerKind, CustomerPhone, Role
from services import audit, company, inputs, rollups, search
from services.errors import Conflict, Invalid
from services.text import _
from services.work import Work

LOOKED_AT = 200


class NewCustomer(SQLModel):
    """What a form hands in. A name or a company is needed, all else may follow."""

    name: str = ""
    company: str = ""
    email: str = ""
    phone: str = ""
    street: str = ""
    postal_code: str = ""
    city: str = ""
    country: str = ""
    language: str = ""


@dataclass(frozen=True)
class Lookalike:
    """A customer that is here already and may be the same: `same` says in what."""

    customer_id: int
    name: str
    same: str


class AlreadyHere(Conflict):
    """The customer seems to be here already; `found` says who. Nothing was made."""

    def __init__(self, found: Sequence[Lookalike]) -> None:
        self.found = tuple(found)
        super().__init__(_("This customer seems to be here already. Please look, or create it anyway."))


@dataclass(frozen=True)
class _Checked:
    name: str
    company: str
    email: str
    e164: str | None
    phone: str
    language: str
    address: dict[str, str]


def create(w: Work, new: NewCustomer, *, seen: frozenset[int] = frozenset()) -> Customer:
    """A new customer, findable at once. Staff only.

    Raises Invalid, and AlreadyHere when e-mail, phone, or name and postal code belong to a customer that is not among
    `seen`, the ids the person was shown and has decided to pass over.
    """
    w.require(Role.STAFF)
    checked = _checked(w, new)
    found = _lookalikes(w, checked)
    if {f.customer_id for f in found} - seen:
        raise AlreadyHere(found)
    row = Customer(
        kind=CustomerKind.INDIVIDUAL if checked.name else CustomerKind.COMPANY,
        name=checked.name or checked.company,
        company=checked.company or None,
        language=checked.language or None,
        acquisition_channel="staff",
        joined_at=w.now,
        created_at=w.now,
        updated_at=w.now,
    )
    w.session.add(row)
    w.session.flush()
    _reachable(w, row.id, checked)
    search.index(w, row.id)
    rollups.joined(w, w.now)
    audit.record(w, "customers.create", "customer", row.id, customer_id=row.id, after=_told(checked))
    return row


def _reachable(w: Work, customer_id: int, new: _Checked) -> None:
    if new.email:
        w.session.add(CustomerEmail(customer_id=customer_id, email=new.email))
    if new.phone:
        w.session.add(CustomerPhone(customer_id=customer_id, e164=new.e164, as_written=new.phone))
    if any(new.address.values()):
        address = CustomerAddress(customer_id=customer_id)
        address.sqlmodel_update(new.address)
        w.session.add(address)
    w.session.flush()


def _told(new: _Checked) -> dict[str, str]:
    """What the audit trail keeps: the fields of the account, under the names that all its changes use."""
    home = new.address
    town = " ".join(p for p in (home["postal_code"], home["city"]) if p)
    told = {
        "name": new.name,
        "company": new.company,
        "email": new.email,
        "phone": new.e164 or new.phone,
        "address": ", ".join(p for p in (home["street"], town, home["country"]) if p),
        "language": new.language,
    }
    return {k: v for k, v in told.items() if v}


def _checked(w: Work, new: NewCustomer) -> _Checked:
    name = inputs.line(new.name, _("Name"), 200, required=False)
    firm = inputs.line(new.company, _("Company"), 200, required=False)
    if not name and not firm:
        raise Invalid(_("Name"), _("give the name of a person or of a company"))
    e164, phone = inputs.phone(new.phone, company.of(w).country) if new.phone.strip() else (None, "")
    if phone and e164 is None:
        raise Invalid(_("Phone"), _("write it like +49 30 123456; this is no number that can be called"))
    return _Checked(
        name=name,
        company=firm,
        email=inputs.email(new.email) if new.email.strip() else "",
        e164=e164,
        phone=phone,
        language=inputs.line(new.language, _("Language"), 16, required=False),
        address={
            "street": inputs.line(new.street, _("Street"), 300, required=False),
            "postal_code": inputs.line(new.postal_code, _("Postal code"), 40, required=False),
            "city": inputs.line(new.city, _("Town"), 120, required=False),
            "country": inputs.line(new.country, _("Country"), 80, required=False),
        },
    )


def _lookalikes(w: Work, new: _Checked) -> list[Lookalike]:
    same: dict[int, str] = {}
    if new.email:
        by_email = select(CustomerEmail.customer_id).where(CustomerEmail.email == new.email)
        same |= dict.fromkeys(w.session.exec(by_email.limit(LOOKED_AT)), _("same e-mail"))
    if new.e164:
        by_phone = select(CustomerPhone.customer_id).where(CustomerPhone.e164 == new.e164)
        same |= {i: same.get(i, _("same phone")) for i in w.session.exec(by_phone.limit(LOOKED_AT))}
    same |= {i: same.get(i, _("same name and postal code")) for i in _namesakes(w, new)}
    people = w.session.exec(select(Customer).where(col(Customer.id).in_(same)).order_by(col(Customer.id))).all()
    return [Lookalike(c.id, c.name or c.company or search.customer_number(c.id), same[c.id]) for c in people]


def _namesakes(w: Work, new: _Checked) -> list[int]:
    """Customers of the same name, spelt the same but for accents and capitals, in the same postal code."""
    code = new.address["postal_code"].replace(" ", "").casefold()
    name = inputs.fold(new.name or new.company)
    if not code or not name:
        return []
    ids = search_index.whole(w.session, name.split(), LOOKED_AT)
    homes = (
        select(Customer.id, Customer.name, CustomerAddress.postal_code)
        .join(CustomerAddress, col(CustomerAddress.customer_id) == col(Customer.id))
        .where(col(Customer.id).in_(ids))
    )
    return [
        i
        for i, known, postal in w.session.exec(homes)
        if inputs.fold(known) == name and postal.replace(" ", "").casefold() == code
    ]
