"""Five real data sets, imported each into its own database, give exactly the totals that are known for them."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlmodel import SQLModel

from db import schema
from db.columnar import source
from db.columnar.copy import Copy, Limits
from db.engine import make_engines
from db.models import ImportState
from services import company, cube, figures, rollup_check
from services import work as work_module
from services.columnar import keeper
from services.cube import CubeQuestion
from services.exchange import imports
from services.settings import settings
from services.work import SYSTEM, Work, reading, work
from tests import patterns_by_hand
from tests.conftest import DATA

CURRENCY = {
    "chinook": "USD",
    "cdnow": "USD",
    "online_retail": "GBP",
    "completejourney_500": "USD",
    "olist_slice": "BRL",
}
ZONE = {"online_retail": "Europe/London", "completejourney_500": "America/New_York", "olist_slice": "America/Sao_Paulo"}
#: Tables that may keep rows after an undo: the trail, the run itself, the company, the dictionary of the search,
#: and the log that the columnar copy follows.
KEPT = {"audit_entry", "import_run", "setting", "word_variant", "columnar_change", "columnar_state", "reason"}
CASES = [
    *(("sqlite", name) for name in CURRENCY),
    *(("postgresql", name) for name in ("chinook", "olist_slice")),
]


@pytest.fixture(scope="module", params=CASES, ids=lambda case: "-".join(case))
def imported(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A fresh database with one data set in it; the name of the set."""
    kind, name = request.param
    folder = tmp_path_factory.mktemp(name)
    url = f"sqlite:///{folder / 'golden.db'}"
    if kind == "postgresql":
        server = make_engines(request.getfixturevalue("postgres_url"))
        with server.write.connect().execution_options(isolation_level="AUTOCOMMIT") as admin:
            admin.exec_driver_sql(f"CREATE DATABASE golden_{name}")
        url = server.write.url.set(database=f"golden_{name}").render_as_string(hide_password=False)
        server.dispose()
    engines = make_engines(url)
    schema.migrate(engines.write)
    for factory in (work_module.WriteSession, work_module.ReadSession):
        factory.configure(join_transaction_mode="conditional_savepoint")
    work_module.bind(engines)
    company.forget()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(settings(), "var_dir", folder)
        with work(SYSTEM) as w:
            company.save(w, currency=CURRENCY[name], time_zone=ZONE.get(name, "UTC"))
        imports.run(DATA / name / "neutral", source=name, started_by=SYSTEM)
        yield name
    company.forget()
    engines.dispose()


def _figures(w: Work) -> dict[str, Any]:
    """Our own figures under the names and in the units of golden.json."""
    totals = figures.totals(w)
    months = figures.months(w)
    assert totals.first is not None
    assert totals.last is not None

    def money(cents: float) -> float:
        return cents / 100

    def best(rows: list[figures.Best], scale: int) -> list[list[Any]]:
        return [[row.key, row.value / scale if scale > 1 else row.value] for row in rows]

    return {
        "orders_all": totals.orders_all,
        "orders_completed": totals.orders_sold,
        "orders_not_completed": totals.orders_not_sold,
        "orders_without_customer": totals.orders_anonymous,
        "customers_with_completed_order": totals.customers,
        "revenue_all_lines": money(totals.revenue_all_cents),
        "revenue_completed": money(totals.revenue_cents),
        "average_order_value_completed": round(money(totals.average_order_cents), 4),
        "customers_with_2plus_completed_orders": totals.customers_again,
        "first": f"{totals.first:%Y-%m-%d %H:%M:%S}",
        "last": f"{totals.last:%Y-%m-%d %H:%M:%S}",
        "revenue_completed_by_month": {f"{m.start:%Y-%m}": money(m.revenue_cents) for m in months},
        "orders_completed_by_month": {f"{m.start:%Y-%m}": m.orders for m in months},
        "top5_customers_by_revenue": best(figures.best_customers(w), 100),
        "top5_customers_by_orders": best(figures.best_customers(w, by_orders=True), 1),
        "share_of_revenue_of_top_10pct_customers": round(figures.share_of_best_customers(w), 4),
        "lines_completed": totals.lines_sold,
        "top5_products_by_revenue": best(figures.best_products(w), 100),
    }


@contextmanager
def _copied(w: Work) -> Iterator[None]:
    """The columnar copy of it for a while."""
    with source.snapshot(w.session.get_bind()) as primary:  # type: ignore[arg-type]  # an engine here
        keeper.bind(Copy.in_memory(primary, w.now.isoformat(), Limits("512MB", 2)))
    yield
    keeper.bind(None)


def _figures_of_the_copy(w: Work) -> dict[str, Any]:
    """The same figures where the cube can give them, from the columnar copy."""
    ever = {"from_day": date(1990, 1, 1), "to_day": date(2100, 1, 1)}
    asked = CubeQuestion(measures=["revenue", "orders", "lines", "customers", "average_order"], by=["month"], **ever)  # type: ignore[arg-type]  # as mypy reads a dict
    answer = cube.ask(w, asked)
    whole, months = answer.whole, answer.frame
    return {
        "orders_completed": whole["orders"],
        "lines_completed": whole["lines"],
        "revenue_completed": (whole["revenue"] or 0) / 100,
        "customers_with_completed_order": whole["customers"],
        "average_order_value_completed": round((whole["average_order"] or 0) / 100, 4),
        "revenue_completed_by_month": {
            m[:7]: cents / 100 for m, cents in zip(months["month"], months["revenue"], strict=True)
        },
        "orders_completed_by_month": {m[:7]: n for m, n in zip(months["month"], months["orders"], strict=True)},
    }


def _counts(w: Work) -> dict[str, int]:
    return {
        table.name: w.session.execute(select(func.count()).select_from(table)).scalar_one()
        for table in SQLModel.metadata.sorted_tables
    }


def test_a_real_data_set_comes_in_whole_and_goes_out_whole(imported: str) -> None:
    golden = json.loads((DATA / imported / "golden.json").read_text("utf-8"))
    golden.pop("note")
    with reading(SYSTEM) as w:
        assert _figures(w) == golden
        with _copied(w):
            of_copy = _figures_of_the_copy(w)
            assert of_copy == {name: golden[name] for name in of_copy}
            if imported in patterns_by_hand.SETS:
                patterns_by_hand.compare(w, DATA / imported / "neutral")
        assert rollup_check.mismatches(w) == []
        before = _counts(w)

    again = imports.run(DATA / imported / "neutral", source=imported, started_by=SYSTEM)
    assert sum(counts["added"] for counts in again.counts.values()) == 0
    assert again.notes[0].startswith("Nothing was added")
    with reading(SYSTEM) as w:
        after = _counts(w)
    trail = {"audit_entry", "import_run"}
    assert {k: v for k, v in after.items() if k not in trail} == {k: v for k, v in before.items() if k not in trail}

    assert imports.undo(SYSTEM, again.id - 1).state is ImportState.UNDONE
    with reading(SYSTEM) as w:
        assert {table: n for table, n in _counts(w).items() if n and table not in KEPT} == {}
        assert rollup_check.mismatches(w) == []
