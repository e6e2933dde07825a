"""The rows of one batch on their way in: read, checked, some refused, some known already, the rest added."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from sqlmodel import SQLModel

from services.exchange import columns as reading_columns
from services.exchange import writing
from services.exchange.distinct import Local
from services.exchange.reading import Raw
from services.exchange.report import Findings, Reject
from services.exchange.schema import Table
from services.text import _
from services.work import Work


@dataclass(frozen=True)
class Run:
    """What every table needs to know of the import it belongs to."""

    id: int
    source: str
    local: Local
    currency: str
    language: str
    resumed: bool  # rows that carry this run's number were added by its first try


@dataclass
class Rows:
    """Rows that are still in. `columns` hold read values, `texts` what the file said, `lines` where it said so."""

    table: Table
    columns: dict[str, np.ndarray]
    texts: dict[str, np.ndarray]
    lines: np.ndarray
    found: Findings

    def __len__(self) -> int:
        return len(self.lines)

    def __getitem__(self, column: str) -> np.ndarray:
        return self.columns[column]

    def given(self, column: str) -> np.ndarray:
        """True where a text column is filled."""
        return np.array([bool(value) for value in self.columns[column].tolist()], dtype=bool)

    def or_none(self, column: str) -> np.ndarray:
        """A text column with None for empty."""
        values = self.columns[column].copy()
        values[~self.given(column)] = None
        return values

    def integers(self, column: str) -> np.ndarray:
        """A column of amounts or whole numbers without empty cells, as int64."""
        return self.columns[column].astype(np.int64)

    def or_zero(self, column: str) -> np.ndarray:
        """The same with 0 for empty."""
        values = self.columns[column]
        filled: np.ndarray = np.where(is_none(values), 0, values).astype(np.int64)
        return filled

    def note(self, what: str, which: np.ndarray) -> None:
        """Count the rows of a note."""
        self.found.notes[what] += int(np.count_nonzero(which))

    def keep(self, mask: np.ndarray) -> None:
        """Let all others go."""
        if not mask.all():
            self.columns = {name: values[mask] for name, values in self.columns.items()}
            self.texts = {name: values[mask] for name, values in self.texts.items()}
            self.lines = self.lines[mask]

    def report(self, which: np.ndarray, column: str, reason: str | np.ndarray) -> None:
        """Write values down in the rejects file; `reason` is one for all or one per row."""
        for i in np.flatnonzero(which):
            why = reason if isinstance(reason, str) else str(reason[i])
            value = str(self.texts[column][i])
            self.found.rejects.append(Reject(self.table.name, int(self.lines[i]), column, value, why))

    def reject(self, bad: np.ndarray, column: str, reason: str) -> None:
        """Refuse rows, with the reason beside the value of `column`."""
        if not bad.any():
            return
        self.report(bad, column, reason)
        self.found.counts["rejected"] += int(bad.sum())
        self.keep(~bad)


def checked(table: Table, raw: Raw, local: Local) -> Rows:
    """Read every column of a batch and refuse the rows that cannot be taken."""
    found = Findings()
    found.counts.update(read=len(raw) + len(raw.broken), rejected=len(raw.broken))
    found.notes["broken"] += len(raw.broken)
    found.rejects += [Reject(table.name, line, "", text, reason) for line, text, reason in raw.broken]
    empty = np.full(len(raw), "", dtype=object)
    texts = {c.name: raw.columns.get(c.name, empty) for c in table.columns}
    rows = Rows(table, {}, texts, raw.lines, found)
    bad = np.zeros(len(raw), dtype=bool)
    for column in table.columns:
        result = reading_columns.read(column, texts[column.name], local)
        rows.columns[column.name] = result.values
        found.notes.update(result.noticed)
        if result.problems is not None:
            wrong = result.problems != ""
            words = _("left out: {reason}") if column.soft else "{reason}"
            reasons = np.array([words.format(reason=r) for r in result.problems], dtype=object)
            rows.report(wrong, column.name, reasons)
            found.notes["left out"] += int(wrong.sum()) if column.soft else 0
            bad |= wrong if not column.soft else False
    found.counts["rejected"] += int(bad.sum())
    rows.keep(~bad)
    return rows


def copy(rows: Rows) -> Rows:
    """The same rows with findings of their own, for one try at storing them."""
    found = Findings(rows.found.counts.copy(), rows.found.notes.copy(), list(rows.found.rejects))
    return replace(rows, columns=dict(rows.columns), texts=dict(rows.texts), found=found)


def without_repeats(rows: Rows, keys: list[np.ndarray]) -> None:
    """Refuse rows whose key came before in this batch."""
    frame = pd.DataFrame({str(i): pd.Series(k) for i, k in enumerate(keys)})
    _repeats(rows, frame.duplicated().to_numpy())


def _repeats(rows: Rows, again: np.ndarray) -> None:
    rows.note("repeated", again)
    rows.reject(again, rows.table.columns[0].name, _("this key came before in the same file; the first one counts"))


def without_known(rows: Rows, run: Run, run_ids: np.ndarray) -> None:
    """Let rows go that are here already. `run_ids`: the import that brought each (None: not here, 0: no import)."""
    here = ~is_none(run_ids)
    own = here & (run_ids == run.id)
    if run.resumed:
        rows.found.counts["added"] += int(own.sum())  # by the first try of this very run
    rows.found.counts["known"] += int((here & ~own).sum())
    again = own & (not run.resumed)
    keep_or_refuse = ~here | again
    rows.keep(keep_or_refuse)
    _repeats(rows, again[keep_or_refuse])


def new_by_source_id(w: Work, run: Run, rows: Rows, model: type[SQLModel], key: str) -> None:
    """Leave only rows whose `key` is neither repeated in the file nor known from this source."""
    without_repeats(rows, [rows[key]])
    here = writing.ids(w, model, run.source, rows[key], "import_run_id")
    without_known(rows, run, looked_up(rows[key], {k: found[1] or 0 for k, found in here.items()}))


def looked_up(keys: np.ndarray, values: dict[str, Any]) -> np.ndarray:
    """values[key] per row, None where there is none. "2.0" finds "2": some programs write ids as decimal numbers."""
    codes, distinct = pd.factorize(keys)
    found = np.empty(len(distinct), dtype=object)
    for i, key in enumerate(distinct):  # one by one: numpy would make a table of tuples
        found[i] = _value(str(key), values)
    spread: np.ndarray = found[codes]
    return spread


def _value(key: str, values: dict[str, Any]) -> Any:
    value = values.get(key)
    return values.get(key[:-2]) if value is None and key.endswith(".0") else value


def refer(w: Work, run: Run, rows: Rows, model: type[SQLModel], column: str) -> np.ndarray:
    """Add the column "COLUMN row": the id of the row it names, or None. Returns where it names what is not here."""
    keys = rows[column]
    asked = np.array([*keys, *{k[:-2] for k in set(keys) if k.endswith(".0")}], dtype=object)
    found = looked_up(keys, {k: row[0] for k, row in writing.ids(w, model, run.source, asked).items()})
    rows.columns[f"{column} row"] = found
    lost: np.ndarray = is_none(found) & rows.given(column)
    return lost


def refer_strictly(w: Work, run: Run, rows: Rows, model: type[SQLModel], column: str, reason: str) -> None:
    """The same, refusing rows that name something which is not here."""
    rows.reject(refer(w, run, rows, model, column), column, reason)


def is_none(values: np.ndarray) -> np.ndarray:
    """True where an object array holds None."""
    return np.array([value is None for value in values.tolist()], dtype=bool)


Taker = Callable[[Work, Run, Rows], None]
