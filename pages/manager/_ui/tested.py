"""The parts of the back-test page: models against rules, said against came, and how the error drifts."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from db.models import BacktestResult
from pages._ui.cached import chart_spec
from services.charts import scores as charts
from services.scores import Horizon, runs, words
from services.scores.runs import Drift
from services.text import _, locale_name, number

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


def calibration(rows: Sequence[BacktestResult], candidate: str) -> None:
    """Of the latest cut-off: when it said 30 percent, did 30 percent buy?"""
    st.subheader(_("Said and came"), anchor=False)
    latest = next((row for row in rows if row.candidate == candidate and row.calibration), None)
    if latest is None:
        st.caption(_("This model could not be used in the test."))
        return
    points = [(said, came, low, high, n) for n, said, came, low, high in latest.calibration]
    frame = pd.DataFrame(points, columns=list(charts.CALIBRATION)).astype(charts.CALIBRATION)
    off = sum(1 for said, _came, low, high, _n in points if not low <= said <= high)
    told = _("{n} of {all} groups of customers lie outside of what chance explains; two of ten are to be expected.")
    st.caption(told.format(n=number(off), all=number(len(points))))
    spec = chart_spec("calibration", locale_name(), lambda: charts.calibration(frame))
    st.vega_lite_chart(frame, spec, height=260, key="calibration_chart")


def drift(history: list[Drift]) -> None:
    """Run by run."""
    st.subheader(_("Over the runs"), anchor=False)
    if len({one.run_id for one in history}) < 2:
        st.caption(
            _("After the second run the error is drawn here, run by run, so that a model that wears out is seen.")
        )
        return
    points = [(one.as_of, words.candidate(one.candidate), one.log_loss) for one in history]
    points += [(one.as_of, _("best rule of thumb"), one.log_loss_naive) for one in history]
    frame = pd.DataFrame(points, columns=list(charts.DRIFT)).astype(charts.DRIFT)
    better = sum(1 for one in history if one.log_loss < one.log_loss_naive)
    told = _("In {n} of the last {all} runs the model was better than the best rule of thumb.")
    st.caption(told.format(n=number(better), all=number(len(history))))
    spec = chart_spec("drift", locale_name(), lambda: charts.drift(frame))
    st.vega_lite_chart(frame, spec, height=260, key="drift_chart")
