"""Charts of the analytics: ranges, heat maps, bars beside each other. The frames bring words; see each function."""

import json
from typing import Any

import altair as alt
import pandas as pd

from services.charts import bars as plain

ROW = 26
#: The selection that a click makes; its fields name the mark.
PICKED = "picked"


def _click(*fields: str) -> alt.Parameter:
    return alt.selection_point(name=PICKED, fields=list(fields), on="click", toggle=False)


def _base(frame: pd.DataFrame, tips: dict[str, str]) -> alt.Chart:
    """Marks that say the same to the mouse as to a screen reader: `tips` are columns and what they are called."""
    said = " + '; ' + ".join(
        f"{json.dumps(f'{title}: ')} + datum[{json.dumps(field)}]" for field, title in tips.items()
    )
    shown = [alt.Tooltip(f"{field}:N", title=title) for field, title in tips.items()]
    chart: alt.Chart = alt.Chart(frame).transform_calculate(spoken=said)
    return chart.encode(tooltip=shown, description=alt.Description("spoken:N"))


def spans(frame: pd.DataFrame, value: str, tips: dict[str, str]) -> Any:
    """A line from `lower` to `upper` with a mark at `median`, one for each `name`, in the order of the frame. A click
    picks the `name`.

    The lines are bars: those have the colour of the theme, a rule is black in the dark too.
    """
    y = alt.Y("name:N", sort=None, title=None, axis=alt.Axis(labelLimit=_names(180), labelFlush=False))
    base = _base(frame, tips).encode(y=y)
    line = base.mark_bar(size=8, cornerRadius=4, opacity=0.45, cursor="pointer").encode(
        x=alt.X("lower:Q", title=value, scale=alt.Scale(zero=True)), x2="upper:Q"
    )
    line = line.add_params(_click("name"))
    point = base.mark_point(filled=True, size=90, opacity=1, cursor="pointer").encode(x="median:Q")
    return alt.layer(line, point).properties(height=alt.Step(ROW))


def heat(frame: pd.DataFrame, tips: dict[str, str], title: str, columns: list[str]) -> Any:
    """Cells of `row` (words, in the order of the frame) and of `columns` by `value`; `shown` stands in the cell.

    `most`: the largest value there is, which decides whether the words in a cell are light. Where `shown` is wider than
    its cell `brief` stands there, and nothing if that is too wide as well. A click picks `row` and `column`.
    """
    base = _base(frame, tips).encode(
        x=alt.X("column:N", sort=columns, title=title, axis=alt.Axis(orient="top", labelAngle=0, labelLimit=80)),
        y=alt.Y("row:N", sort=None, title=None, axis=alt.Axis(labelLimit=_names(170), labelFlush=False)),
    )
    cells = base.mark_rect(cornerRadius=2, cursor="pointer").encode(
        color=alt.Color("value:Q", legend=None, scale=alt.Scale(scheme="teals", domainMin=0))
    )
    cells = cells.add_params(_click("row", "column"))
    light = alt.condition("datum.value > 0.55 * datum.most", alt.value("white"), alt.value(_DARK))
    where = {"shown": _fits("shown")}
    if "brief" in frame:
        where["brief"] = f"!({_fits('shown')}) && {_fits('brief')}"
    words = [
        base.mark_text(fontSize=alt.ExprRef(_FONT), cursor="pointer", aria=False).encode(
            text=f"{field}:N", color=light, opacity=alt.condition(test, alt.value(1), alt.value(0))
        )
        for field, test in where.items()
    ]
    return alt.layer(cells, *words).properties(height=alt.Step(ROW))


_DARK = "#16211f"
#: Words in a cell are smaller where cells are narrow.
_FONT = "bandwidth('x') < 30 ? 9 : 12"


def _fits(field: str) -> str:
    """Whether the words of a field are no wider than a cell; a letter is about as wide as half its height."""
    return f"length(datum.{field}) * 0.52 * ({_FONT}) <= bandwidth('x')"


def _names(most: int) -> alt.ExprRef:
    """How wide names beside a chart may be: on a telephone the chart needs the room."""
    return alt.ExprRef(f"{plain.NARROW} ? 110 : {most}")


def indexed(frame: pd.DataFrame, value: str, tips: dict[str, str]) -> Any:
    """Bars of `index` by `label`, with lines from `low` to `high`; 1 is the mean. A click picks the `label`."""
    x = alt.X("label:N", sort=None, title=None, axis=alt.Axis(labelAngle=0))
    base = _base(frame, tips).encode(x=x)
    bars = base.mark_bar(cornerRadius=1, opacity=0.45, cursor="pointer").encode(y=alt.Y("index:Q", title=value))
    bars = bars.add_params(_click("label"))
    ends = base.mark_bar(size=4).encode(y="low:Q", y2="high:Q")  # in the colour of the theme, unlike a rule
    return alt.layer(bars, ends).properties(height=240)


def bars(frame: pd.DataFrame, value: str, tips: dict[str, str], title: str | None = None) -> Any:
    """A bar of `value` for each `label`; `title`: what the labels are. A click picks the `label`."""
    x = alt.X("label:N", sort=None, title=title, axis=alt.Axis(labelAngle=0))
    made = _base(frame, tips).mark_bar(cornerRadius=1, cursor="pointer")
    made = made.encode(x=x, y=alt.Y("value:Q", title=value))
    return made.add_params(_click("label")).properties(height=240)


def beside(frame: pd.DataFrame, names: list[str], value: str, tips: dict[str, str]) -> Any:
    """Bars of `value` by `label`, those of each `name` beside the others. A click picks `label` and `name`."""
    colour = alt.Color("name:N", title=None, scale=alt.Scale(domain=names), legend=plain.legend(len(names)))
    return (
        _base(frame, tips)
        .mark_bar(cornerRadius=1, cursor="pointer")
        .encode(
            x=alt.X("label:N", sort=None, title=None, axis=alt.Axis(labelAngle=0, labelOverlap="greedy")),
            xOffset=alt.XOffset("name:N", sort=names),
            y=alt.Y("value:Q", title=value, axis=alt.Axis(tickMinStep=1)),
            color=colour,
        )
        .add_params(_click("label", "name"))
        .properties(height=240)
    )


def parts(frame: pd.DataFrame, names: list[str], tips: dict[str, str]) -> Any:
    """One bar made of the parts `name` (in the order of `names`) as wide as their `value`; `shown` stands in it.

    `middle`: where the words stand. A click picks the `name`.
    """
    base = _base(frame, tips)
    # Names of segments are long: one below the other.
    shown = alt.Legend(orient="bottom", columns=1, labelLimit=280)
    colour = alt.Color("name:N", title=None, scale=alt.Scale(domain=names), legend=shown)
    bar = base.mark_bar(size=64, cornerRadius=1, cursor="pointer").encode(
        x=alt.X("begin:Q", title=None, axis=None), x2="end:Q", color=colour
    )
    looks: dict[str, Any] = {"fontSize": 14, "fontWeight": "bold", "cursor": "pointer", "aria": False}
    # Parts are dark on a light page and light on a dark one: white words with a dark edge are read on both.
    edge = base.mark_text(stroke=_DARK, strokeWidth=3, strokeJoin="round", **looks)
    words = [mark.encode(x="middle:Q", text="shown:N") for mark in (edge, base.mark_text(color="white", **looks))]
    return alt.layer(bar.add_params(_click("name")), *words).properties(height=160)
