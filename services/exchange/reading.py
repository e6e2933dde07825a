"""Batches of text out of CSV, gzip CSV and Parquet files and out of frames, within limits that are told."""

import csv
import gzip
import io
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import BinaryIO

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from services.errors import Invalid
from services.exchange.cells import texts
from services.exchange.schema import TABLES, Table
from services.text import _, number

BATCH_ROWS = 20_000
MOST_COLUMNS = 200
MOST_LINE_BYTES = 1_000_000
CHUNK = 2**17
MOST_UNPACKED_BYTES = 20 * 2**30
MOST_RATIO = 200  # unpacked to packed; real tables stay below 40
FREE_BYTES = 100 * 2**20  # below this unpacked size the ratio does not matter
ENDINGS = (".csv", ".csv.gz", ".parquet")


@dataclass
class Raw:
    """Some rows as text. `lines` are their places in the file; `broken` rows have no columns at all."""

    columns: dict[str, np.ndarray]
    lines: np.ndarray
    share: float  # how much of the table is read, 0 to 1
    broken: list[tuple[int, str, str]] = field(default_factory=list)  # line, beginning of it, reason

    def __len__(self) -> int:
        return len(self.lines)


def tables_in(folder: Path) -> dict[str, Path]:
    """The files of a folder that are tables of the schema, in the order in which they are taken. Raises Invalid."""
    if not folder.is_dir():
        raise Invalid(_("Folder"), _("{name} is not a folder").format(name=folder))
    found: dict[str, Path] = {}
    for name in TABLES:
        files = [f for ending in ENDINGS if (f := folder / f"{name}{ending}").is_file()]
        if len(files) > 1:
            raise Invalid(name, _("there are several files for this table; keep one of them"))
        if files:
            found[name] = files[0]
    if not found:
        raise Invalid(
            _("Folder"),
            _("there is no table in {name}; expected are files like customers.csv, orders.csv.gz or products.parquet, "
              "with one of these names: {tables}").format(name=folder, tables=", ".join(TABLES)),
        )  # fmt: skip
    return found


def header(table: Table, path: Path) -> list[str]:
    """The columns of a file, checked against the schema. Raises Invalid when one that must be there is missing."""
    with calm(path):
        if path.suffix == ".parquet":
            names = list(pq.ParquetFile(path).schema_arrow.names)
        else:
            with _opened(path) as handle:
                names = next(csv.reader(handle.text), [])
    return checked(table, names, path.name)


def checked(table: Table, names: list[str], where: str) -> list[str]:
    """The column names, if a table can be made of them. Raises Invalid."""
    names = [name.strip() for name in names]
    if len(names) > MOST_COLUMNS:
        raise Invalid(where, _("{n} columns; at most {most} are read").format(n=len(names), most=MOST_COLUMNS))
    if len(set(names)) != len(names):
        raise Invalid(where, _("a column name occurs twice in the first line"))
    needed = {c.name for c in table.columns if c.required}
    if missing := sorted(needed - set(names)):
        raise Invalid(where, _("the first line does not name {columns}").format(columns=", ".join(missing)))
    return names


def batches(table: Table, path: Path) -> Iterator[Raw]:
    """The rows of a file, some thousands at a time. Raises Invalid where the file cannot be read further."""
    with calm(path):
        names = header(table, path)
        yield from _parquet(path) if path.suffix == ".parquet" else _csv(path, names)


class calm:  # noqa: N801 - used as a word: `with calm(path):`
    """Turn what the libraries say about a damaged file into one sentence."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __enter__(self) -> None: ...

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, csv.Error):
            raise Invalid(
                self.path.name, _("a cell is larger than 131,072 characters; perhaps a quote is not closed")
            ) from error
        if isinstance(error, EOFError | gzip.BadGzipFile | zlib.error | pa.ArrowException):
            raise Invalid(self.path.name, _("the file is damaged or not complete")) from error
        if isinstance(error, OSError):
            raise Invalid(self.path.name, _("the file cannot be read: {why}").format(why=error.strerror)) from error


class _Guarded(io.RawIOBase):
    """The bytes of a file, unpacked; refused when a small file swells beyond all reason or a line never ends."""

    def __init__(self, source: BinaryIO, path: Path, size: int) -> None:
        self._source, self._path = source, path
        self._most = min(MOST_UNPACKED_BYTES, max(FREE_BYTES, MOST_RATIO * size))
        self._read = self._line = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # typeshed says Buffer; io passes a view
        chunk = self._source.read(len(buffer))
        n = len(chunk)
        buffer[:n] = chunk
        self._read += n
        if self._read > self._most:
            told = _("it unpacks to more than {ratio} times its size (or 20 GB); unpack it yourself if it is meant")
            raise Invalid(self._path.name, told.format(ratio=MOST_RATIO))
        end = max(chunk.rfind(b"\n"), chunk.rfind(b"\r"))
        self._line = self._line + n if end < 0 else n - end - 1
        if self._line > MOST_LINE_BYTES:
            raise Invalid(self._path.name, _("a line has more than {n} bytes").format(n=number(MOST_LINE_BYTES)))
        return n


@dataclass
class _Opened:
    """A text file together with the packed bytes below it, which tell how far the reading is."""

    text: io.TextIOWrapper
    packed: BinaryIO
    size: int

    def __enter__(self) -> "_Opened":
        return self

    def __exit__(self, *_rest: object) -> None:
        self.text.close()
        self.packed.close()

    @property
    def share(self) -> float:
        return min(1.0, self.packed.tell() / max(self.size, 1))


def _opened(path: Path) -> _Opened:
    size = path.stat().st_size
    packed = path.open("rb")
    is_gzip = packed.read(2) == b"\x1f\x8b"
    packed.seek(0)
    source = _Guarded(gzip.GzipFile(fileobj=packed) if is_gzip else packed, path, size)  # type: ignore[arg-type]  # GzipFile reads like a file
    # A byte that is not UTF-8 becomes a character no text may hold: its row is refused, the others go in.
    text = io.TextIOWrapper(io.BufferedReader(source, CHUNK), "utf-8-sig", errors="surrogateescape", newline="")
    return _Opened(text, packed, size)


def _csv(path: Path, names: list[str]) -> Iterator[Raw]:
    with _opened(path) as opened:
        # Strict: a quote that is not closed must not swallow the rest of the file as one long cell without a word.
        reader = csv.reader(opened.text, strict=True)
        next(reader)
        ended = reader.line_num
        while True:
            rows: list[list[str]] = []
            problem = None
            try:
                rows.extend(islice(reader, BATCH_ROWS))
            except csv.Error as error:
                if "field limit" in str(error):
                    raise
                problem = _("a quote is not closed, or something follows a closing quote; its lines are left out")
            if not rows and problem is None:
                return
            lines, after = _lines_of(rows, ended, None if problem else reader.line_num)
            raw = _of_rows(rows, lines, names, opened.share)
            if problem:
                swallowed = _("lines {a} to {b}").format(a=after, b=reader.line_num)
                raw.broken.append((after, swallowed, problem))
            ended = reader.line_num
            yield raw


def _lines_of(rows: list[list[str]], before: int, last: int | None) -> tuple[np.ndarray, int]:
    """The line on which each record begins, and the line after them. They follow line `before`."""
    if last is not None and last - before == len(rows):
        return np.arange(before + 1, last + 1), last + 1
    taken = [1 + sum(c.count("\n") + c.count("\r") - c.count("\r\n") for c in row) for row in rows]
    begins = before + 1 + np.concatenate(([0], np.cumsum(taken, dtype=np.int64)))
    return begins[:-1], int(begins[-1])


def _of_rows(rows: list[list[str]], lines: np.ndarray, names: list[str], share: float) -> Raw:
    told = _("{n} cells instead of {m}")
    broken = [
        (int(at), ",".join(row)[:200], told.format(n=len(row), m=len(names)))
        for at, row in zip(lines, rows, strict=True)
        if row and len(row) != len(names)
    ]
    keep = [len(row) == len(names) for row in rows]
    if not all(keep):
        lines, rows = lines[keep], [row for row, k in zip(rows, keep, strict=True) if k]
    columns = {}
    for name, cells in zip(names, zip(*rows, strict=True) if rows else [()] * len(names), strict=True):
        columns[name] = np.array(cells, dtype=object)
    return Raw(columns, lines, share, broken)


def _parquet(path: Path) -> Iterator[Raw]:
    file = pq.ParquetFile(path)
    total, seen = max(file.metadata.num_rows, 1), 0
    for batch in file.iter_batches(BATCH_ROWS):
        frame = batch.to_pandas()
        yield _of_frame(frame, seen, (seen + len(frame)) / total)
        seen += len(frame)


def frames(table: Table, given: pd.DataFrame | Iterator[pd.DataFrame]) -> Iterator[Raw]:
    """The same batches out of frames in memory. Raises Invalid for a frame without the columns of its table."""
    seen = 0
    for frame in [given] if isinstance(given, pd.DataFrame) else given:
        checked(table, [str(c) for c in frame.columns], table.name)
        for start in range(0, len(frame), BATCH_ROWS):
            piece = frame.iloc[start : start + BATCH_ROWS]
            yield _of_frame(piece, seen, (start + len(piece)) / len(frame))
            seen += len(piece)


def _of_frame(frame: pd.DataFrame, seen: int, share: float) -> Raw:
    columns = {str(name).strip(): texts(frame[name]) for name in frame.columns}
    return Raw(columns, np.arange(seen + 1, seen + len(frame) + 1), share)
