"""Schedules of reports: days and times of the company, and who may do what with them."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import Session

from db.models import ReportRhythm, ReportState, Role
from services import company, mail_files, outbox, reports, saved_views
from services.errors import Invalid, NotAllowed, NotFound
from services.mail_files import MailFile
from services.reports import NewSchedule
from services.reports.times import following
from services.work import Work
from tests import make
from tests.make import NOON

WEEK = ReportRhythm.WEEK


@pytest.mark.parametrize(
    ("every", "day", "minute", "expected"),
    [
        (WEEK, 1, 420, datetime(2026, 3, 9, 6, 0, tzinfo=UTC)),
        (WEEK, 1, 13 * 60 + 1, datetime(2026, 3, 2, 12, 1, tzinfo=UTC)),
        (WEEK, 7, 150, datetime(2026, 3, 8, 1, 30, tzinfo=UTC)),
        (ReportRhythm.MONTH, 31, 420, datetime(2026, 3, 31, 5, 0, tzinfo=UTC)),
        (ReportRhythm.MONTH, 2, 13 * 60, datetime(2026, 4, 2, 11, 0, tzinfo=UTC)),
        (ReportRhythm.WEEKDAYS, 0, 420, datetime(2026, 3, 3, 6, 0, tzinfo=UTC)),
    ],
)
def test_days_and_times_are_those_of_the_company(
    every: ReportRhythm, day: int, minute: int, expected: datetime
) -> None:
    assert following(every, day, minute, NOON, ZoneInfo("Europe/Berlin")) == expected


def test_a_short_month_and_the_change_of_the_clock_leave_no_report_out() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    february = following(ReportRhythm.MONTH, 31, 420, datetime(2026, 2, 1, tzinfo=UTC), berlin)
    assert february == datetime(2026, 2, 28, 6, 0, tzinfo=UTC)
    gap = following(WEEK, 7, 150, datetime(2026, 3, 28, tzinfo=UTC), berlin)  # 02:30 is not there on 29 March
    assert gap == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
    assert following(WEEK, 7, 150, gap, berlin) == datetime(2026, 4, 5, 0, 30, tzinfo=UTC)


@pytest.fixture
def w(session: Session, work_as: Callable[..., Work]) -> Work:
    return work_as(make.actor(session, Role.MANAGER))


@pytest.mark.parametrize(
    "wrong",
    [
        {"day": 0},
        {"day": 8},
        {"every": ReportRhythm.MONTH, "day": 32},
        {"every": ReportRhythm.WEEKDAYS, "day": 3},
        {"recipients": []},
        {"recipients": [10**6]},
        {"as_pdf": False, "as_xlsx": False},
    ],
)
def test_a_schedule_that_makes_no_sense_is_refused(w: Work, wrong: dict[str, Any]) -> None:
    view = saved_views.save(w, "Sales", {"measures": ["revenue"]})
    right = {"every": WEEK, "day": 1, "minute": 420, "recipients": [w.actor.person_id]}
    with pytest.raises(Invalid):
        reports.add(w, view, NewSchedule.model_validate({**right, **wrong}))
    reports.add(w, view, NewSchedule.model_validate(right))


def test_reports_go_to_the_team_only(w: Work) -> None:
    view = saved_views.save(w, "Sales", {"measures": ["revenue"]})
    customer = make.person(w.session, Role.CUSTOMER, of=make.customer(w.session))
    with pytest.raises(Invalid, match="only to persons of the team"):
        reports.add(w, view, NewSchedule(every=WEEK, day=1, minute=0, recipients=[customer.id]))


def test_others_neither_see_nor_change_a_schedule_and_an_administrator_may_end_it(
    w: Work, work_as: Callable[..., Work]
) -> None:
    view = saved_views.save(w, "Sales", {"measures": ["revenue"]}, shared=True)
    new = NewSchedule(every=WEEK, day=1, minute=420, recipients=[int(w.actor.person_id or 0)])
    one = reports.add(w, view, new)
    other, admin = work_as(make.actor(w.session, Role.MANAGER)), work_as(make.actor(w.session, Role.ADMIN))
    assert reports.listed(other) == []
    with pytest.raises(NotAllowed):
        reports.listed(other, everybody=True)
    for act in (
        lambda v: reports.switch(v, one, 1, ReportState.ENDED),
        lambda v: reports.change(v, one, 1, new),
        lambda v: reports.prepared(v, one),
    ):
        with pytest.raises(NotFound):
            act(other)
    with pytest.raises(NotFound):
        reports.change(admin, one, 1, new)
    assert [p.owner for p in reports.listed(admin, everybody=True)] == [w.actor.name]
    reports.switch(admin, one, 1, ReportState.ENDED)
    assert reports.listed(w) == []


def test_files_of_a_mail_have_a_bound(w: Work) -> None:
    large = MailFile("large.pdf", "application/pdf", b"x" * (mail_files.MOST_BYTES + 1))
    with pytest.raises(Invalid, match="larger than 7 MB"):
        outbox.post(w, "report", "ada@example.com", "Large", ["Text"], files=[large])
    company.forget()
