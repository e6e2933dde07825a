"""Customers of a specialised line: who looks after them, why, and until when."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlmodel import Session, col, select

from db.models import AuditEntry, Role, Team, TeamMember
from services import cases, service_lines
from services.cases import NewCase, NewQuestion, routing
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
    ours = select(AuditEntry.action).where(AuditEntry.customer_id == ada.id).order_by(col(AuditEntry.id))
    assert desk.session.exec(ours).all() == ["service_lines.put", "service_lines.end"]


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


def test_a_new_case_goes_to_the_team_with_the_reason_and_only_the_team_settles_it(desk: Work, team: Team) -> None:
    ada = make.customer(desk.session)
    member = make.person(desk.session)
    desk.session.add(TeamMember(team_id=team.id, staff_id=member.staff_id or 0))
    service_lines.put(desk, ada.id, team.id, "medical device at home")
    opened = cases.raise_for(desk, ada.id, NewCase(idempotency_key="1", subject="it beeps", text="it beeps"))
    assert (opened.team_id, opened.routed_for, opened.team_only) == (team.id, "medical device at home", True)
    assert opened.owner_id is None, "whoever took the call is not of the team"
    with pytest.raises(NotAllowed, match="Care"):
        routing.only_by_those(desk, opened)
    routing.only_by_those(replace(desk, actor=replace(desk.actor, staff_id=member.staff_id)), opened)


def test_a_customer_s_own_question_goes_to_the_team_too(desk: Work, team: Team) -> None:
    ada = make.customer(desk.session)
    service_lines.put(desk, ada.id, team.id, "medical device at home")
    herself = replace(desk, actor=make.actor(desk.session, Role.CUSTOMER, of=ada))
    asked = cases.ask(herself, NewQuestion(idempotency_key="1", subject="it beeps", text="it beeps"))
    assert (asked.team_id, asked.team_only) == (team.id, True)
