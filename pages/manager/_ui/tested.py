"""The parts of the back-test page: models against rules, said against came, and how the error drifts."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from db.models import BacktestResult
from pages._ui.figure import figure
from pages._ui.show import day
from services.charts import scores as charts
from services.exports import About, Column, Kind, Table
from services.scores import Horizon, Version, runs, words
from services.scores.runs import Drift
from services.text import _, number
from services.work import Actor

RULES = ("recency", "last_period", "own_rate")


def table(rows: list[BacktestResult], found: Horizon) -> None:
    """Means over the days of the test; the least error stands first."""
    told = []
    for who in {row.candidate for row in rows}:
        figures = {name: runs.mean(rows, who, name) for name in ("log_loss", "auc", "lift_10", "total_error", "brier")}
        mark = _("in use") if who == found.candidate and found.usable else ""
        mark = mark or (_("best rule") if who == found.naive else _("rule") if who in RULES else _("not used"))
        told.append((figures["log_loss"] or float("inf"), who, mark, figures))
    frame = pd.DataFrame(
        [
            {
                _("Who"): words.candidate(who),
                "": mark,
                _("Error (log loss)"): _digits(figures["log_loss"], 4),
                _("Order of customers (AUC)"): _digits(figures["auc"], 3),
                _("Buyers in the best tenth, times the mean"): _digits(figures["lift_10"], 2),
                _("Error of the sum of purchases"): _percent(figures["total_error"]),
                _("Squared error (Brier)"): _digits(figures["brier"], 4),
            }
            for _loss, who, mark, figures in sorted(told, key=lambda t: t[0])
        ]
    )
    st.dataframe(frame, hide_index=True, key="backtest_table", alt=_("Models and rules of thumb on earlier periods"))
    st.caption(
        _("The least error decides. AUC: how often a buyer stood before somebody who did not buy; 0.5 is chance.")
    )


def _digits(value: float | None, digits: int) -> str:
    return "–" if value is None else number(value, digits)


def _percent(value: float | None) -> str:
    return "–" if value is None else _("{n} %").format(n=number(100 * value, 1))


def calibration(actor: Actor, version: Version, rows: Sequence[BacktestResult], candidate: str) -> None:
    """Of the latest cut-off: when it said 30 percent, did 30 percent buy?"""
    latest = next((row for row in rows if row.candidate == candidate and row.calibration), None)
    if latest is None:
        st.subheader(_("Said and came"), anchor=False)
        st.caption(_("This model could not be used in the test."))
        return
    points = [(said, came, low, high, n) for n, said, came, low, high in latest.calibration]
    frame = pd.DataFrame(points, columns=list(charts.CALIBRATION)).astype(charts.CALIBRATION)
    off = sum(1 for said, _came, low, high, _n in points if not low <= said <= high)
    told = _("{n} of {all} groups of customers lie outside of what chance explains; two of ten are to be expected.")
    shares = {"said": _("Said"), "came": _("Came"), "low": _("At least"), "high": _("At most")}
    columns = [Column(name, label, Kind.SHARE) for name, label in shares.items()]
    columns.append(Column("customers", _("Customers"), Kind.COUNT))
    about = _about(_("Said and came"), day(latest.cut_off, actor), actor, version)
    figure(
        actor, "calibration", Table(frame, tuple(columns), about), height=260,
        summary=told.format(n=number(off), all=number(len(points))), build=lambda: charts.calibration(frame),
    )  # fmt: skip


def _about(title: str, period: str, actor: Actor, version: Version) -> About:
    return About(title, _("Back-test of the scoring run"), period, version.finished_at, actor.zone)


def drift(actor: Actor, version: Version, history: list[Drift]) -> None:
    """Run by run."""
    if len({one.run_id for one in history}) < 2:
        st.subheader(_("Over the runs"), anchor=False)
        st.caption(
            _("After the second run the error is drawn here, run by run, so that a model that wears out is seen.")
        )
        return
    points = [(one.as_of, words.candidate(one.candidate), one.log_loss) for one in history]
    points += [(one.as_of, _("best rule of thumb"), one.log_loss_naive) for one in history]
    frame = pd.DataFrame(points, columns=list(charts.DRIFT)).astype(charts.DRIFT)
    better = sum(1 for one in history if one.log_loss < one.log_loss_naive)
    told = _("In {n} of the last {all} runs the model was better than the best rule of thumb.")
    columns = (
        Column("as_of", _("Known up to"), Kind.DATE), Column("who", _("Who")),
        Column("error", _("Error (log loss)"), Kind.NUMBER),
    )  # fmt: skip
    about = _about(_("Over the runs"), "", actor, version)
    figure(
        actor, "drift", Table(frame, columns, about), height=260, build=lambda: charts.drift(frame),
        summary=told.format(n=number(better), all=number(len(history))),
    )  # fmt: skip
