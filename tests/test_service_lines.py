"""Customers of a specialised line: who looks after them, why, and until when."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlmodel import Session, select

from db.models import AuditEntry, Role, Team
from services import service_lines
from services.errors import Invalid, NotAllowed, NotFound
from services.work import Actor, Work
from tests import make

TODAY, DAY = make.NOON.date(), timedelta(days=1)


@pytest.fixture
def desk(session: Session, work_as: Callable[[Actor], Work]) -> Work:
    return work_as(make.actor(session))


@pytest.fixture
def team(session: Session) -> Team:
    row = Team(name="Care")
    session.add(row)
    session.flush()
    return row


def test_everybody_sees_who_looks_after_a_customer_why_and_until_when(desk: Work, team: Team) -> None:
    ada = make.customer(desk.session)
    assert service_lines.of(desk, ada.id) is None
    service_lines.put(desk, ada.id, team.id, "medical device at home", TODAY + DAY)
    seen = service_lines.of(desk, ada.id)
    assert seen is not None
    assert (seen.team, seen.reason, seen.set_by) == ("Care", "medical device at home", desk.actor.name)
    assert service_lines.of(replace(desk, now=make.NOON + 2 * DAY), ada.id) is None
    service_lines.end(desk, ada.id)
    assert service_lines.of(desk, ada.id) is None
    told = [e.action for e in desk.session.exec(select(AuditEntry).where(AuditEntry.customer_id == ada.id))]
    assert told == ["service_lines.put", "service_lines.end"]


def test_a_line_needs_a_reason_a_team_and_a_day_to_come(desk: Work, team: Team) -> None:
    ada = make.customer(desk.session).id
    with pytest.raises(Invalid):
        service_lines.put(desk, ada, team.id, " ")
    with pytest.raises(Invalid):
        service_lines.put(desk, ada, team.id, "x", TODAY - DAY)
    team.retired_at = make.NOON
    with pytest.raises(NotFound):
        service_lines.put(desk, ada, team.id, "x")


def test_customers_neither_set_nor_read_it_here(desk: Work, team: Team) -> None:
    ada = make.customer(desk.session)
    herself = replace(desk, actor=make.actor(desk.session, Role.CUSTOMER, of=ada))
    for act in (
        lambda: service_lines.put(herself, ada.id, team.id, "x"),
        lambda: service_lines.end(herself, ada.id),
        lambda: service_lines.of(herself, ada.id),
    ):
        with pytest.raises(NotAllowed):
            act()
