"""Planning on the pages: a line can be put off, a special line and rules are seen, a calendar's address is not."""

from pathlib import Path

import pytest
from sqlmodel import Session
from streamlit.testing.v1 import AppTest

from db.models import CalendarFeed, ContactRule, CustomerLine, Role, Team
from tests import make
from tests.test_page_staff import HOSTILE, known, page, shown, signed_in

NOON = make.NOON
PAGES = Path(__file__).parent.parent / "pages"
#: The services below are tested on both databases; here it is the pages that are looked at.
pytestmark = pytest.mark.parametrize("engines", ["sqlite"], indirect=True)


def managed(name: str) -> AppTest:
    at = AppTest.from_file(str(PAGES / "navigation.py"), default_timeout=30).run()
    at.switch_page("everyone/security.py").run()
    return at.switch_page(f"manager/{name}").run()


def test_a_special_line_is_seen_with_its_reason(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    signed_in(session, monkeypatch)
    ada, team = known(session, "Ada Lovelace", "ada@example.com"), Team(name="Care")
    session.add(team)
    session.flush()
    session.add(CustomerLine(customer_id=ada, team_id=team.id, reason=HOSTILE, set_at=NOON))
    session.commit()
    at = page("customer.py", customer=str(ada))
    assert not at.exception
    badges = [m.value.replace("\\", "") for m in at.markdown if "Care" in m.value]
    assert len(badges) == 1
    assert "evil.example" in badges[0]
    assert "[z](javascript" not in next(m.value for m in at.markdown if "Care" in m.value)


def test_a_manager_sees_rules_with_what_came_of_them(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    signed_in(session, monkeypatch, Role.MANAGER)
    product = make.product(session, HOSTILE)
    session.add(ContactRule(product_id=product.id, days=14, reason=HOSTILE, since=NOON))
    session.commit()
    at = managed("contact_rules.py")
    assert not at.exception
    assert HOSTILE in shown(at)
    assert [m.label for m in at.metric][:2] == ["To call", "Called"]
    at.button(key="new_rule").click().run()
    assert at.number_input(key="rule_0_days").value == 14


def test_staff_do_not_keep_rules(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    signed_in(session, monkeypatch)
    at = AppTest.from_file(str(PAGES / "manager" / "contact_rules.py"), default_timeout=30).run()
    assert [e.value for e in at.error] == ["This page is not yours."]


def test_the_page_of_reminders_says_that_there_is_an_address_and_not_which(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    who = signed_in(session, monkeypatch)
    session.add(CalendarFeed(person_id=who.id, secret_hash="0" * 64, details=True, created_at=NOON))
    session.commit()
    at = page("reminders.py")
    assert not at.exception
    assert "with customers and reasons" in shown(at)
    assert "0000" not in shown(at)
    assert not at.code
