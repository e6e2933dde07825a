"""What a chart of the cube is drawn from: bars, or lines where several series run over time.

Out: the columns of services/charts/bars.py.
"""

from collections.abc import Sequence
from typing import Any

import altair as alt
import pandas as pd

from services.charts import bars, parts
from services.charts.bars import HEIGHT, Lean
from services.charts.report import UPRIGHT
from services.cube_view import View
from services.dimensions import DIMENSIONS, OTHERS
from services.explore import Explored
from services.measures import MEASURES, Unit, told
from services.text import _, minor_digits, money, number, percent

MOST_BARS, MOST_ASLANT = 62, 16


def in_words(measure: str, value: float | None, currency: str) -> str:
    """A figure as a reader knows it; a dash where there is none."""
    if value is None or pd.isna(value):
        return "–"
    if MEASURES[measure].unit is Unit.MONEY:
        return money(round(value), currency)
    if MEASURES[measure].unit is Unit.SHARE:
        return percent(round(value * 1000) * 10)
    return number(value, 0 if float(value).is_integer() else 1)


def marks(view: View, found: Explored) -> pd.DataFrame | None:
    """The first measure by the first dimension, split by the second.

    Of many parts the largest stand by themselves and the others are added up. None where a chart would say nothing or
    something wrong: one place, or parts that do not add up and would have to be added.
    """
    measure = view.measures[0]
    additive = MEASURES[measure].additive([*view.by, *view.only])
    if not view.by or found.frame.empty or (len(view.by) > 2 and not additive):
        return None
    places, split = view.by[0], view.by[1] if view.by[1:] else ""
    frame = pd.DataFrame({"bucket": found.frame[places].map(str), "label": found.shown[places]})
    frame["series"] = found.frame[split].map(str) if split else measure
    frame["name"] = found.shown[split] if split else told(measure)[0]
    frame["value"] = found.frame[measure].astype(float)
    if len(view.by) > 2:
        frame = frame.groupby(["bucket", "label", "series", "name"], sort=False)["value"].sum().reset_index()
    frame = frame.dropna(subset=["value"])
    wrong = split and not additive and not DIMENSIONS[places].in_time
    few = parts.small(frame["series"], frame["value"])
    if wrong or frame["bucket"].nunique() < 2 or (few.any() and not additive):
        return None
    if few.any():
        frame = frame.assign(
            series=frame["series"].mask(few, parts.REST), name=frame["name"].mask(few, _("All others"))
        )
        frame = frame.groupby(["bucket", "label", "series", "name"], sort=False)["value"].sum().reset_index()
    if not DIMENSIONS[places].in_time and not split and places not in ("weekday", "hour", "cohort"):
        frame = frame.sort_values("value", ascending=False, kind="stable")
        others = frame["bucket"] == OTHERS  # many in one: never the first among the single ones
        frame = pd.concat([frame[~others], frame[others]])
    frame["shown"] = [in_words(measure, v, found.currency) for v in frame["value"]]
    if MEASURES[measure].unit is Unit.MONEY:
        frame["value"] = frame["value"] / 10 ** minor_digits(found.currency)
    elif MEASURES[measure].unit is Unit.SHARE:
        frame["value"] = frame["value"] * 100  # in per cent
    frame["spoken"] = frame["label"] + ", " + frame["name"] + ": " + frame["shown"]
    frame["rank"] = frame["name"].map({n: i for i, n in enumerate(names(frame))})
    return frame.assign(strength=1.0).reset_index(drop=True)


def names(frame: pd.DataFrame) -> list[str]:
    """The series of `marks` in the order of the legend."""
    return parts.ordered(frame["series"], frame["name"])


def lean(view: View, frame: pd.DataFrame) -> Lean:
    """Aslant where the names of the places have no room beside each other; of dates some can be left out instead."""
    names = frame["label"].unique()
    if DIMENSIONS[view.by[0]].in_time or sum(len(str(n)) + 2 for n in names) <= UPRIGHT:
        return Lean.NOT
    return Lean.ALL if len(names) <= MOST_ASLANT else Lean.SOME


def as_lines(view: View, frame: pd.DataFrame) -> bool:
    """Lines rather than bars: over time, where there are many places or parts that cannot be stacked."""
    if not DIMENSIONS[view.by[0]].in_time:
        return False
    return frame["bucket"].nunique() > MOST_BARS or (
        frame["series"].nunique() > 1 and not MEASURES[view.measures[0]].additive([*view.by, *view.only])
    )


def lines(names: Sequence[str], place: str, value: str) -> Any:
    """Lines over time, one per series; a point at every place, so that a gap shows as a gap between points.

    A click near a point picks its `label` and `series`: a place in time would come back as a number.
    """
    shown = bars.legend(len(names), "circle") if len(names) > 1 else None
    click = alt.selection_point(name=bars.PICKED, fields=["label", "series"], on="click", toggle=False)
    base = (
        alt.Chart(pd.DataFrame({"bucket": [], "value": []}))
        .mark_line(point=alt.OverlayMarkDef(size=18))
        .encode(
            x=alt.X("bucket:T", title=None, axis=alt.Axis(labelOverlap="greedy", tickCount=6, ticks=False)),
            y=alt.Y("value:Q", title=value, axis=alt.Axis(labelExpr=bars.SHORT)),
            color=alt.Color("name:N", title=None, sort=None, scale=alt.Scale(domain=list(names)), legend=shown),
            description=alt.Description("spoken:N"),
            tooltip=[alt.Tooltip("label:N", title=place), alt.Tooltip("name:N"), alt.Tooltip("shown:N", title=value)],
        )
    )
    near = base.mark_point(size=220, opacity=0, filled=True, cursor="pointer").add_params(click)
    return alt.layer(base, near).properties(height=HEIGHT)
