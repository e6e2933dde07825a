"""Saved views: kept under a name, shared or not, changed by one at a time, removed with a way back."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from sqlmodel import Session, col, select

from db.models import AuditEntry, Role, SavedView
from services import saved_views
from services.cube_view import View
from services.errors import Conflict, Invalid, NotAllowed, NotFound
from services.work import SYSTEM, Work
from tests import make

WEEK = View(measures=["revenue"], by=["category"], period="last_week")


@pytest.fixture
def w(session: Session, work_as: Callable[..., Work]) -> Work:
    return work_as(make.actor(session, Role.MANAGER))


@pytest.fixture
def other(session: Session, work_as: Callable[..., Work]) -> Work:
    return work_as(make.actor(session, Role.MANAGER))


def test_a_view_comes_back_as_it_was_saved(w: Work) -> None:
    view = saved_views.save(w, "  Sales by category ", WEEK)
    found = saved_views.opened(w, view)
    assert (found.name, found.definition, found.mine, found.shared) == ("Sales by category", WEEK, True, False)
    entry = w.session.exec(select(AuditEntry).where(AuditEntry.entity == "saved_view")).one()
    assert (entry.action, entry.after["name"]) == ("saved_views.save", "Sales by category")


def test_only_a_shared_view_is_seen_by_others_and_only_its_owner_changes_it(w: Work, other: Work) -> None:
    view = saved_views.save(w, "Mine", WEEK)
    assert saved_views.mine_and_shared(other) == []
    with pytest.raises(NotFound):
        saved_views.opened(other, view)
    saved_views.change(w, view, 1, shared=True)
    [seen] = saved_views.mine_and_shared(other)
    assert (seen.id, seen.mine, seen.owner) == (view, False, w.actor.name)
    with pytest.raises(NotFound):
        saved_views.change(other, view, 2, name="Stolen")
    with pytest.raises(NotFound):
        saved_views.remove(other, view, 2)
    saved_views.change(w, view, 2, shared=False)
    assert saved_views.mine_and_shared(other) == []


@pytest.mark.parametrize("role", [Role.STAFF, Role.CUSTOMER])
def test_views_are_for_managers(w: Work, work_as: Callable[..., Work], role: Role) -> None:
    view = saved_views.save(w, "Mine", WEEK, shared=True)
    stranger = work_as(make.actor(w.session, role))
    for act in (saved_views.mine_and_shared, lambda v: saved_views.opened(v, view)):
        with pytest.raises(NotAllowed):
            act(stranger)
    with pytest.raises(NotAllowed):
        saved_views.save(stranger, "Theirs", WEEK)


def test_who_saves_over_what_somebody_changed_meanwhile_is_refused(w: Work) -> None:
    view = saved_views.save(w, "Mine", WEEK)
    saved_views.change(w, view, 1, name="First window")
    with pytest.raises(Conflict, match="changed in another window"):
        saved_views.change(w, view, 1, asked=View(measures=["orders"]))
    with pytest.raises(Conflict, match="changed in another window"):
        saved_views.remove(w, view, 1)
    assert saved_views.opened(w, view).definition == WEEK


def test_a_removed_view_can_be_fetched_back_until_it_is_swept(w: Work, other: Work) -> None:
    view = saved_views.save(w, "Mine", WEEK, shared=True)
    saved_views.remove(w, view, 1)
    assert saved_views.mine_and_shared(w) == saved_views.mine_and_shared(other) == []
    with pytest.raises(NotFound):
        saved_views.opened(w, view)
    [gone] = saved_views.mine_and_shared(w, removed=True)
    assert gone.id == view
    with pytest.raises(NotFound):
        saved_views.restore(other, view)
    saved_views.restore(w, view)
    assert saved_views.opened(w, view).definition == WEEK
    saved_views.remove(w, view, 3)
    long_after = Work(w.session, SYSTEM, make.NOON + timedelta(days=saved_views.KEPT_DAYS, seconds=1))
    assert saved_views.sweep(Work(w.session, SYSTEM, make.NOON + timedelta(days=1))) == 0
    assert saved_views.sweep(long_after) == 1
    with pytest.raises(NotFound):
        saved_views.restore(w, view)


def test_a_name_is_there_once_per_person(w: Work, other: Work) -> None:
    view = saved_views.save(w, "Sales", WEEK)
    saved_views.save(other, "Sales", WEEK)
    with pytest.raises(Conflict, match="of this name"):
        saved_views.save(w, " Sales", WEEK)
    saved_views.remove(w, view, 1)
    saved_views.save(w, "Sales", WEEK)
    with pytest.raises(Conflict, match="of this name"):
        saved_views.restore(w, view)


@pytest.mark.parametrize(
    "wrong",
    [
        {"measures": []},
        {"measures": ["wealth"]},
        {"measures": ["revenue"], "by": ["1; DROP TABLE orders"]},
        {"measures": ["contacts"], "by": ["category"]},
        {"measures": ["revenue"], "sql": "SELECT 1"},
        {"measures": ["revenue"], "period": "range"},
        {"measures": ["revenue"], "period": "range", "from_day": "2026-03-02", "to_day": "2026-03-01"},
        {"measures": ["revenue"], "from_day": "2026-03-02", "to_day": "2026-03-05"},
        {"measures": ["revenue"], "period": "next_week"},
        {"measures": ["revenue"], "only": {"city": ["x" * 201]}},
        {"measures": ["revenue"], "most": 10**9},
        "revenue",
        None,
    ],
)
def test_what_cannot_be_asked_is_not_saved_and_not_opened(w: Work, wrong: Any) -> None:
    with pytest.raises(Invalid):
        saved_views.save(w, "Wrong", wrong)
    view = saved_views.save(w, "Right", WEEK)
    if isinstance(wrong, dict):
        row = w.session.get_one(SavedView, view)
        row.definition = wrong
        w.session.add(row)
        w.session.flush()
        found = saved_views.opened(w, view)
        assert found.definition is None
        assert found.broken
        assert len(w.session.exec(select(SavedView).where(col(SavedView.name) == "Wrong")).all()) == 0


@pytest.mark.parametrize(
    ("named", "today", "first", "end", "earlier"),
    [
        ("last_week", date(2026, 3, 2), date(2026, 2, 23), date(2026, 3, 2), date(2026, 2, 16)),
        ("last_week", date(2026, 3, 8), date(2026, 2, 23), date(2026, 3, 2), date(2026, 2, 16)),
        ("last_month", date(2026, 1, 31), date(2025, 12, 1), date(2026, 1, 1), date(2025, 11, 1)),
        ("last_quarter", date(2026, 5, 1), date(2026, 1, 1), date(2026, 4, 1), date(2025, 10, 1)),
        ("last_year", date(2026, 5, 1), date(2025, 1, 1), date(2026, 1, 1), date(2024, 1, 1)),
        ("12m", date(2026, 5, 1), date(2025, 5, 1), date(2026, 5, 1), date(2024, 5, 1)),
        ("yesterday", date(2026, 3, 1), date(2026, 2, 28), date(2026, 3, 1), date(2026, 2, 27)),
        ("7d", date(2026, 3, 2), date(2026, 2, 24), date(2026, 3, 3), date(2026, 2, 17)),
        ("month", date(2026, 3, 2), date(2026, 3, 1), date(2026, 3, 3), date(2026, 2, 27)),
        ("year", date(2026, 1, 1), date(2026, 1, 1), date(2026, 1, 2), date(2025, 12, 31)),
    ],
)
def test_named_days_move_on_with_the_calendar(named: str, today: date, first: date, end: date, earlier: date) -> None:
    view = View(measures=["revenue"], period=named)
    assert view.days(today) == (first, end - timedelta(days=1))
    assert view.before(today)[0] == earlier
    assert view.before(today)[1] < first


@pytest.mark.parametrize(
    ("kept", "now"),
    [
        ({"period": "last-week", "against_before": True}, {"period": "last_week", "compare": "before"}),
        ({"period": "this-month", "against_before": False}, {"period": "month"}),
        (
            {"period": "range", "from_day": "2026-01-01", "to_day": "2026-02-01", "against_before": False},
            {"period": "2026-01-01..2026-01-31"},
        ),
    ],
)
def test_a_view_of_an_earlier_version_asks_what_it_asked(w: Work, kept: dict[str, Any], now: dict[str, Any]) -> None:
    view = saved_views.save(w, "Old", {"measures": ["orders"], "by": [], **kept})
    assert saved_views.opened(w, view).definition == View(measures=["orders"], by=[], **now)
