"""Segments are kept: hostile rules are refused, circles too; who sees and who changes one."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import settings as how
from hypothesis import strategies as st
from sqlmodel import Session

from db.columnar.copy import Copy
from db.models import Customer, Role, Segment, Sharing
from services.errors import Conflict, Invalid, NotAllowed, NotFound, RapportError
from services.segments import asking, keeping
from services.segments.definition import Mode, Op, parse, plain
from services.segments.fields import names
from services.segments.keeping import SegmentInput
from services.work import Work
from tests import make
from tests.test_segments import COMPLAINED, rule

Make = Callable[[], Copy]


@pytest.fixture
def manager(session: Session, work_as: Callable[..., Work]) -> Work:
    return work_as(make.actor(session, Role.MANAGER))


HOSTILE = [
    None, 7, "x", "[" * 50_000, "{}", {"mode": "all"}, {"mode": "most", "parts": []}, {"mode": "all", "parts": "no"},
    {"mode": "all", "parts": [{"field": "orders; DROP TABLE customer", "op": "at_least", "low": 1}]},
    {"mode": "all", "parts": [{"field": "orders", "op": "at_least", "low": "1 OR 1=1"}]},
    {"mode": "all", "parts": [{"field": "orders", "op": "at_least", "low": True}]},
    {"mode": "all", "parts": [{"field": "orders", "op": "at_least", "low": float("nan")}]},
    {"mode": "all", "parts": [{"field": "orders", "op": "at_least", "low": 1e300}]},
    {"mode": "all", "parts": [{"field": "orders", "op": "between", "low": 3, "high": 1}]},
    {"mode": "all", "parts": [{"field": "orders", "op": "one_of", "values": ["1"]}]},
    {"mode": "all", "parts": [{"field": "orders", "op": "at_least", "low": 1, "within_days": 0}]},
    {"mode": "all", "parts": [{"field": "orders", "op": "at_least", "low": 1, "about": ["lines_cents", "1"]}]},
    {"mode": "all", "parts": [{"field": "orders", "op": "at_least", "low": 1, "sql": "1"}]},
    {"mode": "all", "parts": [{"field": "region", "op": "one_of", "values": []}]},
    {"mode": "all", "parts": [{"field": "region", "op": "one_of", "values": ["a\x00b"]}]},
    {"mode": "all", "parts": [{"field": "in_segment", "op": "one_of", "values": ["1) OR (1=1"]}]},
    {"mode": "all", "parts": [{"field": "orders", "op": "at_least", "low": 1}] * 31},
    {"mode": "all", "parts": [{"mode": "all", "parts": [{"mode": "all", "parts": [{"mode": "all", "parts": [
        {"mode": "all", "parts": []}]}]}]}]},
]  # fmt: skip


@pytest.mark.parametrize("raw", HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_rule_is_refused_in_words(raw: object) -> None:
    with pytest.raises(Invalid):
        parse(raw)


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.sampled_from([*names(), *Op, *Mode, "'", "$today"]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["mode", "parts", "field", "op", "low", "high", "values", "about"]), inner)
    ),
    max_leaves=12,
)


@given(raw=JSON)
@how(max_examples=150, deadline=None)
def test_whatever_comes_is_a_rule_or_refused(raw: object) -> None:
    try:
        group = parse(raw)
    except RapportError:
        return
    assert parse(plain(group)) == group


def test_words_that_look_like_sql_are_only_words(session: Session, manager: Work, copied: Make) -> None:
    make.customer(session)
    copied()
    sly = rule({"field": "region", "op": "one_of", "values": ["x' OR '1'='1"]})
    assert list(asking.ids(manager, sly)) == []


def test_a_circle_of_segments_is_refused(session: Session, manager: Work, copied: Make) -> None:
    copied()
    first = keeping.save(manager, None, SegmentInput(name="First", definition=plain(rule(COMPLAINED))))
    asks = plain(rule({"field": "in_segment", "op": "one_of", "values": [str(first.id)]}))
    second = keeping.save(manager, None, SegmentInput(name="Second", definition=asks))
    with pytest.raises(Conflict, match="Second"):
        keeping.retire(manager, first.id)
    back = plain(rule({"field": "in_segment", "op": "one_of", "values": [str(second.id)]}))
    with pytest.raises(Invalid, match="circle"):
        keeping.save(manager, first.id, SegmentInput(name="First", definition=back))


def test_who_sees_and_who_changes_a_segment(session: Session, work_as: Callable[..., Work], copied: Make) -> None:
    copied()
    owner, other = (work_as(make.actor(session, Role.MANAGER)) for _i in range(2))
    agent, admin = work_as(make.actor(session)), work_as(make.actor(session, Role.ADMIN))
    ada = make.customer(session)
    customer = work_as(make.actor(session, Role.CUSTOMER, of=ada))
    new = SegmentInput(name="Mine", definition=plain(rule(COMPLAINED)), sharing=Sharing.NOBODY)
    row = keeping.save(owner, None, new)
    for w in (other, agent):
        assert keeping.listing(w) == []
        with pytest.raises(NotFound):
            keeping.one(w, row.id)
        with pytest.raises(Invalid):
            asking.counted(w, rule({"field": "in_segment", "op": "one_of", "values": [str(row.id)]}))
    assert keeping.one(admin, row.id).mine
    keeping.save(owner, row.id, new.model_copy(update={"sharing": Sharing.TEAM}))
    assert [keeping.one(w, row.id).mine for w in (owner, other, agent)] == [True, False, False]
    with pytest.raises(NotAllowed):
        keeping.save(other, row.id, new, version=2)
    with pytest.raises(NotAllowed):
        keeping.save(agent, None, new)
    with pytest.raises(NotAllowed):
        keeping.listing(customer)
    with pytest.raises(Conflict):
        keeping.save(owner, row.id, new, version=1)
    assert session.get(Segment, row.id) is not None
    assert session.get(Customer, ada.id) is not None
