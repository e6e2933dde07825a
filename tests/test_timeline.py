"""Everything that happened with a customer stands in one list, and a long history costs no more than a short one."""

import itertools
import random
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import Session, SQLModel

from db.models import (
    UNDATED,
    AccountLook,
    AuditEntry,
    Case,
    Channel,
    Customer,
    Direction,
    FollowUp,
    Interaction,
    LookHow,
    Message,
    Order,
    OrderLine,
    OrderStatus,
    Promise,
    Role,
    ServiceReport,
    SurveyResponse,
)
from services import audit, looks, timeline
from services.errors import Invalid, NotAllowed, NotFound
from services.timeline_kinds import SOURCES, Kind
from services.work import VISITOR, Actor, Work
from tests import make
from tests.conftest import counted

WorkAs = Callable[[Actor], Work]
SLOTS = itertools.count()


@pytest.fixture
def w(session: Session, work_as: WorkAs) -> Work:
    return work_as(make.actor(session, Role.STAFF))


def row(kind: Kind, customer: Customer, at: datetime, **more: Any) -> SQLModel:
    """One entry of a kind."""
    made: dict[Kind, tuple[type[SQLModel], dict[str, Any]]] = {
        Kind.CONTACT: (
            Interaction,
            {"channel": Channel.PHONE, "summary": "called", "happened_at": at, "logged_at": at},
        ),
        Kind.MESSAGE: (Message, {"direction": Direction.IN, "body": "wrote", "sent_at": at}),
        Kind.PROMISE: (Promise, {"what": "a part", "due_on": at.date(), "made_at": at}),
        Kind.FOLLOW_UP: (FollowUp, {"reason": "ask how it runs", "due_at": at, "created_at": at}),
        Kind.CASE: (Case, {"subject": "leaks", "opened_at": at}),
        Kind.REPORT: (
            ServiceReport,
            {"subject": "Valve", "what": "turned", "done_on": at.date(), "written_at": at},
        ),
        Kind.ORDER: (Order, {"ordered_at": at, "status": OrderStatus.PLACED}),
        Kind.STEP: (
            AuditEntry,
            {"at": at, "actor_name": "Bob", "actor_role": "staff", "action": "orders.pick", "entity": "order"},
        ),
        Kind.SURVEY: (
            SurveyResponse,
            {"instrument": "CSAT", "score": 4, "scale_min": 1, "scale_max": 5, "answered_at": at, "text": "fine"},
        ),
        Kind.CHANGE: (
            AuditEntry,
            {"at": at, "actor_name": "Ada", "actor_role": "customer", "action": "x", "entity": "customer"},
        ),
        Kind.LOOK: (
            AccountLook,
            {
                "person_id": 999_999,
                "name": "Bob",
                "how": LookHow.AS_CUSTOMER,
                "slot": next(SLOTS),
                "at": at,
                "reason": "why",
            },
        ),
    }
    model, usual = made[kind]
    return model(**{"customer_id": customer.id} | usual | more)


def add(w: Work, *rows: SQLModel) -> None:
    w.session.add_all(rows)
    w.session.flush()


def test_every_kind_stands_in_one_list_newest_first(w: Work) -> None:
    ada, bob = make.customer(w.session), make.customer(w.session, "Bob")
    for n, kind in enumerate(Kind):
        add(w, row(kind, ada, w.now - timedelta(hours=n)), row(kind, bob, w.now))
    page = timeline.page(w, ada.id)
    assert [e.kind for e in page.entries] == list(Kind)
    assert page.older == ""
    assert [e.text for e in page.entries[:5]] == ["called", "wrote", "a part", "ask how it runs", "leaks"]


def test_an_entry_tells_what_an_agent_needs(w: Work) -> None:
    ada = make.customer(w.session)
    order = Order(customer_id=ada.id, ordered_at=w.now, status=OrderStatus.SHIPPED, total_cents=4999)
    add(w, order)
    for no in range(1, 6):
        add(w, OrderLine(order_id=order.id, line_no=no, name=f"Kettle {no}", quantity=2, line_total_cents=1))
    change = {"before": {"name": "Ada Byron"}, "after": {"name": "Ada Lovelace", "version": 2, "company": None}}
    add(w, row(Kind.CHANGE, ada, w.now, **change))
    add(
        w, row(Kind.CONTACT, ada, UNDATED, date_known=False, reason="Repair", duration_s=300, staff_id=w.actor.staff_id)
    )
    told = {e.kind: e for e in timeline.page(w, ada.id).entries}
    assert told[Kind.ORDER].head == f"Order O{order.id:07d} · On its way"
    assert told[Kind.ORDER].text == "2 × Kettle 1, 2 × Kettle 2, 2 × Kettle 3 …"
    assert told[Kind.ORDER].details[0] == "€49.99"
    assert told[Kind.CHANGE].text == "Name: Ada Byron → Ada Lovelace"
    contact = told[Kind.CONTACT]
    assert (contact.at, contact.head) == (None, "Phone · from the customer · Repair")
    assert contact.details[0] == "5 minutes"
    assert contact.details[1].startswith("staff ")


def test_a_filter_shows_one_kind_or_what_contains_a_word(w: Work) -> None:
    ada = make.customer(w.session)
    order = Order(customer_id=ada.id, ordered_at=w.now, status=OrderStatus.PLACED)
    add(w, order, *(row(kind, ada, w.now) for kind in Kind))
    add(w, OrderLine(order_id=order.id, line_no=1, name="Blue Müsli bowl", quantity=1, line_total_cents=1))
    add(w, row(Kind.CONTACT, ada, w.now, summary="wants MÜSLI for 100%"))
    add(w, row(Kind.CHANGE, ada, w.now, after={"company": "Cereals"}))

    def kinds(**asked: Any) -> list[Kind]:
        return [e.kind for e in timeline.page(w, ada.id, **asked).entries]

    assert kinds(kinds=frozenset({Kind.CASE, Kind.SURVEY})) == [Kind.CASE, Kind.SURVEY]
    assert kinds(text="Müsli") == [Kind.CONTACT, Kind.ORDER]
    assert kinds(text="LEAK") == [Kind.CASE]
    assert kinds(text="100%") == [Kind.CONTACT]
    assert kinds(text="cereals") == [Kind.CHANGE]
    assert kinds(text="_") == []
    assert kinds(text="müsli", kinds=frozenset({Kind.ORDER})) == [Kind.ORDER]
    with pytest.raises(Invalid):
        timeline.page(w, ada.id, text="x" * 201)


@given(
    times=st.lists(st.tuples(st.sampled_from(list(Kind)), st.integers(0, 5)), max_size=60),
    most=st.integers(1, 7),
)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_page_after_page_shows_everything_once_and_in_order(w: Work, times: list[tuple[Kind, int]], most: int) -> None:
    ada = make.customer(w.session)
    add(w, *(row(kind, ada, w.now - timedelta(minutes=minutes)) for kind, minutes in times))
    seen, after = [], ""
    while True:
        page = timeline.page(w, ada.id, after=after, most=most)
        seen += page.entries
        after = page.older
        if not after:
            break
        assert len(page.entries) == most
    assert len({(e.kind, e.id) for e in seen}) == len(seen) == len(times)
    keys = [(e.at, -list(Kind).index(e.kind), e.id) for e in seen if e.at]
    assert keys == sorted(keys, reverse=True)


def test_an_entry_that_arrives_while_one_reads_moves_nothing(w: Work) -> None:
    ada = make.customer(w.session)
    add(w, *(row(Kind.CONTACT, ada, w.now - timedelta(days=n), summary=str(n)) for n in range(6)))
    first = timeline.page(w, ada.id, most=3)
    add(w, row(Kind.CONTACT, ada, w.now, summary="new"))
    assert [e.text for e in timeline.page(w, ada.id, after=first.older, most=3).entries] == ["3", "4", "5"]


def test_the_number_of_queries_does_not_grow_with_the_history(w: Work) -> None:
    ada, bob = make.customer(w.session), make.customer(w.session, "Bob")
    chance = random.Random(1)
    for customer, many in ((ada, 3), (bob, 400)):
        for kind in Kind:
            add(w, *(row(kind, customer, w.now - timedelta(minutes=chance.randrange(9999))) for _n in range(many)))
    sent: dict[int, int] = {}
    older = ""
    for customer in (ada, bob):
        w.session.expunge_all()
        with counted(w.session.connection()) as statements:
            older = timeline.page(w, customer.id, most=21).older
        sent[customer.id] = len(statements)
    w.session.expunge_all()
    with counted(w.session.connection()) as deep:
        timeline.page(w, bob.id, after=older, most=21)
    assert sent[ada.id] <= len(Kind) + 7
    assert sent[bob.id] <= sent[ada.id]
    assert len(deep) <= sent[ada.id]


@pytest.mark.parametrize("kind", list(Kind))
def test_each_kind_is_read_from_an_index_in_its_order(w: Work, kind: Kind) -> None:
    if w.dialect != "sqlite":  # a planner that knows how few rows the test has reads them all
        w.session.connection().exec_driver_sql("SET LOCAL enable_seqscan = off")
        w.session.connection().exec_driver_sql("SET LOCAL enable_sort = off")
    statement = timeline.places_of(kind).params(customer=1).limit(51)
    sql = str(statement.compile(w.session.get_bind(), compile_kwargs={"literal_binds": True}))
    explain = "EXPLAIN QUERY PLAN " if w.dialect == "sqlite" else "EXPLAIN "
    plan = "\n".join(str(r) for r in w.session.connection().exec_driver_sql(explain + sql.replace("%", "%%")))
    assert "INDEX" in plan.upper()
    for bad in ("SCAN " + SOURCES[kind].customer.table.name, "TEMP B-TREE", "Seq Scan", "Sort"):
        assert bad not in plan, plan


@pytest.mark.parametrize("after", ["nonsense", "AAAA", "ZZZ=", "MTIzIDEgMQ==", "é", "x" * 5000])
def test_a_place_that_cannot_be_read_is_the_beginning(w: Work, after: str) -> None:
    ada = make.customer(w.session)
    add(w, row(Kind.CONTACT, ada, w.now))
    assert len(timeline.page(w, ada.id, after=after).entries) == 1


def test_only_staff_read_a_timeline(session: Session, work_as: WorkAs) -> None:
    ada = make.customer(session)
    for actor in (VISITOR, make.actor(session, Role.CUSTOMER, of=ada)):
        with pytest.raises(NotAllowed):
            timeline.page(work_as(actor), ada.id)
    with pytest.raises(NotFound):
        timeline.page(work_as(make.actor(session)), 10**6)


def test_a_promise_says_whether_it_was_kept(w: Work) -> None:
    ada = make.customer(w.session)
    for hours, state in enumerate(({}, {"kept_at": w.now}, {"broken_at": w.now})):
        add(w, row(Kind.PROMISE, ada, w.now - timedelta(hours=hours), due_on=date(2026, 3, 6), **state))
    entries = timeline.page(w, ada.id).entries
    assert [e.details[0] for e in entries] == ["open", "kept", "broken"]
    assert entries[0].head == "Promised until Mar 6, 2026"


def test_a_look_as_the_customer_is_told_with_its_reason_and_an_opened_page_is_not(w: Work) -> None:
    ada = make.customer(w.session)
    looks.opened(w, ada.id)
    looks.as_customer(w, ada.id, "she asks where her order is")
    [seen] = timeline.page(w, ada.id).entries
    assert (seen.kind, seen.text, seen.details) == (Kind.LOOK, "she asks where her order is", (w.actor.name,))


def test_a_file_of_the_customer_is_told_by_its_name(w: Work) -> None:
    ada = make.customer(w.session)
    audit.record(w, "files.keep", "customer", ada.id, customer_id=ada.id, after={"file_name": "bag.png"})
    audit.record(w, "files.remove", "customer", ada.id, customer_id=ada.id, before={"file_name": "old.pdf"})
    w.session.flush()
    told = {entry.text for entry in timeline.page(w, ada.id).entries}
    assert told == {"A file was added: bag.png", "A file was removed: old.pdf"}
