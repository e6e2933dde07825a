"""The pages of a case: the customer asks and answers, staff answer and keep notes apart, strangers see nothing."""

from datetime import timedelta

import pytest
from sqlmodel import Session, select
from streamlit.testing.v1 import AppTest

from db.models import Case, CaseState, Interaction, LoginSession, Message, Person, Role
from pages._ui import guard
from services import cases, drafts
from services.cases import NewQuestion
from services.work import Actor, Work
from tests import make
from tests.test_page_customer import sign_in
from tests.test_page_staff import HOSTILE, PAGES, alone, page, shown, signed_in

NOON = make.NOON
#: The services below are tested on both databases; here it is the pages that are looked at.
pytestmark = pytest.mark.parametrize("engines", ["sqlite"], indirect=True)


@pytest.fixture
def ada(session: Session, monkeypatch: pytest.MonkeyPatch) -> Work:
    who = make.actor(session, Role.CUSTOMER, of=make.customer(session, email="ada@example.com"))
    return sign_in(session, monkeypatch, who)


def my_cases(**address: str) -> AppTest:
    """The customer's page inside the navigation."""
    at = AppTest.from_file(str(PAGES / "navigation.py"), default_timeout=30).run()
    at.switch_page("customer/cases.py")
    for key, value in address.items():
        at.query_params[key] = value
    return at.run()


def asked(w: Work, text: str = "The valve leaks.") -> Case:
    made = cases.ask(w, NewQuestion(idempotency_key="k", subject=HOSTILE, text=text))
    w.session.commit()
    return made


def as_staff(session: Session, monkeypatch: pytest.MonkeyPatch) -> Person:
    """Somebody of the house signs in at the same desk."""
    who, sid = make.person(session), "b" * 64
    end = NOON + timedelta(hours=1)
    session.add(LoginSession(id=sid, person_id=who.id, created_at=NOON, last_seen_at=NOON, expires_at=end))
    session.commit()
    monkeypatch.setattr(guard, "session_id", lambda: sid)
    return who


def test_a_question_left_half_written_is_sent_and_shown_with_its_number(ada: Work) -> None:
    drafts.save(ada, "question", {"text": HOSTILE})
    ada.session.commit()
    at = my_cases()
    at.text_input(key="ask_subject").set_value("Leak").run()
    at.button(key="ask_send").click().run()
    assert not at.exception
    [case] = ada.session.exec(select(Case)).all()
    assert case.subject == "Leak"
    seen = my_cases(case=str(case.id))
    assert cases.case_number(case.id) in shown(seen)
    assert HOSTILE in [t.value for t in seen.text]
    assert drafts.load(ada, "question") == {}


def test_what_happens_next_is_the_customers_answer_while_we_wait_for_it(ada: Work) -> None:
    case = asked(ada)
    ours, yours = "Next: we look into it and write to you", "Next: your answer, then we go on"
    for state, said, not_said in ((CaseState.OPEN, ours, yours), (CaseState.WAITING, yours, ours)):
        case.state = state
        ada.session.add(case)
        ada.session.commit()
        home = AppTest.from_file(str(PAGES / "navigation.py"), default_timeout=30).switch_page("customer/home.py").run()
        for at in (my_cases(case=str(case.id)), home):
            assert not at.exception, at.exception
            shown = [t.value for t in (*at.text, *at.markdown)]
            assert said in shown, shown
            assert not_said not in shown


def test_the_case_of_another_customer_is_shown_like_none(ada: Work) -> None:
    other = make.actor(ada.session, Role.CUSTOMER, of=make.customer(ada.session, "Grace"))
    case = asked(Work(ada.session, other, NOON))
    for number in (case.id, case.id + 1000):
        at = my_cases(case=str(number))
        assert [e.value for e in at.error] == ["There is no such case\\."]
        assert "valve" not in shown(at)


def test_staff_answer_the_customer_by_name_and_keep_a_note_apart(
    ada: Work, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = asked(ada)
    who = as_staff(session, monkeypatch)
    desk = Work(session, Actor(person_id=who.id, role=who.role, staff_id=who.staff_id), NOON)
    drafts.save(desk, f"case-answer:{case.id}", {"text": "Please send a photo."})
    drafts.save(desk, f"case-note:{case.id}", {"text": "Pays late."})
    session.commit()
    at = page("case.py", case=str(case.id))
    send = at.button(key=f"send_{case.id}")
    assert send.label == "Send to Ada Lovelace"
    send.click().run()
    assert not at.exception
    at = page("case.py", case=str(case.id))
    at.button(key=f"note_{case.id}").click().run()
    assert not at.exception
    session.expire_all()
    bodies = [m.body for m in session.exec(select(Message).order_by("id"))]
    assert bodies == ["The valve leaks.", "Please send a photo."]
    assert [i.summary for i in session.exec(select(Interaction))] == ["Pays late."]
    assert session.get_one(Case, case.id).state is CaseState.WAITING
    for markdown in (*at.title, *at.caption, *at.markdown):
        assert "](javascript" not in markdown.value


def test_a_customer_does_not_get_the_page_of_staff(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    signed_in(session, monkeypatch, Role.CUSTOMER)
    at = alone("case.py", case="1")
    assert [e.value for e in at.error] == ["This page is not yours."]
    assert not at.button


def test_the_customers_page_leads_to_its_open_cases_and_to_a_new_one(
    ada: Work, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = asked(ada)
    as_staff(session, monkeypatch)
    at = page("customer.py", customer=str(case.customer_id))
    at.button(key="new_case").click().run()
    assert not at.exception
    assert at.text_input(key=f"new_case_{case.customer_id}_subject").label == "Subject, as the customer reads it"
    [link] = [e.proto for e in at.get("page_link") if e.proto.page == "case"]
    assert link.query_string == f"case={case.id}"


def test_a_report_goes_to_the_customer_by_its_button_or_its_keys_and_by_no_enter_in_a_line(
    ada: Work, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = asked(ada)
    as_staff(session, monkeypatch)
    at = page("service_report.py", customer=str(case.customer_id), case=str(case.id))
    assert not at.exception
    [give] = [b for b in at.button if b.label == "Give it to the customer"]
    assert give.proto.shortcut.lower() == "ctrl+enter"
    [form] = at.get("form")
    assert not form.proto.form.enter_to_submit
