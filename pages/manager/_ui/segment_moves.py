"""Who came into a segment and who left it, week by week."""

from datetime import date
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from pages._ui.show import day, when
from pages.manager._ui import drawn
from services import segments
from services.charts import shapes
from services.segments.keeping import Kept
from services.text import _, number
from services.work import Actor, reading


def moves(actor: Actor, row: Kept) -> None:
    """The last twelve weeks, and who is behind a week."""
    with reading(actor) as w:
        found = segments.watching.moved(w, row.id)
    if found.since is None:
        st.info(
            _("The first check of this rule runs within minutes; entries and exits are counted from then on."),
            icon=":material/hourglass_empty:",
        )
    frame, came, left = found.frame, _("Came in"), _("Left")
    told = _("In twelve weeks {came} came in and {left} left.").format(
        came=number(int(frame["entered"].sum())), left=number(int(frame["left"].sum()))
    )
    drawn.sentence(told)
    if not int(frame["entered"].sum() + frame["left"].sum()):
        return
    words = [day(week, actor) for week in frame["week"]]
    bars, spec = _bars(frame, words, told)
    since = _("counted since {day}; a change of the rule begins anew").format(
        day=day(found.since, actor) if found.since else "–"
    )
    st.caption(since)
    labels = {"week": _("Week from"), "entered": came, "left": left}
    drawn.files("moves", frame.assign(week=words), labels, [row.name, told, since], (spec, bars))
    options = [
        (w_, entered) for w_, n, m in frame.itertuples(index=False) for entered, k in ((True, n), (False, m)) if k
    ]
    at = st.selectbox(
        _("Who was it?"),
        options,
        None,
        key="moves_week",
        placeholder=_("Choose a week"),
        format_func=lambda o: f"{day(o[0], actor)} · {came if o[1] else left}",
    )
    if at is not None:
        _who(actor, row, at)


def _bars(frame: pd.DataFrame, words: list[str], told: str) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Entries and exits beside each other."""
    names = {"entered": _("Came in"), "left": _("Left")}
    parts = [
        pd.DataFrame({"label": words, "name": name, "value": frame[c], "shown": [number(n) for n in frame[c]]})
        for c, name in names.items()
    ]
    bars = pd.concat(parts, ignore_index=True)
    tips = {"label": _("Week from"), "name": _("What"), "shown": _("Customers")}
    build = partial(shapes.beside, bars, list(names.values()), _("Customers"), tips)
    return bars, drawn.chart("moves", told, bars, build)


def _who(actor: Actor, row: Kept, at: tuple[date, bool]) -> None:
    with reading(actor) as w:
        found = segments.watching.movers(w, row.id, at[0], entered=at[1])
        names = segments.asking.customer_names(w, [i for _at, i in found])
    frame = pd.DataFrame(
        [(drawn.link(i), names.get(i, ""), when(t, actor)) for t, i in found], columns=["link", "customer", "at"]
    )
    drawn.table(
        "movers", frame, {"link": _("Open"), "customer": _("Customer"), "at": _("Noticed")}, drawn.customer_link()
    )
