"""Being forgotten: afterwards nothing of the person is found in any table, and the books are what they were."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import func
from sqlalchemy import select as columns_of
from sqlmodel import Session, SQLModel, col, select

from db import models as m
from db.models import Erasure, ErasureState, Order, OrderStatus, OutboxEntry, OutboxState, Person, Role
from services import erasure, rollup_check, search, sessions, sign_in
from services.erasure import reach
from services.erasure.decisions import BY_MODEL, DECISIONS, Fate
from services.erasure.reach import rows_of
from services.work import VISITOR, Actor, Work, work
from tests import make
from tests.lives import BROWSER, PASSWORD, WORDS, everything, found, lived, registered
from tests.marked import fill

WorkAs = Callable[[Actor], Work]
A, B = "Aurelia" * 2, "Balthasar" * 2


def asked(session: Session, customer_id: int, person_id: int) -> Erasure:
    mine = Work(session, Actor(person_id=person_id, role=Role.CUSTOMER, customer_id=customer_id), make.NOON)
    return erasure.ask(mine, "please")


@pytest.fixture
def manager(session: Session, work_as: WorkAs) -> Work:
    return work_as(make.actor(session, Role.MANAGER))


def settled(session: Session, customer_id: int) -> None:
    """Nothing of the customer is under way."""
    for order in session.exec(select(Order).where(Order.customer_id == customer_id)):
        order.status = OrderStatus.DELIVERED
        session.add(order)
        for back in session.exec(select(m.Return).where(m.Return.order_id == order.id)):
            back.state = m.ReturnState.REFUNDED
            session.add(back)
        for refund in session.exec(select(m.Refund).where(m.Refund.order_id == order.id)):
            refund.state = m.RefundState.DONE
            session.add(refund)
    session.flush()


def marked(session: Session) -> tuple[dict[str, Any], dict[str, Any]]:
    """Two customers with a row in every table, every field filled with their mark."""
    first, second = fill(session, A), fill(session, B)
    for made in (first, second):
        settled(session, made["customer"])
    row = session.get_one(Erasure, first["erasure"])
    row.state = ErasureState.REFUSED
    session.add(row)
    session.flush()
    return first, second


def test_every_table_and_every_column_has_a_decision() -> None:
    assert {str(d.model.__tablename__) for d in DECISIONS} == set(SQLModel.metadata.tables), "what becomes of it?"
    assert len(BY_MODEL) == len(DECISIONS)
    for decision in DECISIONS:
        named = f"{decision.emptied} {decision.later} {decision.kept}".split()
        assert len(named) == len(set(named)), decision.model
        if decision.fate not in (Fate.GONE, Fate.NOT_THEIRS):
            assert set(named) == set(decision.model.model_fields), f"{decision.model}: decide on each column"


def test_of_a_row_in_every_table_only_what_is_decided_to_stay_is_found(session: Session, manager: Work) -> None:
    mine, other = marked(session)
    before = {(t, c): v for t, c, v in everything(session) if B.casefold() in v.casefold()}
    wish = asked(session, mine["customer"], mine["person"])
    erasure.approve(manager, wish.id)
    session.flush()
    stays = {(str(d.model.__tablename__), c) for d in DECISIONS for c in f"{d.kept} {d.later}".split()}
    house = {
        "staff_member",
        "product",
        "campaign",
        "import_run",
        "voucher",
        "standing_event",
        "team",
        "scoring_run",
        "segment",
    }
    last_mail = {("outbox_entry", "recipient")}  # goes when it has left
    left = {(t, c) for t, c in found(session, A) if t not in house} - last_mail
    assert left <= stays, f"decided to go, and still there: {sorted(left - stays)}"
    assert {(t, c): v for t, c, v in everything(session) if B.casefold() in v.casefold()} == before, "nobody else"
    assert session.get(Person, mine["person"]) is None
    assert session.get(Person, other["person"]) is not None


@pytest.fixture
def ada(session: Session, quick_passwords: None) -> Actor:
    return registered(session)


def test_no_word_of_the_person_is_left_but_what_the_law_keeps_and_that_goes_on_its_day(
    session: Session, ada: Actor, manager: Work
) -> None:
    order_id = lived(session, ada)
    assert {t for t, _c in found(session, *WORDS)} > {"person", "audit_entry", "message", "customer_word", "draft"}
    with work(ada) as w:
        wish = erasure.ask(w, "Forget Zephyrine")
    with work(manager.actor) as w:
        counts = erasure.approve(w, wish.id)
    assert counts["gone:message"] == 1
    allowed = {("sales_order", "delivery_address"), ("outbox_entry", "recipient")}
    assert found(session, *WORDS) == allowed, "the address on the order, and the last mail until it has left"
    session.exec(select(OutboxEntry)).one().state = OutboxState.SENT
    session.commit()
    Work(session, VISITOR, make.NOON)
    assert erasure.sweep(Work(session, VISITOR, make.NOON)) == 0
    assert found(session, *WORDS) == {("sales_order", "delivery_address")}
    late = Work(session, VISITOR, make.NOON.replace(year=2037, month=1, day=2))
    assert erasure.sweep(late) == 1
    assert found(session, *WORDS) == set()
    assert erasure.sweep(late) == 0
    order = session.get_one(Order, order_id)
    assert (order.customer_id, order.total_cents, order.status) == (ada.customer_id, 2500, OrderStatus.DELIVERED)


def test_the_books_and_sums_are_what_they_were(session: Session, ada: Actor, manager: Work) -> None:
    lived(session, ada)
    tables = [x.__tablename__ for x in (m.DailySales, m.HourlyOrders, m.HourlyContacts, m.DailyCustomers)]

    def sums() -> list[Any]:
        rows = [session.connection().execute(columns_of(SQLModel.metadata.tables[str(t)])).all() for t in tables]
        money = columns_of(func.count(), func.sum(col(Order.total_cents)), func.sum(col(Order.lines_cents)))
        contacts = columns_of(func.count()).select_from(m.Interaction)
        return [rows, session.connection().execute(money).all(), session.connection().scalar(contacts)]

    rollup_check.rebuild(manager)
    before = sums()
    with work(ada) as w:
        wish = erasure.ask(w)
    with work(manager.actor) as w:
        erasure.approve(w, wish.id)
    assert sums() == before
    rollup_check.rebuild(manager)
    assert sums() == before, "also when they are made anew"


def test_the_login_is_gone_and_nothing_finds_the_person(session: Session, ada: Actor, manager: Work) -> None:
    lived(session, ada)
    with work(manager.actor) as w:
        assert search.customers(w, "Zephyrine")
    with work(ada) as w:
        wish = erasure.ask(w)
        [browser] = sessions.mine(w)
    sid = browser.id
    with work(manager.actor) as w:
        erasure.approve(w, wish.id)
        for typed in ("Zephyrine", "zephirine", "quill", "zephyrine@quill.example", "030 1234567"):
            assert search.customers(w, typed) == []
    assert sessions.actor_of(sid) is None
    assert not sign_in.attempt(VISITOR, "zephyrine@quill.example", PASSWORD, browser=BROWSER)


def test_a_reason_that_others_have_too_stays_for_the_charts(session: Session, ada: Actor, manager: Work) -> None:
    other = make.customer(session, "Bob")
    for customer_id, reason in (
        (ada.customer_id, "leaking valve"),
        (other.id, "leaking valve"),
        (ada.customer_id, "Q"),
    ):
        session.add(m.Interaction(customer_id=customer_id, channel=m.Channel.PHONE, reason=reason,
                                  happened_at=make.NOON, logged_at=make.NOON))  # fmt: skip
    session.commit()
    with work(ada) as w:
        wish = erasure.ask(w)
    with work(manager.actor) as w:
        erasure.approve(w, wish.id)
    session.expire_all()
    kept = session.exec(select(m.Interaction.reason).order_by(col(m.Interaction.id))).all()
    assert kept == ["leaking valve", "leaking valve", ""]


def test_every_table_that_knows_the_customer_is_reached(session: Session) -> None:
    """Foreign keys name whose row it is; a rule that forgot one of them would leave rows behind."""
    mine, _other = marked(session)
    whole = reach.whole(Work(session, VISITOR, make.NOON), mine["customer"])
    for decision in (d for d in DECISIONS if d.fate is not Fate.NOT_THEIRS):
        table = SQLModel.metadata.tables[str(decision.model.__tablename__)]
        if "customer_id" in table.columns:
            counted = columns_of(func.count()).select_from(table)
            theirs = session.connection().scalar(counted.where(table.columns["customer_id"] == mine["customer"]))
            reached = session.connection().scalar(counted.where(rows_of(decision.model, whole)))
            assert reached == theirs, table.name
