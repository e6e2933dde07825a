"""Deciding on wishes to be forgotten: who may, when it has to wait, and the proof that stays."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlmodel import Session, select

from db.models import AuditEntry, ErasureState, Order, OrderStatus, OutboxEntry, Person, Role
from services import erasure, search
from services.erasure import carrying_out, reach
from services.erasure.decisions import Fate
from services.errors import Conflict, Invalid, NotAllowed, NotFound
from services.work import VISITOR, Actor, Work, work
from tests import make
from tests.lives import everything, lived, registered

WorkAs = Callable[[Actor], Work]


@pytest.fixture
def manager(session: Session, work_as: WorkAs) -> Work:
    return work_as(make.actor(session, Role.MANAGER))


@pytest.fixture
def ada(session: Session, quick_passwords: None) -> Actor:
    return registered(session)


def test_a_wish_is_withdrawn_until_it_is_decided_and_refused_with_a_reason(
    session: Session, ada: Actor, manager: Work
) -> None:
    with work(ada) as w:
        first = erasure.ask(w)
        with pytest.raises(Conflict, match="already"):
            erasure.ask(w)
        erasure.withdraw(w, first.id)
        assert erasure.mine(w) is None
        second = erasure.ask(w)
    with work(manager.actor) as w:
        with pytest.raises(Conflict):
            erasure.approve(w, first.id)
        with pytest.raises(Invalid):
            erasure.refuse(w, second.id, "")
        erasure.refuse(w, second.id, "A claim is open in court")
    with work(ada) as w:
        seen = erasure.mine(w)
        assert seen is not None
        assert (seen.state, seen.answer) == (ErasureState.REFUSED, "A claim is open in court")
        with pytest.raises(Conflict):
            erasure.withdraw(w, second.id)
    assert session.get(Person, ada.person_id) is not None


def test_only_managers_decide_and_only_about_wishes(session: Session, ada: Actor, work_as: WorkAs) -> None:
    with work(ada) as w:
        wish = erasure.ask(w)
    staff, stranger = make.actor(session), make.actor(session, Role.CUSTOMER, of=make.customer(session, "Bob"))
    for actor in (staff, ada, stranger, VISITOR):
        for act in (lambda w: erasure.approve(w, wish.id), lambda w: erasure.refuse(w, wish.id, "no"), erasure.waiting):
            with pytest.raises(NotAllowed):
                act(work_as(actor))
    with pytest.raises(NotFound):
        erasure.withdraw(work_as(stranger), wish.id)
    with pytest.raises(NotFound):
        erasure.plan(work_as(stranger), ada.customer_id or 0)


def test_the_trail_gives_way_to_nothing_but_a_running_erasure(session: Session, ada: Actor, manager: Work) -> None:
    lived(session, ada)
    with work(ada) as w:
        wish = erasure.ask(w)
    whole = reach.Whole(ada.customer_id or 0, [ada.person_id or 0], [])
    with pytest.raises(Exception, match="append-only"), session.begin_nested():
        carrying_out._empty_trail(Work(session, manager.actor, make.NOON), whole)
    with work(manager.actor) as w:
        erasure.approve(w, wish.id)
    changes = ("reason = 'x'", "after = '{}', reason = '', before = '{}'", "actor_name = ''")
    for change in changes:
        statement = f"UPDATE audit_entry SET {change} WHERE action = 'erasure.carried_out'"  # noqa: S608 - constants
        with pytest.raises(Exception, match="append-only"), session.begin_nested():
            session.connection().exec_driver_sql(statement)


def test_the_last_mail_does_not_wait_for_ever(session: Session, ada: Actor, manager: Work) -> None:
    with work(ada) as w:
        wish = erasure.ask(w)
    with work(manager.actor) as w:
        erasure.approve(w, wish.id)
    erasure.sweep(Work(session, VISITOR, make.NOON + timedelta(days=1)))
    assert [mail.kind for mail in session.exec(select(OutboxEntry))] == ["erasure-done"]
    erasure.sweep(Work(session, VISITOR, make.NOON + timedelta(days=8)))
    assert session.exec(select(OutboxEntry)).all() == []


def test_the_proof_says_when_who_and_how_much_and_nothing_about_whom(
    session: Session, ada: Actor, manager: Work
) -> None:
    lived(session, ada)
    with work(ada) as w:
        wish = erasure.ask(w)
    with work(manager.actor) as w:
        erasure.approve(w, wish.id)
        [proof] = erasure.decided(w)
    assert (proof.state, proof.decided_by, proof.decided_at) == (ErasureState.DONE, manager.actor.name, make.NOON)
    assert proof.customer == search.customer_number(ada.customer_id or 0)
    entry = session.exec(select(AuditEntry).where(AuditEntry.action == "erasure.carried_out")).one()
    assert (entry.actor_id, entry.after["counts"]) == (manager.actor.person_id, proof.counts)
    trail = session.exec(select(AuditEntry).where(AuditEntry.customer_id == ada.customer_id)).all()
    assert {e.action for e in trail} >= {"accounts.change", "cases.ask", "erasures.ask"}, "that it happened stays"


def test_an_order_under_way_has_to_end_first_and_nothing_is_touched(
    session: Session, ada: Actor, manager: Work
) -> None:
    order = session.get_one(Order, lived(session, ada))
    order.status = OrderStatus.SHIPPED
    session.commit()
    with work(ada) as w:
        wish = erasure.ask(w)
        assert erasure.own_plan(w).obstacles == [f"Order O{order.id:07d} is under way."]
    before = sorted(everything(session))
    with pytest.raises(Conflict, match="under way"), work(manager.actor) as w:
        erasure.approve(w, wish.id)
    assert sorted(everything(session)) == before


def test_the_plan_counts_what_is_there_and_says_how_long_the_law_keeps(
    session: Session, ada: Actor, manager: Work
) -> None:
    lived(session, ada)
    with work(ada) as w:
        mine = erasure.own_plan(w)
        wish = erasure.ask(w)
    rows = {line.table: (line.fate, line.rows) for line in mine.lines}
    assert rows["sales_order"] == (Fate.LAW, 1)
    assert rows["customer_address"] == (Fate.GONE, 1)
    assert rows["interaction"] == (Fate.ANONYMOUS, 1)
    assert str(mine.kept_until) == "2036-12-31"
    assert any("Backups" in told for told in mine.beyond)
    with work(manager.actor) as w:
        assert erasure.plan(w, ada.customer_id or 0).rows(Fate.GONE) >= mine.rows(Fate.GONE)
        counts = erasure.approve(w, wish.id)
        left = [line for line in erasure.plan(w, ada.customer_id or 0).lines if line.fate is Fate.GONE]
    assert left == [], "what goes is gone"
    assert counts["law:sales_order"] == 1
