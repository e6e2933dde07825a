"""Segments: the question to the copy says the same as plain Python over the rows; hostile rules are refused."""

import random
from collections.abc import Callable
from datetime import date, timedelta
from itertools import pairwise
from statistics import quantiles
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as how
from hypothesis import strategies as st
from sqlmodel import Session, select

from db.columnar.copy import Copy
from db.models import (
    Case,
    Channel,
    Consent,
    CustomerAddress,
    CustomerScore,
    Interaction,
    Order,
    OrderLine,
    OrderStatus,
    Purpose,
    Role,
    ScoringRun,
    ScoringState,
)
from services import segments
from services.analytics.patterns import groups
from services.errors import Invalid
from services.segments import asking, keeping
from services.segments.definition import Condition, Group, Mode, Op, parse, plain
from services.segments.fields import FIELDS, Kind
from services.segments.keeping import SegmentInput
from services.work import Work
from tests import make

TODAY = make.NOON.date()
Make = Callable[[], Copy]


def sale(session: Session, customer_id: int, day: date, cents: int = 1000, product_id: int | None = None,
         status: OrderStatus = OrderStatus.COMPLETED) -> Order:  # fmt: skip
    at = make.NOON - timedelta(days=(TODAY - day).days)
    order = Order(customer_id=customer_id, ordered_at=at, status=status, lines_cents=cents, total_cents=cents)
    session.add(order)
    session.flush()
    session.add(OrderLine(order_id=order.id, line_no=1, quantity=1, line_total_cents=cents, product_id=product_id))
    session.flush()
    return order


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


def contact(session: Session, customer_id: int, days: int, reason: str = "complaint") -> None:
    at = make.NOON - timedelta(days=days)
    times: dict[str, Any] = {"happened_at": at, "logged_at": at}
    session.add(Interaction(customer_id=customer_id, channel=Channel.PHONE, reason=reason, **times))
    session.flush()


@pytest.fixture
def manager(session: Session, work_as: Callable[..., Work]) -> Work:
    return work_as(make.actor(session, Role.MANAGER))


def rule(*conditions: dict[str, Any], mode: str = "all") -> Group:
    return parse({"mode": mode, "parts": list(conditions)})


OVERDUE = {"field": "overdue", "op": "at_least", "low": 1.5}
COMPLAINED = {"field": "complaints", "op": "at_least", "low": 1, "within_days": 60}


def who(w: Work, group: Group) -> set[int]:
    return {int(i) for i in asking.ids(w, group)}


def believable(session: Session, seed: int = 7, n: int = 25) -> dict[int, dict[str, Any]]:
    """Customers with orders and contacts, and what is true of each in plain Python."""
    rng = random.Random(seed)
    kettle, pan = make.product(session), make.product(session, "Pan", category="Pans")
    known: dict[int, dict[str, Any]] = {}
    for _i in range(n):
        row = make.customer(session, f"Somebody {_i}")
        row.segment = rng.choice(["gold", "silver", None])
        session.add(row)
        session.add(CustomerAddress(customer_id=row.id, region=rng.choice(["North", "South", ""])))
        days = sorted({rng.randint(0, 300) for _n in range(rng.randint(0, 6))}, reverse=True)
        bought = [(d, rng.randint(1, 90) * 100, rng.choice([kettle, pan])) for d in days]
        for d, cents, product in bought:
            sale(session, row.id, ago(d), cents, product.id)
        if rng.random() < 0.3:
            sale(session, row.id, ago(1), 99_999, status=OrderStatus.CANCELLED)
        complained = [rng.randint(0, 120) for _n in range(rng.choice([0, 0, 1, 2]))]
        for d in complained:
            contact(session, row.id, d, rng.choice(["complaint", "Complaint"]))
        if rng.random() < 0.2:
            session.add(Consent(customer_id=row.id, purpose=Purpose.PROFILING, granted=False, at=make.NOON))
        objects = session.exec(select(Consent).where(Consent.customer_id == row.id)).first() is not None
        gaps = [a - b for a, b in pairwise(days)]
        usual = quantiles(gaps, n=4, method="inclusive")[1] if len(gaps) >= 3 else None
        known[row.id] = {
            "segment": row.segment, "bought": bought, "complained": complained, "objects": objects,
            "orders": len(days), "revenue": sum(c for _d, c, _p in bought), "last_order": min(days, default=None),
            "overdue": min(days) / usual if usual else None, "interval": usual, "pan": pan.id,
        }  # fmt: skip
    session.flush()
    return known


def expected_value(c: Condition, of: dict[str, Any]) -> Any:
    if c.field == "complaints":
        return sum(1 for d in of["complained"] if c.within_days is None or d < c.within_days)
    if c.field in ("bought", "orders", "revenue"):
        inside = [b for b in of["bought"] if c.within_days is None or b[0] < c.within_days]
        if c.about:
            inside = [b for b in inside if b[2].category == c.about[1]]
        return sum(b[1] for b in inside) if c.field == "revenue" else len(inside)
    return of[c.field]


def expected(part: Condition | Group, of: dict[str, Any]) -> bool:
    if isinstance(part, Group):
        each = [expected(p, of) for p in part.parts]
        return {Mode.ALL: all(each), Mode.ANY: any(each), Mode.NONE: not any(each)}[part.mode]
    found = expected_value(part, of)
    if part.op in (Op.KNOWN, Op.UNKNOWN):
        return (found is not None) is (part.op is Op.KNOWN)
    if part.op in (Op.ONE_OF, Op.NONE_OF):
        return (found in part.values) is (part.op is Op.ONE_OF)
    low, high = (part.low if part.low is not None else -1e18), (part.high if part.high is not None else 1e18)
    return found is not None and low <= found <= high


def _conditions() -> st.SearchStrategy[dict[str, Any]]:
    days = st.none() | st.integers(1, 300)
    figures = st.sampled_from(
        [("orders", 6), ("revenue", 30_000), ("last_order", 300), ("overdue", 4), ("interval", 90), ("complaints", 2),
         ("bought", 4)]
    )  # fmt: skip

    def figure(
        of: tuple[str, int], low: float, high: float, op: str, within: int | None, about: bool
    ) -> dict[str, Any]:
        code, most = of
        made: dict[str, Any] = {"field": code, "op": op}
        made |= {"low": min(low, high) * most} if op in ("at_least", "between") else {}
        made |= {"high": max(low, high) * most} if op in ("at_most", "between") else {}
        made |= {"within_days": within} if within and FIELDS[code].within and code != "interval" else {}
        return made | ({"about": ["category", "Pans"]} if about and code == "bought" else {})

    share = st.sampled_from([0.0, 0.2, 0.4, 0.6, 1.0])
    ops = st.sampled_from(["at_least", "at_most", "between", "known", "unknown"])
    chosen = st.builds(
        lambda op, values: {"field": "segment", "op": op, "values": values},
        st.sampled_from(["one_of", "none_of"]),
        st.lists(st.sampled_from(["gold", "silver", "tin"]), min_size=1, max_size=2, unique=True),
    )
    return st.builds(figure, figures, share, share, ops, days, st.booleans()) | chosen


TREES = st.recursive(
    _conditions(),
    lambda inner: st.builds(
        lambda mode, parts: {"mode": mode, "parts": parts},
        st.sampled_from(["all", "any", "none"]),
        st.lists(inner, min_size=1, max_size=3),
    ),
    max_leaves=6,
)


def test_a_rule_takes_in_exactly_those_of_whom_it_is_true(session: Session, manager: Work, copied: Make) -> None:
    known = believable(session)
    copied()

    @given(raw=TREES)
    @how(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
    def compare(raw: dict[str, Any]) -> None:
        try:
            group = parse(raw if "parts" in raw else {"mode": "all", "parts": [raw]})
        except Invalid:
            return  # nested too deeply
        predicts = any(c.of.predicted for c in group.conditions())
        right = {i for i, of in known.items() if expected(group, of) and not (predicts and of["objects"])}
        assert who(manager, group) == right
        assert parse(plain(group)) == group

    compare()


def test_somebody_is_told_why_each_condition_holds(session: Session, manager: Work, copied: Make) -> None:
    ada = make.customer(session)
    for days in (90, 80, 70, 60):
        sale(session, ada.id, ago(days))
    contact(session, ada.id, 20)
    copied()
    inside, told = asking.why(manager, rule(OVERDUE, COMPLAINED), ada.id)
    assert inside
    assert [(t.value, t.holds) for t in told] == [("6", True), ("1", True), ("does not object", True)]
    assert told[1].condition == "Complaints in the last 60 days: at least 1"
    inside, told = asking.why(manager, rule(COMPLAINED, {"field": "orders", "op": "at_least", "low": 9}), ada.id)
    assert not inside
    assert [t.holds for t in told] == [True, False]


@given(seed=st.integers(0, 3))
@how(max_examples=3, deadline=None, suppress_health_check=list(HealthCheck))
def test_why_and_the_list_agree_for_everybody(session: Session, manager: Work, copied: Make, seed: int) -> None:
    known = believable(session, seed, 8)
    copied()
    group = rule(OVERDUE, {"field": "orders", "op": "at_most", "high": 3}, mode="any")
    members = who(manager, group)
    for i in known:
        assert asking.why(manager, group, i)[0] is (i in members)


def test_who_objects_to_predictions_leaves_at_once_but_only_rules_that_predict(
    session: Session, manager: Work, copied: Make
) -> None:
    ada = make.customer(session)
    for days in (90, 80, 70, 60):
        sale(session, ada.id, ago(days))
    copied()
    bought = rule({"field": "orders", "op": "at_least", "low": 1})
    kept = keeping.save(manager, None, SegmentInput(name="Late", definition=plain(rule(OVERDUE))))
    via = rule({"field": "in_segment", "op": "one_of", "values": [str(kept.id)]})
    assert [ada.id in who(manager, r) for r in (rule(OVERDUE), via, bought)] == [True, True, True]
    session.add(Consent(customer_id=ada.id, purpose=Purpose.PROFILING, granted=False, at=make.NOON))
    copied()
    assert [ada.id in who(manager, r) for r in (rule(OVERDUE), via, bought)] == [False, False, True]
    not_late = rule({"field": "overdue", "op": "unknown"})
    assert ada.id not in who(manager, not_late)


def test_probabilities_come_from_the_run_in_force(session: Session, manager: Work, copied: Make) -> None:
    ada, bob = make.customer(session), make.customer(session, "Bob")
    copied()
    likely = rule({"field": "p_buy_90", "op": "at_least", "low": 50})
    assert who(manager, likely) == set()
    run = ScoringRun(state=ScoringState.DONE, created_at=make.NOON)
    session.add(run)
    session.flush()
    for i, p in ((ada.id, 0.8), (bob.id, 0.2)):
        session.add(CustomerScore(customer_id=i, run_id=run.id, p_alive=p, p_buy_90=p, decile=int(10 * p), purchases=2,
                                  first_on=TODAY, last_on=TODAY))  # fmt: skip
    session.flush()
    assert who(manager, likely) == {ada.id}
    assert who(manager, rule({"field": "decile", "op": "at_most", "high": 5})) == {bob.id}
    assert asking.why(manager, likely, bob.id)[1][0].value == "20"


def test_the_grid_names_everybody_as_the_reference_does(session: Session, manager: Work, copied: Make) -> None:
    known = believable(session, 3, 30)
    copied()
    seen = {i: of for i, of in known.items() if of["orders"] and not of["objects"]}
    table = pd.DataFrame(
        {"since_last": [of["last_order"] for of in seen.values()], "x": [of["orders"] - 1 for of in seen.values()]},
        index=list(seen),
    )
    right = groups.grid(table)["cell"]
    for cell in groups.Cell:
        found = who(manager, rule({"field": "grid", "op": "one_of", "values": [cell.value]}))
        assert found == {int(i) for i in right.index[right == cell]}
    told = segments.comparing.grid(manager).frame
    assert int(told["customers"].sum()) == len(seen)
    for cell in groups.Cell:
        assert told.loc[told["cell"] == cell, "customers"].sum() == (right == cell).sum()


def test_every_field_has_a_name_and_can_be_asked(session: Session, manager: Work, copied: Make) -> None:
    ada = make.customer(session)
    session.add(Case(customer_id=ada.id, subject="It leaks", topic="Valve", opened_at=make.NOON))
    sale(session, ada.id, ago(3), product_id=make.product(session).id)
    copied()
    for code, field in FIELDS.items():
        assert field.name
        raw: dict[str, Any] = {
            "field": code,
            "op": {Kind.CHOICE: "one_of", Kind.YES_NO: "no"}.get(field.kind, "at_least"),
        }
        raw |= {"values": ["x"]} if field.kind is Kind.CHOICE else {"low": 0} if field.kind is not Kind.YES_NO else {}
        if field.kind is Kind.SEGMENT:
            continue
        for about in (None, *field.about):
            limited = raw | ({"about": [about, "1"]} if about else {}) | ({"within_days": 5} if field.within else {})
            asking.ids(manager, rule(limited))
            asking.why(manager, rule(limited), ada.id)
        for about in [*([None] if field.kind is Kind.CHOICE else []), *(a for a in field.about if a != "product")]:
            asking.choices(manager, code, about)
    assert asking.choices(manager, "cases", "topic") == ["Valve"]
    assert list(asking.products(manager).values()) == ["Kettle"]
