"""Typed cells written as the text of the import schema, so that files and frames take the same road."""

import json
from typing import Any

import numpy as np
import pandas as pd


def texts(column: "pd.Series[Any]") -> np.ndarray:
    """The column as an object array of texts; whatever is missing becomes ""."""
    made = np.empty(len(column), dtype=object)
    made[:] = [_written(value) for value in column.astype(object)]
    made[column.isna().to_numpy()] = ""
    return made


def _written(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, float | np.floating):
        return repr(float(value))  # the shortest text that gives the same number again
    if isinstance(value, dict | list | tuple):
        return json.dumps(value, ensure_ascii=False, default=str)
    if hasattr(value, "isoformat"):
        return str(value.isoformat())
    if isinstance(value, bytes):
        return value.decode("utf-8", "surrogateescape")
    return str(value)
