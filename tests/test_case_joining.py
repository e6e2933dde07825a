"""Joining and splitting cases: nothing is lost, old numbers lead on, and either is taken back at any time."""

from collections.abc import Callable
from datetime import timedelta
from threading import Barrier, Thread

import pytest
from sqlmodel import Session, col, select

from db.engine import Engines
from db.models import Case, CaseMerge, CaseState, Channel, Direction, Message, Role
from services import cases, interactions
from services.cases import NewAnswer, NewQuestion, joining
from services.cases.joining import NewSplit
from services.errors import Conflict, Invalid, NotAllowed, NotFound, RapportError
from services.work import Actor, Work, work
from tests import make

NOON = make.NOON
Works = Callable[[Actor], Work]


@pytest.fixture
def desk(session: Session, work_as: Works) -> Work:
    return work_as(make.actor(session))


@pytest.fixture
def ada(session: Session, work_as: Works) -> Work:
    return work_as(make.actor(session, Role.CUSTOMER, of=make.customer(session, email="ada@example.com")))


def asked(w: Work, text: str, hours: int = 0) -> Case:
    later = Work(w.session, w.actor, NOON + timedelta(hours=hours))
    return cases.ask(later, NewQuestion(idempotency_key=text, subject=text, text=text))


def wrote(w: Work, case_id: int, text: str) -> Message:
    seen = cases.view(w, case_id).last_message
    return cases.write(w, case_id, NewAnswer(idempotency_key=text, text=text, last_seen=seen))


def noted(w: Work, case: Case, text: str) -> int:
    new = {"idempotency_key": text, "summary": text, "channel": Channel.OTHER, "direction": Direction.OUT}
    note = interactions.NewInteraction.model_validate({**new, "case_id": case.id})
    return interactions.log(w, case.customer_id, note).id


def thread(w: Work, case_id: int) -> list[str]:
    return [said.text for said in cases.view(w, case_id).thread]


def test_joined_cases_are_one_thread_and_both_numbers_lead_to_it(ada: Work, desk: Work) -> None:
    first, second = asked(ada, "Lid broken"), asked(ada, "Lid still broken", 1)
    due = first.due_at
    joining.merge(desk, first.id, second.id)
    for number in (first.id, second.id):
        for who in (ada, desk):
            seen = cases.view(who, number)
            assert (seen.row.id, thread(who, number)) == (second.id, ["Lid broken", "Lid still broken"])
    assert cases.view(ada, first.id).came_as == cases.case_number(first.id)
    assert [row.id for row in cases.listing(ada)] == [second.id]
    assert second.answer_by == due, "nobody waits longer because cases were joined"
    wrote(ada, first.id, "Any news?")
    assert thread(desk, second.id)[-1] == "Any news?"
    assert [j.id for j in joining.joined(desk, second.id)] == [first.id]


def test_parting_restores_both_also_after_more_was_written(ada: Work, desk: Work) -> None:
    first, second = asked(ada, "Lid broken"), asked(ada, "Where is my parcel?")
    noted(desk, first, "known fault")
    joining.merge(desk, first.id, second.id)
    wrote(ada, first.id, "Hello?")
    wrote(desk, second.id, "We look into both.")
    joining.unmerge(desk, first.id)
    assert thread(ada, first.id) == ["Lid broken"]
    assert thread(ada, second.id) == ["Where is my parcel?", "Hello?", "We look into both."]
    assert (first.state, first.closed_at) == (CaseState.OPEN, None)
    assert first.answer_by is not None
    assert [n.text for n in cases.view(desk, first.id).notes] == ["known fault"]
    assert cases.view(desk, second.id).notes == []
    with pytest.raises(Conflict):
        joining.unmerge(desk, first.id)
    joining.merge(desk, first.id, second.id)
    assert thread(ada, first.id)[0] == "Lid broken"


def test_parting_puts_back_what_was_announced_and_the_state_of_both(ada: Work, desk: Work) -> None:
    first, second = asked(ada, "Lid broken"), asked(ada, "Where is my parcel?", -2)
    wrote(desk, second.id, "It comes on Friday.")
    before = [(c.state, c.answer_by, c.resolve_by, c.due_at, c.alarm_at) for c in (first, second)]
    joining.merge(desk, first.id, second.id)
    assert second.state is CaseState.OPEN
    later = Work(desk.session, desk.actor, NOON + timedelta(days=1))
    joining.unmerge(later, first.id)
    assert [(c.state, c.answer_by, c.resolve_by, c.due_at, c.alarm_at) for c in (first, second)] == before
    joining.merge(later, first.id, second.id)
    afterwards = Work(desk.session, desk.actor, NOON + timedelta(hours=25))
    wrote(afterwards, second.id, "The lid comes too.")
    waits = second.state
    joining.unmerge(Work(desk.session, desk.actor, NOON + timedelta(days=2)), first.id)
    assert second.state is waits, "what came of the answer stays"
    assert first.answer_by is not None
    assert before[0][1] is not None
    assert first.answer_by > before[0][1], "the customer was answered, and waits anew"


def test_an_open_question_opens_the_case_that_it_is_joined_to(ada: Work, desk: Work) -> None:
    first, second = asked(ada, "Again"), asked(ada, "Lid broken")
    wrote(desk, second.id, "Done.")
    assert second.state is CaseState.WAITING
    joining.merge(desk, first.id, second.id)
    assert (second.state, second.due_at is not None) == (CaseState.OPEN, True)


def test_cases_of_two_customers_and_circles_are_refused(ada: Work, desk: Work, session: Session) -> None:
    first, second, third = asked(ada, "1"), asked(ada, "2"), asked(ada, "3")
    other = Case(customer_id=make.customer(session, "Grace").id, subject="x", opened_at=NOON)
    session.add(other)
    session.flush()
    with pytest.raises(Invalid):
        joining.merge(desk, first.id, other.id)
    joining.merge(desk, first.id, second.id)
    joining.merge(desk, second.id, third.id)
    for case_id, into in ((third.id, first.id), (third.id, third.id)):
        with pytest.raises(Invalid):
            joining.merge(desk, case_id, into)
    with pytest.raises(Conflict):
        joining.merge(desk, first.id, third.id)
    assert len(thread(ada, first.id)) == 3
    joining.unmerge(desk, second.id)
    assert (len(thread(ada, first.id)), len(thread(ada, third.id))) == (2, 1)
    with pytest.raises(NotAllowed):
        joining.merge(ada, third.id, first.id)
    with pytest.raises(NotFound):
        joining.merge(desk, third.id, 10_000_000)


def test_what_was_split_off_is_a_case_of_its_own_and_comes_back_with_what_was_written_since(
    ada: Work, desk: Work
) -> None:
    case = asked(ada, "Lid broken")
    parcel = wrote(ada, case.id, "And where is my parcel?")
    note = noted(desk, case, "parcel is lost")
    made = joining.split(desk, case.id, NewSplit(subject="Parcel", messages=[parcel.id], notes=[note]))
    assert (thread(ada, case.id), thread(ada, made.id)) == (["Lid broken"], ["And where is my parcel?"])
    assert [n.text for n in cases.view(desk, made.id).notes] == ["parcel is lost"]
    assert (joining.split_from(desk, made.id), joining.splits_of(desk, case.id)) == (case.id, [made.id])
    assert {row.subject for row in cases.listing(ada)} == {"Parcel", "Lid broken"}
    with pytest.raises(Conflict), desk.session.begin_nested():
        joining.split(desk, case.id, NewSplit(subject="Again", messages=[parcel.id]))
    wrote(ada, made.id, "Still nothing.")
    joining.unsplit(desk, made.id)
    for number in (case.id, made.id):
        assert thread(ada, number) == ["Lid broken", "And where is my parcel?", "Still nothing."]
    desk.session.expire_all()
    assert desk.session.get_one(Message, parcel.id).case_id == case.id
    assert [row.id for row in cases.listing(ada)] == [case.id]
    with pytest.raises(Conflict):
        joining.unsplit(desk, made.id)
    with pytest.raises(Invalid):
        joining.split(desk, case.id, NewSplit(subject="Nothing"))


@pytest.mark.parametrize("attempt", range(3))
def test_cases_joined_to_each_other_at_the_same_moment_make_no_circle(fresh_engines: Engines, attempt: int) -> None:
    with Session(fresh_engines.write) as session, session.begin():
        actors = [make.actor(session) for _n in range(3)]
        customer_id = make.customer(session, f"Ada {attempt}").id
        three = [Case(customer_id=customer_id, subject=f"{n}", opened_at=NOON) for n in range(3)]
        session.add_all(three)
        session.flush()
        ids = [case.id for case in three]
    together, ended = Barrier(3), []

    def act(n: int) -> None:
        together.wait()
        try:
            with work(actors[n]) as w:
                joining.merge(w, ids[n], ids[(n + 1) % 3])
            ended.append("joined")
        except RapportError as refusal:
            ended.append(type(refusal).__name__)

    threads = [Thread(target=act, args=(n,)) for n in range(3)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    with Session(fresh_engines.write) as session:
        links = session.exec(select(CaseMerge).where(col(CaseMerge.undone_at).is_(None))).all()
        w = Work(session, actors[0], NOON)
        assert 1 <= len(links) == ended.count("joined") <= 2, ended
        assert all(len(cases.view(w, i).row.subject) == 1 for i in ids)


def test_a_message_to_a_case_that_is_being_joined_is_never_lost(fresh_engines: Engines) -> None:
    with Session(fresh_engines.write) as session, session.begin():
        agent, of = make.actor(session), make.customer(session)
        ada = make.actor(session, Role.CUSTOMER, of=of)
        both = [Case(customer_id=of.id, subject=f"{n}", opened_at=NOON) for n in range(2)]
        session.add_all(both)
        session.flush()
        first, second = (case.id for case in both)
    together = Barrier(2)

    def join() -> None:
        together.wait()
        with work(agent) as w:
            joining.merge(w, first, second)

    def tell() -> None:
        together.wait()
        with work(ada) as w:
            cases.write(w, first, NewAnswer(idempotency_key="k", text="Hello?"))

    threads = [Thread(target=join), Thread(target=tell)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    with Session(fresh_engines.write) as session:
        w = Work(session, agent, NOON)
        assert thread(w, first) == thread(w, second) == ["Hello?"]
        assert session.get_one(Case, second).state is CaseState.OPEN
