"""Handing an export out: the right is asked for at that moment, and an entry in the audit trail stays."""

from collections.abc import Callable
from enum import StrEnum
from typing import Any

import pandas as pd

from db.models import Role
from services import audit
from services.exports.table import Table
from services.exports.writing import as_csv, as_png, as_xlsx
from services.text import speaking
from services.work import Actor, Work, reading, work


class Form(StrEnum):
    """The forms of a file."""

    CSV = "csv"
    XLSX = "xlsx"
    PNG = "png"


TYPES = {
    Form.CSV: "text/csv",
    Form.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Form.PNG: "image/png",
}


def given_out(
    actor: Actor,
    form: Form,
    table: Table | Callable[[Work], Table],
    *,
    role: Role = Role.MANAGER,
    chart: tuple[dict[str, Any], pd.DataFrame] | None = None,
) -> bytes:
    """The file, for who may have it now. Nothing leaves without its entry in the trail.

    `table` as a function is read with the rights of this moment. `chart`: specification and marks, for a picture.
    Raises NotAllowed, Invalid for too many rows, Unavailable.
    """
    with speaking(actor.language):
        with reading(actor) as w:
            w.require(role)
            numbers = table(w) if callable(table) else table
        if form is Form.PNG:
            if chart is None:
                raise ValueError("a picture needs a chart")
            content = as_png(*chart, numbers.about.title)
        else:
            content = (as_csv if form is Form.CSV else as_xlsx)(numbers)
        with work(actor) as w:
            w.require(role)
            told = {"form": form, "rows": len(numbers.frame), "period": numbers.about.period}
            told["filters"] = "; ".join(f"{name}: {value}" for name, value in numbers.about.filters)
            audit.record(w, "export", "figure", after={"title": numbers.about.title, **told})
    return content
