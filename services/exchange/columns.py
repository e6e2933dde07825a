"""Whole columns of text read at once: every *distinct* value is looked at once, whatever the number of rows."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from services.exchange import texts, values
from services.exchange.distinct import Distinct, Local
from services.exchange.schema import Column, Kind
from services.text import _


@dataclass
class Read:
    """A column read. `problems` is aligned with the rows ("" is well); `noticed` counts rows."""

    values: np.ndarray
    problems: np.ndarray | None
    noticed: dict[str, int]


def read(column: Column, cells: np.ndarray, local: Local) -> Read:
    """Read a column of texts ("" is empty). Texts come back as text, times as datetime64[us] in UTC, the others as
    objects with None for empty."""
    codes, uniques = pd.factorize(cells)
    distinct = [str(text) for text in uniques]
    found = _READERS[column.kind](distinct, column, local)
    if column.required:
        for i, text in enumerate(distinct):
            if not text.strip():
                found.problems[i] = _("this must be filled in")
    return Read(
        _array(found.values)[codes],
        _spread(found.problems, codes, len(distinct)),
        {what: int(np.isin(codes, list(which)).sum()) for what, which in found.noticed.items()},
    )


def _array(values: Any) -> np.ndarray:
    if isinstance(values, np.ndarray):
        return values
    made = np.empty(len(values), dtype=object)
    made[:] = values
    return made


def _spread(problems: dict[int, str], codes: np.ndarray, n: int) -> np.ndarray | None:
    if not problems:
        return None
    reasons = np.full(n, "", dtype=object)
    for i, reason in problems.items():
        reasons[i] = reason
    spread: np.ndarray = reasons[codes]
    return spread


_READERS: dict[Kind, Callable[[list[str], Column, Local], Distinct]] = {
    Kind.KEY: texts.lines,
    Kind.LINE: texts.lines,
    Kind.PARAGRAPH: texts.paragraphs,
    Kind.MONEY: values.amounts,
    Kind.PRICE: values.amounts,
    Kind.INTEGER: values.integers,
    Kind.NUMBER: values.numbers,
    Kind.TRUTH: values.truths,
    Kind.TIME: values.times,
    Kind.DOCUMENT: values.documents,
    Kind.EMAIL: texts.emails,
    Kind.PHONE: texts.phones,
    Kind.ZONE: texts.zones,
}
