"""Purchase patterns: orders by month, by weekday and by hour of the week; each mark opens its customers."""

from dataclasses import dataclass
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st
from babel.dates import get_day_names, get_month_names

from pages._ui.show import empty
from pages.manager._ui import drawn
from pages.manager._ui.pattern_people import people
from services.analytics.patterns.calendar import FEWEST_WEEKS, FEWEST_YEARS
from services.charts import shapes
from services.patterns import View
from services.patterns import season as seasons
from services.text import _, locale_name, ngettext, number
from services.work import Actor, reading

HOURS = [str(n) for n in range(24)]


@dataclass(frozen=True)
class _Asked:
    """Who looks, at what, and from what it is."""

    actor: Actor
    view: View
    of: str


def season(actor: Actor, view: View) -> None:
    """Each with its own "too little data"."""
    with reading(actor) as w:
        found, hours = seasons.season(w, view), seasons.hours(w, view)
    if not found.orders:
        empty(_("Too little data."), _("There are no orders here yet."))
        return
    of = _("from {n} orders of {days} days").format(n=number(found.orders), days=number(found.days))
    asked = _Asked(actor, view, drawn.as_of(found.as_of, actor, of))
    months = get_month_names("abbreviated", locale=locale_name())
    days = get_day_names("abbreviated", locale=locale_name())
    little = _("Too little data: {n} days. A season needs {years} whole years, or it cannot be told from a trend.")
    little = little.format(n=number(found.days), years=FEWEST_YEARS)
    _one(asked, "month", _("By month"), found.months, [months[n] for n in range(1, 13)], little)
    little = _("Too little data: the pattern of the week needs {n} whole weeks.").format(n=FEWEST_WEEKS)
    _one(asked, "weekday", _("By weekday"), found.weekdays, [days[n] for n in range(7)], little)
    if len(hours.frame):
        _hours(asked, hours.frame, [days[n] for n in range(7)])


def _one(asked: _Asked, part: str, title: str, frame: pd.DataFrame, names: list[str], little: str) -> None:
    """Months or weekdays against the mean; a bar, or a line of the table, opens its customers."""
    st.subheader(title, anchor=False)
    key = f"season_{part}"
    rows = frame.assign(label=names, shown=["–" if pd.isna(v) else number(v, 2) for v in frame["index"]])
    mean = _("Against the mean (1)")
    labels = {"label": title, "orders": _("Orders"), "index": mean, "low": _("Lowest"), "high": _("Highest")}
    told, picture = little, None
    enough = bool(frame["enough"].all())
    if enough:
        best, worst = rows.iloc[int(rows["index"].argmax())], rows.iloc[int(rows["index"].argmin())]
        told = _("Most in {best} ({b} times the mean), fewest in {worst} ({w} times).").format(
            best=best["label"], b=best["shown"], worst=worst["label"], w=worst["shown"]
        )
    drawn.sentence(told)
    if enough:
        sent = rows[["label", "index", "low", "high", "shown", "orders"]]
        tips = {"label": title, "shown": mean, "orders": _("Orders")}
        build = partial(shapes.indexed, sent, _("1 = mean"), tips)
        picture = (drawn.chart(key, told, sent, build, opens=True), sent)
    config = {c: st.column_config.NumberColumn(labels[c], format="%.2f") for c in ("index", "low", "high")}
    picked = drawn.row_or_mark(key, rows, "label", drawn.table(key, rows, labels, config, pick=True))
    st.caption(asked.of)
    drawn.files(key, rows, labels, [told, asked.of], picture)
    if picked is not None:
        _behind(asked, names[picked], {part: int(frame.index[picked])})


def _hours(asked: _Asked, frame: pd.DataFrame, days: list[str]) -> None:
    """Orders by weekday and hour."""
    title = _("By hour of the week")
    st.subheader(title, anchor=False)
    cells = pd.DataFrame(
        {
            "row": [days[int(n)] for n in frame["weekday"]],
            "column": frame["hour"].astype(int).astype(str),
            "value": frame["orders"],
            "most": frame["orders"].max(),
            "shown": [number(n) if n < 1000 else f"{number(n / 1000)}k" for n in frame["orders"]],
        }
    )
    most = cells.iloc[int(cells["value"].argmax())]
    told = _("Most orders come on {day} between {hour}:00 and {next}:00: {n}.").format(
        day=most["row"], hour=most["column"], next=int(most["column"]) + 1, n=number(int(most["value"]))
    )
    drawn.sentence(told)
    tips = {"row": _("Weekday"), "column": _("Hour"), "value": _("Orders")}
    build = partial(shapes.heat, cells, tips, _("Hour"), HOURS)
    spec = drawn.chart("season_hours", told, cells, build, opens=True)
    label, hint = _("Customers behind a cell"), _("Choose a cell")
    at = drawn.mark("season_hours", cells, ["row", "column"], _cell, label, hint)
    drawn.as_table("season_hours", cells, tips)
    st.caption(asked.of)
    drawn.files("season_hours", cells, tips, [told, asked.of], (spec, cells))
    if at is not None:
        marked = {"weekday": int(frame["weekday"].iloc[at]), "hour": int(frame["hour"].iloc[at])}
        _behind(asked, _cell(cells.iloc[at]), marked)


def _cell(row: "pd.Series[Any]") -> str:
    return f"{row['row']}, {row['column']}:00"


def _behind(asked: _Asked, title: str, marked: dict[str, int]) -> None:
    """The customers of a mark; their orders add up to it."""
    with reading(asked.actor) as w:
        found = seasons.behind(w, asked.view, **marked).frame
    orders = ngettext("{n} order", "{n} orders", int(found["orders"].sum()))
    told = f"{title}: {orders}"
    people(asked.actor, found, told, f"people_{'_'.join(marked)}")
