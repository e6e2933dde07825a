"""The board between the ticks of the clock: unchanged data cost one question, and no commit of anybody is missed."""

import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from types import SimpleNamespace

import pytest
import streamlit as st
from sqlmodel import Session

from db.engine import Engines, make_engines
from db.models import Role
from pages.manager._ui import filters, overview, prepared
from services import clock, company, rollups
from services.board.live import Asked
from services.board.version import version
from services.errors import NotAllowed
from services.work import SYSTEM, Actor, Work, reading, work
from tests import make
from tests.conftest import counted
from tests.make_sales import case, contact, order

BOSS = Actor(person_id=1, role=Role.MANAGER)
ADMIN = Actor(person_id=2, role=Role.ADMIN)


@pytest.fixture(autouse=True)
def _no_memory_of_other_tests(noon: object, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(filters, "in_money", lambda: False)
    st.cache_resource.clear()
    yield
    st.cache_resource.clear()


def _tick(actor: Actor = BOSS, asked: Asked | None = None) -> prepared.Shown:
    """What one run of the page's fragment asks of the database."""
    with reading(actor) as w:
        seen = prepared.state(w)
        prepared.categories(w, seen)
    return prepared.shown(actor, asked or Asked(), seen)


def _seen() -> str:
    with reading(BOSS) as w:
        return version(w)


def _contacts(shown: prepared.Shown) -> int:
    return int(shown.board.contacts["contacts"].sum())


def test_a_contact_logged_by_another_process_is_there_at_the_next_tick(fresh_engines: Engines) -> None:
    assert _contacts(_tick()) == 0
    others = make_engines(fresh_engines.write.url.render_as_string(hide_password=False))
    for n in range(1, 4):
        with Session(others.write) as session, session.begin():
            contact(Work(session, SYSTEM, clock.now()), make.NOON)
        assert _contacts(_tick()) == n
    others.dispose()


def test_a_batch_of_an_import_that_leaves_no_other_trace_is_noticed(fresh_engines: Engines) -> None:
    before = _tick()
    with work(SYSTEM) as w:
        rollups.contacted(w, make.NOON, "phone")
    after = _tick()
    assert (_contacts(before), _contacts(after)) == (0, 1)


def test_nothing_written_means_the_same_answer_for_every_manager(fresh_engines: Engines) -> None:
    with work(SYSTEM) as w:
        contact(w, make.NOON)
    assert _seen() == _seen()
    first = _tick()
    assert _tick() is first
    assert _tick(ADMIN) is first
    assert _tick(asked=Asked(channels=("letter",))) is not first


def test_what_changes_by_itself_is_read_again_within_a_minute(
    fresh_engines: Engines, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = _tick()
    monkeypatch.setattr(clock, "now", lambda: make.NOON + timedelta(seconds=59))
    assert _tick() is first
    monkeypatch.setattr(clock, "now", lambda: make.NOON + timedelta(seconds=60))
    assert _tick().board.at == make.NOON + timedelta(seconds=60)


@pytest.mark.parametrize("engines", ["postgresql"], indirect=True)
def test_a_writer_that_was_overtaken_by_a_later_one_is_not_missed(fresh_engines: Engines) -> None:
    with Session(fresh_engines.write) as slow:
        slow.begin()
        rollups.contacted(Work(slow, SYSTEM, clock.now()), make.NOON, "letter")
        with work(SYSTEM) as w:
            rollups.contacted(w, make.NOON, "phone")
        between, seen = _tick(), _seen()
        slow.commit()
    assert _contacts(between) == 1
    assert _seen() != seen
    assert _contacts(_tick()) == 2


def test_readers_beside_a_busy_writer_always_see_what_was_committed_before_they_asked(fresh_engines: Engines) -> None:
    written, done = [0], threading.Event()
    wrong: list[int] = []

    def look() -> None:
        while not done.is_set():
            least = written[0]
            if _contacts(_tick()) < least:
                wrong.append(least)

    readers = [threading.Thread(target=look) for _ in range(3)]
    for reader in readers:
        reader.start()
    for n in range(1, 41):
        with work(SYSTEM) as w:
            rollups.contacted(w, make.NOON, "phone")
        written[0] = n
    done.set()
    for reader in readers:
        reader.join()
    assert wrong == []
    assert _contacts(_tick()) == 40


def test_a_chart_kept_from_before_is_the_one_that_would_be_made_now(fresh_engines: Engines) -> None:
    writes: list[Callable[[Work], object]] = [
        lambda w: contact(w, make.NOON),
        lambda w: order(w, make.NOON, (make.product(w.session, category="Tea"), 900)),
        lambda w: order(w, make.NOON - timedelta(weeks=1), (make.product(w.session, category="Tea"), 500)),
        lambda w: order(w, make.NOON - timedelta(weeks=1), (make.product(w.session, category="Cups"), 0)),
        lambda w: order(w, make.NOON, (make.product(w.session, category=""), -900)),
        lambda w: rollups.joined(w, make.NOON - timedelta(days=1)),
        lambda w: case(w, make.NOON - timedelta(days=2)),
        lambda w: company.save(w, currency="JPY"),
    ]
    _tick()
    for write in writes:
        with work(SYSTEM) as w:
            write(w)
        kept = _tick()
        board = kept.board
        fresh = [
            overview.contacts(board),
            overview.orders(board, cents=False),
            overview.revenue(board),
            overview.customers(board),
            overview.cases(board),
        ]
        for card, anew in zip(kept.cards, fresh, strict=True):
            assert (card.sentence, card.options, card.spec) == (anew.sentence, anew.options, anew.spec)
            assert card.sent.equals(anew.sent)


@pytest.mark.parametrize("rows", [1, 60])
def test_an_unchanged_tick_asks_one_question_however_much_there_is(
    fresh_engines: Engines, monkeypatch: pytest.MonkeyPatch, rows: int
) -> None:
    with work(SYSTEM) as w:
        for n in range(rows):
            contact(w, make.NOON - timedelta(hours=n))
            order(w, make.NOON - timedelta(days=n), (make.product(w.session, category=f"C{n % 20}"), 100))
    # The company is read every two seconds, by whatever page comes first; a busy machine takes longer for two ticks.
    monkeypatch.setattr(company, "time", SimpleNamespace(monotonic=lambda: 1.0))
    company.forget()
    _tick()
    with counted(fresh_engines.read) as sent:
        _tick()
    assert len([s for s in sent if s != "BEGIN"]) == 1, sent


def test_whoever_may_have_written_is_never_answered_from_memory(session: Session, work_as: Callable[..., Work]) -> None:
    w = work_as(make.actor(session, Role.MANAGER))
    assert version(w) != version(w)


def test_only_managers_learn_the_state_of_the_data(session: Session, work_as: Callable[..., Work]) -> None:
    with pytest.raises(NotAllowed):
        version(work_as(make.actor(session, Role.STAFF)))
