"""One answer of the analytics on a page: what it says in a sentence, the chart, the table, files, and what it is of."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from db.models import Role
from pages._ui import figure
from pages._ui.cached import chart_spec
from pages._ui.guard import acting, require
from pages._ui.show import day, home, md
from services.charts import shapes
from services.exports import About, Column, Kind, Table
from services.patterns import View
from services.text import _, clock_time, local_date, locale_name, minor_digits
from services.work import Actor

FIELD = dict[str, Any]
CENTS = "_cents"


def as_of(at: datetime, actor: Actor, of: str) -> str:
    """`As of 2 Mar 2026, 12:00:03 · from 1,200 orders`."""
    told = _("As of {day}, {time}").format(day=local_date(at, actor.zone), time=clock_time(at, actor.zone))
    return f"{told} · {of}" if of else told


def past(view: View, actor: Actor) -> None:
    """Of an imported past: as of when everything is."""
    if view.ended is not None:
        told = _("Nothing was sold after {day}. Everything here is as of the day after it.")
        st.caption(md(told.format(day=day(view.ended, actor))))


def chart(
    key: str, sentence: str, frame: pd.DataFrame, build: Callable[[], Any], *, opens: bool = False
) -> dict[str, Any]:
    """The chart, with its sentence for those who do not see it. Returns its specification.

    `opens`: a click on a mark picks it; `mark` below says which.
    """
    spec = chart_spec(f"{key} {','.join(frame.columns)}", locale_name(), build)
    on_select: Any = partial(_clicked, key) if opens else "ignore"
    st.vega_lite_chart(frame, spec, key=f"chart_{key}", alt=sentence, width="stretch", on_select=on_select)
    return spec


@acting(Role.MANAGER)
def _clicked(key: str) -> None:
    picked = st.session_state[f"chart_{key}"]["selection"].get(shapes.PICKED) or []
    st.session_state[f"clicked_{key}"] = dict(picked[0]) if picked else {}


def mark(
    key: str, frame: pd.DataFrame, fields: list[str], words: Callable[["pd.Series[Any]"], str], label: str, hint: str
) -> int | None:
    """The mark whose rows are open, picked by a click on the chart `key` or, by keyboard, from this list; its place in
    the frame. `fields` name a mark, as the chart's selection does; `words` say it.
    """
    options = list(zip(*(frame[f].astype(str) for f in fields), strict=True))
    name = f"mark_{key}"
    clicked = st.session_state.pop(f"clicked_{key}", None)
    if clicked is not None:
        wanted = tuple(str(clicked.get(f, "")) for f in fields)
        st.session_state[name] = wanted if wanted in options else None
    elif st.session_state.get(name) not in (None, *options):
        del st.session_state[name]  # the data changed, and it is not there any more
    places = {option: n for n, option in enumerate(options)}
    at = st.selectbox(
        label, options, None, key=name, placeholder=hint, format_func=lambda o: words(frame.iloc[places[o]])
    )
    return None if at is None else places[at]


def row_or_mark(key: str, frame: pd.DataFrame, field: str, row: int | None) -> int | None:
    """What was chosen last where a chart and the table beside it show the same: a line, or a mark (by `field`)."""
    name = f"open_{key}"
    clicked = st.session_state.pop(f"clicked_{key}", None)
    if clicked is not None:
        st.session_state[name] = (str(clicked[field]), row) if clicked else None
    mine = st.session_state.get(name)
    if mine is None or mine[1] != row:
        return row
    places = [n for n, value in enumerate(frame[field].astype(str)) if value == mine[0]]
    return places[0] if places else row


def table(
    key: str, frame: pd.DataFrame, labels: dict[str, str], config: FIELD | None = None, *, pick: bool = False
) -> int | None:
    """The rows, columns called by `labels`; those whose name ends in `_cents` are money. With `pick` a row can be
    chosen; returns its place. Where no product has a category, there is no column of them.
    """
    labels = {n: label for n, label in labels.items() if n != "category" or frame.empty or frame[n].notna().any()}
    shown = frame[list(labels)].reset_index(drop=True)
    columns: FIELD = {
        name: st.column_config.NumberColumn(label, format="%,.0f")
        if pd.api.types.is_integer_dtype(shown[name])
        else st.column_config.Column(label)
        for name, label in labels.items()
    }
    columns |= config or {}
    for name in (n for n in labels if n.endswith(CENTS)):
        digits = minor_digits(home().currency)
        shown[name] = shown[name] / 10**digits
        heading = f"{labels[name]} ({home().currency})"
        columns[name] = st.column_config.NumberColumn(heading, format=f"%,.{digits}f")
    height: Any = "auto" if len(shown) < 10 else 380
    if not pick:
        st.dataframe(shown, hide_index=True, column_config=columns, height=height, key=f"table_{key}", placeholder="–")
        return None
    state: Any = st.dataframe(
        shown, hide_index=True, column_config=columns, height=height, key=f"table_{key}", placeholder="–",
        on_select="rerun", selection_mode="single-row",
    )  # fmt: skip
    rows = state["selection"]["rows"]
    return int(rows[0]) if rows and rows[0] < len(shown) else None


def as_table(key: str, frame: pd.DataFrame, labels: dict[str, str]) -> None:
    """The numbers of a chart, folded away below it."""
    with st.expander(_("As a table"), key=f"numbers_{key}"):
        table(key, frame, labels)


def listed(key: str, frame: pd.DataFrame, labels: dict[str, str], config: FIELD, told: str, of: str) -> int | None:
    """An answer without a chart: the sentence, the rows, what they are of, and the files. The row that was chosen."""
    sentence(told)
    picked = table(key, frame, labels, config, pick=True)
    st.caption(of)
    files(key, frame, labels, [told, of])
    return picked


def files(
    key: str, frame: pd.DataFrame, labels: dict[str, str], notes: list[str],
    picture: tuple[dict[str, Any], pd.DataFrame] | None = None,
) -> None:  # fmt: skip
    """Buttons for CSV, XLSX and, of a chart, PNG. `notes`: what it says first, what it is of and as of when last."""
    actor = require(Role.MANAGER, touch=False)
    columns = tuple(
        Column(name, label, Kind.MONEY, home().currency)
        if name.endswith(CENTS)
        else Column(name, label, _kind(frame[name]))
        for name, label in labels.items()
    )
    about = About(notes[0], " · ".join(notes[1:]), "", None, actor.zone)
    with st.container(horizontal=True, gap="small"):
        figure.buttons(actor, key, Table(frame, columns, about), picture, Role.MANAGER)


def _kind(values: "pd.Series[Any]") -> Kind:
    if pd.api.types.is_datetime64_any_dtype(values):
        return Kind.DATE if values.dt.tz is None else Kind.INSTANT
    if pd.api.types.is_bool_dtype(values) or not pd.api.types.is_numeric_dtype(values):
        return Kind.TEXT
    return Kind.COUNT if pd.api.types.is_integer_dtype(values) else Kind.NUMBER


def sentence(text: str) -> None:
    """What the answer says, in words; text of people in it is shown as typed."""
    st.markdown(md(text))


def customer_link() -> FIELD:
    """The column `link`: opens the customer."""
    return {"link": st.column_config.LinkColumn(_("Open"), display_text=":material/open_in_new:", width=60)}


def link(customer_id: Any) -> str | None:
    return None if pd.isna(customer_id) else f"/customer?customer={int(customer_id)}"
