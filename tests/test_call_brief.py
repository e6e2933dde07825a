"""What an agent sees before the phone is answered."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import Session

from db.models import Channel, CustomerLine, Direction, Interaction, Order, OrderStatus, Role, Team
from services import call_brief, customer_edit
from services.call_brief import Hint, brief
from services.customer_edit import Edit
from services.errors import NotAllowed, NotFound
from services.expected_purchase import expected, from_days
from services.work import Actor, Work
from tests import make
from tests.conftest import counted

WorkAs = Callable[[Actor], Work]
JANUARY = date(2026, 1, 1)


@pytest.fixture
def w(session: Session, work_as: WorkAs) -> Work:
    return work_as(make.actor(session))


def days(*after: int) -> list[date]:
    return [JANUARY + timedelta(days=n) for n in after]


def test_the_next_purchase_is_the_median_distance_after_the_last_one_with_the_quartiles_as_range() -> None:
    found = from_days(days(0, 10, 30, 60, 70))  # distances 10, 20, 30, 10: quartiles 10, 15, 22.5
    assert found.every_days == 15
    assert (found.earliest, found.on, found.latest) == tuple(days(80, 85, 92))
    assert "5" in found.reason


@pytest.mark.parametrize("bought", [[], days(0), days(0, 30), days(0, 0, 30, 30)])
def test_with_fewer_than_three_days_of_purchase_nothing_is_promised(bought: list[date]) -> None:
    found = from_days(bought)
    assert found.on is None
    assert found.every_days is None
    assert "too little data" in found.reason


@given(st.lists(st.integers(0, 2000), min_size=3, unique=True), st.integers(-500, 500))
def test_only_distances_matter_and_the_value_lies_in_its_range(after: list[int], shift: int) -> None:
    found, moved = from_days(days(*after)), from_days(days(*reversed([n + shift for n in after])))
    assert found.earliest is not None
    assert found.on is not None
    assert found.latest is not None
    assert found.earliest <= found.on <= found.latest
    assert moved.on == found.on + timedelta(days=shift)


def order(w: Work, customer_id: int, days_ago: int, status: OrderStatus = OrderStatus.COMPLETED) -> None:
    w.session.add(Order(customer_id=customer_id, ordered_at=w.now - timedelta(days=days_ago), status=status))
    w.session.flush()


def test_what_was_cancelled_is_no_purchase(w: Work) -> None:
    ada = make.customer(w.session).id
    for ago in (60, 40, 20):
        order(w, ada, ago)
    order(w, ada, 1, OrderStatus.CANCELLED)
    assert expected(w, ada).on == w.now.date()


def talk(w: Work, customer_id: int, ago: int) -> None:
    at = w.now - timedelta(days=ago)
    w.session.add(
        Interaction(customer_id=customer_id, channel=Channel.PHONE, direction=Direction.IN, reason=f"reason {ago}",
                    summary="words", happened_at=at, logged_at=at, staff_id=w.actor.staff_id)
    )  # fmt: skip
    w.session.flush()


def test_the_brief_names_the_last_talks_the_changes_and_the_line_of_service(w: Work) -> None:
    ada = make.customer(w.session).id
    for ago in (9, 1, 5, 3):
        talk(w, ada, ago)
    known = customer_edit.values(w, ada)
    customer_edit.save(w, ada, Edit(before=known, after=known | {"name": "Augusta"}))
    team = Team(name="Key accounts")
    w.session.add(team)
    w.session.flush()
    w.session.add(CustomerLine(customer_id=ada, team_id=team.id, reason="large fleet", set_at=w.now))
    w.session.flush()
    seen = brief(w, ada)
    assert [c.reason for c in seen.contacts] == ["reason 1", "reason 3", "reason 5"]
    assert [(c.old, c.new) for c in seen.changes] == [("Ada Lovelace", "Augusta")]
    assert seen.line is not None
    assert (seen.line.team, seen.line.reason) == ("Key accounts", "large fleet")
    assert (seen.owed.open_cents, seen.hints) == (0, ())


def test_a_line_of_service_that_is_over_is_not_named(w: Work) -> None:
    ada = make.customer(w.session).id
    team = Team(name="Key accounts")
    w.session.add(team)
    w.session.flush()
    over = w.now.date() - timedelta(days=1)
    w.session.add(CustomerLine(customer_id=ada, team_id=team.id, reason="x", until_on=over, set_at=w.now))
    w.session.flush()
    assert brief(w, ada).line is None


def test_others_add_what_they_know(w: Work, monkeypatch: pytest.MonkeyPatch) -> None:
    ada = make.customer(w.session).id
    monkeypatch.setattr(call_brief, "HINTS", [lambda _w, _id: [Hint("warning", "slips away", ("3 complaints",))]])
    seen = brief(w, ada)
    assert seen.hints[0].evidence == ("3 complaints",)


def test_a_long_history_costs_no_more_questions(w: Work) -> None:
    ada = make.customer(w.session).id
    brief(w, ada)  # the company is read once
    sizes = []
    for many in (1, 40):
        for number in range(many):
            talk(w, ada, number)
            order(w, ada, number)
        with counted(w.session.connection()) as sent:
            brief(w, ada)
        sizes.append(len(sent))
    assert sizes[0] == sizes[1]
    assert sizes[0] <= 16, "of them: open money, what the model foretells, a silence, and what to offer"


def test_only_staff(w: Work, work_as: WorkAs) -> None:
    ada = make.customer(w.session)
    own = work_as(make.actor(w.session, Role.CUSTOMER, of=ada))
    for ask in (brief, expected):
        with pytest.raises(NotAllowed):
            ask(own, ada.id)
        with pytest.raises(NotFound):
            ask(w, 10**6)
