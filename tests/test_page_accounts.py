"""Pages around the account: wishes of customers, and what staff and managers decide on them."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import Session
from streamlit.testing.v1 import AppTest

from db.models import LoginSession, Person, Role
from pages._ui import guard
from services import accounts, change_requests, colleagues, company, erasure, invitations
from services.work import SYSTEM, Actor, Work
from tests import make
from tests.test_accounts import changed

PAGES = Path(__file__).parent.parent / "pages"
pytestmark = pytest.mark.parametrize("engines", ["sqlite"], indirect=True)


def at_page(session: Session, monkeypatch: pytest.MonkeyPatch, who: Actor, path: str, **address: str) -> AppTest:
    """The whole app at a page, as this person sees it."""
    sign_in(session, monkeypatch, who)
    at = AppTest.from_file(str(PAGES / "navigation.py"), default_timeout=30).run()
    at.switch_page(path)
    for key, value in address.items():
        at.query_params[key] = value
    at.run()
    assert not at.exception, at.exception
    return at


def alone(session: Session, monkeypatch: pytest.MonkeyPatch, who: Actor, path: str) -> AppTest:
    """A page without the menu, which knows only the pages of the person: its own guard is what counts."""
    sign_in(session, monkeypatch, who)
    at = AppTest.from_file(str(PAGES / path), default_timeout=30).run()
    assert not at.exception, at.exception
    return at


def sign_in(session: Session, monkeypatch: pytest.MonkeyPatch, who: Actor) -> None:
    """This person has signed in."""
    sid, end = f"{who.person_id:064d}", make.NOON + timedelta(hours=1)
    assert who.person_id is not None
    if session.get(LoginSession, sid) is None:
        session.add(LoginSession(id=sid, person_id=who.person_id, created_at=make.NOON, last_seen_at=make.NOON,
                                 expires_at=end))  # fmt: skip
    session.commit()
    monkeypatch.setattr(guard, "session_id", lambda: sid)


def shown(at: AppTest) -> str:
    elements = (*at.title, *at.text, *at.caption, *at.markdown, *at.error, *at.warning, *at.success, *at.info)
    return "\n".join(str(e.value) for e in elements).replace("\\", "").replace("\u2060", "")


@pytest.fixture
def ada(session: Session) -> Actor:
    return make.actor(session, Role.CUSTOMER, of=make.customer(session, email="ada@example.com"))


def test_a_wish_is_seen_by_both_and_accepted_on_the_start_page_of_staff(
    session: Session, monkeypatch: pytest.MonkeyPatch, ada: Actor
) -> None:
    company.save(Work(session, SYSTEM, make.NOON), needs_approval=("name",))
    mine = Work(session, ada, make.NOON)
    accounts.change(mine, changed(mine, name="Ada King"))
    for page in ("home", "account"):
        seen = shown(at_page(session, monkeypatch, ada, f"customer/{page}.py"))
        assert "Ada Lovelace → Ada King" in seen
        assert "Until we agree, the old one counts." in seen
    [request] = change_requests.mine(mine)
    staff = make.actor(session)
    assert "Ada Lovelace → Ada King" in shown(
        at_page(session, monkeypatch, staff, "staff/customer.py", customer=str(ada.customer_id))
    )
    at = at_page(session, monkeypatch, staff, "staff/today.py", scope="all")
    at.button(key=f"accept_{request.id}").click().run()
    assert not at.exception
    session.expire_all()
    assert accounts.view(mine).name == "Ada King"


def test_being_forgotten_from_the_wish_to_the_proof(
    session: Session, monkeypatch: pytest.MonkeyPatch, ada: Actor
) -> None:
    at = at_page(session, monkeypatch, ada, "customer/my_data.py")
    at.toggle(key="erasure_wanted").set_value(True).run()
    assert "Erased for good:" in shown(at)
    next(b for b in at.button if b.label == "Ask for erasure").click().run()
    assert "A manager decides" in shown(at)
    manager = make.actor(session, Role.MANAGER)
    at = at_page(session, monkeypatch, manager, "manager/erasures.py")
    [asked] = erasure.waiting(Work(session, manager, make.NOON))
    assert at.button(key=f"erase_{asked.id}").disabled
    at.checkbox(key=f"sure_{asked.id}").check().run()
    at.button(key=f"erase_{asked.id}").click().run()
    assert not at.exception
    assert session.get(Person, ada.person_id) is None
    assert "Nobody waits." in shown(at)


def test_a_stranger_and_staff_see_no_erasures(session: Session, monkeypatch: pytest.MonkeyPatch, ada: Actor) -> None:
    for who in (ada, make.actor(session)):
        assert "This page is not yours." in shown(alone(session, monkeypatch, who, "manager/erasures.py"))


def test_somebody_is_invited_from_the_page_of_people(
    session: Session, monkeypatch: pytest.MonkeyPatch, ada: Actor
) -> None:
    at = at_page(session, monkeypatch, ada, "customer/people.py")
    at.text_input(key="invite_name").input("Bob Byron")
    at.text_input(key="invite_email").input("bob@example.com")
    next(b for b in at.button if b.label == "Send the invitation").click().run()
    assert not at.exception
    assert "Bob Byron\nbob@example.com" in shown(at)
    assert [i.email for i in colleagues.invited(Work(session, ada, make.NOON))] == ["bob@example.com"]


def test_who_takes_a_right_from_themselves_is_told_before(
    session: Session, monkeypatch: pytest.MonkeyPatch, ada: Actor
) -> None:
    at = at_page(session, monkeypatch, ada, "customer/people.py")
    assert "give this up" not in shown(at)
    at.checkbox(key=f"manage_of_{ada.person_id}").uncheck().run()
    assert "give this up" in shown(at)


def test_who_manages_nobody_is_told_so_and_home_still_works(
    session: Session, monkeypatch: pytest.MonkeyPatch, ada: Actor
) -> None:
    person = session.get_one(Person, ada.person_id)
    person.sqlmodel_update({"sees_orders": False, "may_order": False, "manages_people": False})
    session.add(person)
    assert "ask them" in shown(at_page(session, monkeypatch, ada, "customer/people.py"))
    for page in ("home", "account", "my_data", "cases", "basket"):
        assert "not allowed" not in shown(at_page(session, monkeypatch, ada, f"customer/{page}.py")).lower()
    refused = "You may not see the orders here."
    for page in ("home", "orders", "standing", "service_reports"):
        at = at_page(session, monkeypatch, ada, f"customer/{page}.py")
        assert refused in shown(at), page
        assert "not ordered yet" not in shown(at), "that would be said of the others' orders"
        assert len(at.title) == 1, page
    [predictions] = at_page(session, monkeypatch, ada, "customer/my_data.py").toggle
    assert predictions.disabled, "the service would refuse it"


def test_a_manager_sees_how_many_would_be_invited_and_stops_the_round(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    for i in range(2):
        make.customer(session, f"Customer {i}", email=f"c{i}@example.com")
    manager = make.actor(session, Role.MANAGER)
    at = at_page(session, monkeypatch, manager, "manager/invitations.py")
    assert "2 customers would be invited" in shown(at)
    assert "Customer 0 · c0@example.com" in shown(at)
    at.button(key="send_round").click().run()
    [one] = invitations.rounds(Work(session, manager, make.NOON))
    at.button(key=f"stop_{one.id}").click().run()
    assert not at.exception
    assert "2 were taken back" in shown(at)


@pytest.mark.parametrize(("page", "again"), [("reset", "forgot"), ("confirm", "register")])
def test_a_link_that_is_too_old_leads_to_where_a_new_one_is_asked_for(
    session: Session, monkeypatch: pytest.MonkeyPatch, page: str, again: str
) -> None:
    make.actor(session, Role.ADMIN)  # somebody has set it up
    session.commit()
    monkeypatch.setattr(guard, "session_id", lambda: "")
    at = AppTest.from_file(str(PAGES / "navigation.py"), default_timeout=30).run()
    at.switch_page(f"public/{page}.py")
    at.query_params["t"] = "long gone"
    at.run()
    assert "used already or is too old" in at.error[0].value
    assert {link.proto.label: link.proto.page for link in at.get("page_link")} == {
        "Ask for a new link": again,
        "To the sign-in": "sign-in",
    }
