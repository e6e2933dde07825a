"""The figures of the board beside the same period before and what is usual, as tiles and as a table."""

from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd
import streamlit as st

from pages._ui.figure import numbers_and_files
from pages._ui.show import md
from services.board.compared import Figure, Kind
from services.board.live import Board
from services.charts import words
from services.exports import About, Column, Table
from services.text import _, number
from services.work import Actor


def told(code: str) -> tuple[str, str]:
    """(name, what is counted) of a figure."""
    return {
        "contacts": (_("Contacts"), _("Contacts with a known time, in both directions.")),
        "orders": (_("Orders"), _("Sales; cancelled orders are none.")),
        "revenue": (_("Revenue"), _("What was charged for the lines of all sales.")),
        "opened": (_("Cases opened"), _("By the day they were opened.")),
        "solved": (_("Cases solved"), _("By the day they were settled, if they still are.")),
        "answers": (
            _("First answer"),
            _("Median working time from the opening of a case to the first answer, by the day of the answer."),
        ),
        "promises": (_("Promises kept"), _("Kept in time, of those due in these days whose time is over.")),
        "again": (
            _("Explained again"),
            _("Contacts in which the customer had to repeat something, of those it began."),
        ),
    }[code]


def shown(actor: Actor, board: Board, table: pd.DataFrame) -> None:
    """The table, with a sentence about what is out of the ordinary."""
    unusual = [
        f"{name}: {now} ({usual})" for name, now, usual, odd in table[["name", "now", "usual", "odd"]].values if odd
    ]
    said = _("Nothing is outside its usual range.")
    if unusual:
        said = _("Outside the usual range: {figures}.").format(figures=", ".join(unusual))
    st.caption(md(said))
    with st.expander(_("Against the period before and the usual range"), on_change="rerun", key="live_against") as box:
        if not box.open:
            return
        over = board.view.period.last < board.view.today
        now = _("These days") if over else _("Now")
        names = {"name": _("Figure"), "now": now, "before": _("Period before"), "usual": _("Usual range"),
                 "about": _("What is counted")}  # fmt: skip
        title = _("Figures against the period before and the usual range")
        about = About(title, _("Live board"), words.days(board.view.period), board.at, ZoneInfo(board.zone))
        columns = tuple(Column(name, label) for name, label in names.items())
        numbers_and_files(actor, "live_against", Table(table, columns, about))
        st.caption(
            _(
                "Up to four weeks are compared with as many days on the same weekdays before, longer ranges with as "
                "many days just before; unfinished days up to the same time. The range holds about 95 of 100 such "
                "periods if things go on as they did: where the earlier periods clearly rise or fall, it follows."
            )
        )


def table(board: Board) -> pd.DataFrame:
    """Out: name, now, before, usual (all in words), odd (outside the range), about."""
    rows = []
    for figure in board.figures:
        name, about = told(figure.code)
        now, before = (_value(figure, v, board.currency) for v in (figure.value, figure.before))
        rows.append((name, now, before, _usual(figure, board.currency), figure.unusual, about))
    return pd.DataFrame(rows, columns=["name", "now", "before", "usual", "odd", "about"])


def metrics(board: Board) -> tuple[dict[str, Any], ...]:
    """The figures about service, for `overview.figures`."""
    of = {f.code: f for f in board.figures}
    late = board.cases.overdue
    tiles = [_tile(of[code], board.currency) for code in ("opened", "solved", "answers", "promises", "again")]
    overdue = _("{n} overdue").format(n=number(late)) if late else None
    cases = {"label": _("Open cases"), "value": md(number(board.cases.total)), "delta": overdue}
    return (*tiles[:2], cases | {"delta_color": "inverse", "delta_arrow": "off"}, *tiles[2:])


def _tile(figure: Figure, currency: str) -> dict[str, Any]:
    usual = _usual(figure, currency)
    about = _("usual {range}").format(range=usual) if figure.usual else usual
    tile = {"label": told(figure.code)[0], "value": md(_value(figure, figure.value, currency))}
    return tile | {"delta": md(about), "delta_color": "off", "delta_arrow": "off"}


def _usual(figure: Figure, currency: str) -> str:
    if figure.usual is None:
        return _("too little data")
    ends = [_value(figure, v, currency) for v in (figure.usual.low, figure.usual.high)]
    trend = {0: "", 1: " (" + _("rising") + ")", -1: " (" + _("falling") + ")"}[figure.usual.trend]
    return (" – ".join(ends) if ends[0] != ends[1] else ends[0]) + trend


def _value(figure: Figure, value: float | None, currency: str) -> str:
    if value is None:
        return "–"
    if figure.kind is Kind.MONEY:
        return words.headline(round(value), currency)
    if figure.kind is Kind.MINUTES:
        return words.duration(value)
    return f"{number(100 * value)} %" if figure.kind is Kind.SHARE else number(value)
