"""Filling the places of a text module. A place that has nothing to be filled with stays, so that somebody sees it."""

import re

from db.models import Role, TextModule
from services import access, company
from services.errors import NotFound
from services.search import customer_number
from services.text import _
from services.work import Work

PLACES = ("first_name", "name", "company", "customer_number", "case_number", "subject", "agent", "house")
_PLACE = re.compile(r"\{(\w+)\}")


def places_in_words() -> dict[str, str]:
    """What each place stands for."""
    return {
        "first_name": _("first name of the customer"),
        "name": _("name of the customer"),
        "company": _("company of the customer"),
        "customer_number": _("number of the customer"),
        "case_number": _("number of the case"),
        "subject": _("subject of the case"),
        "agent": _("your own name"),
        "house": _("name of our company"),
    }


def unknown_places(body: str) -> list[str]:
    """Places that nothing would ever fill."""
    return sorted({f"{{{name}}}" for name in _PLACE.findall(body) if name not in PLACES})


def filled(w: Work, module_id: int, *, customer_id: int, case_id: int | None = None) -> str:
    """The words of a module for this customer (and case). Staff only. Raises NotFound."""
    w.require(Role.STAFF)
    module = w.session.get(TextModule, module_id)
    if module is None or module.retired_at is not None:
        raise NotFound(_("text module"))
    return with_names(w, module.body, customer_id=customer_id, case_id=case_id)


def with_names(w: Work, body: str, *, customer_id: int, case_id: int | None = None) -> str:
    """The same for words from elsewhere. Raises NotFound."""
    customer = access.customer(w, customer_id)
    known = {
        "first_name": (customer.name or "").partition(" ")[0],
        "name": customer.name or customer.company or "",
        "company": customer.company or "",
        "customer_number": customer_number(customer.id),
        "agent": w.actor.name,
        "house": company.of(w).name,
    }
    if case_id is not None:
        case = access.case(w, case_id)
        known |= {"case_number": f"Q{case.id:07d}", "subject": case.subject}
    return _PLACE.sub(lambda found: known.get(found[1]) or found[0], body)
