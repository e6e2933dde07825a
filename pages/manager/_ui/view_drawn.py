"""The answer of a saved view: what it is about, its chart and table, and the rows behind a bar or a row."""

from typing import Any

import streamlit as st

from pages._ui.feedback import reported
from pages._ui.figure import figure
from pages._ui.show import empty
from pages.manager._ui import explored
from services import explore
from services.charts import report as charts
from services.charts.bars import PICKED
from services.reports import Mark, Report
from services.text import _
from services.work import Actor, reading


def drawn(who: Actor, report: Report) -> None:
    """Everything but the files, which stand above it."""
    st.text("\n".join(report.about))
    table, bars = report.table(), report.bars
    if not report.rows:
        empty(_("Nothing"), _("There is nothing to show for these days."))
        return
    if bars is None:
        row = figure(who, "view", table, choose=True)
    else:
        form = f"view {bars.title} {bars.series} {bars.beside} {charts.upright(bars.frame)}"
        row = figure(
            who, "view", table, summary=report.summary, marks=bars.frame, form=form, choose=True, on_select="rerun",
            build=lambda: charts.bars(bars.frame, bars.title, bars.series, beside=bars.beside),
        )  # fmt: skip
    mark = explored.latest("view", None if row is None else report.behind_row(row), _clicked(report))
    if mark is None:
        explored.way_in()
        return
    with reported() as outcome, reading(who) as w:
        found = explore.explored(w, mark.view)
    if outcome.ok:
        explored.behind(who, found.view, found, mark.cell)


def _clicked(report: Report) -> Mark | None:
    """The bar that was clicked; None where none was, or the figures have gone on without it."""
    state: Any = st.session_state.get("chart_view") or {}
    picks = (state.get("selection") or {}).get(PICKED) or []
    return report.behind_bar(*(str(picks[0].get(name)) for name in ("bucket", "part"))) if picks else None
