"""Who is in a segment now: count, members, values of a list, and why somebody is in or out. From the columnar copy."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from sqlmodel import col, select

from db.models import Customer, Reason, ReasonKind, Role
from services import access, clock, columnar, company
from services.columnar import Answers
from services.due import called
from services.errors import Invalid
from services.questions import Question
from services.segments import words
from services.segments.compile import MIXED, Compiled, compiled, predicted
from services.segments.definition import Group
from services.segments.fields import FIELDS, Kind
from services.segments.lending import lent_scores
from services.segments.seeing import asks_what_it_may, rules
from services.text import _
from services.work import SYSTEM, Work

PREVIEWED, PAGE, MOST_CHOICES, MOST_TAKEN = 3, 50, 300, 200_000


@dataclass(frozen=True)
class Member:
    """A customer in a list."""

    customer_id: int
    name: str
    last_order: date | None
    orders: int
    revenue_cents: int


@dataclass(frozen=True)
class Counted:
    """How many are in, of how many customers, with three of them. `objecting`: left out, for they object."""

    members: int
    of: int
    preview: list[Member]
    objecting: int
    as_of: datetime
    version: str


@dataclass(frozen=True)
class Why:
    """One condition for one customer: the condition and the customer's value in words, and whether it holds."""

    condition: str
    value: str
    holds: bool


def complaint_words(w: Work) -> list[str]:
    """Under what contacts and cases are filed as complaints: the code, and what the company calls it; small letters."""
    ours = select(Reason.label).where(Reason.kind == ReasonKind.CONTACT, Reason.code == "complaint")
    found = {"complaint", "complaints", _("Complaint").lower(), *(label.lower() for label in w.session.exec(ours))}
    return sorted(found - {""})


def today_of(w: Work) -> date:
    """The day it is for the company; what lies so many days back is counted from it."""
    return clock.day_of(w.now, company.of(w).zone)


def question_of(w: Work, rule: Group, *, others: Mapping[int, Group] | None = None, only: int | None = None,
                itself: int | None = None, on: date | None = None) -> Compiled:  # fmt: skip
    """A rule as a question of today, or as of a day that is over (`on`).

    `itself`: the segment whose rule it is, which it may not ask about.
    """
    asks_what_it_may(w, rule, itself)
    known = dict(rules(w) if others is None else others)
    if itself is not None:
        known[itself] = rule
        if itself in _reached(rule, known):
            raise Invalid(_("Rule"), _("segments ask about each other in a circle, or too deep"))
    return compiled(rule, on or today_of(w), known, complaint_words(w), only, then=on is not None)


def _reached(rule: Group, known: Mapping[int, Group]) -> set[int]:
    """All segments that a rule asks about, also by way of others."""
    found: set[int] = set()
    waiting = set(rule.segments)
    while waiting:
        number = waiting.pop()
        if number not in found:
            found.add(number)
            waiting |= known[number].segments if number in known else set()
    return found


@contextmanager
def _copy(w: Work, asked: Compiled | None = None) -> Iterator[Answers]:
    """The copy, for staff too: which segments somebody sees is decided before this."""
    w.require(Role.STAFF)
    with columnar.reading(replace(w, actor=SYSTEM)) as copy:
        if asked is not None:
            lent_scores(w, copy, asked)
        yield copy


def counted(w: Work, rule: Group, *, itself: int | None = None) -> Counted:
    """How many customers a rule takes in now. Staff only. Raises Invalid, Preparing."""
    asked = question_of(w, rule, itself=itself)
    with _copy(w, asked) as copy:
        columns = "c.customer_id AS customer_id, count(*) OVER () AS n"
        some, values = asked.question(columns, f"{MIXED} LIMIT {PREVIEWED}")
        first = copy.frame(some, **values)
        members = int(first["n"].max()) if len(first) else 0
        everybody = copy.frame(
            Question("customers", "SELECT count(*) AS n, count(CASE WHEN no_profiling THEN 1 END) AS no FROM customer")
        )
        shown = _by_number(w, copy, [int(i) for i in first["customer_id"]])
        objecting = int(everybody["no"].iloc[0]) if predicted(rule, rules(w)) else 0
        return Counted(members, int(everybody["n"].iloc[0]), shown, objecting, copy.as_of, copy.version)


def listed(w: Work, rule: Group, page: int = 0, *, itself: int | None = None) -> tuple[int, list[Member]]:
    """How many are in, and fifty of them, those with the highest revenue first. Staff only."""
    asked = question_of(w, rule, itself=itself)
    with _copy(w, asked) as copy:
        many, values = asked.question("count(*) AS n")
        total = int(copy.frame(many, **values)["n"].iloc[0])
        order = "ORDER BY coalesce(s.revenue, 0) DESC, c.customer_id"
        return total, named(w, _members(copy, asked, order, PAGE, PAGE * max(0, page)))


def everybody(w: Work, rule: Group, *, itself: int | None = None) -> list[Member]:
    """All members, those with the highest revenue first, for a file. Managers only."""
    w.require(Role.MANAGER)
    asked = question_of(w, rule, itself=itself)
    with _copy(w, asked) as copy:
        order = "ORDER BY coalesce(s.revenue, 0) DESC, c.customer_id"
        return named(w, _members(copy, asked, order, MOST_TAKEN, 0))


def ids(w: Work, rule: Group, *, itself: int | None = None, on: date | None = None) -> npt.NDArray[np.int64]:
    """The numbers of all members, in order; `on`: at the end of a day that is over, as far as what they did is dated.

    Staff only; who may see them is the caller's question.
    """
    asked = question_of(w, rule, itself=itself, on=on)
    with _copy(w, asked) as copy:
        question, values = asked.question("c.customer_id AS customer_id", "ORDER BY c.customer_id")
        return copy.frame(question, **values)["customer_id"].to_numpy(np.int64)


_BOUGHT = """c.customer_id AS customer_id, coalesce(s.orders, 0) AS orders,
    CAST(coalesce(s.revenue, 0) AS BIGINT) AS revenue_cents, s.last_day AS last_day"""


def _sold(among: str = "TRUE") -> str:
    """The join that `_BOUGHT` needs; `among` limits whose orders are added up."""
    return f"""LEFT JOIN (SELECT customer_id, count(*) AS orders, sum(lines_cents) AS revenue, max(day) AS last_day
    FROM orders WHERE is_sale AND {among} GROUP BY customer_id) AS s ON s.customer_id = c.customer_id"""


def _members(copy: Answers, asked: Compiled, order: str, most: int, skipped: int) -> pd.DataFrame:
    wider = replace(asked, joins=f"{asked.joins} {_sold()}")
    question, values = wider.question(_BOUGHT, f"{order} LIMIT {most} OFFSET {skipped}")
    return copy.frame(question, **values)


def by_number(w: Work, wanted: list[int]) -> list[Member]:
    """Customers by their numbers, in the order given. Staff only."""
    with _copy(w) as copy:
        return _by_number(w, copy, wanted)


def _by_number(w: Work, copy: Answers, wanted: list[int]) -> list[Member]:
    """The same of a copy that is being read. Only the orders of these customers are added up."""
    among = "customer_id IN (SELECT unnest(CAST($wanted AS BIGINT[])))"
    sql = f"SELECT {_BOUGHT} FROM customer AS c {_sold(among)} WHERE c.{among}"
    found = {m.customer_id: m for m in named(w, copy.frame(Question("by_number", sql), wanted=wanted))}
    return [found[i] for i in wanted if i in found]


def customer_names(w: Work, wanted: list[int]) -> dict[int, str]:
    """What customers are called. Staff only."""
    w.require(Role.STAFF)
    found: dict[int, str] = {}
    for at in range(0, len(wanted), 10_000):
        part = col(Customer.id).in_(wanted[at : at + 10_000])
        rows = w.session.exec(select(Customer.id, Customer.name, Customer.company).where(part))
        found |= {i: called(i, name, firm) for i, name, firm in rows}
    return found


def named(w: Work, frame: pd.DataFrame) -> list[Member]:
    """Rows of the copy with the names of the primary."""
    wanted = [int(i) for i in frame["customer_id"]]
    who = customer_names(w, wanted)
    rows_of: list[dict[str, Any]] = [{str(k): v for k, v in r.items()} for r in frame.to_dict("records")]
    return [
        Member(
            int(r["customer_id"]),
            who.get(int(r["customer_id"]), called(int(r["customer_id"]), None, None)),
            None if pd.isna(r["last_day"]) else r["last_day"].date(),
            int(r["orders"]),
            int(r["revenue_cents"]),
        )
        for r in rows_of
    ]


def why(w: Work, rule: Group, customer_id: int, *, itself: int | None = None) -> tuple[bool, list[Why]]:
    """Whether a customer is in, and each condition with this customer's value. Staff only. Raises NotFound, Preparing.

    Somebody who objects to predictions is out of a rule that rests on them; that is told as a condition of its own.
    """
    w.require(Role.STAFF)
    access.customer(w, customer_id)
    others = rules(w)
    asked = question_of(w, rule, others=others, only=customer_id, itself=itself)
    question, values = asked.of_one(customer_id)
    with _copy(w, asked) as copy:
        frame = copy.frame(question, **values)
        objects = copy.frame(
            Question("objects", "SELECT no_profiling FROM customer WHERE customer_id = $customer"), customer=customer_id
        )
    if not len(frame):
        return False, []
    row: dict[str, Any] = {str(k): v for k, v in frame.iloc[0].items()}
    told = [
        Why(words.condition(w, c), words.value(w, c, row[f"value{n}"]), bool(row[f"holds{n}"]))
        for n, c in enumerate(rule.conditions())
    ]
    if predicted(rule, others):
        no = bool(objects["no_profiling"].iloc[0])
        told.append(Why(_("Has not objected to predictions"), _("objects") if no else _("does not object"), not no))
    return bool(row["inside"]), told


def choices(w: Work, field: str, about: str | None = None) -> list[str]:
    """The values of a field (or of what it can be about) that occur most. Staff only. Raises Invalid, Preparing."""
    asked = FIELDS.get(field)
    if (
        asked is None
        or (about is None) != (asked.kind is Kind.CHOICE)
        or (about and about not in asked.about)
        or about == "product"
    ):
        raise Invalid(_("Field"), _("choose one from the list"))
    if field == "grid":
        return list(words.cells())
    column = asked.column.removeprefix("c.") if about is None else asked.about[str(about)].split(".")[-1]
    table = "customer" if about is None else {"category": "product", "topic": "cases", "survey": "survey",
                                              "channel": "orders" if field == "orders" else "contact",
                                              "direction": "contact"}.get(about)  # fmt: skip
    if table is None:
        table = "returns" if field == "returns" else "contact"
    column = "instrument" if about == "survey" else column
    sql = (
        f"SELECT {column} AS value, count(*) AS n FROM {table} "
        f"WHERE {column} IS NOT NULL AND {column} <> '' GROUP BY {column} ORDER BY n DESC, value LIMIT {MOST_CHOICES}"
    )
    with _copy(w) as copy:
        return [str(v) for v in copy.frame(Question("choices", sql))["value"]]


def products(w: Work) -> dict[str, str]:
    """Products that were sold, the most frequent first: number -> name. Staff only."""
    sql = (
        "SELECT p.product_id AS product_id, p.name AS name, p.sku AS sku, count(*) AS n FROM sale_line AS f "
        "JOIN product AS p ON p.product_id = f.product_id WHERE f.is_sale "
        f"GROUP BY p.product_id, p.name, p.sku ORDER BY n DESC, p.product_id LIMIT {MOST_CHOICES}"
    )
    with _copy(w) as copy:
        frame = copy.frame(Question("sold", sql))
    rows = zip(frame["product_id"].tolist(), frame["name"].tolist(), frame["sku"].tolist(), strict=True)
    return {str(i): str(name or sku or i) for i, name, sku in rows}
