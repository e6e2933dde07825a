"""Who came into a segment and who left it, week by week."""

from dataclasses import replace
from datetime import date
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from db.models import Role
from pages._ui.cached import kept
from pages._ui.show import day, md, when
from pages.manager._ui import drawn
from services import patterns, segments
from services.charts import shapes
from services.segments.keeping import Kept
from services.segments.reckoning import Reckoned
from services.segments.watching import Moved
from services.text import _, number
from services.work import Actor, reading


def _before(actor: Actor, row: Kept) -> Reckoned:
    """What is reckoned of the weeks before the first check; kept for as long as the data stay the same."""
    with reading(actor) as w:
        version = segments.reckoning.version(w, row.id)
        found: Reckoned = kept("segment_reckoned", version, lambda: segments.reckoning.reckoned(w, row.id))
    return found


def moves(actor: Actor, row: Kept) -> None:
    """The last twelve weeks, and who is behind a week."""
    before = _before(actor, row)
    with reading(actor) as w:
        found = segments.watching.moved(w, row.id)
    if before.weeks is None and found.since is None:
        st.info(
            _("The first check of this rule runs within minutes; entries and exits are counted from then on."),
            icon=":material/hourglass_empty:",
        )
    found = replace(found, frame=before.added_to(found.frame))
    frame, came, left = found.frame, _("Came in"), _("Left")
    told = _("In twelve weeks {came} came in and {left} left.").format(
        came=number(int(frame["entered"].sum())), left=number(int(frame["left"].sum()))
    )
    drawn.sentence(told)
    if not int(frame["entered"].sum() + frame["left"].sum()):
        _why_none(actor, found, before)
        return
    words = [day(week, actor) for week in frame["week"]]
    bars, spec = _bars(frame, words, told)
    since = _since(actor, found, before)
    labels, weeks = {"week": _("Week from"), "entered": came, "left": left}, frame.assign(week=words)
    drawn.as_table("moves", weeks, labels)
    st.caption(md(since))
    drawn.files("moves", weeks, labels, [row.name, told, since], (spec, bars))
    some = bars[bars["value"] > 0].reset_index(drop=True)
    label, hint = _("Who was it?"), _("Choose a week")
    at = drawn.mark(
        "moves", some, ["label", "name"], lambda b: f"{b['label']} · {b['name']}: {b['shown']}", label, hint
    )
    if at is not None:
        bar = some.iloc[at]
        _who(actor, row, (frame["week"].iloc[words.index(str(bar["label"]))], bar["name"] == came), before)


def _why_none(actor: Actor, found: Moved, before: Reckoned) -> None:
    """From when on nobody moved; and of an imported past, that it is over, for a segment is as of today."""
    st.caption(md(_since(actor, found, before)))
    if actor.role is not Role.STAFF:
        with reading(actor) as w:
            ended = patterns.view(w).ended
        if ended is not None:
            told = _("Nothing was sold after {day}. Segments are as of today, so hardly anybody comes in or leaves.")
            st.caption(md(told.format(day=day(ended, actor))))


def _since(actor: Actor, found: Moved, before: Reckoned) -> str:
    """From when on it was counted, and what of it was reckoned afterwards."""
    since = _("Counted since {day}; a change of the rule begins anew.").format(
        day=day(found.since, actor) if found.since else "–"
    )
    if not before.weeks:
        return since
    told = _("Weeks before it was counted are reckoned from what is dated; a region or an agreement is as it is today.")
    return f"{since} {told}" if found.since else told


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
    return bars, drawn.chart("moves", told, bars, build, opens=True)


def _who(actor: Actor, row: Kept, at: tuple[date, bool], before: Reckoned) -> None:
    with reading(actor) as w:
        noted = segments.watching.movers(w, row.id, at[0], entered=at[1])
        found = [(i, when(t, actor)) for t, i in noted]
        found += [(i, _("reckoned")) for i in before.who(at[0], entered=at[1])]
        names = segments.asking.customer_names(w, [i for i, _when in found])
    frame = pd.DataFrame(
        [(drawn.link(i), names.get(i, ""), told) for i, told in found], columns=["link", "customer", "at"]
    )
    drawn.table(
        "movers", frame, {"link": _("Open"), "customer": _("Customer"), "at": _("Noticed")}, drawn.customer_link()
    )
