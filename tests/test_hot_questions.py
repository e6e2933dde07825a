"""The questions that people wait for cost what they show, however large the company has become.

What a question costs is counted in instructions of SQLite's virtual machine, and in rows that PostgreSQL looks at: the
same on every machine and at any load, and a scan, a sort or a look-up too many stands out at once.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, event, insert, text
from sqlmodel import Session, SQLModel

from db import models as m
from db.models import Role
from services import (
    accounts,
    call_brief,
    consents,
    customer_overview,
    early_warnings,
    interactions,
    my_data,
    payments,
    quiet,
    reminders,
    search,
    timeline,
)
from services import orders as sales
from services.cases import breaches, desk, reading
from services.cases.desk import Filters, Which
from services.due import Scope
from services.orders import desk as order_desk
from services.scores import reading as scores
from services.timeline_filters import BY_CUSTOMER, Narrow
from services.timeline_kinds import Kind
from services.today import today
from services.work import Actor, Work
from tests import make

Works = Callable[[Actor], Work]
Question = Callable[[Work, int], Any]
SMALL, LARGE = 250, 2500  # customers; a page of every list is full with the smaller number
DAY = timedelta(days=1)
_STAFF = Narrow(by="1")
STAFF: dict[str, Question] = {
    **{f"today, {s}": lambda w, _c, s=s: today(w, s) for s in Scope},  # type: ignore[misc]  # each its own scope
    **{
        f"cases, {s}, {which}": lambda w, _c, s=s, which=which: desk.page(w, Filters(s, which))  # type: ignore[misc]  # as above
        for s in Scope
        for which in Which
    },
    "cases that are late": lambda w, _c: desk.page(w, Filters(Scope.ALL, overdue=True)),
    "cases, a word": lambda w, _c: desk.page(w, Filters(Scope.ALL, Which.ALL, text="kettle")),
    "cases, a word of few": lambda w, _c: desk.page(w, Filters(Scope.ALL, Which.ALL, text="copper pot")),
    "nothing planned": lambda w, _c: quiet.nothing_planned(w),
    "not contacted": lambda w, _c: quiet.not_contacted(w, 30),
    "the customer": lambda w, c: customer_overview.overview(w, c),
    "before the call": lambda w, c: call_brief.brief(w, c),
    **{f"warnings, {s}": lambda w, _c, s=s: early_warnings.of_day(w, s) for s in Scope},  # type: ignore[misc]  # as above
    "has anything changed": lambda w, c: timeline.changed(w, c),
    "timeline": lambda w, c: timeline.page(w, c),
    "timeline by one of the team": lambda w, c: timeline.page(w, c, narrow=_STAFF),
    "timeline by the customer": lambda w, c: timeline.page(w, c, narrow=Narrow(by=BY_CUSTOMER)),
    "timeline, a word": lambda w, c: timeline.page(w, c, text="kettle"),
    "timeline, days": lambda w, c: timeline.page(w, c, narrow=Narrow(since=make.NOON - DAY, until=make.NOON)),
    "timeline, changes": lambda w, c: timeline.page(w, c, kinds=frozenset({Kind.CHANGE})),
    "a case": lambda w, c: reading.view(w, c),
    "the last contacts": lambda w, _c: interactions.lately(w),
    "what has fallen due": lambda w, _c: reminders.due_now(w),
    "a customer's number": lambda w, c: search.customers(w, f"C{c:06d}"),
    "the order desk": lambda w, _c: order_desk.waiting(w, order_desk.Wanted()),
    "an order on the desk": lambda w, c: order_desk.on_desk(w, c),
    "payments to look at": lambda w, _c: payments.stuck(w),
    "whether predictions are wanted": lambda w, c: scores.standing(w, c),
}
MANAGER: dict[str, Question] = {"missed service goals": lambda w, _c: breaches.missed(w, 365)}
CUSTOMER: dict[str, Question] = {
    "home": lambda w, _c: accounts.home(w),
    "account": lambda w, _c: accounts.view(w),
    "consents": lambda w, c: consents.current(w, c),
    "orders": lambda w, _c: sales.listing(w),
    "an order": lambda w, c: sales.detail(w, c),
    "questions": lambda w, _c: reading.listing(w),
    "my data": lambda w, _c: my_data.everything(w, most=20),
}


def grow(connection: Connection, first: int, last: int) -> None:
    """Customers with these numbers, each with a little of everything; order and case bear the customer's number."""
    rows: dict[type[SQLModel], list[dict[str, Any]]] = {}
    for n in range(first, last + 1):
        for model, row in _life(n):
            rows.setdefault(model, []).append(row)
    for model, found in rows.items():
        connection.execute(insert(model), found)
    connection.exec_driver_sql("ANALYZE")


def _life(n: int) -> Iterator[tuple[type[SQLModel], dict[str, Any]]]:
    at, mine = make.NOON - timedelta(minutes=n * 7), {"customer_id": n}
    owner, is_open = (1, None, 2)[n % 3], n % 2 == 0 and n <= SMALL  # what is waited for does not grow with the years
    known, stamps = {"source": "shop", "source_id": f"X{n}"}, {"created_at": at, "updated_at": at}
    yield m.Customer, known | stamps | {"id": n, "name": f"Ada {n}", "joined_at": at}
    yield m.CustomerEmail, mine | {"email": f"ada{n}@example.com"}
    if n <= SMALL:  # of each account manager the most urgent are kept, however many customers there are
        yield m.CustomerWarning, mine | {"place": SMALL - n, "low": 0, "usual": 0, "high": 0, "as_of": at}
    for k in range(3):
        contact = {"channel": m.Channel.PHONE, "direction": m.Direction.IN, "summary": "the kettle", "staff_id": owner}
        yield m.Interaction, mine | contact | {"happened_at": at - k * DAY, "logged_at": at}
        yield m.Consent, mine | {"purpose": m.Purpose.PROFILING, "granted": k % 2 == 0, "at": at - k * DAY}
        who = {"actor_name": "Ada", "actor_role": "customer" if n % 5 == 0 else "system", "action": "customers.change"}
        told = {"before": {"name": "A"}, "after": {"name": "B"}, "entity_id": str(n)}
        yield m.AuditEntry, mine | who | told | {"at": at - k * DAY, "entity": "customer" if k else "order"}
    status = m.OrderStatus.PLACED if n % 4 == 0 and n <= SMALL else m.OrderStatus.COMPLETED
    yield m.Order, mine | known | {"id": n, "ordered_at": at, "status": status, "total_cents": 2500}
    yield m.OrderLine, {"order_id": n, "line_no": 1, "name": "Kettle", "quantity": 1, "line_total_cents": 2500}
    paid = {"order_id": n, "seq": 1, "method": "transfer", "amount_cents": 2500}
    yield m.Payment, paid | {"state": m.PaymentState.OPEN if n % 40 == 0 and n <= SMALL else m.PaymentState.PAID}
    subject = "Copper pot" if n == 3 else "Kettle"
    case = {"id": n, "subject": subject, "opened_at": at, "owner_id": owner, "closed_at": None if is_open else at}
    state = (m.CaseState.WAITING if n % 4 == 0 else m.CaseState.OPEN) if is_open else m.CaseState.CLOSED
    yield m.Case, mine | case | {"state": state, "due_at": at if state is m.CaseState.OPEN else None}
    yield m.Message, mine | {"case_id": n, "direction": m.Direction.IN, "body": "the kettle", "sent_at": at}
    touch = {"reason": "call", "owner_id": owner, "due_at": at, "created_at": at - DAY}
    yield m.FollowUp, mine | touch | {"done_at": None if n % 3 and n <= SMALL else at}
    promise = {"what": "a part", "owner_id": owner, "due_on": at.date(), "made_at": at - DAY}
    yield m.Promise, mine | promise | {"kept_at": None if n % 2 and n <= SMALL else at}


@pytest.fixture
def asking(session: Session, work_as: Works) -> Callable[[Role, int], Work]:
    """Somebody of the team (the first of it), or the customer of that number."""

    def who(role: Role, number: int) -> Work:
        if role is Role.CUSTOMER:
            return work_as(make.actor(session, role, of=session.get_one(m.Customer, number)))
        return work_as(replace(agent, role=role))

    agent = make.actor(session)
    session.execute(text("UPDATE person SET staff_id = NULL WHERE id = :id"), {"id": agent.person_id})
    assert agent.staff_id is not None
    for number in (1, 2):
        if number != agent.staff_id:
            session.merge(m.StaffMember(id=number, name=f"Agent {number}"))
    session.flush()
    make.team(session, "Care", 1, 2)
    agent = Actor(**{**vars(agent), "staff_id": 1})
    return who


def test_ten_times_the_company_costs_no_question_more(
    connection: Connection, asking: Callable[[Role, int], Work], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(quiet, "WINDOW", 100)
    monkeypatch.setattr(desk, "FITTING", 100)
    monkeypatch.setattr(desk, "LATEST", 100)
    grow(connection, 1, SMALL)
    before = costs(connection, asking)
    grow(connection, SMALL + 1, LARGE)
    after = costs(connection, asking)
    few = 1000 if connection.dialect.name == "sqlite" else 100
    dearer = {name: (before[name], cost) for name, cost in after.items() if cost > 1.5 * before[name] + few}
    assert dearer == {}


def costs(connection: Connection, asking: Callable[[Role, int], Work]) -> dict[str, int]:
    """Of each question: tens of instructions of SQLite, rows that PostgreSQL looks at."""
    count = instructions if connection.dialect.name == "sqlite" else rows_looked_at
    found: dict[str, int] = {}
    for role, questions in ((Role.STAFF, STAFF), (Role.MANAGER, MANAGER), (Role.CUSTOMER, CUSTOMER)):
        w = asking(role, 120)
        for name, ask in questions.items():
            ask(w, 120)
            w.session.expire_all()
            found[name] = count(connection, lambda w=w, ask=ask: ask(w, 120))  # type: ignore[misc]  # asked at once
    return found


def instructions(connection: Connection, act: Callable[[], object]) -> int:
    raw: Any = connection.connection.dbapi_connection
    counted = [0]

    def tick() -> int:
        counted[0] += 1
        return 0

    raw.set_progress_handler(tick, 10)
    try:
        act()
    finally:
        raw.set_progress_handler(None, 0)
    return counted[0]


def rows_looked_at(connection: Connection, act: Callable[[], object]) -> int:
    """With the reading of whole tables made expensive, for a table of this size is often read faster without index."""
    looked: list[int] = []

    def explained(c: Connection, _cursor: Any, statement: str, values: Any, *_rest: Any) -> None:
        if statement.startswith(("SELECT", "WITH")):
            plan = c.exec_driver_sql(f"EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) {statement}", values).scalar_one()
            looked.extend(visited(plan[0]["Plan"]))

    connection.exec_driver_sql("SET LOCAL enable_seqscan = off; SET LOCAL jit = off")
    event.listen(connection, "before_cursor_execute", explained)
    try:
        act()
    finally:
        event.remove(connection, "before_cursor_execute", explained)
    return sum(looked)


def visited(node: dict[str, Any]) -> Iterator[int]:
    """Rows that the scans of a plan looked at, whether they fitted or not."""
    if "Relation Name" in node:
        removed = node.get("Rows Removed by Filter", 0) + node.get("Rows Removed by Index Recheck", 0)
        yield round((node["Actual Rows"] + removed) * node["Actual Loops"])
    for below in node.get("Plans", ()):
        yield from visited(below)
