"""Whatever dies in the middle of an order, the order is either wholly there or not at all (faults F1 to F4, F18)."""

import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import event
from sqlmodel import col, func, select

from db import engine as engine_module
from db.engine import Engines, make_engines
from db.models import Order, OutboxEntry, Product
from services import orders
from services import work as units
from services.errors import Unavailable
from services.work import SYSTEM, Actor, reading, work
from tests.ordering import asked_by, products, remember_start, shoppers, unsound

ROOT = Path(__file__).resolve().parent.parent
KILLS = 10


@contextmanager
def child(url: str, seed: int) -> Iterator[subprocess.Popen[str]]:
    """A process that orders in a loop; running when the block begins, dead when it ends."""
    command = [sys.executable, "-m", "tests.orders_in_a_loop", url, str(seed)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
            yield process
        finally:
            process.kill()


def url_of(engines: Engines) -> str:
    return engines.write.url.render_as_string(hide_password=False)


def placed() -> int:
    with reading(SYSTEM) as w:
        orders_now = w.session.exec(select(func.count()).select_from(Order)).one()
        mails = select(func.count()).select_from(OutboxEntry).where(OutboxEntry.kind == "order-placed")
        assert w.session.exec(mails).one() == orders_now  # each with its confirmation
    return orders_now


def order(actor: Actor, key: str, product_id: int) -> int:
    new = asked_by(actor, key, (product_id, 1))
    with work(actor) as w:
        return orders.place(w, new).id


def test_killed_at_any_moment_the_books_still_hold(fresh_engines: Engines) -> None:
    shoppers(1)
    products(*[100_000] * 6)
    remember_start()
    moments, counts = random.Random(20260302), [0]
    for kill in range(KILLS):
        with child(url_of(fresh_engines), kill) as process:
            time.sleep(moments.uniform(0.05, 0.5))
            process.send_signal(signal.SIGKILL)
            process.wait()
        assert unsound() == []
        counts.append(placed())
    assert counts == sorted(counts)
    assert counts[-1] > KILLS, "the children hardly ordered anything, so nothing was proved"


def test_connections_cut_by_the_server_lose_nothing(fresh_engines: Engines) -> None:
    """F4 on PostgreSQL; on SQLite, where there is nothing to cut, the pooled connections are closed instead."""
    [person], [kettle] = shoppers(1), products(1000)
    remember_start()
    order(person, "before", kettle)
    server = make_engines(url_of(fresh_engines))
    with child(url_of(fresh_engines), 1):
        for _cut in range(5):
            time.sleep(0.1)
            if fresh_engines.dialect == "postgresql":
                cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
                with server.write.connect() as connection:
                    connection.exec_driver_sql(cut + " AND datname = current_database()")
            else:
                fresh_engines.dispose()
    server.dispose()
    assert order(person, "after", kettle) > 0  # pre-ping finds the dead connections, nobody sees an error
    assert unsound() == []


@contextmanager
def locked_by_another(engines: Engines) -> Iterator[None]:
    """Another process's transaction holds what an order needs."""
    other = make_engines(url_of(engines))
    with other.write.connect() as connection:
        if engines.dialect == "postgresql":
            connection.exec_driver_sql("LOCK TABLE product IN ACCESS EXCLUSIVE MODE")
        else:
            connection.exec_driver_sql("SELECT 1")  # the write engine begins with BEGIN IMMEDIATE
        yield
        connection.rollback()
    other.dispose()


def test_a_locked_database_is_waited_for(fresh_engines: Engines) -> None:
    [person], [kettle] = shoppers(1), products(10)
    remember_start()
    new = asked_by(person, "one", (kettle, 1))
    done: list[int] = []

    def attempt() -> None:
        with work(person) as w:
            done.append(orders.place(w, new).id)

    with locked_by_another(fresh_engines):
        waiting = threading.Thread(target=attempt)
        waiting.start()
        time.sleep(0.4)
        assert not done
    waiting.join(timeout=20)
    assert len(done) == 1
    assert unsound() == []


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Engines made from here on wait a moment only, where they would wait ten seconds."""
    monkeypatch.setattr(engine_module, "BUSY_TIMEOUT_S", 0.2)
    monkeypatch.setattr(engine_module, "STATEMENT_TIMEOUT_MS", 300)


def test_locked_for_too_long_an_order_is_refused_calmly_and_works_later(
    fresh_engines: Engines, impatient: None
) -> None:
    """F3, and F18 on PostgreSQL: the statement timeout ends the waiting."""
    [person], [kettle] = shoppers(1), products(10)
    remember_start()
    new = asked_by(person, "one", (kettle, 1))
    short = make_engines(url_of(fresh_engines))
    units.bind(short)
    with locked_by_another(fresh_engines):
        began = time.monotonic()
        with pytest.raises(Unavailable, match="Nothing was changed; please try again"), work(person) as w:
            orders.place(w, new)
        assert time.monotonic() - began < 5
    assert placed() == 0
    with work(person) as w:
        orders.place(w, new)
    assert placed() == 1
    assert unsound() == []
    short.dispose()


def test_with_a_full_disk_orders_are_refused_reading_works_and_all_works_again(fresh_engines: Engines) -> None:
    """F2. SQLite is given no page more; on PostgreSQL the same error comes from a trigger, as from a full disk."""
    [person], [kettle] = shoppers(1), products(100_000)
    remember_start()
    full = [True]
    if fresh_engines.dialect == "sqlite":

        @event.listens_for(fresh_engines.write, "begin")
        def _limit(connection: object) -> None:
            driver = connection.connection.cursor()  # type: ignore[attr-defined]  # an sqlalchemy Connection
            pages = driver.execute("PRAGMA page_count").fetchone()[0]
            driver.execute(f"PRAGMA max_page_count = {pages if full[0] else 2**31 - 2}")

    else:
        with fresh_engines.write.begin() as connection:
            connection.exec_driver_sql(
                "CREATE FUNCTION no_space() RETURNS trigger LANGUAGE plpgsql AS "
                "$$ BEGIN RAISE EXCEPTION USING ERRCODE = 'disk_full', MESSAGE = 'could not extend file'; END $$"
            )
            connection.exec_driver_sql(
                "CREATE TRIGGER full_disk BEFORE INSERT ON outbox_entry FOR EACH ROW EXECUTE FUNCTION no_space()"
            )
    taken = _orders_until_refused(person, kettle)
    assert placed() == taken  # reading works
    assert unsound() == []
    full[0] = False
    if fresh_engines.dialect == "postgresql":
        with fresh_engines.write.begin() as connection:
            connection.exec_driver_sql("DROP TRIGGER full_disk ON outbox_entry")
    order(person, "there is room again", kettle)
    assert placed() == taken + 1
    assert unsound() == []


def _orders_until_refused(person: Actor, product_id: int) -> int:
    for number in range(2000):
        try:
            order(person, str(number), product_id)
        except Unavailable as refused:
            assert str(refused) == "The database does not answer right now. Nothing was changed; please try again."  # noqa: PT017 - how many went in before is the answer
            return number
    raise AssertionError("the disk never became full")


def test_a_broken_step_in_the_middle_leaves_nothing(fresh_engines: Engines, monkeypatch: pytest.MonkeyPatch) -> None:
    [person], [kettle] = shoppers(1), products(10)
    remember_start()

    def fails(*_a: object, **_k: object) -> None:
        raise RuntimeError("a bug")

    monkeypatch.setattr("services.orders.placing.rollups.sold", fails)  # the last step of all
    with pytest.raises(RuntimeError):
        order(person, "one", kettle)
    assert placed() == 0
    with reading(SYSTEM) as w:
        assert w.session.exec(select(Product.stock).where(col(Product.id) == kettle)).one() == 10
