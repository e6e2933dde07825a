"""Staff change a customer on its page: what two changed is chosen there, and nothing typed is lost."""

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import Session
from streamlit.testing.v1 import AppTest

from db.models import LoginSession, Role
from pages._ui import guard
from services import customer_edit, presence
from services.customer_edit import Edit
from services.work import Actor, Work
from tests import make

PAGES = Path(__file__).parent.parent / "pages"
NOON = make.NOON
pytestmark = pytest.mark.parametrize("engines", ["sqlite"], indirect=True)
WorkAs = Callable[[Actor], Work]


@pytest.fixture
def page(session: Session, monkeypatch: pytest.MonkeyPatch) -> Callable[[int], AppTest]:
    who = make.person(session)
    sid, end = "a" * 64, NOON + timedelta(hours=1)
    session.add(LoginSession(id=sid, person_id=who.id, created_at=NOON, last_seen_at=NOON, expires_at=end))
    session.commit()
    monkeypatch.setattr(guard, "session_id", lambda: sid)

    def opened(customer_id: int) -> AppTest:
        at = AppTest.from_file(str(PAGES / "navigation.py"), default_timeout=30).switch_page("staff/customer.py")
        at.query_params["customer"] = str(customer_id)
        at.run().button(key="edit").click().run()
        assert not at.exception, at.exception
        return at

    return opened


def field(customer_id: int, name: str) -> str:
    return f"edit:{customer_id}:{name}"


def pressed(at: AppTest, label: str) -> AppTest:
    next(b for b in at.button if b.label == label).click().run()
    assert not at.exception, at.exception
    return at


def changed_by_a_colleague(work_as: WorkAs, customer_id: int, **after: str) -> None:
    w = work_as(make.actor(work_as(Actor()).session, Role.MANAGER))
    known = customer_edit.values(w, customer_id)
    customer_edit.save(w, customer_id, Edit(before=known, after=known | after))
    w.session.commit()


def test_the_cursor_stands_in_the_form_that_was_opened_and_marks_nothing_there(
    session: Session, page: Callable[[int], AppTest]
) -> None:
    ada = make.customer(session).id
    session.commit()
    at = page(ada)
    sent = [json.loads(e.proto.json) for e in at.get("bidi_component") if e.proto.component_name == "rapport.focus"]
    [begins] = [told for told in sent if told["now"]]
    assert begins["target"] == f"edit-{ada}-name"
    assert not begins["whole"]  # the next letter does not take the place of the name


def test_mine_theirs_and_before_stand_side_by_side_until_one_is_chosen(
    session: Session, work_as: WorkAs, page: Callable[[int], AppTest]
) -> None:
    ada = make.customer(session).id
    session.commit()
    at = page(ada)
    changed_by_a_colleague(work_as, ada, name="Augusta", segment="gold")
    at.text_input(key=field(ada, "name")).set_value("Ada King")
    at.text_input(key=field(ada, "company")).set_value("Engines")
    pressed(at, "Save")
    [choice] = at.radio
    assert choice.options == ["Mine: Ada King", "Theirs: Augusta", "Before: Ada Lovelace"]
    assert at.text_input(key=field(ada, "company")).value == "Engines", "nothing typed is lost"
    assert customer_edit.values(work_as(make.actor(session)), ada)["company"] == "", "nothing is half saved"
    choice.set_value("theirs")
    pressed(at, "Save")
    known = customer_edit.values(work_as(make.actor(session)), ada)
    assert (known["name"], known["company"], known["segment"]) == ("Augusta", "Engines", "gold")
    assert not at.radio


def test_what_it_was_before_can_be_chosen_as_well(
    session: Session, work_as: WorkAs, page: Callable[[int], AppTest]
) -> None:
    ada = make.customer(session).id
    session.commit()
    at = page(ada)
    changed_by_a_colleague(work_as, ada, name="Augusta", segment="gold")
    at.text_input(key=field(ada, "name")).set_value("Ada King")
    pressed(at, "Save")
    at.radio[0].set_value("before")
    pressed(at, "Save")
    known = customer_edit.values(work_as(make.actor(session)), ada)
    assert (known["name"], known["segment"]) == ("Ada Lovelace", "gold")


def test_an_old_value_is_put_back_from_the_list_below_the_form(
    session: Session, work_as: WorkAs, page: Callable[[int], AppTest]
) -> None:
    ada = make.customer(session).id
    session.commit()
    changed_by_a_colleague(work_as, ada, name="Augusta")
    at = page(ada)
    assert any("Ada Lovelace → Augusta" in t.value for t in at.text)
    pressed(at, "Restore")
    assert customer_edit.values(work_as(make.actor(session)), ada)["name"] == "Ada Lovelace"
    assert at.text_input(key=field(ada, "name")).value == "Ada Lovelace", "an untouched form shows what is stored"


def test_a_colleague_on_the_same_page_is_named(
    session: Session, work_as: WorkAs, page: Callable[[int], AppTest]
) -> None:
    ada = make.customer(session).id
    hers = work_as(make.actor(session, Role.MANAGER))
    presence.beat(hers, f"customer:{ada}", editing=True)
    session.commit()
    at = page(ada)
    assert any("is changing this right now" in m.value for m in at.markdown)
    others = presence.here(hers, f"customer:{ada}")
    assert [other.editing for other in others] == [True], "an open form is told to the others"
