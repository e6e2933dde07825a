"""Entries and exits before a segment was checked: the rule as of a day that is over, from what is dated."""

from collections.abc import Callable
from datetime import timedelta
from itertools import pairwise
from statistics import quantiles
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as how
from hypothesis import strategies as st
from sqlmodel import Session, select

from db.columnar.copy import Copy
from db.models import Case, CaseState, Consent, Customer, Purpose, Role
from services.errors import Invalid
from services.segments import asking, keeping, reckoning, watching
from services.segments.definition import Group, parse, plain
from services.segments.keeping import SegmentInput
from services.segments.reckoning import Reckoned
from services.work import Work
from tests import make
from tests.test_segments import COMPLAINED, OVERDUE, TODAY, TREES, ago, believable, contact, expected, rule, sale

Make = Callable[[], Copy]


@pytest.fixture
def manager(session: Session, work_as: Callable[..., Work]) -> Work:
    return work_as(make.actor(session, Role.MANAGER))


def kept(w: Work, group: Group, name: str = "Watched") -> int:
    return keeping.save(w, None, SegmentInput(name=name, definition=plain(group))).id


def joined_long_ago(session: Session) -> None:
    for row in session.exec(select(Customer)):
        row.joined_at = make.NOON - timedelta(days=500)
        session.add(row)
    session.flush()


def earlier(of: dict[str, Any], days: int) -> dict[str, Any]:
    """What was true of a customer so many days ago, by plain Python."""
    bought = [(d - days, cents, product) for d, cents, product in of["bought"] if d >= days]
    gaps = [a - b for a, b in pairwise(d for d, _c, _p in bought)]
    usual = quantiles(gaps, n=4, method="inclusive")[1] if len(gaps) >= 3 else None
    last = min((d for d, _c, _p in bought), default=None)
    return of | {
        "bought": bought, "complained": [d - days for d in of["complained"] if d >= days], "last_order": last,
        "interval": usual, "overdue": last / usual if usual and last is not None else None,
    }  # fmt: skip


def test_a_rule_as_of_an_earlier_day_takes_in_those_of_whom_it_was_true(
    session: Session, manager: Work, copied: Make
) -> None:
    known = believable(session)
    joined_long_ago(session)
    copied()

    @given(raw=TREES, days=st.integers(0, 120))
    @how(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
    def compare(raw: dict[str, Any], days: int) -> None:
        try:
            group = parse(raw if "parts" in raw else {"mode": "all", "parts": [raw]})
        except Invalid:
            return  # nested too deeply
        predicts = any(c.of.predicted for c in group.conditions())
        then = {i: earlier(of, days) for i, of in known.items()}
        right = {i for i, of in then.items() if expected(group, of) and not (predicts and of["objects"])}
        assert set(asking.ids(manager, group, on=ago(days)).tolist()) == right

    compare()


def test_a_case_was_open_until_the_day_it_was_closed_and_a_customer_is_there_from_the_first_day_on(
    session: Session, manager: Work, copied: Make
) -> None:
    old, new = make.customer(session), make.customer(session, "New")
    joined_long_ago(session)
    new.joined_at = make.NOON - timedelta(days=10)
    opened, closed = make.NOON - timedelta(days=30), make.NOON - timedelta(days=20)
    session.add(Case(customer_id=old.id, subject="x", opened_at=opened, closed_at=closed, state=CaseState.CLOSED))
    session.add(new)
    session.flush()
    copied()
    has_one = rule({"field": "open_cases", "op": "at_least", "low": 1})
    assert [len(asking.ids(manager, has_one, on=ago(d))) for d in (31, 30, 21, 20)] == [0, 1, 1, 0]
    has_none = rule({"field": "open_cases", "op": "at_most", "high": 0})
    assert [new.id in asking.ids(manager, has_none, on=ago(d)) for d in (11, 10)] == [False, True]
    recent = rule({"field": "joined", "op": "at_most", "high": 3})
    assert [new.id in asking.ids(manager, recent, on=ago(d)) for d in (11, 10, 7, 6)] == [False, True, True, False]


def test_a_new_segment_tells_the_entries_and_exits_of_the_weeks_before_and_they_add_up(
    session: Session, manager: Work, copied: Make
) -> None:
    stays, left, back = (make.customer(session, name).id for name in ("Stays", "Left", "Came back"))
    for who in (stays, left, back):
        for days in (200, 190, 180, 170):
            sale(session, who, ago(days))
    joined_long_ago(session)
    contact(session, stays, 20)  # in since then
    contact(session, left, 80)  # in from before these weeks until the complaint was sixty days old
    contact(session, back, 40)
    for days in (30, 20, 10, 3):
        sale(session, back, ago(days))  # in until the first of these
    copied()
    group = rule(OVERDUE, COMPLAINED)
    number = kept(manager, group)
    before = reckoning.reckoned(manager, number)
    frame = before.added_to(watching.moved(manager, number).frame)
    assert (int(frame["entered"].sum()), int(frame["left"].sum())) == (2, 2)
    at_first = set(asking.ids(manager, group, on=frame["week"].iloc[0] - timedelta(days=1)).tolist())
    assert len(at_first) + 2 - 2 == len(asking.ids(manager, group)) == 1

    def weeks_of(customer_id: int, *, entered: bool) -> list[int]:
        weeks = frame["week"].tolist()
        return [(TODAY - week).days // 7 for week in weeks if customer_id in before.who(week, entered=entered)]

    monday = TODAY.weekday()
    assert weeks_of(stays, entered=True) == [(20 + 6 - monday) // 7]
    assert weeks_of(left, entered=False) == [(20 + 6 - monday) // 7]  # sixty days after
    assert weeks_of(back, entered=False) == [(30 + 6 - monday) // 7]


def test_after_the_first_check_nothing_is_told_twice(session: Session, manager: Work, copied: Make) -> None:
    first = make.customer(session).id
    joined_long_ago(session)
    contact(session, first, 3)
    copied()
    number = kept(manager, rule(COMPLAINED))
    row = keeping.one(manager, number)
    watching.note(manager, number, asking.ids(manager, row.rule, itself=number), row.version)
    second = make.customer(session, "Second").id
    contact(session, second, 2)
    copied()
    watching.note(manager, number, asking.ids(manager, row.rule, itself=number), row.version)
    before = reckoning.reckoned(manager, number)
    frame = before.added_to(watching.moved(manager, number).frame)
    assert int(frame["entered"].sum()) == 2
    assert [i for week in frame["week"] for i in before.who(week, entered=True)] == [first]
    assert reckoning.version(manager, number)[3] is False


def test_forecasts_cannot_be_reckoned_back_and_it_is_said(session: Session, manager: Work, copied: Make) -> None:
    copied()
    likely = kept(manager, rule({"field": "p_buy_90", "op": "at_least", "low": 50}))
    via = kept(manager, rule({"field": "in_segment", "op": "one_of", "values": [str(likely)]}), "By way of it")
    assert [reckoning.reckoned(manager, n) for n in (likely, via)] == [Reckoned(None)] * 2


def test_who_objects_to_predictions_is_in_no_week_of_a_rule_that_predicts(
    session: Session, manager: Work, copied: Make
) -> None:
    ada = make.customer(session)
    for days in (200, 190, 180, 170):
        sale(session, ada.id, ago(days))
    contact(session, ada.id, 80)
    session.add(Consent(customer_id=ada.id, purpose=Purpose.PROFILING, granted=False, at=make.NOON))
    copied()
    before = reckoning.reckoned(manager, kept(manager, rule(OVERDUE, COMPLAINED)))
    assert before.weeks is not None
    assert all(len(m.came) + len(m.went) == 0 for m in before.weeks.values())
