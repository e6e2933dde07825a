"""The staff's pages: a customer is found, what is open is seen, a contact is logged, and nobody else gets in."""

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session, select
from streamlit.testing.v1 import AppTest

from db.models import Case, Channel, Draft, FollowUp, Interaction, LoginSession, Person, Promise, Role
from pages._ui import guard
from pages.staff._ui import history
from services import drafts, search, timeline
from services.text import local_date
from services.work import UTC, Actor, Work
from tests import make

PAGES = Path(__file__).parent.parent / "pages"
NOON = make.NOON
HOSTILE = "<b>x</b> **y** [z](javascript:alert(1)) https://evil.example"
#: The services below are tested on both databases; here it is the pages that are looked at.
pytestmark = pytest.mark.parametrize("engines", ["sqlite"], indirect=True)


def signed_in(session: Session, monkeypatch: pytest.MonkeyPatch, role: Role = Role.STAFF) -> Person:
    who = make.person(session, role, of=make.customer(session) if role is Role.CUSTOMER else None)
    sid, end = "a" * 64, NOON + timedelta(hours=1)
    session.add(LoginSession(id=sid, person_id=who.id, created_at=NOON, last_seen_at=NOON, expires_at=end))
    session.commit()
    monkeypatch.setattr(guard, "session_id", lambda: sid)
    return who


def page(name: str, **address: str) -> AppTest:
    """The page inside the navigation, as a browser opens it: coming from another one, its widgets are new."""
    at = AppTest.from_file(str(PAGES / "navigation.py"), default_timeout=30).run()
    at.switch_page("everyone/security.py").run()
    at.switch_page(f"staff/{name}")
    for key, value in address.items():
        at.query_params[key] = value
    return at.run()


def alone(name: str, **address: str) -> AppTest:
    """The page without the navigation, as somebody may try to run it."""
    at = AppTest.from_file(str(PAGES / "staff" / name), default_timeout=30)
    for key, value in address.items():
        at.query_params[key] = value
    return at.run()


def shown(at: AppTest) -> str:
    return "\n".join(str(e.value) for e in (*at.title, *at.text, *at.caption, *at.markdown)).replace("\\", "")


def handed(at: AppTest, component: str) -> dict[str, Any]:
    """What a component of ours was given to draw; its script makes text of it and nothing else."""
    [found] = [e.proto for e in at.get("bidi_component") if e.proto.component_name == f"rapport.{component}"]
    data: dict[str, Any] = json.loads(found.json)
    return data


def typed(at: AppTest, label: str) -> str | None:
    """What a field that keeps its words while they are typed begins with; None where there is none of that name."""
    fields = [json.loads(e.proto.json) for e in at.get("bidi_component") if e.proto.component_name == "rapport.typing"]
    return next((str(field["value"]) for field in fields if field["label"] == label), None)


def told(at: AppTest) -> list[str]:
    """The words of the entries on the timeline, from above."""
    return [text for _id, _icon, _head, _about, text, _cut in handed(at, "timeline")["entries"]]


def cards(at: AppTest) -> dict[str, list[list[str]]]:
    """The cards of the head: heading -> lines of (text, caption, target of the link)."""
    return {part["title"]: part["lines"] for card in handed(at, "cards")["cards"] for part in card}


def desk_of(session: Session) -> Work:
    return Work(session, make.actor(session), NOON)


def known(session: Session, name: str, email: str) -> int:
    row = make.customer(session, name, email=email)
    search.index(Work(session, make.actor(session), NOON), row.id)
    session.commit()
    return row.id


def test_the_page_finds_while_one_types(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    signed_in(session, monkeypatch)
    ada = known(session, "Ada Lovelace", "ada@example.com")
    at = page("customers.py")
    at.text_input(key="find").set_value("lovlace").run()
    assert not at.exception
    assert "1 customer" in shown(at)
    [[number, name, detail]] = handed(at, "people")["rows"]
    assert (number, name) == (ada, "Ada Lovelace")
    assert detail.startswith("C00")
    at.text_input(key="find").set_value("nobody here").run()
    assert "No customer fits this." in shown(at)


def test_a_search_in_the_address_is_carried_out(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    signed_in(session, monkeypatch)
    known(session, "Ada Lovelace", "ada@example.com")
    assert "1 customer" in shown(page("customers.py", find="ada@example.com"))


def test_what_is_open_and_what_happened_is_shown_as_it_was_typed(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    signed_in(session, monkeypatch)
    ada = known(session, "Ada _Lovelace_", "ada@example.com")
    session.add_all(
        [
            Promise(customer_id=ada, what=HOSTILE, due_on=NOON.date(), made_at=NOON),
            Case(customer_id=ada, subject="leaks", opened_at=NOON, next_step=HOSTILE),
            Interaction(customer_id=ada, channel=Channel.PHONE, summary=HOSTILE, happened_at=NOON, logged_at=NOON),
        ]
    )
    session.commit()
    at = page("customer.py", customer=str(ada))
    assert not at.exception
    assert told(at) == [HOSTILE, HOSTILE, "leaks"]  # contact, promise, case
    assert cards(at)["Promised"] == [[HOSTILE, "until " + local_date(NOON, UTC), ""]]
    assert cards(at)["Open cases"] == [["leaks", f"open · {HOSTILE}", ""]]
    assert ["ada@example.com", "", "mailto:ada@example.com"] in cards(at)["Reach"]
    for markdown in (*at.title, *at.caption, *at.markdown):
        assert "](javascript" not in markdown.value
        assert "<b>" not in markdown.value
        assert "https\\:\\/\\/e" not in markdown.value, "this would become a link by itself"


def test_a_contact_is_logged_with_the_draft_that_was_left(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    who = signed_in(session, monkeypatch)
    ada = known(session, "Ada Lovelace", "ada@example.com")
    desk = Work(session, Actor(person_id=who.id, role=who.role, staff_id=who.staff_id), NOON)
    drafts.save(desk, f"contact:{ada}", {"summary": "Wants the blue one.", "reason": "product", "way": "letter out"})
    session.commit()
    at = page("customer.py", customer=str(ada))
    at.button(key=f"log_{ada}").click().run()
    assert not at.exception
    assert not at.error
    logged = session.exec(select(Interaction)).one()
    assert (logged.summary, logged.reason, logged.channel, logged.direction, logged.staff_id) == (
        "Wants the blue one.", "product", "letter", "out", who.staff_id,
    )  # fmt: skip
    assert session.exec(select(Draft)).all() == []
    assert told(at) == ["Wants the blue one."]
    at.button(key=f"log_{ada}").click().run()
    assert [e.value.replace("\\", "") for e in at.error] == ["What was said: please fill this in"]
    assert len(session.exec(select(Interaction)).all()) == 1


def test_a_refusal_keeps_what_was_typed(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    who = signed_in(session, monkeypatch)
    ada = known(session, "Ada Lovelace", "ada@example.com")
    desk = Work(session, Actor(person_id=who.id, role=who.role, staff_id=who.staff_id), NOON)
    drafts.save(desk, f"contact:{ada}", {"outcome": "will be sent"})
    session.commit()
    at = page("customer.py", customer=str(ada))
    assert typed(at, "Outcome") == "will be sent"
    at.button(key=f"log_{ada}").click().run()
    assert at.error
    assert session.exec(select(Interaction)).all() == []
    assert typed(at, "Outcome") == "will be sent"
    assert session.exec(select(Draft)).one().fields["outcome"] == "will be sent"


def test_the_timeline_turns_its_pages_and_filters(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    signed_in(session, monkeypatch)
    ada = known(session, "Ada Lovelace", "ada@example.com")
    for n in range(60):
        at_ = NOON - timedelta(hours=n)
        session.add(
            Interaction(customer_id=ada, channel=Channel.PHONE, summary=f"call {n:02d}", happened_at=at_, logged_at=at_)
        )
    session.commit()
    at = page("customer.py", customer=str(ada))
    assert told(at) == [f"call {n:02d}" for n in range(50)]
    at.button(key="older").click().run()
    assert told(at) == [f"call {n:02d}" for n in range(50, 60)]
    at.button(key="newer").click().run()
    assert "call 00" in told(at)
    at = page("customer.py", customer=str(ada), text="call 57")
    assert told(at) == ["call 57"]
    assert "Nothing fits these filters." in shown(page("customer.py", customer=str(ada), kinds="order"))


def test_what_waits_behind_more_is_logged_although_it_is_closed_again(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    who = signed_in(session, monkeypatch)
    ada = known(session, "Ada Lovelace", "ada@example.com")
    more, touch = f"contact:{ada}:more:0", "Reason of the next touch"
    desk = Work(session, Actor(person_id=who.id, role=who.role, staff_id=who.staff_id), NOON)
    until = NOON.date() + timedelta(days=3)
    drafts.save(desk, f"contact:{ada}", {"summary": "Called.", "next_touch_reason": "a call",
                                         "next_touch_on": str(until)})  # fmt: skip
    session.commit()
    at = page("customer.py", customer=str(ada))
    assert typed(at, touch) == "a call", "a draft that fills it opens it"
    at.session_state[more] = False
    at.run()
    assert typed(at, touch) is None
    assert session.exec(select(Draft)).one().fields["next_touch_reason"] == "a call"
    at.session_state[more] = True
    at.run()
    assert typed(at, touch) == "a call"
    at.session_state[more] = False
    at.run()
    at.button(key=f"log_{ada}").click().run()
    assert not at.error
    made = session.exec(select(FollowUp)).one()
    assert (made.reason, made.due_at.date()) == ("a call", until)


def test_a_promise_needs_no_day_of_its_own_and_the_proposed_day_is_no_promise(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    who = signed_in(session, monkeypatch)
    ada = known(session, "Ada Lovelace", "ada@example.com")
    desk = Work(session, Actor(person_id=who.id, role=who.role, staff_id=who.staff_id), NOON)
    for words, minutes in (("Asked again.", "5"), ("Called.", "")):
        promise = {"promise": "a part"} if not minutes else {"minutes": minutes}
        drafts.save(desk, f"contact:{ada}", {"summary": words, **promise})
        session.commit()
        at = page("customer.py", customer=str(ada))
        at.button(key=f"log_{ada}").click().run()
        assert not at.error
    made = session.exec(select(Promise)).one()
    assert (made.what, made.due_on) == ("a part", date(2026, 3, 3)), "the next working day"


def test_a_long_text_is_shown_whole_when_somebody_asks(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    signed_in(session, monkeypatch)
    ada = known(session, "Ada Lovelace", "ada@example.com")
    letter = "Dear all, " * 200
    session.add(Interaction(customer_id=ada, channel=Channel.LETTER, summary=letter, happened_at=NOON, logged_at=NOON))
    session.commit()
    at = page("customer.py", customer=str(ada))
    [[name, _icon, _head, _about, text, cut]] = handed(at, "timeline")["entries"]
    assert cut
    assert text == letter[:700] + " …"
    entry = timeline.page(desk_of(session), ada).entries[0]
    assert history.told(entry, desk_of(session).actor, [name])[4:] == (letter, False)


@pytest.mark.parametrize("address", [{}, {"customer": "x"}, {"customer": "99999999"}, {"customer": "-1"}])
def test_without_a_customer_the_page_says_how_to_find_one(
    session: Session, monkeypatch: pytest.MonkeyPatch, address: dict[str, str]
) -> None:
    signed_in(session, monkeypatch)
    at = page("customer.py", **address)
    assert not at.exception
    assert "No customer is chosen." in shown(at)


@pytest.mark.parametrize("name", ["customers.py", "customer.py"])
def test_run_on_its_own_the_page_stops_a_stranger(session: Session, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    ada = known(session, "Ada Lovelace", "ada@example.com")
    monkeypatch.setattr(guard, "session_id", lambda: "")
    at = alone(name, customer=str(ada), find="ada")
    assert [line.value for line in at.warning] == ["Please sign in."]
    assert "Lovelace" not in shown(at)
    signed_in(session, monkeypatch, Role.CUSTOMER)
    at = alone(name, customer=str(ada), find="ada")
    assert [line.value for line in at.error] == ["This page is not yours."]
    assert "Lovelace" not in shown(at)
