"""The columnar copy holds what the primary holds: exactly, at every step, whoever writes meanwhile."""

import random
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from db.columnar import source
from db.columnar.copy import Copy, Limits
from db.columnar.tables import FED
from db.engine import Engines
from db.models import Consent, CustomerAddress, Order, OrderLine, OrderStatus, Purpose, Return
from services import columnar, company
from services import work as work_module
from services.columnar import pruning
from services.work import SYSTEM, work
from tests import make

SMALL = Limits("256MB", 1)
TABLES = (*(fed.name for fed in FED), "buyer")


def content(copy: Copy) -> dict[str, list[Any]]:
    with copy.reading() as (cursor, _about):
        return {t: cursor.execute(f"SELECT * FROM {t} ORDER BY ALL").fetchall() for t in TABLES}  # noqa: S608 - constants


@pytest.fixture
def copy(fresh_engines: Engines) -> Iterator[Copy]:
    """A copy of an empty company."""
    with source.snapshot(fresh_engines.read) as primary:
        made = Copy.in_memory(primary, "2026-01-01T00:00:00+00:00", SMALL)
    yield made
    made.close()


def assert_exact(engines: Engines, copy: Copy) -> dict[str, list[Any]]:
    """Bring the copy forward and compare it with one made from scratch of the very same snapshot."""
    with source.snapshot(engines.read) as primary:
        assert copy.forward(primary, "2026-01-02T00:00:00+00:00")
        scratch = Copy.in_memory(primary, "2026-01-02T00:00:00+00:00", SMALL)
    expected = content(scratch)
    scratch.close()
    assert content(copy) == expected
    return expected


def _order(connection: Connection, customer_id: int, rng: random.Random) -> None:
    sale = rng.choice(["placed", "cancelled", "delivered"])
    at = f"2026-0{rng.randint(1, 9)}-{rng.randint(10, 28)} {rng.randint(10, 23)}:30:00"
    order = {"customer_id": customer_id, "ordered_at": at, "status": sale, "channel": "portal", "note": ""}
    order |= dict.fromkeys(("lines_cents", "discount_cents", "shipping_cents", "total_cents"), 0)
    order |= {"delivery_address": "{}", "attributes": "{}"}
    made = _insert(connection, "sales_order", order, "RETURNING id").scalar_one()
    for n in range(rng.randint(1, 3)):
        line = {"order_id": made, "line_no": n, "product_code": "", "name": "", "quantity": 1, "discount_cents": 0}
        _insert(connection, "order_line", {**line, "line_total_cents": rng.randint(1, 9999)})


def _insert(connection: Connection, table: str, row: dict[str, Any], returning: str = "") -> Any:
    marks = ", ".join(f":{name}" for name in row)
    return connection.execute(text(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({marks}) {returning}"), row)  # noqa: S608 - constants


def _change(connection: Connection, rng: random.Random) -> None:
    """One random thing that happens to orders."""
    some = "(SELECT min(id) + :r FROM sales_order)"
    at = {"r": rng.randint(0, 30)}
    what = rng.randint(0, 5)
    if what <= 1:
        _order(connection, rng.randint(1, 3), rng)
    elif what == 2:
        statement = f"UPDATE sales_order SET status = 'completed', customer_id = 2 WHERE id = {some}"  # noqa: S608 - constant
        connection.execute(text(statement), at)
    elif what == 3:
        connection.execute(text(f"UPDATE order_line SET quantity = quantity + 1 WHERE order_id = {some}"), at)  # noqa: S608 - constant
    elif what == 4:
        connection.execute(text(f"DELETE FROM order_line WHERE line_no = 0 AND order_id = {some}"), at)  # noqa: S608 - constant
    else:
        connection.execute(text(f"DELETE FROM sales_order WHERE id = {some}"), at)  # noqa: S608 - constant


def _write(engines: Engines, seed: int, stop: threading.Event, failures: list[BaseException]) -> None:
    """A writer: transactions of several changes, some slow, some rolled back in whole or in part."""
    rng = random.Random(seed)
    try:
        while not stop.is_set():
            # Two writers that want the same rows in another order: the database picks a victim, which changes nothing.
            try:
                with engines.write.connect() as connection, connection.begin() as transaction:
                    for _i in range(rng.randint(1, 4)):
                        part = connection.begin_nested()
                        _change(connection, rng)
                        part.rollback() if rng.random() < 0.2 else part.commit()
                    if rng.random() < 0.4:
                        stop.wait(rng.random() / 20)
                    if rng.random() < 0.2:
                        transaction.rollback()
            except DBAPIError as error:
                if "deadlock" not in str(error):
                    raise
    except BaseException as error:
        failures.append(error)


def test_nothing_is_missed_or_doubled_while_many_write(fresh_engines: Engines, copy: Copy) -> None:
    with Session(fresh_engines.write) as session:
        for _i in range(3):
            make.customer(session)
        session.commit()
    stop, failures = threading.Event(), list[BaseException]()
    writers = [threading.Thread(target=_write, args=(fresh_engines, n, stop, failures)) for n in range(4)]
    for writer in writers:
        writer.start()
    try:
        seen = [len(assert_exact(fresh_engines, copy)["orders"]) for _i in range(25)]
    finally:
        stop.set()
        for writer in writers:
            writer.join()
    assert not failures
    assert len(assert_exact(fresh_engines, copy)["orders"]) > 0
    assert len(set(seen)) > 3, "nobody wrote while the copy followed"


@pytest.mark.parametrize("engines", ["postgresql"], indirect=True)
def test_a_transaction_that_began_first_and_ends_last_is_not_missed(fresh_engines: Engines, copy: Copy) -> None:
    with Session(fresh_engines.write) as session:
        make.customer(session)
        session.commit()
    early = fresh_engines.write.connect()
    begun = early.begin()
    _order(early, 1, random.Random(1))
    with fresh_engines.write.begin() as late:
        _order(late, 1, random.Random(2))
    assert len(assert_exact(fresh_engines, copy)["orders"]) == 1
    begun.commit()
    early.close()
    assert len(assert_exact(fresh_engines, copy)["orders"]) == 2


def test_every_kind_of_row_follows_its_parts(fresh_engines: Engines, copy: Copy) -> None:
    with Session(fresh_engines.write) as session:
        who = make.customer(session)
        session.add(CustomerAddress(customer_id=who.id, city="Bonn", country="DE"))
        session.add(Consent(customer_id=who.id, purpose=Purpose.PROFILING, granted=False, at=make.NOON))
        sale = Order(customer_id=who.id, ordered_at=make.NOON, status=OrderStatus.PLACED, lines_cents=500)
        session.add(sale)
        session.flush()
        session.add(OrderLine(order_id=sale.id, line_no=1, quantity=1, line_total_cents=500))
        lines = [{"line_no": 1, "quantity": 2}, {"line_no": 2, "quantity": 1}]
        session.add(Return(order_id=sale.id, lines=lines, requested_at=make.NOON))
        session.commit()
        here = assert_exact(fresh_engines, copy)
        assert here["buyer"] == [(who.id, sale.id, make.NOON.date())]
        assert (here["customer"][0][8], here["customer"][0][-1]) == ("Bonn", True)
        assert here["returns"][0][4] == 3
        session.add(Consent(customer_id=who.id, purpose=Purpose.PROFILING, granted=True, at=make.NOON))
        sale.status = OrderStatus.CANCELLED
        session.commit()
        here = assert_exact(fresh_engines, copy)
        assert (here["buyer"], here["customer"][0][-1]) == ([], False)
        assert {row[7] for row in here["sale_line"]} == {False}


def test_what_the_copy_does_not_hold_is_not_followed(fresh_engines: Engines, copy: Copy) -> None:
    with Session(fresh_engines.write) as session:
        kettle = make.product(session)
        session.commit()
        assert_exact(fresh_engines, copy)
        before = copy.about.changes
        kettle.stock = 3
        session.commit()
    assert_exact(fresh_engines, copy)
    assert copy.about.changes == before


def test_days_are_those_of_the_company_and_another_zone_means_a_new_copy(fresh_engines: Engines) -> None:
    with work(SYSTEM) as w:
        company.save(w, time_zone="Pacific/Auckland")
        w.session.add(Order(ordered_at=make.NOON.replace(hour=22), status=OrderStatus.PLACED))
    with source.snapshot(fresh_engines.read) as primary:
        made = Copy.in_memory(primary, "2026-01-01T00:00:00+00:00", SMALL)
    row = content(made)["orders"][0]
    assert (row[2].hour, str(row[3]), row[4]) == (22, "2026-03-03", 11)
    with work(SYSTEM) as w:
        company.save(w, time_zone="UTC")
    with source.snapshot(fresh_engines.read) as primary:
        assert not made.forward(primary, "2026-01-02T00:00:00+00:00")
    made.close()


def test_a_copy_that_is_too_far_behind_is_made_anew_and_one_that_is_not_goes_on(
    fresh_engines: Engines, copy: Copy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pruning, "KEEP", -pruning.KEEP)  # every entry is old enough at once

    def one_more() -> None:
        with Session(fresh_engines.write) as session:
            make.customer(session)
            session.commit()

    one_more()
    columnar.prune()  # notes where the log stands
    assert_exact(fresh_engines, copy)  # and is not behind that
    one_more()
    columnar.prune()
    assert_exact(fresh_engines, copy)
    behind = copy.about
    for _i in range(3):
        one_more()
        columnar.prune()
    with source.snapshot(fresh_engines.read) as primary:
        assert copy.about is behind
        assert not copy.forward(primary, "2026-01-02T00:00:00+00:00")


@pytest.mark.parametrize("how", ["asked for", "put back"])
def test_another_history_of_the_database_means_a_new_copy(fresh_engines: Engines, copy: Copy, how: str) -> None:
    if how == "asked for":
        with work(SYSTEM) as w:
            columnar.forget(w)
    else:  # as after a file was copied back by hand: the log is another one with numbers of the same size
        with work(SYSTEM) as w:
            changed = "DELETE FROM columnar_change" if w.dialect == "sqlite" else "TRUNCATE order_line CASCADE"
            w.session.execute(text(changed))
            make.customer(w.session)
    with source.snapshot(fresh_engines.read) as primary:
        assert not copy.forward(primary, "2026-01-02T00:00:00+00:00")


def test_a_copy_made_while_the_log_was_empty_goes_on(fresh_engines: Engines) -> None:
    with fresh_engines.write.begin() as connection:
        connection.execute(text("DELETE FROM columnar_change"))
    with source.snapshot(fresh_engines.read) as primary:
        made = Copy.in_memory(primary, "2026-01-01T00:00:00+00:00", SMALL)
        assert made.forward(primary, "2026-01-02T00:00:00+00:00")
    made.close()


def test_the_triggers_are_all_there(fresh_engines: Engines) -> None:
    """A later migration that makes a table anew on SQLite takes its triggers away without a word."""
    watched = "customer customer_address consent product sales_order order_line interaction support_case order_return"
    names = {f"columnar_{t}_{e}" for t in [*watched.split(), "survey_response", "staff_member", "team", "team_member"]
             for e in ("insert", "update", "delete")}  # fmt: skip
    sqlite = fresh_engines.dialect == "sqlite"
    sql = "SELECT name FROM sqlite_master WHERE type = 'trigger'" if sqlite else "SELECT tgname FROM pg_trigger"
    with work_module.engines().read.connect() as connection:
        assert names <= set(connection.execute(text(sql)).scalars())
