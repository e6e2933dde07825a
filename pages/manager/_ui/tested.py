"""The parts of the back-test page: models against rules, said against came, and how the error drifts."""

from collections.abc import Sequence
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from db.models import BacktestResult, Role
from pages._ui.figure import buttons, figure
from pages._ui.guard import acting
from pages._ui.show import day
from services.charts import scores as charts
from services.exports import About, Column, Kind, Table
from services.scores import Horizon, Version, runs, words
from services.scores.runs import Drift
from services.text import _, fixed, number
from services.work import Actor

RULES = ("recency", "last_period", "own_rate")


def table(actor: Actor, version: Version, rows: list[BacktestResult], found: Horizon) -> None:
    """Means over the days of the test; the least error stands first, models that are not shown are grey."""
    standing = [(who, {name: runs.mean(rows, who, name) for name in FIGURES}) for who in {r.candidate for r in rows}]
    standing.sort(key=lambda one: one[1]["log_loss"] or float("inf"))
    best = next((figures["log_loss"] for who, figures in standing if who == found.naive), None)
    frame = pd.DataFrame([{"who": words.candidate(who), "state": _state(who, figures, best, found), **figures}
                          for who, figures in standing])  # fmt: skip
    labels = {"log_loss": _("Error"), "auc": _("Order"), "lift_10": _("Best tenth"), "total_error": _("Sum off by"),
              "brier": _("Squared error")}  # fmt: skip
    hints = _hints()
    config: dict[str, Any] = {"who": _("Who"), "state": _("State")}
    config |= {c: st.column_config.TextColumn(labels[c], help=hints[c], alignment="right") for c in FIGURES}
    shown = frame.assign(**{c: [_said(c, v) for v in frame[c]] for c in FIGURES})
    grey = ["color: gray" if who not in RULES and not _used(who, found) else "" for who, _figures in standing]
    styled = shown.style.apply(lambda column: [grey[int(n)] for n in range(len(column))])
    st.dataframe(
        styled, hide_index=True, key="backtest_table", column_config=config, alt=_("Models and rules of thumb")
    )
    st.caption(
        _(
            "The least error decides. Order: how often a buyer stood before somebody who did not buy; 0.5 is chance. "
            "The headings say what each figure is."
        )
    )
    columns = [Column("who", _("Who")), Column("state", _("State"))]
    columns += [Column(c, labels[c], Kind.SHARE if c == "total_error" else Kind.NUMBER) for c in FIGURES]
    about = _about(_("Back-test"), words.horizon(found.days), actor, version)
    with st.container(horizontal=True, gap="small"):
        buttons(actor, "backtest", Table(frame, tuple(columns), about), None, Role.MANAGER)


FIGURES = ("log_loss", "auc", "lift_10", "total_error", "brier")


def _hints() -> dict[str, str]:
    """What a figure is, for whoever knows its name and for whoever does not."""
    return {
        "log_loss": _("Log loss of the probability of buying: to be sure and wrong costs most. Less is better."),
        "auc": _("AUC: how often a buyer stood before somebody who did not buy. 1 is perfect, 0.5 is chance."),
        "lift_10": _("Buyers among the likeliest tenth, as a multiple of the mean of all. More is better."),
        "total_error": _("By how much the sum of all purchases was missed, without its sign. Less is better."),
        "brier": _("Brier score: the mean squared error of the probability. Less is better."),
    }


def _used(who: str, found: Horizon) -> bool:
    return found.usable and who == found.candidate


def _state(who: str, figures: dict[str, float | None], best: float | None, found: Horizon) -> str:
    """Whether a model speaks, and if not why."""
    if who in RULES:
        return _("best rule") if who == found.naive else _("rule")
    if _used(who, found):
        return _("in use")
    loss = figures["log_loss"]
    if best is not None and loss is not None and loss >= best:
        return _("errs more than the best rule")
    return _("another one errs less") if found.usable else _("better, but it may be chance")


def _said(figure: str, value: float | None) -> str:
    if value is None:
        return "–"
    if figure == "total_error":
        return _("{n} %").format(n=fixed(100 * value, 1))
    return fixed(value, 2 if figure == "lift_10" else 3)


@acting(Role.MANAGER)
def picked(chart: str, field: str, name: str) -> None:
    """A point was clicked: the list of the same name says the same. The address is written anew by that list."""
    points = st.session_state[f"chart_{chart}"].selection.get(charts.PICKED, [])
    if points:
        st.query_params.pop(name, None)
        st.session_state[f"pick_{name}"] = str(points[0][field])


def calibration(actor: Actor, version: Version, rows: Sequence[BacktestResult], candidate: str) -> pd.DataFrame | None:
    """Of the latest cut-off: when it said 30 percent, did 30 percent buy? The groups, if there are any."""
    latest = next((row for row in rows if row.candidate == candidate and row.calibration), None)
    if latest is None:
        st.subheader(_("Said and came"), anchor=False)
        st.caption(_("This model could not be used in the test."))
        return None
    points = [
        (str(at + 1), said, came, low, high, n) for at, (n, said, came, low, high) in enumerate(latest.calibration)
    ]
    frame = pd.DataFrame(points, columns=list(charts.CALIBRATION)).astype(charts.CALIBRATION)
    shares = {"said": _("Foretold to buy"), "came": _("Bought"), "low": _("At least"), "high": _("At most")}
    columns = [Column("group", _("Group, 1 the least likely"))]
    columns += [Column(name, label, Kind.SHARE) for name, label in shares.items()]
    columns.append(Column("customers", _("Customers"), Kind.COUNT))
    period = _("{time} after {day}").format(time=words.horizon(latest.days), day=day(latest.cut_off, actor))
    about = _about(_("Said and came"), period, actor, version)
    figure(
        actor, "calibration", Table(frame, tuple(columns), about), height=260, summary=_calibrated(frame),
        build=lambda: charts.calibration(frame), on_select=partial(picked, "calibration", "group", "group"),
    )  # fmt: skip
    return frame


def _calibrated(frame: pd.DataFrame) -> str:
    """The chart in words: the level, and how many groups lie where chance does not explain it."""
    off = int((~frame["said"].between(frame["low"], frame["high"])).sum())
    shares = {c: words.share(float((frame[c] * frame["customers"]).sum() / frame["customers"].sum()))
              for c in ("said", "came")}  # fmt: skip
    on_the_whole = _("On the whole {said} were foretold to buy, and {came} did.").format(**shares)
    told = _("{n} of {all} groups of customers lie outside of what chance explains; two of ten are to be expected.")
    return f"{on_the_whole} {told.format(n=number(off), all=number(len(frame)))}"


def _about(title: str, period: str, actor: Actor, version: Version) -> About:
    return About(title, _("Back-test of the scoring run"), period, version.finished_at, actor.zone)


def drift(actor: Actor, version: Version, known: list[Drift]) -> None:
    """Run by run; a point opens its run."""
    if len(known) < 2:
        st.subheader(_("Over the runs"), anchor=False)
        st.caption(
            _(
                "As soon as runs of two days are there, the error is drawn here from run to run, so that a model that "
                "wears out is seen."
            )
        )
        return
    lines = [_("model in use"), _("best rule")]
    points = [(one.as_of, lines[0], words.candidate(one.candidate), one.log_loss) for one in known]
    points += [(one.as_of, lines[1], words.candidate(one.naive), one.log_loss_naive) for one in known]
    of = {one.as_of: str(one.run_id) for one in known}
    rows = [(*point, day(point[0], actor), fixed(point[3], 4), of[point[0]]) for point in points]
    frame = pd.DataFrame(rows, columns=list(charts.DRIFT)).astype(charts.DRIFT)
    columns = (
        Column("as_of", _("Known up to"), Kind.DATE), Column("line", _("Line")), Column("who", _("Who")),
        Column("error", _("Error (log loss)"), Kind.NUMBER),
    )  # fmt: skip
    period = _("runs that knew everything up to {first} … {last}").format(
        first=day(known[0].as_of, actor), last=day(known[-1].as_of, actor)
    )
    figure(
        actor, "drift", Table(frame, columns, _about(_("Over the runs"), period, actor, version)), height=260,
        build=lambda: charts.drift(frame, lines), summary=_drifted(known),
        on_select=partial(picked, "drift", "run", "run"),
    )  # fmt: skip
    st.caption(_("A point opens its run."))


def _drifted(known: list[Drift]) -> str:
    """The drift in words: the model against itself at first, and against the rule."""
    first, last = known[0], known[-1]
    told = _(
        "The error of the model was {a} at first and is {b} now, that of the best rule of thumb {c} and {d}; less is "
        "better. In {n} of {all} runs the model was better. A model whose line rises while that of the rule does not "
        "wears out."
    )
    better = sum(1 for one in known if one.log_loss < one.log_loss_naive)
    numbers = {"a": first.log_loss, "b": last.log_loss, "c": first.log_loss_naive, "d": last.log_loss_naive}
    said = {name: fixed(value, 3) for name, value in numbers.items()}
    return told.format(**said, n=number(better), all=number(len(known)))
