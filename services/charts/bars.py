"""The bar charts of the live board.

In, always: `bucket` and `series` (what a click on a mark returns), `label` and `name` (the same in words), `value`
(height of the bar), `shown` (the value in words, for the tooltip), `spoken` (the whole mark in words, for screen
readers), `rank` (the order of the series), `strength` (1, or less for marks that step back because another one was
picked).
"""

from collections.abc import Sequence
from enum import StrEnum
from typing import Any

import altair as alt
import pandas as pd

from services.text import _

#: The selection that a click makes; its fields name the mark.
PICKED = "picked"
COLUMNS = ("bucket", "series", "label", "name", "value", "shown", "spoken", "rank", "strength")
HEIGHT = 280
#: Figures of an axis: 20k, 1.5M; below one as they are, for the prefix of a thousandth is the letter of metres.
SHORT = "abs(datum.value) < 1 ? format(datum.value, '.2~f') : format(datum.value, '~s')"
#: On a telephone.
NARROW = "width < 330"
_LABELS_APART = 6
LEANING_PX = 120


class Lean(StrEnum):
    """How the names of places stand below an axis: upright, or aslant where they are too long, all or some of them."""

    NOT = "not"
    ALL = "all"
    SOME = "some"


def stacked(
    frame: pd.DataFrame, names: Sequence[str], place: str, value: str, *, whole: bool = True, lean: Lean = Lean.NOT
) -> alt.Chart:
    """Bars with one part per series. `names`: all series in the order of their colours, also those without marks."""
    return _bars(frame, value, whole, lean=lean).encode(
        color=alt.Color("name:N", title=None, scale=alt.Scale(domain=list(names)), legend=legend(len(names))),
        order=alt.Order("rank:Q"),
        tooltip=[_tip("label", place), _tip("name", _("Part")), _tip("shown", value)],
    )


def plain(frame: pd.DataFrame, place: str, value: str, *, whole: bool = True, lean: Lean = Lean.NOT) -> alt.Chart:
    """Bars of one series. `lean`: how names of places stand."""
    return _bars(frame, value, whole, lean=lean).encode(tooltip=[_tip("label", place), _tip("shown", value)])


def against_usual(frame: pd.DataFrame, names: tuple[str, str], place: str, value: str, *, whole: bool = True) -> Any:
    """An alt.LayerChart: bars of one series, each with a line where it usually ends.

    In, besides: `usual` and `usual_shown`; `name` and `usual_name` are what `names` calls the bars and the lines.
    """
    colours = alt.Scale(domain=list(names))
    tips = [_tip("label", place), _tip("shown", names[0]), _tip("usual_shown", names[1])]
    color = alt.Color("name:N", title=None, scale=colours, legend=legend(2))
    bars = _bars(frame, value, whole).encode(color=color, tooltip=tips)
    lines = (
        alt.Chart(frame)
        .mark_tick(thickness=3, bandSize=18)
        .encode(x=_place(), y=alt.Y("usual:Q", scale=_at_least_one()))
    )
    usual = lines.encode(color=alt.Color("usual_name:N", title=None, scale=colours), tooltip=tips)
    return alt.layer(bars, usual).properties(height=HEIGHT)


def columns_of(spec: Any) -> list[str]:
    """The columns of its data that a specification reads."""
    if isinstance(spec, list):
        found = [c for part in spec for c in columns_of(part)]
    elif isinstance(spec, dict):
        own = spec.get("field")
        picked = spec.get("fields") or []
        found = [*([own] if isinstance(own, str) else []), *(f for f in picked if isinstance(f, str))]
        found += [c for part in spec.values() for c in columns_of(part)]
    else:
        found = []
    return list(dict.fromkeys(found))


def _bars(frame: pd.DataFrame, value: str, whole: bool, *, lean: Lean = Lean.NOT) -> alt.Chart:
    axis: dict[str, Any] = {"labelExpr": SHORT} | ({"tickMinStep": 1} if whole else {})
    click = alt.selection_point(name=PICKED, fields=["bucket", "series"], on="click", toggle=False)
    strength = alt.Opacity("strength:Q", scale=alt.Scale(domain=[0, 1], range=[0, 1]), legend=None)
    height = alt.Y("value:Q", title=value, axis=alt.Axis(**axis), scale=_at_least_one())
    chart: alt.Chart = alt.Chart(frame).mark_bar(cursor="pointer", cornerRadius=1).encode(x=_place(lean=lean), y=height)
    return (
        chart.encode(opacity=strength, description=alt.Description("spoken:N"))
        .add_params(click)
        .properties(height=HEIGHT)
    )


def _at_least_one() -> alt.Scale:
    """From 0 to 1 at least, so that an axis without bars still has numbers on it."""
    return alt.Scale(domain=alt.DomainUnionWith(unionWith=[0, 1]))


def _place(*, lean: Lean = Lean.NOT) -> alt.X:
    """Places in the order of the frame, never sorted by their words."""
    if lean is not Lean.NOT:
        some: Any = "greedy" if lean is Lean.SOME else False
        leaning = alt.Axis(labelAngle=-45, ticks=False, labelOverlap=some, labelLimit=LEANING_PX)
        return alt.X("label:O", sort=None, title=None, axis=leaning)
    short = "replace(datum.label, /:00$/, '')"  # hours of the day
    apart: dict[str, Any] = {"labelOverlap": "greedy", "labelBound": True, "labelSeparation": _LABELS_APART}
    axis = alt.Axis(labelAngle=0, ticks=False, labelExpr=short, **apart)
    return alt.X("label:O", sort=None, title=None, axis=axis)


def legend(entries: int, symbol: str = "square") -> alt.Legend:
    """Below the chart, three beside each other and on a telephone two, so that none is cut off."""
    return alt.Legend(
        orient="bottom",
        columns=alt.ExprRef(f"{NARROW} ? 2 : {min(3, entries)}"),
        symbolType=symbol,
        symbolOpacity=1,
        labelLimit=alt.ExprRef(f"{NARROW} ? 95 : 120"),
        padding=0,
        offset=12,
    )


def _tip(field: str, title: str) -> alt.Tooltip:
    return alt.Tooltip(f"{field}:N", title=title)
