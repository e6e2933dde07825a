"""How good the forecasts are: every model on earlier periods of the company's own data, against rules of thumb."""

import streamlit as st

from db.models import BacktestResult, Role
from pages._ui import addressed
from pages._ui.guard import require
from pages._ui.show import day, md
from pages.manager._ui import scored, tested, tested_group
from services import scores
from services.scores import runs, words
from services.scores.runs import Drift
from services.text import _
from services.work import Actor, reading

actor = require(Role.MANAGER)


def ranges(rows: list[BacktestResult], candidate: str) -> None:
    """Whether the ranges held, over the cut-offs."""
    mine = [row.ranges for row in rows if row.candidate == candidate and row.ranges]

    def mean(name: str) -> str:
        known = [float(r[name]) for r in mine if r.get(name) is not None]
        return words.share(sum(known) / len(known)) if known else "–"

    st.subheader(_("Do the ranges hold?"), anchor=False)
    told = _(
        "Aim: 80 %. The range of purchases held {count}, the window of dates {dates} of those who came back. Purchases "
        "are whole numbers, so a range for rare buyers holds more than it aims at."
    )
    st.text(told.format(count=mean("count_coverage"), dates=mean("date_coverage")))


def outcome(found: scores.Horizon, *, now: bool) -> None:
    """Which model speaks, or why none does."""
    if not now:
        st.badge(_("Not in force any more: a later run has taken its place."), icon=":material/history:", color="gray")
    elif not found.usable:
        scored.hidden(found)
    else:
        told = _("In use: {model}").format(model=md(words.candidate(found.candidate)))
        st.badge(told, icon=":material/check_circle:", color="green")
        scored.beside(found)


def chosen(who: Actor, history: list[Drift], current: int) -> int:
    """The run that is looked at: the one in force unless the address, a point or the list says another."""
    named = {str(one.run_id): day(one.as_of, who) for one in history}
    named[str(current)] = (
        _("in force: {day}").format(day=named[str(current)]) if str(current) in named else _("in force")
    )
    if len(named) < 2:
        return current
    picked = addressed.pick(_("Run that knew everything up to"), named, "run", str(current), width=260)
    return int(picked or current)


@st.fragment
def board() -> None:
    """One horizon."""
    who = require(Role.MANAGER)
    lengths = {str(d): words.horizon(d) for d in scores.HORIZONS}
    days = addressed.tab(_("Forecast for"), lengths, "days", str(scores.MAIN), told=True)
    with reading(who) as w:
        current = scores.current(w)
        history = runs.drift(w, int(days))
    if current is None:
        scored.nothing_yet()
        return
    run_id = chosen(who, history, current.run_id)
    with reading(who) as w:
        version = scores.finished(w, run_id) or current
        rows = runs.tested(w, version.run_id, int(days))
    scored.from_what(version, who)
    found = version.horizons.get(int(days))
    if found is None:
        scored.nothing_yet()
        return
    outcome(found, now=version.run_id == current.run_id)
    judged = runs.judged(rows, found.cut_offs)
    cuts = sorted({row.cut_off for row in judged}, reverse=True)
    if not cuts:
        st.caption(_("No earlier period could be tested."))
        return
    split = _("Each was told everything up to {days}, and had to foretell the {time} after it.")
    told = "; ".join(day(cut, who) for cut in cuts)  # a day has a comma of its own
    st.caption(md(split.format(days=told, time=words.horizon(int(days)))))
    tested.table(who, version, judged, found)
    speaking = runs.drawn(found.candidate)
    left, right = st.columns(2)
    with left:
        groups = tested.calibration(who, version, rows, speaking)
    with right:
        tested.drift(who, version, history)
    if groups is not None:
        tested_group.opened(who, version.run_id, int(days), groups)
    ranges(rows, speaking)


with st.container(horizontal=True, vertical_alignment="bottom", horizontal_alignment="distribute"):
    st.title(_("Back-test"), anchor=False)
    st.page_link("manager/who_buys.py", label=_("Who buys again"), icon=":material/insights:")
st.markdown(_("What every model would have said on earlier days, against what then came."))
board()
