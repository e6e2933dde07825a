"""The chart of a report: plain bars that say everything without being touched, for paper as well as for a page.

In: `place` and `series` (words, in the order to draw), `bucket` and `part` (what a click on a bar returns), `value`,
and `shown` (the value in words).
"""

from collections.abc import Sequence

import altair as alt
import pandas as pd

from services.charts.bars import NARROW, PICKED, SHORT
from services.text import _

#: With two series the earlier one steps back.
BEFORE_AND_NOW = ("#9db8b4", "#0f766e")
MOST_PLACES = 60
UPRIGHT = 90  # letters beside each other; more stand aslant, so that no name is left out


def upright(frame: pd.DataFrame) -> bool:
    """Whether the names of all places have room beside each other."""
    return sum(len(place) + 2 for place in frame["place"].unique()) <= UPRIGHT


def bars(frame: pd.DataFrame, title: str, series: Sequence[str], *, beside: bool) -> alt.Chart:
    """Bars by place; several series on top of each other, or `beside` each other to be compared.

    The theme gives the colours of parts: that of the page, or of services/exports on paper.
    """
    colours = alt.Scale(domain=list(series), range=list(BEFORE_AND_NOW) if beside else alt.Undefined)
    # A telephone is narrow: two whole spans stand below each other.
    columns, limit = (1, 280) if beside else (alt.ExprRef(f"{NARROW} ? 2 : 3"), alt.ExprRef(f"{NARROW} ? 95 : 110"))
    shown = alt.Legend(orient="bottom", symbolType="square", columns=columns, labelLimit=limit)
    legend = shown if len(series) > 1 else None
    axis = alt.Axis(labelAngle=0 if upright(frame) else -45, labelOverlap="greedy", ticks=False)
    click = alt.selection_point(name=PICKED, fields=["bucket", "part"], on="click", toggle=False)
    chart: alt.Chart = (
        alt.Chart(frame)
        .mark_bar(cornerRadius=1, cursor="pointer")
        .encode(
            x=alt.X("place:N", sort=None, title=None, axis=axis),
            y=alt.Y("value:Q", title=title, axis=alt.Axis(labelExpr=SHORT, ticks=False)),
            color=alt.Color("series:N", title=None, sort=None, scale=colours, legend=legend),
            tooltip=[
                alt.Tooltip("place:N", title=_("Group")),
                alt.Tooltip("series:N", title=_("Part")),
                alt.Tooltip("shown:N", title=title),
            ],
        )
        .add_params(click)
        .properties(height=280)
    )
    return chart.encode(xOffset=alt.XOffset("series:N", sort=list(series))) if beside else chart
