"""Files that are broken on purpose or by accident are refused calmly, and what is sound in them is taken."""

import csv
import gzip
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as effort
from hypothesis import strategies as st

from db import schema
from db.engine import Engines, make_engines
from db.models import Customer, ImportRun, ImportState
from services import company, rollup_check
from services import work as work_module
from services.errors import Invalid
from services.exchange import imports, reading
from services.settings import settings
from services.work import SYSTEM
from services.work import reading as look
from tests.import_tables import Row, as_csv, balanced, folder, line, order, rejected, stored


@pytest.fixture(autouse=True)
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Engines:
    """Reading files is the same for both databases; SQLite is enough here."""
    monkeypatch.setattr(settings(), "var_dir", tmp_path / "var")
    engines = make_engines(f"sqlite:///{tmp_path / 'hostile.db'}")
    schema.migrate(engines.write)
    for factory in (work_module.WriteSession, work_module.ReadSession):
        factory.configure(join_transaction_mode="conditional_savepoint")
    work_module.bind(engines)
    company.forget()
    return engines


def of_bytes(path: Path, content: bytes, name: str = "customers.csv") -> Path:
    path.mkdir(exist_ok=True)
    (path / name).write_bytes(content)
    return path


def imported(path: Path) -> ImportRun:
    return imports.run(path, source="hostile", started_by=SYSTEM)


def refused(path: Path) -> str:
    """The sentence with which the import of a folder is refused."""
    with pytest.raises(Invalid) as error:
        imported(path)
    return str(error.value)


def newest() -> ImportRun:
    with look(SYSTEM) as w:
        return w.session.get_one(ImportRun, stored(ImportRun))


def test_a_line_of_seven_megabytes_is_refused_and_what_came_before_is_in(tmp_path: Path) -> None:
    rows = b"".join(b"C%d,x\n" % i for i in range(reading.BATCH_ROWS))
    path = of_bytes(tmp_path / "in", b"customer_id,name\n" + rows + b"CX," + b"y" * 7_000_000 + b"\n")
    assert "a line has more than 1,000,000 bytes" in refused(path)
    assert newest().state is ImportState.FAILED
    assert stored(Customer) <= reading.BATCH_ROWS
    assert "a line has more than" in refused(of_bytes(tmp_path / "in2", b"customer_id" + b"x" * 7_000_000))


def test_twenty_thousand_columns_are_refused_before_anything_is_written(tmp_path: Path) -> None:
    names = ",".join(["customer_id", *(f"c{i}" for i in range(20_000))])
    assert "20001 columns; at most 200 are read" in refused(of_bytes(tmp_path / "in", names.encode() + b"\n1\n"))
    assert stored(ImportRun) == 0


def test_a_quote_that_is_never_closed_costs_the_rest_of_the_file_but_not_silently(tmp_path: Path) -> None:
    run = imported(of_bytes(tmp_path / "in", b'customer_id,name\nC1,a\nC2,"b\nC3,c\nC4,d\n'))
    [reject] = rejected(run)
    assert (reject["row"], reject["value"]) == ("3", "lines 3 to 5")
    assert "a quote is not closed" in reject["reason"]
    assert run.counts["customers"] == {"read": 2, "added": 1, "known": 0, "rejected": 1}
    long = b'customer_id,name\nC1,a\nC2,"b' + b"\nC3,c" * 100_000
    assert "perhaps a quote is not closed" in refused(of_bytes(tmp_path / "long", long))


def test_a_quote_in_the_wrong_place_costs_its_own_row(tmp_path: Path) -> None:
    run = imported(of_bytes(tmp_path / "in", b'customer_id,name\n"C1","two\nlines"\nC2,"5" pipe"\nC3,6" pipe\n'))
    assert [(r["row"], r["value"]) for r in rejected(run)] == [("4", "lines 4 to 4")]
    assert run.counts["customers"]["added"] == 2


def test_text_in_another_encoding_loses_only_the_rows_that_need_it(tmp_path: Path) -> None:
    run = imported(of_bytes(tmp_path / "in", "customer_id,name\nC1,Ada\nC2,Müller\n".encode("latin-1")))
    [reject] = rejected(run)
    assert (reject["row"], reject["reason"]) == ("3", "this is not UTF-8 text; save the file as UTF-8")
    assert run.counts["customers"]["added"] == 1
    sixteen = of_bytes(tmp_path / "sixteen", "customer_id,name\nC1,Ada\n".encode("utf-16"))
    assert "the first line does not name customer_id" in refused(sixteen)


def test_a_byte_order_mark_and_other_line_ends_are_understood(tmp_path: Path) -> None:
    path = of_bytes(tmp_path / "in", b"\xef\xbb\xbfcustomer_id,name\r\nC1,Ada\r\n\r\nC2,Bob\r\n")
    assert imported(path).counts["customers"]["added"] == 2


def test_nul_bytes_lose_their_row_only(tmp_path: Path) -> None:
    run = imported(of_bytes(tmp_path / "in", b"customer_id,name\nC1,a\x00b\nC\x002,x\nC3,c\n"))
    assert [r["row"] for r in rejected(run)] == ["3", "2"]
    assert run.counts["customers"]["added"] == 1


def test_a_gzip_bomb_is_stopped_while_it_unpacks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "FREE_BYTES", 2**20)
    bomb = gzip.compress(b"customer_id,name\n" + b"C1,x\n" * 4_000_000)
    assert len(bomb) < 100_000
    path = of_bytes(tmp_path / "in", bomb, "customers.csv.gz")
    assert "it unpacks to more than 200 times its size" in refused(path)


@pytest.mark.parametrize("name", ["customers.csv.gz", "customers.parquet"])
def test_a_damaged_file_is_called_damaged(tmp_path: Path, name: str) -> None:
    whole = gzip.compress(as_csv("customers", [{"customer_id": f"C{i}"} for i in range(5000)]).encode())
    assert "the file is damaged or not complete" in refused(of_bytes(tmp_path / "cut", whole[: len(whole) // 2], name))


def test_names_of_columns_must_be_there_once(tmp_path: Path) -> None:
    assert "does not name customer_id" in refused(of_bytes(tmp_path / "a", b"name\nAda\n"))
    assert "occurs twice" in refused(of_bytes(tmp_path / "b", b"customer_id,name,name\n1,2,3\n"))
    assert "does not name customer_id" in refused(of_bytes(tmp_path / "c", b""))


def test_a_folder_without_tables_says_which_names_are_expected(tmp_path: Path) -> None:
    assert "is not a folder" in refused(tmp_path / "nowhere")
    assert "expected are files like customers.csv" in refused(of_bytes(tmp_path / "in", b"x", "kunden.csv"))
    both = folder(tmp_path / "two", {"customers": [{"customer_id": "C1"}]})
    folder(both, {"customers": [{"customer_id": "C1"}]}, ".csv.gz")
    assert "several files for this table" in refused(both)


def test_rows_with_more_or_fewer_cells_are_told(tmp_path: Path) -> None:
    run = imported(of_bytes(tmp_path / "in", b"customer_id,name\nC1,a\nC2\nC3,c,d\n\nC4,e\n"))
    assert [(r["row"], r["value"]) for r in rejected(run)] == [("3", "C2"), ("4", "C3,c,d")]
    assert run.counts["customers"] == {"read": 4, "added": 2, "known": 0, "rejected": 2}


def test_no_cell_of_the_rejects_file_is_a_formula(tmp_path: Path) -> None:
    bad = ["=1+1", "+49", "-1x", "@SUM(A1)", "\t=1", "  =1", "＝1", "|cmd"]
    rows = [order(f"O{i}", ordered_at=text) for i, text in enumerate(bad)]
    run = imported(folder(tmp_path / "in", {"orders": rows}))
    assert run.rejects_file is not None
    with Path(run.rejects_file).open(encoding="utf-8", newline="") as handle:
        cells = [cell for row in csv.reader(handle) for cell in row]
    assert not [c for c in cells if c.lstrip().startswith(("=", "+", "-", "@", "＝"))]
    assert len(rejected(run)) == len(bad)


def test_what_is_no_table_is_named_and_left_alone(tmp_path: Path) -> None:
    path = folder(tmp_path / "in", {"customers": [{"customer_id": "C1"}]})
    (path / "passwords.txt").write_text("x")
    assert "Not part of the import schema and left alone: passwords.txt." in imported(path).notes


def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    def peak(n: int) -> int:
        rows = (f"O{i},web,2024-05-01T10:00:00,completed\n" for i in range(n))
        text = "order_id,channel,ordered_at,status\n" + "".join(rows)
        path = of_bytes(tmp_path / f"n{n}", text.encode(), "orders.csv")
        tracemalloc.start()
        imports.run(path, source=f"n{n}", started_by=SYSTEM)
        highest = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return highest

    peak(1000)  # what is loaded once
    assert peak(6 * reading.BATCH_ROWS) < 1.5 * peak(2 * reading.BATCH_ROWS)


def test_three_bad_rows_of_a_hundred_cost_only_themselves(tmp_path: Path) -> None:
    rng = np.random.default_rng(7)
    wrong = rng.random(30_000) < 0.03
    lines = [line("O1", i + 1, "0.001" if bad else "1.00") for i, bad in enumerate(wrong)]
    run = imported(folder(tmp_path / "in", {"orders": [order("O1")], "order_lines": lines}))
    assert run.counts["order_lines"]["rejected"] == wrong.sum() == len(rejected(run))
    assert [int(r["row"]) - 2 for r in rejected(run)] == np.flatnonzero(wrong).tolist()
    with look(SYSTEM) as w:
        assert rollup_check.mismatches(w) == []


CELLS = st.sampled_from(
    ["", "C1", "C2", "x", "1", "-1", "1.5", "true", "2024-01-01", "{}", "a@b.example", "\x00", "=1"]
)
ROWS = st.lists(st.fixed_dictionaries({"customer_id": CELLS, "name": CELLS, "email": CELLS, "joined_at": CELLS}))
LINES = st.lists(st.fixed_dictionaries({"order_id": CELLS, "line_no": CELLS, "quantity": CELLS, "line_total": CELLS}))


@effort(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(ROWS, LINES, st.integers(0, 10**9))
def test_nothing_is_lost_whatever_is_in_the_cells(
    tmp_path: Path, customers: list[Row], lines: list[Row], number: int
) -> None:
    orders = [order("C1"), order("x", "C1")]
    filled = [{"product_id": "P", **cells} for cells in lines]
    tables = {"customers": customers, "orders": orders, "order_lines": filled}
    path = folder(tmp_path / f"in{number}", tables)
    run = imports.run(path, source=f"s{number}", started_by=SYSTEM)
    assert balanced(run)
    assert {table: c["read"] for table, c in run.counts.items()} == {t: len(r) for t, r in tables.items() if r}
    with look(SYSTEM) as w:
        assert rollup_check.mismatches(w) == []
