"""Warnings that arise by day: on Today within minutes, by the rules of the night, at a cost that is constant."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import Connection, insert
from sqlmodel import select

from db.models import Consent, Customer, Promise, Purpose
from services import clock, hints, interactions, mail_delivery, prices, promises, worker
from services.hints import renewing
from services.interactions import NewInteraction
from services.work import Work
from tests import make
from tests.conftest import counted
from tests.test_hints import DAY, NOON, TODAY, buys, found, goes_wrong, silent, w, warned
from tests.test_hot_questions import instructions, rows_looked_at

__all__ = ["found", "w"]  # fixtures


def happens(w: Work, customer_id: int, what: str) -> None:
    """What gives cause to warn of a silent customer, as the services write it or as the clocks bring it about."""
    if what == "complaint":
        words = NewInteraction(idempotency_key=f"c{customer_id}", summary="Angry", reason="complaint")
        interactions.log(w, customer_id, words)
    elif what == "broken":
        promises.broken(w, promises.make(w, customer_id, "x", TODAY).id)
    elif what == "missed":
        goes_wrong(w.session, customer_id, "promise")
        row = w.session.exec(select(Promise)).one()
        row.broken_at, row.due_on = None, TODAY - DAY
    elif what == "late":
        goes_wrong(w.session, customer_id, "case")
    w.session.commit()


@pytest.mark.parametrize("what", ["complaint", "broken", "missed", "late"])
def test_who_gives_cause_by_day_is_on_today_without_waiting_for_the_night(w: Work, what: str) -> None:
    ada, eve = silent(w.session), make.customer(w.session, "Eve").id
    buys(w.session, eve, 1, 41, 81, 121)
    happens(w, eve, "complaint")
    assert (hints.renew(NOON - 3 * DAY), warned(w)) == (0, []), "who buys as usual is not slipping away"
    happens(w, ada, what)
    assert hints.renew(NOON - 3 * DAY) == 1
    assert warned(w) == [ada]
    assert hints.renew(NOON - 3 * DAY) == 0, "once"


def test_causes_of_today_stand_before_the_list_of_the_night_and_who_objects_is_left_out(w: Work, found: int) -> None:
    eve, max_ = silent(w.session, "Eve"), silent(w.session, "Max")
    w.session.add(Consent(customer_id=max_, purpose=Purpose.PROFILING, granted=False, at=NOON))
    for who in (found, eve, max_):
        happens(w, who, "complaint")
    assert hints.renew(NOON) == 1
    assert warned(w) == [eve, found]


def test_renewing_asks_the_same_number_of_questions_for_many_causes(w: Work) -> None:
    sizes = []
    for many in (1, 7):
        for n in range(many):
            happens(w, silent(w.session, f"Eve {many} {n}"), "complaint")
        with counted(w.session.connection()) as sent:
            assert len(renewing.arisen(w, NOON)) >= many
        sizes.append(len(sent))
    assert sizes[0] == sizes[1]


def test_the_list_costs_no_more_with_many_customers_who_are_not_on_it(w: Work, connection: Connection) -> None:
    for n in range(3):
        happens(w, silent(w.session, f"Eve {n}"), "complaint")
    hints.renew(NOON)
    count = instructions if w.dialect == "sqlite" else rows_looked_at
    before = count(connection, lambda: warned(w))
    connection.execute(
        insert(Customer), [{"name": f"Nobody {n}", "created_at": NOON, "updated_at": NOON} for n in range(2000)]
    )
    assert count(connection, lambda: warned(w)) < before + 200


def test_the_worker_looks_once_a_minute_from_where_it_looked_before(monkeypatch: pytest.MonkeyPatch) -> None:
    running = worker.Worker()
    times = iter(NOON + timedelta(seconds=s) for s in (0, 30, 70, 90, 140))
    looked: list[datetime] = []
    rounds = iter(range(1, 6))

    for name in [n for n in vars(worker.Worker) if n.startswith("_") and not n.startswith("__") and n != "_warn"]:
        monkeypatch.setattr(worker.Worker, name, lambda _self: None)
    monkeypatch.setattr(prices, "apply_due", lambda: None)
    monkeypatch.setattr(mail_delivery, "deliver_due", lambda: None)
    monkeypatch.setattr(worker, "TICK_S", 0)
    monkeypatch.setattr(clock, "now", lambda: next(times))
    monkeypatch.setattr(hints, "renew", looked.append)
    last_step = "_prune"
    monkeypatch.setattr(worker.Worker, last_step, lambda self: self.stop() if next(rounds) == 5 else None)
    running.run()
    assert looked == [NOON - DAY, NOON, NOON + timedelta(seconds=70)]
