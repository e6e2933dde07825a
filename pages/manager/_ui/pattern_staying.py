"""Purchase patterns: the retention triangle."""

from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from pages._ui import addressed
from pages._ui.show import empty
from pages.manager._ui import drawn
from pages.manager._ui.pattern_people import people
from services.charts import shapes
from services.charts.words import place
from services.patterns import View
from services.patterns import staying as asked
from services.patterns.staying import By
from services.text import _, number
from services.work import Actor, reading

COLUMNS, ROWS = 13, 24


def staying(actor: Actor, view: View) -> None:
    """Cohorts by first month, segment or source; a cell opens its customers."""
    words = {By.MONTH: _("First month"), By.SEGMENT: _("Segment"), By.SOURCE: _("Source")}
    by = By(addressed.tab(_("By"), {b.value: name for b, name in words.items()}, "by", "month"))
    with reading(actor) as w:
        found = asked.triangle(w, view, by)
    name = place if by is By.MONTH else str
    frame = found.frame.assign(row=[name(c) if c else _("not known") for c in found.frame["cohort"]])
    if frame.empty:
        empty(_("Too little data."), _("The triangle shows months that are over; there is none with a first purchase."))
        return
    told = _("customers by first purchase (their number stands in brackets), months that are over")
    of = drawn.as_of(found.as_of, actor, told)
    cells = _triangle(frame, by, words[by], of)
    _behind(actor, view, by, cells)


def _triangle(frame: pd.DataFrame, by: By, word: str, of: str) -> pd.DataFrame:
    """The latest cohorts, or the largest, as a chart; all as a table. Returns the cells of the chart."""
    once = frame[frame["months"] == 1]
    told = _("Too little data: no second month is over.")
    if once["customers"].sum():
        told = _("In the month after the first purchase {share} % bought again.").format(
            share=number(100 * once["active"].sum() / once["customers"].sum(), 1)
        )
    drawn.sentence(told)
    cells = _cells(frame, by)
    tips = {
        "row": word,
        "column": _("Months after"),
        "shown": _("Share"),
        "active": _("Bought"),
        "customers": _("Customers"),
    }
    named = [str(n) for n in range(COLUMNS)]
    build = partial(shapes.heat, cells, tips, _("Months after the first purchase"), named)
    spec = drawn.chart(f"staying_{by}", told, cells.drop(columns="cohort"), build, opens=True)
    st.caption(of)
    labels = {
        "row": word,
        "months": tips["column"],
        "customers": tips["customers"],
        "active": tips["active"],
        "share": tips["shown"],
    }
    drawn.as_table("staying", frame, labels)
    drawn.files("staying", frame, labels, [told, of], (spec, cells))
    return cells


def _cells(frame: pd.DataFrame, by: By) -> pd.DataFrame:
    first = frame[frame["months"] == 0]
    rows = sorted(first["cohort"])[-ROWS:] if by is By.MONTH else first.nlargest(ROWS, "customers")["cohort"].tolist()
    cells = frame[frame["cohort"].isin(rows) & (frame["months"] < COLUMNS)].sort_values(["cohort", "months"])
    sizes = dict(zip(first["cohort"], first["customers"], strict=True))
    cells = cells.assign(
        row=[f"{r} ({number(int(sizes[c]))})" for r, c in zip(cells["row"], cells["cohort"], strict=True)],
        column=cells["months"].astype(int).astype(str),
        value=cells["share"],
        most=1.0,
        shown=[f"{number(100 * s)} %" for s in cells["share"]],
        brief=[number(100 * s) for s in cells["share"]],
    )
    return cells[["cohort", "row", "column", "value", "most", "shown", "brief", "active", "customers"]]


def _behind(actor: Actor, view: View, by: By, cells: pd.DataFrame) -> None:
    """The customers of a cell."""
    label, hint = _("Customers behind a cell"), _("Choose a cell")
    at = drawn.mark(f"staying_{by}", cells, ["row", "column"], _cell, label, hint)
    if at is None:
        return
    row = cells.iloc[at]
    with reading(actor) as w:
        behind = asked.behind(w, view, by, str(row["cohort"]), int(row["column"])).frame
    told = _("{cohort}, month {n}: {m} customers")
    people(actor, behind, told.format(cohort=row["row"], n=row["column"], m=len(behind)))


def _cell(row: "pd.Series[Any]") -> str:
    return f"{row['row']} · {row['column']}: {int(row['active'])} / {int(row['customers'])}"
