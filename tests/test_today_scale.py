"""Today with much behind it: only what is open is looked at; and what others put on it."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Connection, event
from sqlmodel import Session

from db.models import Case, Role
from services import early_warnings, promises
from services.due import Scope
from services.early_warnings import EarlyWarning
from services.errors import NotAllowed
from services.today import today
from services.work import Actor, Work
from tests import make
from tests.test_today import NOON, TODAY, planned

Works = Callable[[Actor], Work]


@pytest.fixture
def desk(session: Session, work_as: Works) -> Work:
    return work_as(make.actor(session))


@pytest.mark.parametrize("engines", ["sqlite"], indirect=True)
@pytest.mark.parametrize("scope", list(Scope))
def test_no_question_of_today_walks_through_a_large_table(desk: Work, connection: Connection, scope: Scope) -> None:
    for n in range(40):
        ada = make.customer(desk.session, f"Ada {n}")
        planned(desk, ada.id, owner=desk.actor.staff_id)
        promises.make(desk, ada.id, "part", TODAY)
        desk.session.add(Case(customer_id=ada.id, subject="x", opened_at=NOON, due_at=NOON))
    desk.session.flush()
    plans: list[str] = []

    def explained(c: Connection, _cursor: Any, statement: str, values: Any, *_rest: Any) -> None:
        if not statement.startswith("EXPLAIN"):
            plans.extend(str(row[3]) for row in c.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values))

    event.listen(connection, "before_cursor_execute", explained)
    try:
        assert len(today(desk, scope).due) == 30
    finally:
        event.remove(connection, "before_cursor_execute", explained)
    large = {"customer", "support_case", "follow_up", "promise", "message", "audit_entry", "contact_rule_touch"}
    walked = [p for p in plans if "AUTOMATIC" in p or (p.startswith("SCAN") and p.split()[1] in large)]
    # Only over what is open: these indexes hold nothing else.
    open_only = ("ix_follow_up_open", "ix_promise_open", "ix_case_due", "ix_case_open")
    assert [p for p in walked if not any(index in p for index in open_only)] == [], plans


def test_early_warnings_come_from_whoever_finds_them_and_are_few(
    desk: Work, work_as: Works, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert early_warnings.of_day(desk, Scope.ALL) == []
    found = [EarlyWarning(n, "Ada", ("interval 31 to 58 days",)) for n in range(8)]
    monkeypatch.setattr(early_warnings, "SOURCES", [lambda _w, _scope, _most: found] * 2)
    assert early_warnings.of_day(desk, Scope.ALL) == [*found, *found[:2]]
    with pytest.raises(NotAllowed):
        early_warnings.of_day(work_as(make.actor(desk.session, Role.CUSTOMER)), Scope.ALL)
