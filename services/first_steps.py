"""What a new company still has to say before it can work: read from what is there, so that nothing has to be ticked."""

from dataclasses import dataclass
from typing import Any

from sqlmodel import col, select

from db.models import TEAM, Customer, Order, Person, Product, Role, TaxRate
from services import company
from services.settings import settings
from services.work import Work

LETTERHEAD, TAXES, PRODUCTS, TEAMWORK, CUSTOMERS, MAIL = "letterhead", "taxes", "products", "team", "customers", "mail"


@dataclass(frozen=True)
class Step:
    """One thing to set up, and whether it is."""

    code: str
    done: bool


def read(w: Work) -> list[Step]:
    """All steps in the order in which they are best taken. Administrators only. Raises NotAllowed."""
    w.require(Role.ADMIN)
    home = company.of(w)
    colleague = select(Person.id).where(col(Person.role).in_(TEAM), col(Person.id) != w.actor.person_id)
    return [
        Step(LETTERHEAD, bool(home.street and home.city and home.tax_number)),
        Step(TAXES, _any(w, select(TaxRate.tax_class))),
        Step(PRODUCTS, _any(w, select(Product.id))),
        Step(TEAMWORK, _any(w, colleague)),
        Step(CUSTOMERS, _any(w, select(Customer.id))),
        Step(MAIL, bool(settings().smtp_url)),
    ]


def begun(w: Work) -> bool:
    """Whether the company works already: somebody has ordered. Nobody is led to the first steps any more."""
    return _any(w, select(Order.id))


def _any(w: Work, rows: Any) -> bool:
    return w.session.exec(rows.limit(1)).first() is not None
