"""Changing name, company, language and time zone; and the rule by which nobody overwrites what another has saved."""

from typing import Any

from sqlalchemy import update
from sqlmodel import SQLModel, col

from db.models import Customer, CustomerKind, Person, Role
from services import access, audit, clock, company, outbox, search
from services.accounts import approval
from services.accounts.view import shown_name
from services.errors import Conflict, Invalid
from services.inputs import line
from services.text import LANGUAGES, _, speaking
from services.work import Work


class AccountChange(SQLModel):
    """What the form hands in; `version` is the one the form was filled from."""

    version: int
    name: str
    company: str = ""
    language: str
    time_zone: str


class Stale(Conflict):
    """The account was changed since the form was filled. `now` is what it says: field -> value."""

    def __init__(self, now: dict[str, str], labels: dict[str, str]) -> None:
        self.now = now
        told = "; ".join(f"{labels[k]}: {v or '–'}" for k, v in now.items())
        sentence = _("Your account was changed in another window meanwhile, nothing was saved.")
        if told:
            sentence += " " + _("It says now: {values}.").format(values=told)
        super().__init__(sentence + " " + _("Save again to replace that with what you typed."))


def labels() -> dict[str, str]:
    """The fields of an account in words."""
    return {
        "name": _("Name"),
        "company": _("Company"),
        "language": _("Language"),
        "time_zone": _("Time zone"),
        "email": _("E-mail"),
        "address": _("Address"),
        "phone": _("Phone"),
        "parcels_to": _("Parcels go to"),
        "invoices_to": _("Invoices go to"),
    }


def all_labels() -> dict[str, str]:
    """The same with what only the team reads."""
    return {**labels(), "segment": _("Segment")}


def differences(before: dict[str, Any], after: dict[str, Any]) -> str:
    """The fields of the account that differ, in words; what else a row holds tells a reader nothing."""
    told = []
    for name, word in all_labels().items():
        old, new = before.get(name) or "", after.get(name) or ""
        if old and new:
            told.append(f"{word}: {old} → {new}")
        elif new:
            told.append(f"{word}: {new}")
        elif old:
            told.append(_("{what}: {old} was removed").format(what=word, old=old))
    return "\n".join(told)


def change(w: Work, new: AccountChange) -> list[str]:
    """Save the details; returns the fields that wait for approval now.

    Raises Invalid, and Stale where somebody else has saved since.
    """
    own = access.customer(w, access.own_customer_id(w))
    person = access.person(w, w.actor.person_id or 0)
    values = _checked(new, is_company=own.kind is CustomerKind.COMPANY)
    before = {f: value_of(w, own, person, f) for f in values}
    if values["company"] != before["company"]:
        access.own_affairs(w)
    renewed(w, own, new.version, {k: v for k, v in before.items() if v != values[k]})
    held = [f for f in ("name", "company") if values[f] != before[f] and approval.needed(w, f)]
    for field in held:
        approval.ask(w, own.id, field, {"verb": "set", "value": values[field]}, old=before[field], new=values[field])
        values[field] = before[field]
    for field, value in values.items():
        put(own, person, field, value)
    w.session.add_all([own, person])
    w.session.flush()
    saved(w, own, "accounts.change", before, values)
    return held


def value_of(w: Work, own: Customer, person: Person, field: str) -> str:
    """What a detail says now."""
    return {
        "name": shown_name(own, person),
        "company": own.company or "",
        "language": person.language,
        "time_zone": person.time_zone or own.time_zone or company.of(w).time_zone,
    }[field]


def put(own: Customer, person: Person, field: str, value: str) -> None:
    """Write one detail. An individual is the customer; a company's people have details of their own."""
    is_company = own.kind is CustomerKind.COMPANY
    if field == "company":
        own.company = value or (own.company if is_company else None)
        return
    setattr(person, field, value)
    if not is_company:
        setattr(own, field, value)


def _checked(new: AccountChange, *, is_company: bool) -> dict[str, str]:
    if new.language not in LANGUAGES:
        raise Invalid(_("Language"), _("choose one from the list"))
    if new.time_zone not in clock.zone_names():
        raise Invalid(_("Time zone"), _("choose one from the list"))
    return {
        "name": line(new.name, _("Name"), 200),
        "company": line(new.company, _("Company"), 200, required=is_company),
        "language": new.language,
        "time_zone": new.time_zone,
    }


def renewed(w: Work, own: Customer, version: int | None, differs: dict[str, str] | None = None) -> None:
    """Count the version up. With a `version` given it must still be the one in force, or Stale is raised."""
    claim = update(Customer).where(col(Customer.id) == own.id)
    if version is not None:
        claim = claim.where(col(Customer.version) == version)
    claimed = w.session.connection().execute(claim.values(version=col(Customer.version) + 1, updated_at=w.now))
    if claimed.rowcount == 0:
        raise Stale(differs or {}, labels())
    w.session.refresh(own)


def saved(w: Work, own: Customer, action: str, before: dict[str, str], after: dict[str, str]) -> None:
    """Into the audit trail and the search line; who changed something of their own has it confirmed by mail."""
    search.index(w, own.id)
    if before == after:
        return
    audit.record(w, action, "customer", own.id, customer_id=own.id, before=before, after=after)
    if w.actor.role is Role.CUSTOMER and not w.actor.system:
        _confirmed(w, before, after)


def _confirmed(w: Work, before: dict[str, str], after: dict[str, str]) -> None:
    with speaking(w.actor.language):
        words = labels()
        rows = [
            f"{words[k]}: {before.get(k) or '–'} → {after.get(k) or '–'}"
            for k in words
            if before.get(k, "") != after.get(k, "")
        ]
        if not rows:
            return
        subject = _("Your account was changed")
        wrong = _("If this was not you, look at your account and choose a new password:")
        lines = ["\n".join(rows), wrong, outbox.link("account")]
        outbox.post(w, "account-changed", w.actor.email, subject, lines, customer_id=w.actor.customer_id)
