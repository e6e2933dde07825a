"""Charts of repeat purchase: tenths, calibration, drift over runs. Frames in, Altair out; a narrow screen fits them."""

from typing import Any

import altair as alt
import pandas as pd

from services.charts.bars import legend
from services.text import _

TENTHS = {"tenth": "str", "chance": "float64", "customers": "int64", "shown": "str"}
CALIBRATION = {
    "group": "str", "said": "float64", "came": "float64", "low": "float64", "high": "float64", "customers": "int64",
}  # fmt: skip
DRIFT = {
    "as_of": "datetime64[ns]", "line": "str", "who": "str", "error": "float64", "day": "str", "shown": "str",
    "run": "str",
}  # fmt: skip
#: The selection of the charts whose marks open something.
PICKED = "picked"
_PERCENT = ".0%"


def tenths(frame: pd.DataFrame) -> Any:
    """Mean probability of each tenth; a bar can be picked. In: `TENTHS`."""
    picked = alt.selection_point(name="tenth", fields=["tenth"], toggle=False)
    return (
        alt.Chart(frame)
        .mark_bar(cursor="pointer", cornerRadiusEnd=2)
        .encode(
            x=alt.X("tenth:N", title=_("Tenth, 10 the likeliest"), sort=None, axis=alt.Axis(labelAngle=0)),
            y=alt.Y(
                "chance:Q",
                title=_("Probability"),
                axis=alt.Axis(format=_PERCENT),
                scale=alt.Scale(domainMin=0, nice=True),
            ),
            opacity=alt.condition(picked, alt.value(1.0), alt.value(0.5)),
            tooltip=[
                alt.Tooltip("tenth:N", title=_("Tenth")),
                alt.Tooltip("chance:Q", title=_("Probability"), format=".1%"),
                alt.Tooltip("customers:Q", title=_("Customers"), format=","),
                alt.Tooltip("shown:N", title=_("From and to")),
            ],
        )
        .add_params(picked)
    )


def calibration(frame: pd.DataFrame) -> Any:
    """What was said against what came, with its 80 percent interval; on the line is right. A click picks the group.

    In: `CALIBRATION`.
    """
    said = alt.X("said:Q", title=_("Foretold to buy"), axis=alt.Axis(format=_PERCENT), scale=alt.Scale(domain=[0, 1]))
    came = alt.Y("came:Q", title=_("Bought"), axis=alt.Axis(format=_PERCENT), scale=alt.Scale(domain=[0, 1]))
    tips = [
        alt.Tooltip("group:N", title=_("Group, 1 the least likely")),
        alt.Tooltip("said:Q", title=_("Foretold to buy"), format=".1%"),
        alt.Tooltip("came:Q", title=_("Bought"), format=".1%"),
        alt.Tooltip("low:Q", title=_("At least"), format=".1%"),
        alt.Tooltip("high:Q", title=_("At most"), format=".1%"),
        alt.Tooltip("customers:Q", title=_("Customers"), format=","),
    ]
    base = alt.Chart(frame)
    right = base.mark_rule(strokeDash=[4, 4], opacity=0.5, color="gray").encode(
        x=alt.XDatum(0), y=alt.YDatum(0), x2=alt.X2Datum(1), y2=alt.Y2Datum(1)
    )  # fmt: skip
    spans = base.mark_rule(strokeWidth=2, opacity=0.7, color="gray").encode(
        x=said, y=alt.Y("low:Q", title=_("Bought")), y2="high:Q"
    )
    points = base.mark_point(filled=True, size=90, opacity=1, cursor="pointer").encode(x=said, y=came, tooltip=tips)
    points = points.add_params(alt.selection_point(name=PICKED, fields=["group"], on="click", toggle=False))
    return alt.layer(right, spans, points, data=frame)


def drift(frame: pd.DataFrame, lines: list[str]) -> Any:
    """The error on earlier periods, run by run: the `lines` are the model and the best rule. A click picks the run.

    In: `DRIFT`.
    """
    days = alt.Axis(format="%Y-%m-%d", tickCount=4, labelOverlap="greedy")  # read in every language
    tips = [
        alt.Tooltip("day:N", title=_("Known up to")),
        alt.Tooltip("who:N", title=_("Who")),
        alt.Tooltip("shown:N", title=_("Error")),
    ]
    spoken = "datum.day + '; ' + datum.line + '; ' + datum.who + '; ' + datum.shown"
    base = alt.Chart(frame).transform_calculate(spoken=spoken)
    base = base.encode(
        x=alt.X("as_of:T", title=_("Known up to"), axis=days),
        y=alt.Y("error:Q", title=_("Error (log loss)"), scale=alt.Scale(zero=False)),
        color=alt.Color("line:N", title=None, scale=alt.Scale(domain=lines), legend=legend(2, "circle")),
        tooltip=tips,
        description=alt.Description("spoken:N"),
    )
    points = base.mark_point(filled=True, size=90, opacity=1, cursor="pointer")
    points = points.add_params(alt.selection_point(name=PICKED, fields=["run"], on="click", toggle=False))
    return alt.layer(base.mark_line(), points, data=frame)
