"""The queue of scoring runs: who may work on one, when one is taken over, and what is queued by itself."""

from datetime import timedelta

import pytest
from sqlmodel import Session, select, update

from db.models import Role, ScoringRun, ScoringState
from services.errors import Conflict, NotAllowed
from services.scores import queueing, running, writing
from services.scores.queueing import Lost, Stopped
from services.work import SYSTEM, Actor, work
from tests import make
from tests.test_scores import Works, shop


@pytest.mark.usefixtures("session")
class TestClaims:
    def queued(self) -> int:
        with work(SYSTEM) as w:
            return queueing.queue(w).id

    def test_one_waits_at_most(self) -> None:
        self.queued()
        with pytest.raises(Conflict), work(SYSTEM) as w:
            queueing.queue(w)

    def test_two_workers_never_have_the_same_run(self) -> None:
        run_id = self.queued()
        claim = queueing.claim()
        assert claim is not None
        assert claim.run_id == run_id
        assert queueing.claim() is None

    def test_a_stalled_run_is_taken_over_and_the_first_process_may_not_write_any_more(self, session: Session) -> None:
        self.queued()
        first = queueing.claim()
        assert first is not None
        _let_stall(session)
        second = queueing.claim()
        assert second is not None
        assert second != first
        with pytest.raises(Lost):
            queueing.beat(first)
        with pytest.raises(Lost):
            writing.put_in_force(first, customers=1)
        queueing.beat(second)

    def test_what_dies_again_and_again_is_given_up(self, session: Session) -> None:
        run_id = self.queued()
        for _try in range(queueing.MOST_TRIES):
            assert queueing.claim() is not None
            _let_stall(session)
        assert queueing.claim() is None
        session.expire_all()
        assert session.get_one(ScoringRun, run_id).state is ScoringState.FAILED

    def test_asked_to_stop_it_ends_at_the_next_step(self, session: Session) -> None:
        run_id = self.queued()
        claim = queueing.claim()
        assert claim is not None
        with work(SYSTEM) as w:
            queueing.stop(w, run_id)
        with pytest.raises(Stopped):
            queueing.beat(claim)
        running.run(claim)
        session.expire_all()
        assert session.get_one(ScoringRun, run_id).state is ScoringState.STOPPED

    @pytest.mark.parametrize("role", [Role.STAFF, Role.MANAGER, Role.CUSTOMER])
    def test_only_administrators_start_and_stop(self, work_as: Works, role: Role) -> None:
        run_id = self.queued()
        with pytest.raises(NotAllowed):
            queueing.queue(work_as(Actor(role=role)))
        with pytest.raises(NotAllowed):
            queueing.stop(work_as(Actor(role=role)), run_id)

    def test_once_a_night_and_only_where_there_are_orders(
        self, session: Session, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        queueing.queue_nightly()
        assert session.exec(select(ScoringRun)).first() is None, "nothing to score"
        shop(session, 1)
        session.commit()
        queueing.queue_nightly()
        queueing.queue_nightly()
        assert len(session.exec(select(ScoringRun)).all()) == 1
        session.connection().execute(update(ScoringRun).values(state=ScoringState.DONE))
        queueing.queue_nightly()
        assert len(session.exec(select(ScoringRun)).all()) == 1, "the one of today is done"
        for later, queued in ((timedelta(hours=13, minutes=59), 1), (timedelta(hours=14), 2)):
            monkeypatch.setattr("services.clock.now", lambda later=later: make.NOON + later)
            queueing.queue_nightly()
            assert len(session.exec(select(ScoringRun)).all()) == queued, "from two in the morning on"


def _let_stall(session: Session) -> None:
    long_ago = make.NOON - queueing.STALLED_AFTER - timedelta(seconds=1)
    session.connection().execute(update(ScoringRun).values(heartbeat_at=long_ago))
