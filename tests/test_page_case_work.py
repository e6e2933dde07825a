"""The pages of the work on cases: the list with a macro, the rules of managers, tools of a case, the mailed rating."""

import re
from datetime import timedelta

import pytest
from sqlmodel import Session, select
from streamlit.testing.v1 import AppTest

from db.models import AuditEntry, Case, CaseItem, CaseState, Macro, Role, StaffMember, SurveyResponse, Team
from services import cases, presence
from services.cases import CaseChange, NewQuestion, checklists, macros, topics
from services.cases.macros import Actions
from services.work import Work
from tests import make
from tests.test_case_tools import secret_of
from tests.test_page_staff import HOSTILE, PAGES, page, shown, signed_in

NOON = make.NOON
pytestmark = pytest.mark.parametrize("engines", ["sqlite"], indirect=True)


def question(session: Session, subject: str = HOSTILE) -> int:
    actor = make.actor(session, Role.CUSTOMER, of=make.customer(session, email="ada@example.com"))
    case = cases.ask(Work(session, actor, NOON), NewQuestion(idempotency_key="k", subject=subject, text="It leaks."))
    session.commit()
    return case.id


def test_before_a_macro_runs_it_says_over_how_many_of_the_ticked_cases_and_what_it_does(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = question(session)
    macros.save(Work(session, make.actor(session, Role.MANAGER), NOON), "Urgent", Actions(priority="urgent"))
    signed_in(session, monkeypatch)
    at = page("cases.py")
    assert cases.case_number(number) in shown(at)
    at.button(key="tick_marked").click().run()
    assert at.checkbox(key=f"tick_{number}").value, "with a key, as well as with the box"
    at.button(key="macro_open").click().run()
    assert "priority: urgent" in shown(at)
    assert "In 1 case it does this" in shown(at)
    assert not at.exception


def test_the_mark_stays_at_its_case_when_the_list_changes_and_the_keys_act_on_it(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second, third = (question(session, f"Question {n}") for n in range(3))
    signed_in(session, monkeypatch)
    at = page("cases.py")
    at.button(key="mark_next").click().run()
    sooner = session.get_one(Case, third)
    sooner.due_at = NOON - timedelta(days=9)
    session.commit()
    at.run()
    at.button(key="tick_marked").click().run()
    assert at.checkbox(key=f"tick_{second}").value, "it stands a line lower now"
    at.button(key="mark_before").click().run()
    at.button(key="tick_marked").click().run()
    assert at.checkbox(key=f"tick_{first}").value
    session.get_one(Case, first).closed_at = NOON
    session.get_one(Case, first).state = CaseState.CLOSED
    session.commit()
    at.run()
    at.button(key="tick_marked").click().run()
    assert not at.checkbox(key=f"tick_{second}").value, "the one that moved up where the marked one is gone"


def test_a_colleague_who_writes_an_answer_is_named_before_one_answers_too(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = question(session)
    hers = Work(session, make.actor(session), NOON)
    signed_in(session, monkeypatch)
    presence.beat(hers, f"case:{number}")
    session.commit()
    assert f"{hers.actor.name} is also here" in shown(page("case.py", case=str(number)))
    presence.beat(hers, f"case:{number}", editing=True)
    session.commit()
    assert f"{hers.actor.name} is writing an answer" in shown(page("case.py", case=str(number)))


def test_an_owner_without_a_sign_in_is_named_and_stays_until_another_is_chosen(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = question(session)
    gone = StaffMember(name="Greta Gone")
    session.add(gone)
    session.flush()
    session.get_one(Case, number).owner_id = gone.id
    session.commit()
    signed_in(session, monkeypatch)
    [owner] = [box for box in page("case.py", case=str(number)).selectbox if box.label == "Owner"]
    assert owner.value == gone.id
    assert "Greta Gone (without a sign-in)" in owner.options


def test_topic_team_and_place_of_the_list_stand_in_the_address_as_codes(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    numbers = [question(session, f"Question {n}") for n in range(26)]
    boss = Work(session, make.actor(session, Role.MANAGER), NOON)
    leak = topics.add(boss, "Leak").id
    session.commit()
    signed_in(session, monkeypatch)
    at = page("cases.py")
    assert cases.case_number(numbers[25]) not in shown(at)
    at.button(key="cases_next").click().run()
    assert cases.case_number(numbers[25]) in shown(at)
    assert str(numbers[24]) in str(at.query_params["after"])
    at.selectbox(key="topic").set_value(leak).run()
    assert str(leak) in at.query_params["topic"]
    assert "after" not in at.query_params, "other filters begin at the start"
    assert "No case fits." in shown(at)
    assert "No case fits." in shown(page("cases.py", topic=str(leak)))
    assert cases.case_number(numbers[0]) in shown(page("cases.py", topic="999", team="x"))
    assert not page("cases.py", after="nonsense").exception


def test_steps_are_added_and_ticked_beside_the_case(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    number = question(session)
    checklists.add_item(Work(session, make.actor(session), NOON), number, HOSTILE)
    session.commit()
    item = session.exec(select(CaseItem)).one()
    signed_in(session, monkeypatch)
    at = page("case.py", case=str(number))
    at.checkbox(key=f"step_{item.id}_False").check().run()
    assert not at.exception
    session.expire_all()
    assert session.exec(select(CaseItem)).one().done_at == NOON
    for tool in ("orders", "people", "join"):
        at.segmented_control(key=f"tool_{number}").set_value(tool).run()
        assert not at.exception


def test_managers_keep_the_rules(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    signed_in(session, monkeypatch, Role.MANAGER)
    at = AppTest.from_file(str(PAGES / "navigation.py"), default_timeout=30).run()
    at.switch_page("manager/case_rules.py").run()
    at.text_input(key="team_name_None").set_value("Workshop")
    next(b for b in at.button if b.label == "Save").click().run()
    assert not at.exception
    assert session.exec(select(Team.name)).all() == ["Workshop"]
    for tab in ("topics", "times", "checklists", "macros", "texts"):
        at.segmented_control(key="case_rules").set_value(tab).run()
        assert not at.exception, tab
        if tab == "macros":
            at.text_input(key="macro_None_name").set_value("Close")
            at.checkbox(key="macro_None_me").check()
            next(b for b in at.button if b.label == "Save").click().run()
            assert session.exec(select(Macro.name)).all() == ["Close"]
    at.selectbox(key="text_None_kind").set_value("contact").run()
    assert "Delivery" in at.selectbox(key="text_None_about_contact").options


def test_the_mailed_link_rates_at_once_and_the_page_changes_it(session: Session) -> None:
    number, staff = question(session), Work(session, make.actor(session), NOON)
    seen = cases.view(staff, number)
    form = CaseChange(seen=seen.seen, state=CaseState.SOLVED, owner_id=None, priority="normal", next_step="")
    cases.change(staff, number, form)
    session.commit()

    at = AppTest.from_file(str(PAGES / "navigation.py"), default_timeout=30)
    at.query_params["t"], at.query_params["score"] = secret_of(staff), "4"
    at.run()
    at.switch_page("public/rate.py")
    at.query_params["t"], at.query_params["score"] = secret_of(staff), "4"
    at.run()
    assert not at.exception
    assert [s.score for s in session.exec(select(SurveyResponse))] == [4]
    at.text_area(key="rate_text").set_value(HOSTILE)
    at.button(key="rate_send").click().run()
    assert [(s.score, s.text) for s in session.exec(select(SurveyResponse))] == [(4, HOSTILE)]
    assert "score" not in at.query_params, "loading the page again would take back what was chosen on it"
    at.query_params["t"] = "nonsense"
    at.run()
    assert re.search("not one for a rating", at.error[0].value)


def test_managers_see_which_goals_were_missed_and_the_cases_behind_them(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = question(session)
    signed_in(session, monkeypatch, Role.MANAGER)
    at = AppTest.from_file(str(PAGES / "navigation.py"), default_timeout=30).run()
    at.switch_page("everyone/security.py").run()
    at.switch_page("manager/service_goals.py").run()
    assert not at.exception
    assert "No goal was missed." in shown(at)
    ran_out = AuditEntry(
        at=NOON, actor_name="", actor_role="system", action="cases.alarm", entity="case", entity_id=str(number),
        reason="answer",
    )  # fmt: skip
    session.add(ran_out)
    session.commit()
    at.run()
    assert not at.exception
    [table] = at.dataframe
    assert table.value.iloc[0].tolist() == ["none", 1, 0]
    assert "answered late" in shown(at)
