"""The postal addresses of a customer."""

from sqlalchemy import update
from sqlmodel import SQLModel, col, select

from db.models import Customer, CustomerAddress
from services import access
from services.accounts import approval
from services.accounts.details import renewed, saved
from services.accounts.view import Address, address_line, addresses
from services.errors import Conflict, Invalid, NotFound
from services.inputs import line
from services.text import _
from services.work import Work

MOST = 20
Defaults = dict[str, Address]
Told = dict[str, str]


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
    """Add an address; returns its id, 0 where it waits for approval. The first one is the default for everything.

    Raises Invalid.
    """
    own = access.customer(w, access.own_affairs(w))
    values = _checked(new)
    renewed(w, own, None)
    room(w, own.id)
    if approval.needed(w, "address"):
        change = {"verb": "add", "values": values, "is_delivery": new.is_delivery, "is_billing": new.is_billing}
        approval.ask(w, own.id, "address", change, old="", new=address_line(**values))
        return 0
    return added(w, own, values, is_delivery=new.is_delivery, is_billing=new.is_billing)


def room(w: Work, customer_id: int) -> None:
    """Raises Conflict where there are as many addresses as there may be."""
    if len(addresses(w, customer_id)) >= MOST:
        raise Conflict(_("At most {most} addresses. Please remove one first.").format(most=MOST))


def added(w: Work, own: Customer, values: dict[str, str], *, is_delivery: bool, is_billing: bool) -> int:
    """Write a new address of checked values; returns its id."""
    before = _defaults(w, own.id)
    first = not addresses(w, own.id)
    row = CustomerAddress(customer_id=own.id)
    row.sqlmodel_update(values)
    row.is_delivery, row.is_billing = is_delivery or first, is_billing or first
    w.session.add(row)
    w.session.flush()
    _only_default(w, row)
    _saved(w, own, before, {"address": ""}, _told(row))
    return row.id


def change_address(w: Work, address_id: int, new: NewAddress, *, version: int) -> None:
    """Change an address. Raises Invalid, NotFound, and Stale where the account was changed since `version`.

    New words of it may have to wait for approval; which address is the default counts at once.
    """
    own = access.customer(w, access.own_affairs(w))
    row = own_address(w, own, address_id)
    before, values = _line(row), _checked(new)
    renewed(w, own, version, {"address": before})
    if before != address_line(**values) and approval.needed(w, "address"):
        change = {"verb": "change", "row": row.id, "values": values}
        approval.ask(w, own.id, "address", change, old=before, new=address_line(**values))
        values = {}
    changed(w, own, row, values, is_delivery=new.is_delivery, is_billing=new.is_billing)


def changed(
    w: Work, own: Customer, row: CustomerAddress, values: dict[str, str], *, is_delivery: bool, is_billing: bool
) -> None:
    """Write checked values into an address; what is the default already stays it until another one is."""
    before, old = _defaults(w, own.id), _told(row)
    row.sqlmodel_update(values)
    row.is_delivery, row.is_billing = row.is_delivery or is_delivery, row.is_billing or is_billing
    w.session.add(row)
    w.session.flush()
    _only_default(w, row)
    _saved(w, own, before, old, _told(row))


def remove_address(w: Work, address_id: int) -> None:
    """Take an address away; orders keep their copy of it. Raises NotFound."""
    own = access.customer(w, access.own_affairs(w))
    row = own_address(w, own, address_id)
    renewed(w, own, None)
    if approval.needed(w, "address"):
        approval.ask(w, own.id, "address", {"verb": "remove", "row": row.id}, old=_line(row), new="")
    else:
        removed(w, own, row)


def removed(w: Work, own: Customer, row: CustomerAddress) -> None:
    """Take the row away; somebody has to be the default."""
    before, old = _defaults(w, own.id), _told(row)
    w.session.delete(row)
    w.session.flush()
    rest = w.session.exec(
        select(CustomerAddress).where(CustomerAddress.customer_id == own.id).order_by(col(CustomerAddress.id))
    ).first()
    if rest is not None:
        rest.is_delivery, rest.is_billing = rest.is_delivery or row.is_delivery, rest.is_billing or row.is_billing
        w.session.add(rest)
        w.session.flush()
    _saved(w, own, before, old, {"address": ""})


def line_of(w: Work, own: Customer, address_id: int) -> str:
    """An address as it stands now in one line; empty where it is gone."""
    found = w.session.get(CustomerAddress, address_id)
    return _line(found) if found is not None and found.customer_id == own.id else ""


def _defaults(w: Work, customer_id: int) -> Defaults:
    """Where parcels and invoices go."""
    known = addresses(w, customer_id)
    parcels, invoices = ([a for a in known if a.is_delivery], [a for a in known if a.is_billing])
    return {k: rows[0] for k, rows in (("parcels_to", parcels), ("invoices_to", invoices)) if rows}


def _saved(w: Work, own: Customer, before: Defaults, old: Told, new: Told) -> None:
    """Into the trail: the address with its parts, and which default went from one address to another by it."""
    now = _defaults(w, own.id)
    moved = [k for k in before.keys() & now.keys() if before[k].id != now[k].id]
    if old["address"] == new["address"]:  # only the defaults moved: there is nothing to put back
        old, new = ({"address": side["address"]} for side in (old, new))
    told = [side | {k: at[k].line for k in moved} for side, at in ((old, before), (new, now))]
    saved(w, own, "accounts.address", *told)


def _told(row: CustomerAddress) -> Told:
    """An address for the trail: in a line, and number and parts as `customer_edit` puts them back."""
    parts = (row.street, row.postal_code, row.city, row.region, row.country)
    return {"address": _line(row), "postal": "\n".join((str(row.id), *(part or "" for part in parts)))}


def own_address(w: Work, own: Customer, address_id: int) -> CustomerAddress:
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
