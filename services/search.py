"""Finding a customer from whatever was typed: name, part of it, e-mail, phone in any notation, a number, typos too."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from rapidfuzz import fuzz
from sqlalchemy import func, or_
from sqlmodel import col, select

from db import search_index
from db.models import Customer, CustomerAddress, CustomerEmail, CustomerPhone, CustomerSearch, Order, Role
from services import company
from services.inputs import e164, fold
from services.work import Work

MOST = 12
_NUMBER = re.compile(r"\s*([COco]?)-?0*(\d{1,9})\s*")
_PHONE = re.compile(r"[\d\s()/+.\-]{5,}")
_CLOSE_ENOUGH = 62  # of 100; below it a shared trigram is chance, not a typo


@dataclass(frozen=True)
class Hit:
    """One customer found, with what is shown in a line of the result list."""

    customer_id: int
    name: str
    detail: str
    why: str  # "name", "phone", "order" ...


def customer_number(customer_id: int) -> str:
    """The number people read out: C000123."""
    return f"C{customer_id:06d}"


def order_number(order_id: int) -> str:
    """The number on a confirmation: O0000123."""
    return f"O{order_id:07d}"


def line_for(name: str, company_name: str | None, emails: Iterable[str], phones: Iterable[str | None]) -> str:
    """The folded line under which a customer is found (`customer_search.text`)."""
    digits = (p.lstrip("+") for p in phones if p)
    return fold(" ".join(part for part in (name, company_name or "", *emails, *digits) if part))


def index(w: Work, customer_id: int) -> None:
    """Write the customer's line anew; to be called by everything that changes name, e-mail or phone."""
    found = w.session.get_one(Customer, customer_id)
    emails = w.session.exec(select(CustomerEmail.email).where(CustomerEmail.customer_id == customer_id)).all()
    phones = w.session.exec(select(CustomerPhone.e164).where(CustomerPhone.customer_id == customer_id)).all()
    row = w.session.get(CustomerSearch, customer_id) or CustomerSearch(customer_id=customer_id, text="")
    row.text = line_for(found.name, found.company, emails, phones)
    w.session.add(row)
    w.session.flush()


def customers(w: Work, typed: str, most: int = MOST) -> list[Hit]:
    """The customers that fit best, best first. Staff only. Less than two characters find nothing."""
    w.require(Role.STAFF)
    typed = typed.strip()[:200]
    if len(typed) < 2:
        return []
    found = {**_by_number(w, typed), **_by_phone(w, typed)}
    for customer_id in _by_text(w, fold(typed), most - len(found)):
        found.setdefault(customer_id, "name")
    return _hits(w, found, most)


def _by_number(w: Work, typed: str) -> dict[int, str]:
    found: dict[int, str] = {}
    if number := _NUMBER.fullmatch(typed):
        letter, value = number[1].upper(), int(number[2])
        by_id = w.session.get(Customer, value) if letter in ("", "C") else None
        if by_id is not None:
            found[by_id.id] = "customer number"
        order = w.session.get(Order, value) if letter in ("", "O") else None
        if order is not None and order.customer_id:
            found.setdefault(order.customer_id, "order number")
    of_source = select(Customer.id).where(Customer.source_id == typed).limit(3)
    for customer_id in w.session.exec(of_source):
        found.setdefault(customer_id, "customer number")
    by_order = select(Order.customer_id).where(Order.source_id == typed).limit(3)
    for owner in w.session.exec(by_order):
        if owner is not None:
            found.setdefault(owner, "order number")
    return found


def _by_phone(w: Work, typed: str) -> dict[int, str]:
    if not _PHONE.fullmatch(typed):
        return {}
    whole = e164(typed, company.of(w).country)
    digits = re.sub(r"\D", "", typed.replace("(0)", "")).lstrip("0")
    if len(digits) < 4:
        return {}
    exact = select(CustomerPhone.customer_id).where(CustomerPhone.e164 == whole).limit(MOST)
    found = dict.fromkeys(w.session.exec(exact), "phone") if whole else {}
    if not found:
        ids = search_index.candidates(w.session, digits, all_of_it=True, most=MOST)
        found = dict.fromkeys(ids, "phone")
    return found


def _by_text(w: Work, folded: str, most: int) -> list[int]:
    if most <= 0:
        return []
    if max(map(len, folded.split()), default=0) < 3:
        starts = select(CustomerSearch.customer_id).where(
            or_(
                col(CustomerSearch.text).like(_like(folded) + "%", escape="\\"),
                col(CustomerSearch.text).like("% " + _like(folded) + "%", escape="\\"),
            )
        )
        return list(w.session.exec(starts.order_by(func.length(CustomerSearch.text)).limit(most)))
    ids = search_index.candidates(w.session, folded, all_of_it=True, most=50)
    if len(ids) < most:
        ids += search_index.candidates(w.session, folded, all_of_it=False, most=200)
    lines = select(CustomerSearch).where(col(CustomerSearch.customer_id).in_(set(ids)))
    scored = [(_score(folded, row.text), row.customer_id) for row in w.session.exec(lines)]
    return [i for score, i in sorted(scored, key=lambda s: (-s[0], s[1])) if score >= _CLOSE_ENOUGH][:most]


def _score(folded: str, line: str) -> float:
    """How well a line fits what was typed, 0 to 100: each typed word against its most similar word of the line."""
    words = line.split()
    if not words:
        return 0.0
    best = [max(fuzz.ratio(t, word) if t not in word else 100.0 - (len(word) - len(t)) / 4 for word in words)
            for t in folded.split()]  # fmt: skip
    return sum(best) / len(best)


def _like(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _hits(w: Work, found: dict[int, str], most: int) -> list[Hit]:
    ids = list(found)[:most]
    people = {c.id: c for c in w.session.exec(select(Customer).where(col(Customer.id).in_(ids)))}
    emails = dict(
        w.session.exec(
            select(CustomerEmail.customer_id, CustomerEmail.email)
            .where(col(CustomerEmail.customer_id).in_(ids))
            .order_by(col(CustomerEmail.is_primary))
        ).all()
    )
    towns = dict(
        w.session.exec(
            select(CustomerAddress.customer_id, CustomerAddress.city).where(col(CustomerAddress.customer_id).in_(ids))
        ).all()
    )
    hits = []
    for i in ids:
        known = people[i]
        detail = [known.company if known.name else None, towns.get(i), emails.get(i), known.source_id]
        name = known.name or known.company or customer_number(i)
        hits.append(Hit(i, name, " · ".join(d for d in (customer_number(i), *detail) if d), found[i]))
    return hits
