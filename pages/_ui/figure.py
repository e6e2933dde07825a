"""One figure of the analytics as every page shows it: chart, sentence, numbers, files, from what and as of when.

    table = Table(frame, (Column("label", _("Month")), Column("value", _("Revenue"), Kind.MONEY, home().currency)),
                  About(_("Revenue by month"), _("Lines of sales"), period_in_words, copy.as_of, actor.zone))
    figure(actor, "revenue_by_month", table, summary=_("Highest: March."), build=lambda: bars.plain(marks, ...),
           marks=marks)

Belongs into a fragment: showing the numbers runs it again. `build` returns an Altair chart with tooltips, compiled once
per `form` (the name of the figure unless given) and language: what depends on the data belongs into the marks.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from db.models import Role
from pages._ui.cached import chart_spec
from pages._ui.show import empty, md, when
from services import exports, sessions
from services.errors import NotSignedIn
from services.exports import MOST_ROWS, TYPES, Column, Form, Kind, Table, in_words
from services.text import _, locale_name, minor_digits, number
from services.work import Actor, Work

HEIGHT = 300
MOST_SHOWN = 1_000
LONGEST_MEASURED = 24  # letters; longer texts are sentences, which may be cut
PIXELS_A_LETTER = 8


def figure(
    actor: Actor,
    name: str,
    table: Table,
    *,
    summary: str = "",
    build: Callable[[], Any] | None = None,
    marks: pd.DataFrame | None = None,
    form: str = "",
    height: int = HEIGHT,
    too_little: str = "",
    on_select: Any = "ignore",
    role: Role = Role.MANAGER,
    choose: bool = False,
    opened: bool = False,
) -> int | None:
    """Draw it. Without `build` the numbers stand open; `marks` are the rows of the chart (else the table's).

    With `choose` the numbers stand open too, a row of them can be chosen, and its place in the frame is returned;
    with `opened` they just stand open.

    `too_little` says what is missing and takes the place of everything else. `on_select` as of st.vega_lite_chart,
    whose key is `chart_NAME`. `role`: who may download. Titles and sentences are shown as text, whatever is in them.
    """
    with st.container(key=f"figure_{name}"):
        st.subheader(md(table.about.title), anchor=False)
        if too_little:
            empty(_("Too little data"), md(too_little), ":material/hourglass_empty:")
            return None
        if summary:
            st.caption(md(summary))
        chart = None
        if build is not None:
            chart = chart_spec(f"figure {form or name}", locale_name(), build), table.frame if marks is None else marks
            told = f"{table.about.title}: {summary}"
            st.vega_lite_chart(chart[1], chart[0], height=height, key=f"chart_{name}", on_select=on_select, alt=told)
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            shown = build is None or st.toggle(_("Table"), choose or opened, key=f"figure_table_{name}")
            buttons(actor, name, table, chart, role)
        chosen = _numbers(name, table, choose=choose) if shown else None
        st.caption(md(_told(actor, table)))
    return chosen


def _told(actor: Actor, table: Table) -> str:
    """From what, over what time, as of when."""
    about = table.about
    parts = [_("From: {source}").format(source=about.source), about.period]
    if about.as_of is not None:
        parts.append(_("as of {time}").format(time=when(about.as_of, actor)))
    return " · ".join(part for part in parts if part)


def numbers_and_files(
    actor: Actor, name: str, table: Table, chart: tuple[dict[str, Any], pd.DataFrame] | None = None
) -> None:
    """Only the files and the numbers, for a chart that is drawn in a way of its own. `chart`: specification, marks."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        buttons(actor, name, table, chart, Role.MANAGER)
    _numbers(name, table)


def _content(
    sid: str,
    form: Form,
    table: Table | Callable[[Work], Table],
    chart: tuple[dict[str, Any], pd.DataFrame] | None,
    role: Role,
) -> bytes:
    """Asked for when the button is pressed, outside of any page: who is asking is looked up anew."""
    asking = sessions.actor_of(sid)
    if asking is None:
        raise NotSignedIn
    return exports.given_out(asking, form, table, role=role, chart=chart)


def buttons(
    actor: Actor,
    name: str,
    table: Table | Callable[[Work], Table],
    chart: tuple[dict[str, Any], pd.DataFrame] | None,
    role: Role,
) -> None:
    """A file of each kind; `chart`: specification and marks of a picture, `role`: who may have it.

    `table` as a function is read when a button is pressed.
    """
    if isinstance(table, Table) and len(table.frame) > MOST_ROWS:
        st.caption(_("More than {n} rows: too many for a file.").format(n=number(MOST_ROWS)))
        return
    for form in Form if chart is not None else (Form.CSV, Form.XLSX):
        st.download_button(
            form.upper(),
            partial(_content, actor.session_id, form, table, chart, role),
            f"{name.replace('_', '-')}.{form}",
            TYPES[form],
            icon=":material/download:",
            on_click="ignore",
            type="tertiary",
            key=f"figure_{form}_{name}",
        )


def _by_row(table: Table, column: Column) -> list[tuple[Any, Kind]]:
    head = table.frame.head(MOST_SHOWN)
    return list(zip(head[column.name], column.kinds(head), strict=True))


def _wide(values: "pd.Series[Any]") -> int | None:
    """Pixels for a short column of texts in which one is much longer than the others.

    The grid takes what is twice as long as the mean for a slip and cuts it; None where it measures well by itself.
    """
    lengths = values.dropna().astype(str).str.len()
    if lengths.empty or not 2 * lengths.mean() <= lengths.max() <= LONGEST_MEASURED:
        return None
    return int(lengths.max()) * PIXELS_A_LETTER + 2 * PIXELS_A_LETTER


def _numbers(name: str, table: Table, *, choose: bool = False) -> int | None:
    frame = table.frame[[c.name for c in table.columns]].head(MOST_SHOWN)
    config: dict[str, Any] = {}
    for column in table.columns:
        if column.by_row:
            texts = [in_words(v, kind, column.currency) for v, kind in _by_row(table, column)]
            frame = frame.assign(**{column.name: texts})
            config[column.name] = st.column_config.TextColumn(column.label, alignment="right")
        elif column.kind is Kind.MONEY:
            digits = minor_digits(column.currency)
            frame = frame.assign(**{column.name: frame[column.name] / 10**digits})
            config[column.name] = st.column_config.NumberColumn(column.heading, format=f"%,.{digits}f")
        elif column.kind is Kind.SHARE:
            config[column.name] = st.column_config.NumberColumn(column.label, format="percent")
        elif column.kind is Kind.COUNT:
            whole = bool((frame[column.name].dropna().astype(float) % 1 == 0).all())
            config[column.name] = st.column_config.NumberColumn(column.label, format="%,.0f" if whole else "%,.1f")
        elif column.kind is Kind.INSTANT:
            config[column.name] = st.column_config.DatetimeColumn(column.label, timezone=table.about.zone.key)
        else:
            config[column.name] = st.column_config.Column(column.label, width=_wide(frame[column.name]))
    looks: dict[str, Any] = {"hide_index": True, "column_config": config, "alt": table.about.title}
    picked: list[int] = []
    if choose:
        state = st.dataframe(
            frame, **looks, key=f"figure_rows_{name}", on_select="rerun", selection_mode="single-row", height="auto"
        )
        picked = [row for row in state.selection.rows if row < len(frame)]
    else:
        st.dataframe(frame, **looks, key=f"figure_numbers_{name}")
    if len(table.frame) > MOST_SHOWN:
        shown = _("The first {n} of {total} rows; the files have all of them.")
        st.caption(shown.format(n=number(MOST_SHOWN), total=number(len(table.frame))))
    return picked[0] if picked else None
