"""Purchase patterns: after how many days a product is bought again, as ranges and as a map."""

from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from pages._ui.show import empty
from pages.manager._ui import drawn
from pages.manager._ui.namesakes import apart
from pages.manager._ui.pattern_people import people
from services.charts import shapes
from services.patterns import View
from services.patterns import intervals as asked
from services.text import _, ngettext, number
from services.work import Actor, reading

SHOWN = 15
_CATEGORY_PX = 84  # with it all columns are seen beside the menu at 1280


def nothing(view: View) -> None:
    """Nothing was bought twice."""
    told = _("An interval needs a customer who bought the same product on two days; nobody did so here.")
    if view.narrowed:
        told += " " + _("Choose a longer period, or fewer filters.")
    empty(_("Too little data."), told)


def days_of(value: float) -> str:
    return ngettext("{n} day", "{n} days", round(value))


def intervals(actor: Actor, view: View) -> None:
    """Products with their intervals; the map; the customers behind a picked product."""
    with reading(actor) as w:
        found, cells = asked.by_product(w, view), asked.heat_map(w, view)
    frame = apart(found.frame, ("product_id", "name"))
    if frame.empty:
        nothing(view)
        return
    of = _("from {intervals} of {products}").format(
        intervals=ngettext("{n} interval", "{n} intervals", int(frame["gaps"].sum())),
        products=ngettext("{n} product", "{n} products", len(frame)),
    )
    of = drawn.as_of(found.as_of, actor, of)
    picked = _products(frame, of)
    if picked is not None:
        row = frame.iloc[picked]
        with reading(actor) as w:
            behind = asked.behind(w, view, int(row["product_id"])).frame
        many = ngettext("{n} interval", "{n} intervals", int(row["gaps"]))
        people(actor, behind, _("{product}: {intervals}").format(product=row["name"], intervals=many))
    _map(actor, view, apart(cells.frame, ("product_id", "name")), of)


def _products(frame: pd.DataFrame, of: str) -> int | None:
    """The sentence, the ranges of the most frequent, the table of all; the place of a picked line."""
    enough = frame[frame["enough"]]
    told, spec = _("Too little data: no product was bought again at least three times."), None
    top = enough.head(SHOWN)
    half = [f"{number(low)}–{days_of(up)}" for low, up in zip(top["lower"], top["upper"], strict=True)]
    top = top.assign(shown=[days_of(m) for m in top["median"]], half=half)
    if len(top):
        first = top.iloc[0]
        told = _("{product} is bought again after {median} (half of the times between {lower} and {upper}).")
        told = told.format(
            product=first["name"], median=first["shown"], lower=number(first["lower"]), upper=days_of(first["upper"])
        )
    drawn.sentence(told)
    if len(top):
        half_of = _("Half of the times")
        tips = {"name": _("Product"), "shown": _("Median"), "half": half_of, "gaps": _("Intervals")}
        sent = top[["name", "lower", "median", "upper", "shown", "half", "gaps"]]
        build = partial(shapes.spans, sent, _("Days until bought again"), tips)
        spec = drawn.chart("intervals", told, sent, build, opens=True)
    rows = frame.assign(told=[_("enough") if e else _("too little") for e in frame["enough"]])
    days = ["lower", "median", "upper"]
    rows[days] = rows[days].round(1)
    rows.loc[~rows["enough"], days] = None
    narrow: drawn.FIELD = {"category": st.column_config.Column(_("Category"), width=_CATEGORY_PX)}
    picked = drawn.table("intervals", rows, _labels(), narrow, pick=True)
    st.caption(of)
    drawn.files("intervals", rows, _labels(), [told, of], (spec, top) if spec else None)
    return drawn.row_or_mark("intervals", rows, "name", picked)


def _labels() -> dict[str, str]:
    return {
        "name": _("Product"),
        "category": _("Category"),
        "buyers": _("Buyers"),
        "again": _("Bought again"),
        "gaps": _("Intervals"),
        "lower": _("Lower quartile"),
        "median": _("Median"),
        "upper": _("Upper quartile"),
        "told": _("Data"),
    }


def classes() -> list[str]:
    ends = asked.CLASSES
    firsts = [1, *(e + 1 for e in ends[:-1])]
    return [*(f"{a}–{b}" for a, b in zip(firsts, ends, strict=True)), f"> {ends[-1]}"]


def _map(actor: Actor, view: View, frame: pd.DataFrame, of: str) -> None:
    """Product by interval; a cell opens its customers."""
    st.subheader(_("Which product after how many days"), anchor=False)
    named = classes()
    cells = pd.DataFrame(
        {
            "row": frame["name"],
            "column": [named[int(c)] for c in frame["class"]],
            "value": frame["gaps"],
            "shown": [number(n) for n in frame["gaps"]],
            "customers": frame["customers"],
            "most": frame["gaps"].max(),
        }
    )
    tips = {"row": _("Product"), "column": _("Days"), "shown": _("Intervals"), "customers": _("Customers")}
    largest = cells.iloc[int(cells["value"].argmax())]
    told = _("Most often: {product} after {days} days, {n} times.").format(
        product=largest["row"], days=largest["column"], n=largest["shown"]
    )
    drawn.sentence(told)
    build = partial(shapes.heat, cells, tips, _("Days until bought again"), named)
    spec = drawn.chart("interval_map", told, cells, build, opens=True)
    at = drawn.mark("interval_map", cells, ["row", "column"], _cell, _("Customers behind a cell"), _("Choose a cell"))
    labels = {"row": tips["row"], "column": tips["column"], "value": tips["shown"], "customers": tips["customers"]}
    drawn.as_table("interval_map", cells, labels)
    st.caption(of)
    drawn.files("interval_map", cells, labels, [told, of], (spec, cells))
    if at is not None:
        row = frame.iloc[at]
        with reading(actor) as w:
            behind = asked.behind(w, view, int(row["product_id"]), int(row["class"])).frame
        people(
            actor,
            behind,
            _("{product}: {n} intervals").format(product=row["name"], n=number(int(row["gaps"]))),
            "people_cell",
        )


def _cell(row: "pd.Series[Any]") -> str:
    return " · ".join(str(row[c]) for c in ("row", "column", "shown"))
