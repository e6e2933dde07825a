"""Real data in: everything that can be taken is taken once, and everything else is told."""

from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import pytest
from sqlalchemy import func
from sqlmodel import select

from db.engine import Engines
from db.models import (
    UNDATED,
    ArticleQuery,
    Channel,
    Consent,
    Customer,
    CustomerAddress,
    CustomerEmail,
    CustomerKind,
    CustomerPhone,
    ImportState,
    Interaction,
    Label,
    Order,
    OrderLine,
    OrderStatus,
    Payment,
    PriceChange,
    Product,
    Role,
    StaffMember,
    SurveyResponse,
    WebSession,
)
from services import company, rollup_check, search
from services.errors import NotAllowed
from services.exchange import imports
from services.settings import settings
from services.work import SYSTEM, Actor, reading, work
from tests.import_tables import Row, balanced, folder, line, one_of_everything, only, order, rejected

pytestmark = pytest.mark.usefixtures("fresh_engines")


@pytest.fixture(autouse=True)
def var_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(settings(), "var_dir", tmp_path / "var")
    return tmp_path / "var"


@pytest.fixture(autouse=True)
def berlin(fresh_engines: Engines, var_dir: Path) -> None:
    with work(SYSTEM) as w:
        company.save(w, currency="EUR", time_zone="Europe/Berlin")


@pytest.mark.parametrize("ending", [".csv", ".csv.gz", ".parquet"])
def test_every_table_comes_in_with_its_values(tmp_path: Path, ending: str) -> None:
    run = imports.run(folder(tmp_path / "in", one_of_everything(), ending), source="shop", started_by=SYSTEM)
    assert run.state is ImportState.DONE
    assert balanced(run)
    assert {t: c["added"] for t, c in run.counts.items()} == {t: len(r) for t, r in one_of_everything().items()}
    with reading(SYSTEM) as w:
        ada, grace = only(w, StaffMember, name="Ada Lovelace"), only(w, StaffMember, name="Grace Hopper")
        assert (grace.manager_id, grace.email) == (ada.id, "grace@example.com")
        joerg, acme = only(w, Customer, source_id="C1"), only(w, Customer, source_id="C2")
        assert (joerg.name, joerg.kind, joerg.attributes) == ("Müller, Jörg", CustomerKind.INDIVIDUAL, {"size": "L"})
        assert (joerg.time_zone, acme.time_zone) == ("America/New_York", None)
        assert joerg.joined_at == datetime(2024, 1, 2, 8, tzinfo=UTC)
        assert (acme.name, acme.kind) == ("Acme GmbH", CustomerKind.COMPANY)
        assert only(w, CustomerEmail, customer_id=joerg.id).email == "joerg@example.com"
        assert only(w, CustomerPhone, customer_id=joerg.id).e164 == "+49301234567"
        assert only(w, CustomerAddress, customer_id=joerg.id).city == "Berlin"
        assert only(w, Consent, customer_id=joerg.id).granted
        assert not only(w, Consent, customer_id=acme.id).granted
        kettle = only(w, Product, source_id="P1")
        assert (kettle.is_fee, only(w, Product, source_id="P2").is_fee) == (None, True)
        assert (kettle.list_price_cents, kettle.unit_cost_cents) == (2500, 1251)
        assert only(w, PriceChange, product_id=kettle.id).list_price_cents == 2500
        assert [hit.customer_id for hit in search.customers(w, "mueller")] == [joerg.id]
        assert rollup_check.mismatches(w) == []


def test_orders_and_what_hangs_on_them_keep_their_sums_and_words(tmp_path: Path) -> None:
    imports.run(folder(tmp_path / "in", one_of_everything()), source="shop", started_by=SYSTEM)
    with reading(SYSTEM) as w:
        first, second = only(w, Order, source_id="O1"), only(w, Order, source_id="O2")
        assert (first.status, first.source_status) == (OrderStatus.DELIVERED, "delivered")
        assert (first.lines_cents, first.shipping_cents, first.total_cents) == (2000, 490, 2490)
        assert (first.returns_order_id, second.customer_id) == (second.id, None)
        assert (second.status, second.lines_cents) == (OrderStatus.CANCELLED, 9999)
        lost = only(w, OrderLine, order_id=first.id, line_no=2)
        assert (lost.product_id, lost.product_code, lost.quantity) == (None, "UNKNOWN", -1)
        assert only(w, Payment, order_id=first.id).amount_cents == 2490
        mail, pigeon = only(w, Interaction, source_id="I1"), only(w, Interaction, source_id="I2")
        assert (mail.channel, mail.matter, mail.summary) == (Channel.EMAIL, "M1", "Hello,\nit is on its way.")
        assert mail.order_id == first.id
        assert (pigeon.channel, pigeon.happened_at, pigeon.date_known) == (Channel.OTHER, UNDATED, False)
        assert pigeon.attributes == {"a": 1, "order_id": "O404"}
        assert only(w, SurveyResponse, source_id="S1").score == 4.5
        assert only(w, WebSession, source_id="W1").figures == {"weekend": True, "pages_product": 3, "bounce_rate": 0.2}
        assert only(w, ArticleQuery, source_id="Q2").article_id is None
        assert only(w, Label, label="churned").value is False


def test_what_was_noticed_is_told_in_plain_words(tmp_path: Path) -> None:
    run = imports.run(folder(tmp_path / "in", one_of_everything()), source="shop", started_by=SYSTEM)
    for note in (
        "1 order names no customer and is kept as an anonymous sale.",
        "1 order was cancelled, adjusted or could not be supplied; it is kept, but counts as no sale.",
        "1 line names a product that is in no product table; the code is kept.",
        "1 line has a negative quantity (returned goods).",
        "1 contact has no date; it is kept and left out of charts over time.",
        "1 contact came over a channel that is not known and is filed under other.",
        "1 row names an order that is not here; its number is kept.",
        "1 product is a fee or a service, not goods.",
        "1 price is finer than the smallest coin and was rounded; line totals are exact.",
        "1 text is in another language than the company's.",
    ):
        assert note in run.notes


def test_frames_in_memory_take_the_same_road_as_files(tmp_path: Path) -> None:
    typed = pd.DataFrame(
        {
            "order_id": ["O1", "O2"],
            "customer_id": [None, None],
            "ordered_at": [pd.Timestamp("2024-05-01 10:00"), pd.Timestamp("2024-05-01 10:00", tz="Asia/Tokyo")],
            "status": ["completed", "new word"],
            "shipping_fee": [4.9, float("nan")],
            "attributes": [{"gift": True}, None],
        }
    )
    lines = (pd.DataFrame([line("O1", i, 0.1 + 0.2)]) for i in (1, 2))
    shown: list[imports.Progress] = []
    run = imports.run_frames(
        {"order_lines": lines, "orders": typed}, source="memory", started_by=SYSTEM, on_progress=shown.append
    )
    assert {t: c["added"] for t, c in run.counts.items()} == {"orders": 2, "order_lines": 2}
    assert [p.table for p in shown] == ["orders", "order_lines", "order_lines"]
    assert (shown[-1].read, shown[-1].share) == (4, 1.0)
    with reading(SYSTEM) as w:
        first, second = only(w, Order, source_id="O1"), only(w, Order, source_id="O2")
        assert (first.total_cents, first.attributes) == (490 + 60, {"gift": True})
        assert first.ordered_at == datetime(2024, 5, 1, 8, tzinfo=UTC)
        assert second.ordered_at == datetime(2024, 5, 1, 1, tzinfo=UTC)
        assert (second.status, second.source_status) == (OrderStatus.COMPLETED, "new word")


def test_the_same_files_under_another_name_are_other_rows(tmp_path: Path) -> None:
    files = folder(tmp_path / "in", one_of_everything())
    imports.run(files, source="shop", started_by=SYSTEM)
    again = imports.run(files, source="shop", started_by=SYSTEM)
    assert sum(c["added"] for c in again.counts.values()) == 0
    assert balanced(again)
    assert again.notes == ["Nothing was added: every row that can be taken was here already."]
    other = imports.run(files, source="warehouse", started_by=SYSTEM)
    assert other.counts["customers"]["added"] == 2
    with reading(SYSTEM) as w:
        assert rollup_check.mismatches(w) == []


def test_what_came_since_is_added_and_changes_the_sums(tmp_path: Path) -> None:
    tables = one_of_everything()
    imports.run(folder(tmp_path / "in", tables), source="shop", started_by=SYSTEM)
    tables["order_lines"].append(line("O1", 3, "1.01"))
    run = imports.run(folder(tmp_path / "in", tables), source="shop", started_by=SYSTEM)
    assert run.counts["order_lines"] == {"read": 4, "added": 1, "known": 3, "rejected": 0}
    with reading(SYSTEM) as w:
        assert only(w, Order, source_id="O1").total_cents == 2591
        assert rollup_check.mismatches(w) == []


FAULTY: dict[str, list[Row]] = {
    "customers": [
        {"customer_id": "C1", "name": "two\nlines", "email": "not an address"},
        {"customer_id": "", "name": "no id"},
        {"customer_id": "C1", "name": "again"},
        {"customer_id": "C2", "name": "x" * 201},
        {"customer_id": "C3", "name": "bell \a"},
        {"customer_id": "C4", "attributes": "[1, 2]"},
        {"customer_id": "C5", "joined_at": "31.12.2020"},
        {"customer_id": "C6", "name": "far away", "time_zone": "Europe/Atlantis"},
    ],
    "orders": [order("O1", "C1"), order("O2", "nobody"), order("O3", ordered_at="")],
    "order_lines": [
        line("O1", 1, "12.345"),
        line("O1", 2, quantity="1.5"),
        line("O9"),
        line("O1", 3, "=1+1"),
        line("O1", 4),
    ],
}


def test_a_row_that_cannot_be_taken_is_told_with_line_column_and_reason(tmp_path: Path) -> None:
    run = imports.run(folder(tmp_path / "in", FAULTY), source="shop", started_by=SYSTEM)
    assert balanced(run)
    assert [(r["table"], r["row"], r["column"], r["value"]) for r in rejected(run)] == [
        ("customers", "4", "customer_id", ""),
        ("customers", "6", "name", "x" * 200),
        ("customers", "7", "name", "bell \a"),
        ("customers", "2", "email", "not an address"),
        ("customers", "9", "joined_at", "31.12.2020"),
        ("customers", "8", "attributes", "[1, 2]"),
        ("customers", "10", "time_zone", "Europe/Atlantis"),
        ("customers", "5", "customer_id", "C1"),
        ("orders", "4", "ordered_at", ""),
        ("orders", "3", "customer_id", "nobody"),
        ("order_lines", "3", "quantity", "1.5"),
        ("order_lines", "2", "line_total", "12.345"),
        ("order_lines", "5", "line_total", "'=1+1"),
        ("order_lines", "4", "order_id", "O9"),
    ]
    assert all(r["reason"] for r in rejected(run))
    assert Path(str(run.rejects_file)).stat().st_mode & 0o077 == 0
    with reading(SYSTEM) as w:
        assert only(w, Customer, source_id="C1").name == "two lines"  # the customer went in without the e-mail
        assert only(w, Customer, source_id="C6").time_zone is None  # and this one without the time zone
        assert w.session.exec(select(func.count()).select_from(CustomerEmail)).one() == 0
        assert only(w, Order).lines_cents == 1000


def test_only_an_administrator_may_import_or_undo(tmp_path: Path) -> None:
    files = folder(tmp_path / "in", one_of_everything())
    manager = Actor(role=Role.MANAGER)
    with pytest.raises(NotAllowed):
        imports.run(files, source="shop", started_by=manager)
    run = imports.run(files, source="shop", started_by=SYSTEM)
    with pytest.raises(NotAllowed):
        imports.undo(manager, run.id)
    with reading(SYSTEM) as w:
        assert w.session.exec(select(func.count()).select_from(Customer)).one() == 2
