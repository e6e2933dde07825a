"""The timeline is narrowed to somebody, to channels and to days, and its entries name their case or order."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import Session

from db.models import Case, Channel, Customer, Direction, Interaction, Message, Promise
from services import timeline
from services.timeline_filters import BY_CUSTOMER, Narrow, people
from services.timeline_kinds import Kind
from services.work import Actor, Work
from tests import make
from tests.conftest import counted
from tests.test_timeline import row

WorkAs = Callable[[Actor], Work]


@pytest.fixture
def w(session: Session, work_as: WorkAs) -> Work:
    return work_as(make.actor(session))


@pytest.fixture
def ada(w: Work) -> Customer:
    """One entry of each kind, a day apart, the newest first in the order of the kinds."""
    found = make.customer(w.session)
    for number, kind in enumerate(Kind):
        more = {"entity_id": "7"} if kind is Kind.STEP else {}
        w.session.add(row(kind, found, w.now - timedelta(days=number), **more))
    w.session.flush()
    return found


def kinds(w: Work, customer: Customer, **narrow: object) -> list[Kind]:
    return [e.kind for e in timeline.page(w, customer.id, narrow=Narrow(**narrow)).entries]  # type: ignore[arg-type]  # handed on as they are


def test_days_include_the_first_and_leave_out_the_last(w: Work, ada: Customer) -> None:
    since, until = w.now - timedelta(days=3), w.now - timedelta(days=1)
    assert kinds(w, ada, since=since, until=until) == list(Kind)[2:4]
    assert kinds(w, ada, since=w.now + timedelta(days=1)) == []


def test_channels_are_those_of_contacts_and_the_portal_that_of_messages(w: Work, ada: Customer) -> None:
    assert kinds(w, ada, channels=frozenset({Channel.PHONE})) == [Kind.CONTACT]
    assert kinds(w, ada, channels=frozenset({Channel.PORTAL})) == [Kind.MESSAGE]
    assert kinds(w, ada, channels=frozenset({Channel.VISIT})) == []


def test_what_one_of_the_team_did_and_what_the_customer_did(w: Work, ada: Customer) -> None:
    own = str(w.actor.staff_id)
    assert kinds(w, ada, by=own) == []
    mine: dict[str, Any] = {
        "customer_id": ada.id,
        "happened_at": w.now,
        "logged_at": w.now,
        "staff_id": w.actor.staff_id,
    }
    w.session.add(Interaction(channel=Channel.VISIT, direction=Direction.OUT, **mine))
    w.session.add(
        Message(customer_id=ada.id, direction=Direction.OUT, body="x", sent_at=w.now, author_id=w.actor.person_id)
    )
    w.session.flush()
    assert kinds(w, ada, by=own) == [Kind.CONTACT, Kind.MESSAGE]
    assert set(kinds(w, ada, by=BY_CUSTOMER)) == {
        Kind.CONTACT,
        Kind.MESSAGE,
        Kind.ORDER,  # placed in the portal
        Kind.SURVEY,
        Kind.CHANGE,
    }
    assert (w.actor.staff_id in dict(people(w))) is True


@pytest.mark.parametrize("by", ["x", "-1", "999999999999999999", "0", "1 OR 1=1"])
def test_nonsense_in_the_address_finds_nothing_and_breaks_nothing(w: Work, ada: Customer, by: str) -> None:
    assert kinds(w, ada, by=by) == []


def test_entries_name_the_case_or_order_they_belong_to(w: Work, ada: Customer) -> None:
    case = Case(customer_id=ada.id, subject="leaks", opened_at=w.now)
    w.session.add(case)
    w.session.flush()
    w.session.add(Promise(customer_id=ada.id, what="x", due_on=w.now.date(), made_at=w.now, case_id=case.id))
    w.session.flush()
    seen = timeline.page(w, ada.id).entries
    assert [e.matter for e in seen if e.kind is Kind.PROMISE] == [("case", case.id), None]
    assert {e.matter for e in seen if e.kind is Kind.CASE} >= {("case", case.id)}
    assert [e.matter for e in seen if e.kind is Kind.ORDER] == [("order", e.id) for e in seen if e.kind is Kind.ORDER]
    assert [e.matter for e in seen if e.kind is Kind.STEP] == [("order", 7)]
    assert [e.matter for e in seen if e.kind in (Kind.CHANGE, Kind.FOLLOW_UP, Kind.REPORT)] == [None, None, None]


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(since=st.integers(0, 12), until=st.integers(0, 12), many=st.integers(1, 4))
def test_narrowed_pages_follow_each_other_without_a_gap_or_a_double(
    w: Work, ada: Customer, since: int, until: int, many: int
) -> None:
    narrow = Narrow(since=w.now - timedelta(days=since), until=w.now - timedelta(days=until))
    whole = timeline.page(w, ada.id, narrow=narrow).entries
    seen, after = [], ""
    while True:
        page = timeline.page(w, ada.id, narrow=narrow, after=after, most=many)
        seen += page.entries
        after = page.older
        if not after:
            break
    assert seen == whole


def test_a_narrowed_page_asks_one_question_more_at_most(w: Work, ada: Customer) -> None:
    sizes = []
    for narrow in (Narrow(), Narrow(by=str(w.actor.staff_id), since=w.now - timedelta(days=400))):
        timeline.page(w, ada.id, narrow=narrow)
        with counted(w.session.connection()) as sent:
            timeline.page(w, ada.id, narrow=narrow)
        sizes.append(len(sent))
    assert sizes[1] <= sizes[0] + 1
