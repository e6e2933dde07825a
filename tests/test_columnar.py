"""The columnar copy holds what the primary holds: exactly, at every step, whoever writes meanwhile."""

import random
import re
from collections import defaultdict
from collections.abc import Iterator

import pytest
import sqlglot
from sqlalchemy import text
from sqlglot import exp
from sqlmodel import Session

from db.columnar import source
from db.columnar.copy import Copy
from db.columnar.tables import FED
from db.engine import Engines
from db.models import Consent, CustomerAddress, Order, OrderLine, OrderStatus, Purpose, Return
from services import columnar, company
from services import work as work_module
from services.columnar import pruning
from services.work import SYSTEM, work
from tests import make
from tests.changing import SMALL, an_order, assert_exact, content

_UPDATES = "SELECT tbl_name, sql FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'columnar_%_update'"
_UPDATED = """SELECT event_object_table, event_object_column FROM information_schema.triggered_update_columns
    WHERE trigger_name LIKE 'columnar_%_update'"""


@pytest.fixture
def copy(fresh_engines: Engines) -> Iterator[Copy]:
    """A copy of an empty company."""
    with source.snapshot(fresh_engines.read) as primary:
        made = Copy.in_memory(primary, "2026-01-01T00:00:00+00:00", SMALL)
    yield made
    made.close()


@pytest.mark.parametrize("engines", ["postgresql"], indirect=True)
def test_a_transaction_that_began_first_and_ends_last_is_not_missed(fresh_engines: Engines, copy: Copy) -> None:
    with Session(fresh_engines.write) as session:
        make.customer(session)
        session.commit()
    early = fresh_engines.write.connect()
    begun = early.begin()
    an_order(early, 1, random.Random(1))
    with fresh_engines.write.begin() as late:
        an_order(late, 1, random.Random(2))
    assert len(assert_exact(fresh_engines, copy)["orders"]) == 1
    begun.commit()
    early.close()
    assert len(assert_exact(fresh_engines, copy)["orders"]) == 2


def test_every_column_that_the_copy_reads_is_watched(fresh_engines: Engines) -> None:
    """A change of a column that no trigger watches would never reach a copy that follows."""
    watched: dict[str, set[str]] = defaultdict(set)
    with fresh_engines.read.connect() as connection:
        if fresh_engines.dialect == "sqlite":
            for table, sql in connection.execute(text(_UPDATES)):
                watched[table] |= set(re.findall(r"\w+", sql.split(" UPDATE OF ")[1].split(" ON ")[0]))
        else:
            for table, column in connection.execute(text(_UPDATED)):
                watched[table].add(column)
    for fed in FED:
        tree = sqlglot.parse_one(re.sub(r"\{only:[\w.]+\}", "1 = 1", fed.source), dialect="postgres")
        tables = {table.alias_or_name: table.name for table in tree.find_all(exp.Table)}
        for column in tree.find_all(exp.Column):
            assert column.name in watched[tables[column.table]] | {"id"}, f"{tables[column.table]}.{column.name}"


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
