"""The search at the top of every page of the team: customers, and orders and cases by their number.

One field for whatever a caller says. Each hit says what it is, for the same digits may be a customer, an order and a
case; with its letter (C, O, Q) a number names one of them alone.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import Select, select
from sqlmodel import col

from db.models import Case, Customer, ImportRun, Order, Role
from services import contact_words, search
from services.cases.rules import case_number
from services.due import called, customer_columns
from services.orders.words import in_words
from services.search import order_number
from services.text import local_date
from services.work import Work

MOST = 8
_NUMBER = re.compile(r"#?\s*([COQcoq]?)\s*-?\s*0*(\d{1,9})")


class Kind(StrEnum):
    CUSTOMER = "customer"
    ORDER = "order"
    CASE = "case"


@dataclass(frozen=True)
class Found:
    """One line of the list. `id` is that of the customer, the order or the case."""

    kind: Kind
    id: int
    title: str
    detail: str


def anything(w: Work, typed: str) -> list[Found]:
    """What fits, at most `MOST`, the likeliest first. Staff only."""
    w.require(Role.STAFF)
    typed = " ".join(typed.split())[:200]
    number = _NUMBER.fullmatch(typed)
    letter, digits = (number[1].upper(), int(number[2])) if number else ("", None)
    cases = _cases(w, digits) if letter in ("", "Q") and digits is not None else []
    orders = _orders(w, digits, typed) if letter in ("", "O") else []
    numbered = [*orders, *cases]
    if letter == "Q" and cases:
        return cases
    people = [Found(Kind.CUSTOMER, h.customer_id, h.name, h.detail) for h in search.customers(w, typed, MOST)]
    # Bare digits are most often a customer's number or a part of a phone.
    shown = [*numbered, *people] if letter else [*people[: MOST - len(numbered)], *numbered]
    return shown[:MOST]


def _orders(w: Work, number: int | None, typed: str) -> list[Found]:
    """By our number, or by the one of the system the order came from."""
    # By (source, source_id), which is what the index holds; an installation has few sources.
    sources = select(col(ImportRun.source)).distinct()
    theirs = select(col(Order.id)).where(col(Order.source).in_(sources), col(Order.source_id) == typed).limit(2)
    ids = [*w.session.connection().execute(theirs).scalars(), *([] if number is None else [number])]
    if not ids:
        return []
    told = (col(Order.customer_id), col(Order.status), col(Order.ordered_at), col(Order.source_id))
    statement: Select[*tuple[Any, ...]] = (
        select(col(Order.id), *told, *customer_columns())
        .outerjoin(Customer, col(Customer.id) == col(Order.customer_id))
        .where(col(Order.id).in_(ids))
    )
    return [
        Found(
            Kind.ORDER,
            r.id,
            " · ".join(n for n in (order_number(r.id), r.source_id) if n),
            " · ".join((_whose(r), in_words(r.status), local_date(r.ordered_at, w.actor.zone))),
        )
        for r in w.session.connection().execute(statement)
    ]


def _cases(w: Work, number: int) -> list[Found]:
    statement: Select[*tuple[Any, ...]] = (
        select(col(Case.id), col(Case.customer_id), col(Case.subject), col(Case.state), *customer_columns())
        .join(Customer, col(Customer.id) == col(Case.customer_id))
        .where(col(Case.id) == number)
    )
    return [
        Found(
            Kind.CASE, r.id, f"{case_number(r.id)} · {r.subject}",
            " · ".join((_whose(r), contact_words.case_state(r.state))),
        )
        for r in w.session.connection().execute(statement)
    ]  # fmt: skip


def _whose(row: Any) -> str:
    """An order of nobody (a sale over the counter) has no customer."""
    return "–" if row.customer_id is None else called(row.customer_id, row.customer_name, row.customer_company)
