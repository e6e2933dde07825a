"""Whoever works here has times told in the own time zone; what is no zone is refused, and customers go elsewhere."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlmodel import Session, select
from streamlit.testing.v1 import AppTest

from db.models import TEAM, AuditEntry, LoginSession, Person, Role
from services import preferences, sessions
from services.errors import Invalid, NotAllowed
from services.preferences import Preferences
from services.work import Actor, Work
from tests import make
from tests.test_page_accounts import PAGES, sign_in

WorkAs = Callable[[Actor], Work]


@pytest.mark.parametrize("role", TEAM)
def test_from_the_next_click_on_times_are_told_in_the_chosen_zone(
    session: Session, work_as: WorkAs, role: Role
) -> None:
    who = make.actor(session, role)
    assert who.person_id is not None
    end = make.NOON + timedelta(hours=1)
    session.add(LoginSession(id="s" * 64, person_id=who.person_id, created_at=make.NOON, last_seen_at=make.NOON,
                             expires_at=end))  # fmt: skip
    preferences.save(work_as(who), Preferences(language="en", time_zone="Asia/Kolkata"))
    session.commit()
    seen = sessions.actor_of("s" * 64)
    assert seen is not None
    assert seen.zone.key == "Asia/Kolkata"
    entry = session.exec(select(AuditEntry).where(AuditEntry.action == "people.preferences")).one()
    assert (entry.before, entry.after) == ({"time_zone": ""}, {"time_zone": "Asia/Kolkata"})


def test_without_a_choice_the_companys_counts_again(session: Session, work_as: WorkAs) -> None:
    w = work_as(make.actor(session))
    for zone in ("Asia/Kolkata", "Asia/Kolkata", ""):
        preferences.save(w, Preferences(language="en", time_zone=zone))
    assert session.get_one(Person, w.actor.person_id).time_zone is None
    written = session.exec(select(AuditEntry).where(AuditEntry.action == "people.preferences")).all()
    assert len(written) == 2  # what changes nothing leaves no entry


@pytest.mark.parametrize(
    "wrong", [{"time_zone": "Mars/Olympus"}, {"language": "xx"}, {"time_zone": "../../etc/passwd"}]
)
def test_what_is_not_in_the_lists_is_refused(session: Session, work_as: WorkAs, wrong: dict[str, str]) -> None:
    w = work_as(make.actor(session))
    with pytest.raises(Invalid):
        preferences.save(w, Preferences.model_validate({"language": "en", **wrong}))
    assert preferences.mine(w) == Preferences(language="en")


def test_customers_change_theirs_with_their_account(session: Session, work_as: WorkAs) -> None:
    w = work_as(make.actor(session, Role.CUSTOMER, of=make.customer(session)))
    with pytest.raises(NotAllowed):
        preferences.save(w, Preferences(language="en", time_zone="Asia/Kolkata"))


@pytest.mark.parametrize("engines", ["sqlite"], indirect=True)
def test_the_choice_stands_where_the_team_looks_after_its_sign_in(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    who = make.actor(session)
    sign_in(session, monkeypatch, who)
    at = AppTest.from_file(str(PAGES / "everyone" / "security.py"), default_timeout=30).run()
    at.selectbox(key="preferred_zone").select("Asia/Kolkata")
    next(button for button in at.button if button.label == "Save").click().run()
    assert not at.exception
    assert session.get_one(Person, who.person_id).time_zone == "Asia/Kolkata"
