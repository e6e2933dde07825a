"""The start page of staff: what is due is done in its place; list and people stand in the address."""

from datetime import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from sqlmodel import Session, select
from streamlit.testing.v1 import AppTest

from db.models import Every, FollowUp, Order, OrderStatus, Role, StaffMember
from pages.staff._ui import due_list
from services import series
from services.work import SYSTEM, Work
from tests import make
from tests.test_page_staff import HOSTILE, alone, known, page, shown, signed_in

NOON = make.NOON
PAGES = Path(__file__).parent.parent / "pages"
#: The services below are tested on both databases; here it is the page that is looked at.
pytestmark = pytest.mark.parametrize("engines", ["sqlite"], indirect=True)


@pytest.fixture
def browser(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What the list of lines was given (`lines`), and what its browser asks for in the next run (`act`)."""
    told: dict[str, Any] = {}

    def mount(*, data: dict[str, Any], **_named: Any) -> SimpleNamespace:
        told["lines"] = data["lines"]
        return SimpleNamespace(act=told.pop("act", None))

    monkeypatch.setattr(due_list, "scripted", lambda *_args, **_named: mount)
    return told


def planned(session: Session, customer_id: int, reason: str, owner_id: int | None) -> FollowUp:
    row = FollowUp(customer_id=customer_id, owner_id=owner_id, reason=reason, due_at=NOON, created_at=NOON)
    session.add(row)
    session.commit()
    return row


def test_staff_begin_with_today_and_a_line_is_done_without_leaving_it(
    session: Session, monkeypatch: pytest.MonkeyPatch, browser: dict[str, Any]
) -> None:
    who = signed_in(session, monkeypatch)
    row = planned(session, known(session, "Ada _Lovelace_", "ada@example.com"), HOSTILE, who.staff_id)
    at = AppTest.from_file(str(PAGES / "navigation.py"), default_timeout=30).run()
    assert [t.value for t in at.title] == ["Today"]
    assert [(line["customer"], line["text"]) for line in browser["lines"]] == [("Ada _Lovelace_", HOSTILE)]
    browser["act"] = {"verb": "done", "key": f"follow_up_{row.id + 1}"}
    assert not at.run().exception
    session.refresh(row)
    assert row.done_at is None, "a line that is not shown"
    browser["act"] = {"verb": "done", "key": f"follow_up_{row.id}"}
    at.run()
    assert not at.exception
    assert "Nothing is due." in shown(at)
    session.refresh(row)
    assert row.done_at == NOON


def test_a_line_can_be_handed_to_those_who_can_sign_in(
    session: Session, monkeypatch: pytest.MonkeyPatch, browser: dict[str, Any]
) -> None:
    who, mate = signed_in(session, monkeypatch), make.person(session)
    row = planned(session, known(session, "Ada Lovelace", "ada@example.com"), "call", who.staff_id)
    at = page("today.py")
    browser["act"] = {"verb": "other", "key": f"follow_up_{row.id}"}
    at.run()
    assert not at.exception
    offered = at.selectbox(key=f"mate_follow-up_{row.id}").options
    assert session.get_one(StaffMember, mate.staff_id).name in offered
    assert session.get_one(StaffMember, who.staff_id).name not in offered, "it is theirs already"


def test_a_line_can_be_put_off_in_its_place(
    session: Session, monkeypatch: pytest.MonkeyPatch, browser: dict[str, Any]
) -> None:
    who = signed_in(session, monkeypatch)
    row = planned(session, known(session, "Ada Lovelace", "ada@example.com"), "call", who.staff_id)
    at = page("today.py")
    browser["act"] = {"verb": "other", "key": f"follow_up_{row.id}"}
    at.run()
    assert not at.exception
    assert [at.button(key=f"snooze_{how}").label for how in ("hour", "tomorrow", "next week")] == [
        "In an hour", "Tomorrow morning", "Next Monday"
    ]  # fmt: skip
    with pytest.raises(KeyError):
        at.button(key="skip_it")  # it does not repeat


def test_a_series_is_changed_from_its_line(
    session: Session, monkeypatch: pytest.MonkeyPatch, browser: dict[str, Any]
) -> None:
    signed_in(session, monkeypatch)
    ada = known(session, "Ada Lovelace", "ada@example.com")
    weekly = series.SeriesInput(reason="ask how it runs", unit=Every.WEEK, at=time(14, 30))
    begun = series.begin(Work(session, SYSTEM, NOON), ada, NOON.date(), weekly)
    session.commit()
    [row] = session.exec(select(FollowUp)).all()
    asked = {"verb": "other", "key": f"follow_up_{row.id}"}
    at = page("today.py")
    assert browser["lines"][0]["more"][-1] == "repeats"
    at.session_state[f"change_series_{begun.id}"] = True  # the form is unfolded
    browser["act"] = asked
    at.run()
    browser["act"] = asked  # a dialog is drawn in each run that a browser asks of it
    at.text_input(key=f"series_{begun.id}_reason").set_value("ask about the filter")
    at.button(key=f"series_{begun.id}_save").click().run()
    assert not at.exception
    session.refresh(row)
    assert row.reason == "ask about the filter"


def test_the_address_says_which_list_and_whose(
    session: Session, monkeypatch: pytest.MonkeyPatch, browser: dict[str, Any]
) -> None:
    signed_in(session, monkeypatch)
    ada, mate = known(session, "Ada Lovelace", "ada@example.com"), make.person(session)
    row = planned(session, ada, "of a colleague", mate.staff_id)
    session.add(Order(customer_id=known(session, "Grace Hopper", "g@example.com"), ordered_at=NOON,
                      status=OrderStatus.DELIVERED))  # fmt: skip
    session.commit()
    page("today.py")
    assert "lines" not in browser
    page("today.py", scope="all")
    assert [line["text"] for line in browser["lines"]] == ["of a colleague"]
    assert row.done_at is None
    assert "last order" in shown(page("today.py", list="planned"))
    assert "no contact yet" in shown(page("today.py", list="quiet"))


def test_a_customer_is_turned_away(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    signed_in(session, monkeypatch, Role.CUSTOMER)
    at = alone("today.py")
    assert [e.value for e in at.error] == ["This page is not yours."]
    assert not at.button
