"""Scoring runs: starting and stopping one, how far it is, what it found with which parameters."""

import pandas as pd
import streamlit as st

from db.models import Role, ScoringRun, ScoringState
from pages._ui.feedback import reported
from pages._ui.guard import require
from pages._ui.show import day, empty, md, when
from services.scores import queueing, runs, words
from services.text import _, number
from services.work import Actor, reading, work

actor = require(Role.ADMIN)


def parameters(run: ScoringRun) -> pd.DataFrame:
    """What was fitted."""
    return pd.DataFrame(
        [
            {
                _("Model"): words.candidate(family),
                _("Fit"): words.fit_state(told["state"]),
                _("Customers"): told["n"],
                _("Parameters"): ", ".join("–" if v is None else f"{v:.4g}" for v in told["values"]),
            }
            for family, told in run.parameters.get("fits", {}).items()
        ]
    )


def choices(run: ScoringRun) -> list[str]:
    """Who speaks for which horizon, and why."""
    lines = []
    for days, told in sorted(run.horizons.items(), key=lambda h: int(h[0])):
        who = words.candidate(told["candidate"]) if told["usable"] else _("no forecast")
        lines.append(f"{words.horizon(int(days))}: {who}")
        told_so = [words.note(code) for code in told["notes"]]
        if not told["usable"]:
            told_so = words.why_hidden(told["notes"], told["candidate"], told["naive"], told["better_by"])
        lines += [f"  {line}" for line in told_so]
    return lines


def facts(run: ScoringRun, who: Actor) -> list[str]:
    """From what, how long, how much."""
    lines = []
    if run.as_of and run.data_from and run.data_to:
        told = _("Purchases from {first} to {last}, known up to {as_of}")
        lines.append(told.format(first=day(run.data_from, who), last=day(run.data_to, who), as_of=day(run.as_of, who)))
    if run.counts:
        told = _("{n} of {all} customers scored in {seconds} s with {mb} MB of memory at most")
        seconds = sum(run.counts.get(name) or 0 for name in ("read_s", "reckon_s", "write_s"))
        known = run.counts.get("known_customers", 0)
        mb = number(run.counts.get("memory_mb", 0))
        lines.append(told.format(n=number(run.customers), all=number(known), seconds=number(seconds, 1), mb=mb))
    return lines


def show(run: ScoringRun, who: Actor) -> None:
    """One run."""
    with st.container(border=True):
        st.text(
            " · ".join(
                (_("Run {n}").format(n=run.id), when(run.created_at, who), words.state(run.state), run.started_by)
            )
        )
        if run.state is ScoringState.RUNNING:
            st.progress(min(max(run.progress, 0.0), 1.0), text=words.step(run.step))
        if run.state in queueing.WAITING and st.button(_("Stop"), icon=":material/stop:", key=f"stop_{run.id}"):
            with reported(_("It ends at the next step.")) as outcome, work(who) as w:
                queueing.stop(w, run.id)
            if outcome.ok:
                st.rerun(scope="fragment")
        if run.error:
            st.text(run.error)
        lines = facts(run, who)
        if lines:
            st.text("\n".join(lines))
        if run.horizons:
            with st.expander(_("Models and parameters"), key=f"parameters_{run.id}"):
                st.text("\n".join(choices(run)))
                if run.parameters:
                    st.dataframe(parameters(run), hide_index=True, alt=_("Parameters"), key=f"fits_{run.id}")


@st.fragment(run_every="3s")
def listing() -> None:
    """The newest runs; looks again by itself."""
    who = require(Role.ADMIN, touch=False)
    with reading(who) as w:
        newest = runs.newest(w)
    waiting = any(run.state in queueing.WAITING for run in newest)
    if st.button(_("Start a run"), type="primary", icon=":material/play_arrow:", disabled=waiting, key="start_run"):
        with reported(_("The run starts in a moment.")) as outcome, work(who) as w:
            queueing.queue(w)
        if outcome.ok:
            st.rerun(scope="fragment")
    if not newest:
        empty(_("No run yet"), _("Start one, or wait for the night."), ":material/insights:")
    for run in newest:
        show(run, who)


st.title(_("Scoring runs"), anchor=False)
told = _(
    "Every night from {hour} o'clock all customers are scored. Pages show the last good run until the next one is done."
)
st.markdown(md(told.format(hour=queueing.NIGHT_HOUR)))
listing()
