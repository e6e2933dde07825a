"""The telephone numbers of a customer."""

from sqlalchemy import update
from sqlmodel import col, select

from db.models import Customer, CustomerPhone
from services import access, company, inputs
from services.accounts import approval
from services.accounts.details import renewed, saved
from services.accounts.view import phones
from services.errors import Conflict, Invalid, NotFound
from services.text import _
from services.work import Work

MOST = 10


def add_phone(w: Work, typed: str) -> int:
    """Add a number; returns its id, 0 where it waits for approval.

    Raises Invalid for what cannot be called, Conflict for one that is there.
    """
    own = access.customer(w, access.own_affairs(w))
    e164, written = inputs.phone(typed, company.of(w).country)
    if e164 is None:
        raise Invalid(_("Phone"), _("write it with its area code, like 030 1234567 or +44 20 7946 0000"))
    renewed(w, own, None)
    free(w, own.id, e164)
    if approval.needed(w, "phone"):
        approval.ask(w, own.id, "phone", {"verb": "add", "e164": e164, "written": written}, old="", new=written)
        return 0
    return added(w, own, e164, written)


def free(w: Work, customer_id: int, e164: str) -> None:
    """Raises Conflict where the number is there already, or as many as there may be."""
    if len(phones(w, customer_id)) >= MOST:
        raise Conflict(_("At most {most} numbers. Please remove one first.").format(most=MOST))
    same = select(CustomerPhone.id).where(CustomerPhone.customer_id == customer_id, CustomerPhone.e164 == e164)
    if w.session.exec(same).first() is not None:
        raise Conflict(_("This number is in your account already."))


def added(w: Work, own: Customer, e164: str, written: str) -> int:
    """Write a new number that was checked; returns its id."""
    row = CustomerPhone(customer_id=own.id, e164=e164, as_written=written, is_primary=not phones(w, own.id))
    w.session.add(row)
    w.session.flush()
    saved(w, own, "accounts.phone", {}, {"phone": written})
    return row.id


def prefer_phone(w: Work, phone_id: int) -> None:
    """Call this number first from now on. Raises NotFound."""
    own = access.customer(w, access.own_affairs(w))
    row = own_phone(w, own, phone_id)
    before = next((p.number for p in phones(w, own.id) if p.is_primary), "")
    renewed(w, own, None)
    mine = update(CustomerPhone).where(col(CustomerPhone.customer_id) == own.id)
    w.session.connection().execute(mine.values(is_primary=col(CustomerPhone.id) == row.id))
    w.session.refresh(row)
    saved(w, own, "accounts.phone", {"phone": before}, {"phone": row.as_written})


def remove_phone(w: Work, phone_id: int) -> None:
    """Take a number away. Raises NotFound."""
    own = access.customer(w, access.own_affairs(w))
    row = own_phone(w, own, phone_id)
    renewed(w, own, None)
    if approval.needed(w, "phone"):
        approval.ask(w, own.id, "phone", {"verb": "remove", "row": row.id}, old=row.as_written, new="")
    else:
        removed(w, own, row)


def removed(w: Work, own: Customer, row: CustomerPhone) -> None:
    """Take the row away; one of the others is called first then."""
    w.session.delete(row)
    w.session.flush()
    first = w.session.exec(
        select(CustomerPhone).where(CustomerPhone.customer_id == own.id).order_by(col(CustomerPhone.id))
    ).first()
    if row.is_primary and first is not None:
        first.is_primary = True
        w.session.add(first)
        w.session.flush()
    saved(w, own, "accounts.phone", {"phone": row.as_written}, {})


def number_of(w: Work, own: Customer, phone_id: int) -> str:
    """A number as it stands now; empty where it is gone."""
    found = w.session.get(CustomerPhone, phone_id)
    return found.as_written if found is not None and found.customer_id == own.id else ""


def own_phone(w: Work, own: Customer, phone_id: int) -> CustomerPhone:
    found = w.session.get(CustomerPhone, phone_id)
    if found is None or found.customer_id != own.id:
        raise NotFound(_("phone number"))
    return found
