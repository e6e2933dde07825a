"""Old cases are found by what they are about."""

from collections.abc import Callable

import pytest
from sqlmodel import Session

from db.models import Case, Role
from services import cases
from services.cases import NewQuestion, desk
from services.cases.desk import Filters, Which
from services.work import Actor, Work
from tests import make

Works = Callable[[Actor], Work]


@pytest.fixture
def agent(session: Session, work_as: Works) -> Work:
    return work_as(make.actor(session))


@pytest.fixture
def ada(session: Session, work_as: Works) -> Work:
    return work_as(make.actor(session, Role.CUSTOMER, of=make.customer(session, email="ada@example.com")))


def asked(w: Work, subject: str) -> Case:
    return cases.ask(w, NewQuestion(idempotency_key=subject, subject=subject, text=subject))


def test_a_case_is_found_by_any_part_of_its_subject_however_old_it_is(
    ada: Work, agent: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = asked(ada, 'The "Dampfventil" of my Überdruck pot, part 7')
    newer = [asked(ada, f"Parcel {n}") for n in range(5)]
    monkeypatch.setattr(desk, "FITTING", 3)
    monkeypatch.setattr(desk, "LATEST", 4)

    def found(text: str) -> tuple[list[int], bool]:
        page = desk.page(agent, Filters(which=Which.ALL, text=text))
        return sorted(row.id for row in page.rows), page.cut

    for typed in ("dampfventil", "ventil", "VENTIL damp", "pot part 7", '"dampfventil"', "dampfventil of"):
        assert found(typed) == ([old.id], False), typed
    for typed in ("ventilator", "ventil parcel", "%", "damp ventils"):
        assert found(typed) == ([], False), typed
    assert found("parcel") == ([c.id for c in newer[2:]], True), "the newest, and that there are more is said"
    assert found("parcel 1") == ([newer[1].id], False), "one more word leads to older ones"
    assert found("7") == ([], False), "a number is the number of a case"
    agent.session.get_one(Case, old.id).subject = "Lid"
    agent.session.flush()
    assert found("ventil") == ([], False)
    assert found("lid") == ([old.id], False)
