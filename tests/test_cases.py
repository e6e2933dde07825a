"""Cases: a customer asks, both sides write, staff settle them, and nobody sees or overwrites what is another's."""

from collections.abc import Callable
from threading import Barrier, Thread
from typing import Any

import pytest
from sqlalchemy import Connection
from sqlmodel import Session, col, select

from db.engine import Engines
from db.models import Case, CaseState, Channel, Direction, Interaction, Message, Order, OrderStatus, OutboxEntry, Role
from services import cases, interactions, timeline
from services.cases import CaseChange, NewAnswer, NewCase, NewQuestion
from services.due import Scope
from services.errors import Conflict, Invalid, NotAllowed, NotFound
from services.today import today
from services.work import Actor, Work, work
from tests import make
from tests.conftest import counted

NOON = make.NOON
Works = Callable[[Actor], Work]


@pytest.fixture
def desk(session: Session, work_as: Works) -> Work:
    return work_as(make.actor(session))


@pytest.fixture
def ada(session: Session, work_as: Works) -> Work:
    return work_as(make.actor(session, Role.CUSTOMER, of=make.customer(session, email="ada@example.com")))


def question(key: str = "k1", text: str = "The valve leaks.", **more: Any) -> NewQuestion:
    return NewQuestion(idempotency_key=key, subject="Leaking valve", text=text, **more)


def answer(key: str, text: str = "We look.", last_seen: int = 0, then: CaseState = CaseState.WAITING) -> NewAnswer:
    return NewAnswer(idempotency_key=key, text=text, last_seen=last_seen, then=then)


def changed(w: Work, case_id: int, **fields: object) -> Case:
    seen = cases.view(w, case_id)
    form = {
        "seen": seen.seen,
        "state": seen.row.state,
        "owner_id": seen.owner_id,
        "team_id": seen.team_id,
        "priority": seen.priority,
        "next_step": seen.row.next_step,
    }
    return cases.change(w, case_id, CaseChange.model_validate(form | fields))


def mails(session: Session, kind: str) -> list[OutboxEntry]:
    return list(session.exec(select(OutboxEntry).where(OutboxEntry.kind == kind).order_by(col(OutboxEntry.id))))


def test_a_question_is_a_case_with_a_number_and_an_answer_on_the_next_working_day(ada: Work, desk: Work) -> None:
    case = cases.ask(ada, question())
    [row] = cases.listing(ada)
    assert (row.number, row.state) == (cases.case_number(case.id), CaseState.OPEN)
    assert row.answer_by is not None
    assert row.answer_by.isoformat() == "2026-03-03T12:00:00+00:00"
    assert [(s.text, s.by_customer) for s in cases.view(desk, case.id).thread] == [("The valve leaks.", True)]
    assert case.id in [c.id for c in today(desk, Scope.MINE).cases], "it is nobody's, so everybody sees it"
    assert [(n.case_id, n.text) for n in today(desk, Scope.MINE).news] == [(case.id, "The valve leaks.")]


def test_on_a_friday_the_answer_comes_on_monday(ada: Work) -> None:
    friday = NOON.replace(month=3, day=6)
    case = cases.ask(Work(ada.session, ada.actor, friday), question())
    assert case.answer_by is not None
    assert case.answer_by.date().isoformat() == "2026-03-09"


def test_the_same_form_sent_twice_is_one_case(ada: Work) -> None:
    first = cases.ask(ada, question())
    assert cases.ask(ada, question()).id == first.id
    assert len(ada.session.exec(select(Case)).all()) == 1
    with pytest.raises(Conflict):
        cases.ask(ada, question(text="Something else"))


def test_a_case_of_another_customer_answers_like_none(ada: Work, work_as: Works, session: Session) -> None:
    case = cases.ask(ada, question())
    other = work_as(make.actor(session, Role.CUSTOMER, of=make.customer(session, "Grace")))
    for act in (
        lambda number: cases.view(other, number),
        lambda number: cases.write(other, number, answer("x")),
        lambda number: cases.read(other, number),
        lambda number: cases.changed(other, number),
    ):
        said = set()
        for number in (case.id, case.id + 10_000):
            with pytest.raises(NotFound) as refused:
                act(number)
            said.add(str(refused.value))
        assert len(said) == 1
    order = Order(customer_id=case.customer_id, ordered_at=NOON, status=OrderStatus.DELIVERED)
    session.add(order)
    session.flush()
    with pytest.raises(NotFound):
        cases.ask(other, question("k9", order_id=order.id))
    assert cases.listing(other) == []


def test_staff_answer_by_name_and_mail_and_the_case_waits_for_the_customer(ada: Work, desk: Work) -> None:
    case = cases.ask(ada, question())
    seen = cases.view(desk, case.id)
    cases.write(desk, case.id, answer("a1", "Please send a photo.", seen.last_message))
    assert (case.state, case.answer_by) == (CaseState.WAITING, None)
    [mail] = mails(desk.session, "case-answer")
    assert mail.recipient == ada.actor.email
    assert "Please send a photo." in mail.body
    assert f"my-cases?case={case.id}" in mail.body
    theirs = cases.view(ada, case.id)
    assert [s.author for s in theirs.thread] == [ada.actor.name, desk.actor.name]
    assert theirs.unread
    cases.read(ada, case.id)
    ada.session.expire_all()
    assert not cases.view(ada, case.id).unread


def test_the_customers_words_open_a_solved_case_again_and_tell_the_owner_without_quoting(ada: Work, desk: Work) -> None:
    case = cases.ask(ada, question())
    owner = make.person(desk.session, email="owner@example.com")
    changed(desk, case.id, state=CaseState.SOLVED, owner_id=owner.staff_id)
    assert case.closed_at == NOON
    cases.write(ada, case.id, answer("a2", "It leaks again."))
    row = cases.view(desk, case.id).row
    assert row.state is CaseState.OPEN
    assert case.id in [c.id for c in today(desk, Scope.ALL).cases], "its closing is taken back"
    assert case.answer_by is not None
    [mail] = mails(desk.session, "case-message")
    assert mail.recipient == "owner@example.com"
    assert "leaks again" not in mail.body
    assert f"case?case={case.id}" in mail.body


def test_a_closed_case_takes_no_more_words(ada: Work, desk: Work) -> None:
    case = cases.ask(ada, question())
    changed(desk, case.id, state=CaseState.CLOSED)
    with pytest.raises(Invalid):
        cases.write(ada, case.id, answer("a3"))
    with pytest.raises(Invalid):
        changed(desk, case.id, state=CaseState.WAITING)
    assert changed(desk, case.id, state=CaseState.OPEN).closed_at is None


def test_two_who_answer_at_once_are_told_and_nothing_is_sent(ada: Work, desk: Work, work_as: Works) -> None:
    case = cases.ask(ada, question())
    seen = cases.view(desk, case.id).last_message
    cases.write(work_as(make.actor(desk.session)), case.id, answer("b1", "From a colleague.", seen))
    with pytest.raises(Conflict, match="colleague"):
        cases.write(desk, case.id, answer("b2", "From me.", seen))
    cases.write(ada, case.id, answer("b3", "Found the photo."))
    with pytest.raises(Conflict, match="customer"):
        cases.write(desk, case.id, answer("b2", "From me.", seen))
    assert len(mails(desk.session, "case-answer")) == 1


def test_an_answer_sent_twice_is_one(ada: Work, desk: Work) -> None:
    case = cases.ask(ada, question())
    seen = cases.view(desk, case.id).last_message
    first = cases.write(desk, case.id, answer("c1", last_seen=seen))
    assert cases.write(desk, case.id, answer("c1", last_seen=seen)).id == first.id
    assert len(mails(desk.session, "case-answer")) == 1


def test_a_note_is_a_contact_and_the_customer_never_sees_it(ada: Work, desk: Work) -> None:
    case = cases.ask(ada, question())
    note = {"summary": "Is often late with payments.", "channel": Channel.OTHER, "direction": Direction.OUT}
    new = interactions.NewInteraction.model_validate({"idempotency_key": "n1", "case_id": case.id, **note})
    interactions.log(desk, case.customer_id, new)
    assert [n.text for n in cases.view(desk, case.id).notes] == ["Is often late with payments."]
    theirs = cases.view(ada, case.id)
    assert (theirs.notes, theirs.owner_id, theirs.priority, theirs.seen) == ([], None, "", "")
    assert len(theirs.thread) == 1


def test_staff_open_a_case_from_a_call_once_and_the_customer_gets_its_number(ada: Work, desk: Work) -> None:
    customer_id = ada.actor.customer_id or 0
    new = NewCase(idempotency_key="s1", subject="Leak", text="Called: it leaks.", next_step="A colleague comes.")
    case = cases.raise_for(desk, customer_id, new)
    assert cases.raise_for(desk, customer_id, new).id == case.id
    assert case.owner_id == desk.actor.staff_id
    [contact] = desk.session.exec(select(Interaction)).all()
    assert (contact.case_id, contact.summary) == (case.id, "Called: it leaks.")
    [mail] = mails(desk.session, "case-opened")
    assert cases.case_number(case.id) in mail.body
    assert "Called" not in mail.body
    assert cases.view(ada, case.id).row.next_step == "A colleague comes."
    assert {e.text for e in timeline.page(desk, customer_id).entries} >= {"Leak", "Called: it leaks."}


def test_what_a_colleague_changed_meanwhile_is_not_overwritten(ada: Work, desk: Work) -> None:
    case = cases.ask(ada, question())
    stale = cases.view(desk, case.id).seen
    changed(desk, case.id, priority="high", next_step="The carrier looks for it.")
    with pytest.raises(Conflict):
        changed(desk, case.id, seen=stale, priority="low")
    assert case.priority == "high"
    with pytest.raises(Invalid):
        changed(desk, case.id, priority="now!")


def test_customers_do_not_change_cases(ada: Work) -> None:
    case = cases.ask(ada, question())
    form = CaseChange(seen="", state=CaseState.CLOSED, owner_id=None, priority="low", next_step="")
    with pytest.raises(NotAllowed):
        cases.change(ada, case.id, form)
    new = NewCase(idempotency_key="s1", subject="x", text="x")
    with pytest.raises(NotAllowed):
        cases.raise_for(ada, case.customer_id, new)


def test_a_long_thread_asks_no_more_questions(ada: Work, desk: Work, connection: Connection) -> None:
    case = cases.ask(ada, question())

    def asked() -> int:
        desk.session.commit()
        with counted(connection) as sent, Session(connection, join_transaction_mode="create_savepoint") as session:
            cases.view(Work(session, desk.actor, NOON), case.id)
        return len(sent)

    few = asked()
    for n in range(12):
        cases.write(ada, case.id, answer(f"d{n}", f"More {n}"))
    assert asked() == few


def test_of_two_answers_at_the_same_moment_one_goes_out(fresh_engines: Engines) -> None:
    with Session(fresh_engines.write) as session, session.begin():
        actors = [make.actor(session), make.actor(session)]
        case = Case(customer_id=make.customer(session).id, subject="x", opened_at=NOON)
        session.add(case)
        session.flush()
        number = case.id
    together, told = Barrier(2), []

    def act(actor: Actor) -> None:
        together.wait()
        try:
            with work(actor) as w:
                cases.write(w, number, answer("k", f"From {actor.person_id}"))
            told.append("sent")
        except Conflict:
            told.append("told")

    threads = [Thread(target=act, args=(actor,)) for actor in actors]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(told) == ["sent", "told"]
    with Session(fresh_engines.write) as session:
        assert len(session.exec(select(Message)).all()) == 1
