"""The postal addresses of a customer."""

from sqlalchemy import update
from sqlmodel import SQLModel, col, select

from db.models import Customer, CustomerAddress
from services import access
from services.accounts.details import renewed, saved
from services.accounts.view import address_line, addresses
from services.errors import Conflict, Invalid, NotFound
from services.inputs import line
from services.text import _
from services.work import Work

MOST = 20


class NewAddress(SQLModel):
    """What the form hands in. The default for parcels and for invoices is one address each."""

    street: str
    postal_code: str = ""
    city: str
    region: str = ""
    country: str = ""
    is_delivery: bool = True
    is_billing: bool = True


def add_address(w: Work, new: NewAddress) -> int:
    """Add an address; returns its id. The first one is the default for everything. Raises Invalid."""
    own = access.customer(w, access.own_customer_id(w))
    values = _checked(new)
    renewed(w, own, None)
    known = addresses(w, own.id)
    if len(known) >= MOST:
        raise Conflict(_("At most {most} addresses. Please remove one first.").format(most=MOST))
    row = CustomerAddress(customer_id=own.id)
    row.sqlmodel_update(values)
    row.is_delivery, row.is_billing = new.is_delivery or not known, new.is_billing or not known
    w.session.add(row)
    w.session.flush()
    _only_default(w, row)
    saved(w, own, "accounts.address", {}, {"address": _line(row)})
    return row.id


def change_address(w: Work, address_id: int, new: NewAddress, *, version: int) -> None:
    """Change an address. Raises Invalid, NotFound, and Stale where the account was changed since `version`."""
    own = access.customer(w, access.own_customer_id(w))
    row = _own_address(w, own, address_id)
    before, values = _line(row), _checked(new)
    renewed(w, own, version, {"address": before})
    row.sqlmodel_update(values)
    row.is_delivery, row.is_billing = row.is_delivery or new.is_delivery, row.is_billing or new.is_billing
    w.session.add(row)
    w.session.flush()
    _only_default(w, row)
    saved(w, own, "accounts.address", {"address": before}, {"address": _line(row)})


def remove_address(w: Work, address_id: int) -> None:
    """Take an address away; orders keep their copy of it. Raises NotFound."""
    own = access.customer(w, access.own_customer_id(w))
    row = _own_address(w, own, address_id)
    renewed(w, own, None)
    w.session.delete(row)
    w.session.flush()
    rest = w.session.exec(
        select(CustomerAddress).where(CustomerAddress.customer_id == own.id).order_by(col(CustomerAddress.id))
    ).first()
    if rest is not None:  # somebody has to be the default
        rest.is_delivery, rest.is_billing = rest.is_delivery or row.is_delivery, rest.is_billing or row.is_billing
        w.session.add(rest)
        w.session.flush()
    saved(w, own, "accounts.address", {"address": _line(row)}, {})


def _own_address(w: Work, own: Customer, address_id: int) -> CustomerAddress:
    found = w.session.get(CustomerAddress, address_id)
    if found is None or found.customer_id != own.id:
        raise NotFound(_("address"))
    return found


def _only_default(w: Work, row: CustomerAddress) -> None:
    """One default for parcels, one for invoices."""
    others = update(CustomerAddress).where(
        col(CustomerAddress.customer_id) == row.customer_id, col(CustomerAddress.id) != row.id
    )
    connection = w.session.connection()
    if row.is_delivery:
        connection.execute(others.values(is_delivery=False))
    if row.is_billing:
        connection.execute(others.values(is_billing=False))
    w.session.expire_all()


def _line(row: CustomerAddress) -> str:
    return address_line(row.street, row.postal_code, row.city, row.region, row.country)


def _checked(new: NewAddress) -> dict[str, str]:
    values = {
        "street": line(new.street, _("Street and number"), 300),
        "postal_code": line(new.postal_code, _("Postal code"), 40, required=False),
        "city": line(new.city, _("Town"), 120),
        "region": line(new.region, _("Region"), 120, required=False),
        "country": line(new.country, _("Country"), 80, required=False),
    }
    if not any(ch.isalnum() for ch in values["street"]):
        raise Invalid(_("Street and number"), _("please fill this in"))
    return values
