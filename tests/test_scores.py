"""Scoring runs: what they find goes through the copy and is put in force whole or not at all."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sqlalchemy import func
from sqlmodel import Session, col, select

from db.columnar.copy import Copy
from db.models import (
    BacktestMember,
    BacktestResult,
    Consent,
    CustomerScore,
    Order,
    OrderStatus,
    Purpose,
    Role,
    ScoringRun,
    ScoringState,
)
from services import consents, scores
from services.analytics.recency import purchases
from services.errors import NotAllowed
from services.scores import fitting, running, runs, writing
from services.scores.known import known
from services.work import SYSTEM, Actor, Work, reading, work
from tests import make

NIGHTS = 500  # days of the past
Works = Callable[[Actor], Work]


def shop(session: Session, customers: int = 60, *, regular: bool = True, seed: int = 1) -> list[int]:
    """Customers who buy at a rate of their own until they stop; not regular: everybody by chance on any day."""
    chance, ids = np.random.default_rng(seed), []
    begin = make.NOON - timedelta(days=NIGHTS)
    for n in range(customers):
        one = make.customer(session, name=f"Buyer {n}")
        ids.append(one.id)
        gap = 8 + 50 * (n % 6) if regular else 60
        day, end = chance.uniform(0, 90), NIGHTS if not regular or n % 3 else chance.uniform(120, 330)
        while day < end:
            cents = int(chance.integers(500, 9000))
            session.add(
                Order(customer_id=one.id, ordered_at=begin + timedelta(days=day), status=OrderStatus.DELIVERED,
                      lines_cents=cents, total_cents=cents)
            )  # fmt: skip
            day += max(1.0, chance.exponential(gap))
    session.flush()
    return ids


def run_now(session: Session, copied: Callable[[], Copy]) -> ScoringRun:
    """A whole run in this process."""
    session.commit()
    copied()
    done = running.now(SYSTEM)
    session.expire_all()
    return session.get_one(ScoringRun, done.id)


def an_earlier_run(session: Session, run: ScoringRun) -> ScoringRun:
    """As `run`, of a week before, with its back-test and without the customers behind it."""
    earlier = ScoringRun(**run.model_dump(exclude={"id"}) | {"state": ScoringState.REPLACED})
    assert run.as_of is not None
    earlier.as_of = run.as_of - timedelta(days=7)
    session.add(earlier)
    session.flush()
    for row in session.exec(select(BacktestResult).where(BacktestResult.run_id == run.id)).all():
        session.add(BacktestResult(**row.model_dump() | {"run_id": earlier.id}))
    return earlier


def test_what_stands_in_the_tables_is_what_the_pure_functions_say(session: Session, copied: Callable[[], Copy]) -> None:
    shop(session, 48)
    run = run_now(session, copied)
    assert run.state is ScoringState.DONE
    assert run.as_of == make.NOON.date() - timedelta(days=1), "the last day that is whole"
    with reading(SYSTEM) as w:
        have = known(w)
        version = scores.current(w)
        assert version is not None
        stored = {s.customer_id: s for s in w.session.scalars(scores.rows(version))}
    orders = session.exec(select(Order.customer_id, Order.ordered_at, Order.lines_cents)).all()
    frame = pd.DataFrame(orders, columns=["customer_id", "ordered_at", "revenue"])
    frame["ordered_at"] = frame["ordered_at"].dt.tz_localize(None)
    frame = frame[frame["ordered_at"] < pd.Timestamp(make.NOON.date())]
    again = purchases(frame)
    pd.testing.assert_index_equal(have.bought.customers, again.customers, exact=False)
    np.testing.assert_array_equal(have.bought.day, again.day)
    np.testing.assert_array_equal(have.bought.spend, again.spend)
    pure = fitting.found(have, lambda _step, _share: None)
    assert set(stored) == set(pure.figures.index)
    assert version.usable() == tuple(pure.usable)
    for customer, figures in pure.figures.iterrows():
        row = stored[int(str(customer))]
        assert row.p_alive == pytest.approx(figures["p_alive"])
        for days in pure.usable:
            assert getattr(row, f"p_buy_{days}") == pytest.approx(figures[f"p_buy_{days}"])
        mine = frame[frame["customer_id"] == customer]["ordered_at"]
        assert row.purchases == mine.dt.date.nunique()
        assert row.last_on == mine.max().date()
    tested = session.exec(select(func.count()).select_from(BacktestResult)).one()
    assert tested == sum(len(cut.scores) for cuts in pure.tested.values() for cut in cuts)


def test_the_customers_behind_the_groups_of_the_back_test_add_up_to_its_points(
    session: Session, copied: Callable[[], Copy], work_as: Works
) -> None:
    shop(session, 48)
    run = run_now(session, copied)
    w, seen = work_as(make.actor(session, Role.MANAGER)), 0
    for days, told in run.horizons.items():
        people: list[int] = []
        rows = runs.tested(w, run.id, int(days))
        drawn = next((row for row in rows if row.candidate == runs.drawn(told["candidate"]) and row.calibration), None)
        for place, (customers, said, came, *_span) in enumerate(drawn.calibration if drawn else ()):
            behind = runs.members(w, run.id, int(days), place)
            assert len(behind) == customers
            assert sum(m.said for m in behind) == pytest.approx(said * customers, abs=1e-3 * customers)
            assert sum(m.came > 0 for m in behind) == round(came * customers)
            people += [m.customer_id for m in behind]
        assert len(set(people)) == len(people) == (drawn.customers if drawn else 0), "nobody twice, nobody left out"
        seen += len(people)
    assert seen >= 48
    with pytest.raises(NotAllowed):
        runs.members(work_as(make.actor(session, Role.STAFF)), run.id, 90, 0)


def test_with_ten_customers_it_says_too_little_data_and_nothing_about_anybody(
    session: Session, copied: Callable[[], Copy]
) -> None:
    shop(session, 10)
    run = run_now(session, copied)
    assert run.state is ScoringState.DONE
    with reading(SYSTEM) as w:
        version = scores.current(w)
        assert version is not None
        assert version.usable() == ()
        assert all(h.notes == ("too_few_repeaters", "season_unseen") for h in version.horizons.values())
    assert session.exec(select(CustomerScore)).first() is None


def test_where_chance_decides_no_model_is_better_than_the_rule_and_it_is_hidden(
    session: Session, copied: Callable[[], Copy]
) -> None:
    shop(session, 60, regular=False)
    run_now(session, copied)
    with reading(SYSTEM) as w:
        version = scores.current(w)
        assert version is not None
        hidden = [days for days in scores.HORIZONS if days not in version.usable()]
        assert 90 in hidden
        assert "not_better_than_naive" in version.horizons[90].notes
        for row in w.session.scalars(scores.rows(version)):
            assert all(getattr(row, f"p_buy_{days}") is None for days in hidden)


class TestTheVersionInForce:
    @pytest.fixture(autouse=True)
    def good(self, session: Session, copied: Callable[[], Copy], monkeypatch: pytest.MonkeyPatch) -> ScoringRun:
        """A run of one horizon, which takes a third of the time."""
        monkeypatch.setattr(fitting, "HORIZONS", (90,))
        shop(session, 36)
        return run_now(session, copied)

    def test_a_run_that_breaks_off_while_writing_changes_nothing_for_readers(
        self, good: ScoringRun, session: Session, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        before = _seen(session)

        def broken(*_: Any, **__: Any) -> None:
            raise RuntimeError("out of memory")

        monkeypatch.setattr(writing, "put_in_force", broken)
        with pytest.raises(RuntimeError):
            running.now(SYSTEM)
        session.expire_all()
        assert _seen(session) == before
        failed = session.exec(select(ScoringRun).order_by(col(ScoringRun.id).desc())).first()
        assert failed is not None
        assert (failed.state, failed.id) == (ScoringState.FAILED, good.id + 1)
        assert "see the log" in failed.error

    def test_a_new_run_replaces_the_old_one_and_its_rows_go_but_its_back_test_stays(
        self, good: ScoringRun, session: Session
    ) -> None:
        second = running.now(SYSTEM)
        session.expire_all()
        assert session.get_one(ScoringRun, good.id).state is ScoringState.REPLACED
        assert set(session.exec(select(CustomerScore.run_id).distinct())) == {second.id}
        assert set(session.exec(select(BacktestResult.run_id).distinct())) == {good.id, second.id}
        assert set(session.exec(select(BacktestMember.run_id).distinct())) == {good.id, second.id}

    def test_the_lists_behind_old_back_tests_go(
        self, good: ScoringRun, session: Session, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(runs, "MOST_RUNS", 1)
        second = running.now(SYSTEM)
        session.expire_all()
        assert set(session.exec(select(BacktestMember.run_id).distinct())) == {second.id}
        assert set(session.exec(select(BacktestResult.run_id).distinct())) == {good.id, second.id}

    def test_who_objects_is_gone_at_once_and_stays_away(self, session: Session, copied: Callable[[], Copy]) -> None:
        someone = session.exec(select(CustomerScore.customer_id).limit(1)).one()
        actor = Actor(person_id=None, role=Role.CUSTOMER, customer_id=someone)
        with work(actor) as w:
            consents.switch(w, Purpose.PROFILING, False)
        behind = select(BacktestMember).where(BacktestMember.customer_id == someone)
        assert session.exec(behind).first() is None
        with reading(SYSTEM) as w:
            assert scores.of_customer(w, someone) is None
            version = scores.current(w)
            assert version is not None
            assert someone not in set(scores.frame(w, version)["customer_id"])
        run_now(session, copied)
        with reading(SYSTEM) as w:
            assert someone not in known(w).bought.customers, "no input of the model either"
            assert scores.of_customer(w, someone) is None

    def test_an_objection_that_did_not_come_through_the_account_counts_as_well(
        self, good: ScoringRun, session: Session
    ) -> None:
        someone = session.exec(select(CustomerScore.customer_id).limit(1)).one()
        session.add(Consent(customer_id=someone, purpose=Purpose.PROFILING, granted=False, at=make.NOON, how="letter"))
        session.commit()
        with reading(SYSTEM) as w:
            behind = [m.customer_id for p in range(10) for m in runs.members(w, good.id, 90, p)]
            assert behind
            assert someone not in behind
            assert scores.of_customer(w, someone) is None
            version = scores.current(w)
            assert version is not None
            assert someone not in set(scores.frame(w, version)["customer_id"])

    def test_a_customer_sees_the_own_figures_only(self, session: Session, work_as: Works) -> None:
        mine, other = session.exec(select(CustomerScore.customer_id).limit(2)).all()
        w = work_as(Actor(role=Role.CUSTOMER, customer_id=mine))
        assert scores.of_customer(w, mine) is not None
        with pytest.raises(Exception, match="no such customer"):
            scores.of_customer(w, other)
        with pytest.raises(NotAllowed):
            scores.current(w)


def _seen(session: Session) -> list[tuple[int, float]]:
    with reading(SYSTEM) as w:
        version = scores.current(w)
        assert version is not None
        found = scores.frame(w, version)
    return list(zip(found["customer_id"], found["p_alive"], strict=True))
