"""Saving a form about a customer. What nobody else touched is written; what two people changed is asked back."""

from collections.abc import Mapping

from sqlmodel import SQLModel, col, select

from db.models import Customer, CustomerAddress, CustomerEmail, CustomerKind, CustomerPhone, Person, Role
from services import access, audit, company, inputs, search
from services.accounts.details import renewed
from services.accounts.view import address_line
from services.customer_edit import fields
from services.customer_edit.checking import checked
from services.customer_edit.fields import ADDRESS, NEW_ADDRESS, PLAIN
from services.customer_edit.merging import Open, merge
from services.errors import Conflict, Invalid
from services.text import LANGUAGES, _
from services.work import Work

MOST_FIELDS = 60


class Edit(SQLModel):
    """What a form hands in: how its fields stood when it was filled, and how they stand in it now.

    After a refused save, `before` of a field becomes what was shown as theirs; what is chosen then is `after`.
    """

    before: dict[str, str]
    after: dict[str, str]


class Differs(Conflict):
    """Somebody else changed the same fields meanwhile; nothing was saved. `fields` are to be chosen from."""

    def __init__(self, undecided: tuple[Open, ...]) -> None:
        self.fields = undecided
        super().__init__(_("Somebody changed the same meanwhile. Nothing was saved yet; please choose below."))


def save(w: Work, customer_id: int, edit: Edit, *, action: str = "customers.change", reason: str = "") -> bool:
    """Write what was changed; True when anything was. Staff only.

    Fields that nobody else has changed since `edit.before` are written without a question. Raises Invalid, NotFound,
    and Differs where a field was changed by two.
    """
    w.require(Role.STAFF)
    found = access.customer(w, customer_id)
    if len(edit.after) > MOST_FIELDS:
        raise Invalid(_("Customer"), _("these are too many fields"))
    # Whoever saves at the same time waits here, and then sees what this one has written.
    held = select(Customer.id).where(Customer.id == customer_id).with_for_update()
    w.session.exec(held).one()
    w.session.expire_all()
    stored = fields.values(w, customer_id)
    merged = merge(edit.before, edit.after, stored)
    if merged.undecided:
        raise Differs(merged.undecided)
    changes = {n: v for n, v in checked(w, merged.changes, stored).items() if v != stored.get(n, "")}
    if not changes:
        return False
    renewed(w, found, None)
    _write(w, found, changes)
    search.index(w, customer_id)
    _record(w, customer_id, changes, stored, action, reason)
    return True


def _write(w: Work, found: Customer, changes: Mapping[str, str]) -> None:
    _sign_ins(w, found, changes)
    for name in PLAIN:
        if name in changes:
            setattr(found, name, changes[name] if name == "name" else changes[name] or None)
    if not found.name:
        found.name = found.company or ""
    w.session.add(found)
    if "emails" in changes:
        _emails(w, found.id, changes["emails"].split("\n"))
    if "phones" in changes:
        _phones(w, found.id, changes["phones"].split("\n"))
    for name, text in changes.items():
        if name.startswith(ADDRESS):
            _address(w, found.id, name, text)
    w.session.flush()


def _sign_ins(w: Work, found: Customer, changes: Mapping[str, str]) -> None:
    """An individual is the customer: its sign-in bears the same name, language and zone."""
    if found.kind is CustomerKind.COMPANY:
        return
    for person in w.session.exec(select(Person).where(Person.customer_id == found.id)):
        if changes.get("name") and person.name == found.name:
            person.name = changes["name"]
        if changes.get("language") in LANGUAGES:
            person.language = changes["language"]
        if changes.get("time_zone"):
            person.time_zone = changes["time_zone"]
        w.session.add(person)


def _emails(w: Work, customer_id: int, wanted: list[str]) -> None:
    rows = fields.emails(w, customer_id)
    there = {row.email: row for row in rows}
    for gone in (row for row in rows if row.email not in wanted):
        w.session.delete(gone)
    for place, email in enumerate(e for e in wanted if e):
        row = there.get(email) or CustomerEmail(customer_id=customer_id, email=email)
        row.is_primary = place == 0
        w.session.add(row)


def _phones(w: Work, customer_id: int, wanted: list[str]) -> None:
    rows = [(row.as_written or row.e164 or "", row) for row in fields.phones(w, customer_id)]
    there = dict(rows)
    for gone in (row for written, row in rows if written not in wanted):
        w.session.delete(gone)
    country = company.of(w).country
    for place, written in enumerate(p for p in wanted if p):
        row = there.get(written) or CustomerPhone(
            customer_id=customer_id, e164=inputs.e164(written, country), as_written=written
        )
        row.is_primary = place == 0
        w.session.add(row)


def _address(w: Work, customer_id: int, name: str, text: str) -> None:
    others = [row for row in fields.addresses(w, customer_id) if f"{ADDRESS}{row.id}" != name]
    if name == NEW_ADDRESS:
        row = CustomerAddress(customer_id=customer_id, is_billing=not others, is_delivery=not others)
    else:
        row = w.session.get_one(CustomerAddress, int(name.removeprefix(ADDRESS)))
    if text:
        row.sqlmodel_update(fields.parts(text))
        w.session.add(row)
        return
    w.session.delete(row)
    if others:  # somebody has to be the default
        others[0].is_billing, others[0].is_delivery = (
            others[0].is_billing or row.is_billing,
            others[0].is_delivery or row.is_delivery,
        )
        w.session.add(others[0])


def _record(
    w: Work, customer_id: int, changes: Mapping[str, str], stored: Mapping[str, str], action: str, reason: str
) -> None:
    """One entry for the plain fields, one for each address; with the parts from which each can be restored."""
    before, after = ({n: v for n, v in side.items() if n in changes and n in PLAIN} for side in (stored, changes))
    for many, told in (("emails", "email"), ("phones", "phone")):
        if many in changes:
            for side, known in ((before, stored), (after, changes)):
                side[told] = ", ".join(known.get(many, "").split("\n"))
                side[many] = known.get(many, "")
    if after:
        audit.record(
            w, action, "customer", customer_id, customer_id=customer_id, before=before, after=after, reason=reason
        )
    newest = select(CustomerAddress.id).where(CustomerAddress.customer_id == customer_id)
    for name in (n for n in changes if n.startswith(ADDRESS)):
        number = name.removeprefix(ADDRESS)
        if name == NEW_ADDRESS:
            number = str(w.session.exec(newest.order_by(col(CustomerAddress.id).desc())).first())
        old, new = (_told(number, known.get(name, "")) for known in (stored, changes))
        audit.record(w, action, "customer", customer_id, customer_id=customer_id, before=old, after=new, reason=reason)


def _told(number: str, text: str) -> dict[str, str]:
    parts = fields.parts(text)
    line = address_line(parts["street"], parts["postal_code"], parts["city"], parts["region"], parts["country"])
    return {"address": line, "postal": f"{number}\n{text}"} if text else {}
