"""The pages of saved views and of reports by mail."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlmodel import Session, select
from streamlit.testing.v1 import AppTest

from db.columnar.copy import Copy
from db.models import OutboxEntry, ReportSchedule, ReportState, Role, SavedView
from services import reports, saved_views
from services.work import Actor, Work
from tests import make
from tests.test_page_staff import HOSTILE, shown, signed_in
from tests.test_reports import two_weeks

PAGES = Path(__file__).parent.parent / "pages"
pytestmark = pytest.mark.parametrize("engines", ["sqlite"], indirect=True)


@pytest.fixture
def w(session: Session, monkeypatch: pytest.MonkeyPatch, copied: Callable[[], Copy]) -> Work:
    """The manager who has signed in, and two weeks of sales."""
    who = signed_in(session, monkeypatch, Role.MANAGER)
    manager = Work(session, Actor(person_id=who.id, role=who.role, name=who.name, email=who.email), make.NOON)
    two_weeks(manager)
    session.commit()
    copied()
    return manager


def page(name: str, **address: str) -> AppTest:
    at = AppTest.from_file(str(PAGES / "navigation.py"), default_timeout=60).run()
    at.switch_page(f"manager/{name}")
    for key, value in address.items():
        at.query_params[key] = value
    return at.run()


def test_the_monday_report_is_one_click_away(w: Work) -> None:
    at = page("saved_views.py")
    assert "There is no saved view yet." in shown(at)
    at.button(key="monday_report").click().run()
    assert not at.exception
    w.session.expire_all()
    assert w.session.exec(select(SavedView.name)).one() == "Monday report"
    view = w.session.exec(select(SavedView.id)).one()
    at = page("saved_view.py", view=str(view))
    assert not at.exception
    assert "Last week: Mon, Feb 23, 2026 – Sun, Mar 1, 2026" in shown(at)
    [table] = [d.value for d in at.dataframe]
    assert table["c1"].tolist()[:2] == ["€50.00", "2"]


def test_a_view_is_shared_and_deleted_and_fetched_back(w: Work) -> None:
    view = saved_views.save(w, HOSTILE, {"measures": ["revenue"], "by": ["category"]})
    w.session.commit()
    at = page("saved_view.py", view=str(view))
    at.button(key="view_share_1").click().run()
    at.button(key="view_delete_2").click().run()
    assert not at.exception
    w.session.expire_all()
    row = w.session.exec(select(SavedView)).one()
    assert (row.shared, row.removed_at) == (True, make.NOON)
    at = page("saved_views.py")
    at.button(key=f"restore_{view}").click().run()
    w.session.expire_all()
    assert w.session.exec(select(SavedView)).one().removed_at is None


def test_a_schedule_is_paused_sent_now_and_ended(w: Work) -> None:
    reports.monday_report(w)
    w.session.commit()
    one = w.session.exec(select(ReportSchedule.id)).one()
    at = page("schedules.py")
    assert "every Monday at" in shown(at)
    at.button(key=f"schedule_{one}_1_now").click().run()
    assert not at.exception
    at.button(key=f"schedule_{one}_1_turn").click().run()
    at.button(key=f"schedule_{one}_2_end").click().run()
    assert not at.exception
    w.session.expire_all()
    assert w.session.exec(select(ReportSchedule.state)).one() is ReportState.ENDED
    assert [m.recipient for m in w.session.exec(select(OutboxEntry))] == [w.actor.email]


@pytest.mark.parametrize("number", ["999999", "x", "-1"])
def test_a_view_that_is_not_there_is_said(w: Work, number: str) -> None:
    at = page("saved_view.py", view=number)
    assert not at.exception
    assert [e.value for e in at.error] == ["There is no such view\\."]


@pytest.mark.parametrize("name", ["saved_views.py", "saved_view.py", "schedules.py"])
def test_run_on_its_own_a_page_stops_a_stranger(session: Session, name: str) -> None:
    at = AppTest.from_file(str(PAGES / "manager" / name)).run()
    assert [line.value for line in at.warning] == ["Please sign in."]
    assert not at.dataframe


def test_the_pages_are_for_managers(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    signed_in(session, monkeypatch, Role.STAFF)
    for name in ("saved_views.py", "saved_view.py", "schedules.py"):
        at = AppTest.from_file(str(PAGES / "manager" / name), default_timeout=60).run()
        assert [e.value for e in at.error] == ["This page is not yours."]
