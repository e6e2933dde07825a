"""The company's own answers."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlmodel import Session, select

from db.models import AuditEntry, DailyCustomers, Role
from services import company, company_settings, rollup_check, rollups
from services.errors import Conflict, Invalid, NotAllowed
from services.work import Actor, Work
from tests import make

WorkAs = Callable[[Actor], Work]


def test_only_administrators_change_the_company(session: Session, work_as: WorkAs) -> None:
    with pytest.raises(NotAllowed):
        company_settings.change(work_as(make.actor(session, Role.MANAGER)), name="Mine now")
    assert company.read(session).name == "Rapport"


@pytest.mark.parametrize(
    "answer", [{"time_zone": "Mars/Olympus"}, {"currency": "XXQ"}, {"name": ""}, {"name": "a\x00b"}]
)
def test_what_cannot_be_used_is_refused(session: Session, work_as: WorkAs, answer: dict[str, str]) -> None:
    with pytest.raises(Invalid):
        company_settings.change(work_as(make.actor(session, Role.ADMIN)), **answer)


def test_a_change_leaves_a_trace_of_what_differs(session: Session, work_as: WorkAs) -> None:
    company_settings.change(work_as(make.actor(session, Role.ADMIN)), name="Kettle & Sons")
    entry = session.exec(select(AuditEntry).where(AuditEntry.action == "company.save")).one()
    assert (entry.before, entry.after) == ({"name": "Rapport"}, {"name": "Kettle & Sons"})


def test_where_the_company_is_can_be_changed_to_any_country(session: Session, work_as: WorkAs) -> None:
    w = work_as(make.actor(session, Role.ADMIN))
    company_settings.change(w, country="DK")
    assert company.of(w).country == "DK"
    with pytest.raises(Invalid):
        company_settings.change(w, country="Atlantis")


def test_a_new_time_zone_moves_the_sums_to_their_new_days(session: Session, work_as: WorkAs) -> None:
    w = work_as(make.actor(session, Role.ADMIN))
    joined = make.customer(session).joined_at
    assert joined is not None
    rollups.joined(w, joined)
    company_settings.change(w, time_zone="Pacific/Kiritimati")  # UTC+14: noon is already the next day
    days = {row.day: row.joined for row in session.exec(select(DailyCustomers))}
    assert days[(make.NOON + timedelta(days=1)).date()] == 1
    assert rollup_check.mismatches(w) == []


def test_the_currency_stays_once_there_are_prices(session: Session, work_as: WorkAs) -> None:
    w = work_as(make.actor(session, Role.ADMIN))
    company_settings.change(w, currency="JPY")
    make.product(session)
    with pytest.raises(Conflict):
        company_settings.change(w, currency="USD")  # another number of decimals
    company_settings.change(w, currency="KRW", set_up=True)  # the set-up after an import names it
    with pytest.raises(Conflict):
        company_settings.change(w, currency="JPY")
