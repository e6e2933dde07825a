"""One chart of the board: its sentence, its marks, the way to the rows behind them, its table."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd
import pyarrow as pa
import streamlit as st

from db.models import Role
from pages._ui import figure
from pages._ui.cached import chart_spec
from pages._ui.guard import acting
from pages._ui.show import md
from pages.manager._ui import filters
from services.board.live import Board
from services.board.marks import Mark
from services.board.periods import ALL
from services.charts import bars, words
from services.charts import board as frames
from services.exports import About, Column, Kind, Table
from services.text import _, locale_name
from services.work import Actor


@dataclass(frozen=True)
class Card:
    """What one chart shows, ready to be sent: it is the same in every run until the data change."""

    chart: str
    title: str
    sentence: str
    frame: pd.DataFrame
    spec: dict[str, Any]
    sent: pa.Table
    options: dict[str, str]  # every mark there is, as an address holds it and in words
    place: str  # what the time axis is called
    whole: str  # what all places together are called
    part: Callable[[str], str] = str
    digits: int | None = None  # of an amount of money; None for counts
    mark_place: Callable[[str, str], str] = words.time_of
    control: Callable[[], None] | None = None  # a choice that belongs to this chart

    @property
    def blank(self) -> bool:
        """There is neither a mark to draw nor a usual one beside it: the axes would stand around nothing."""
        drawn = self.frame[[c for c in ("value", "usual") if c in self.frame]]
        return not drawn.fillna(0).to_numpy().any()


def made(
    chart: str,
    title: str,
    frame: pd.DataFrame,
    total: str,
    form: str,
    build: Callable[[], Any],
    place: str,
    whole: str,
    **more: Any,
) -> Card:
    """A card. `total` is the sum of all marks in words; `form` names the chart's form in a language, so that it is
    compiled once, and `build` draws it.
    """
    spec = chart_spec(form, locale_name(), build)
    sent = frames.sent(frame, bars.columns_of(spec))
    card = Card(chart, title, words.summary(frame, total), frame, spec, sent, {}, place, whole, **more)
    some = frame["value"] != 0
    pairs = zip(frame["bucket"][some].tolist(), frame["series"][some].tolist(), strict=True)
    marks = [Mark(chart, ALL), *(Mark(chart, bucket, series) for bucket, series in pairs)]
    return replace(card, options={str(m): words_of(card, m) for m in marks})


def draw(actor: Actor, board: Board, card: Card) -> bool:
    """The card with its chart; True where its rows are open and shall be shown below it."""
    with st.container(horizontal=True, vertical_alignment="center", height=40, border=False):
        st.subheader(card.title, anchor=False, width="stretch")
        if card.control:
            card.control()
    st.caption(md(card.sentence))
    if card.blank and board.view.period.last < board.view.today:
        return False  # the sentence says so; a chart with today in it stays, for its first mark may come any moment
    key = f"live_chart_{card.chart}_{st.session_state.get(_turn(card.chart), 0)}"
    open_ = filters.opened()
    mine = open_ if open_ is not None and open_.chart == card.chart else None
    st.vega_lite_chart(
        card.sent if mine is None else frames.faded(card.sent, mine),
        card.spec,
        height=bars.HEIGHT + 20,
        key=key,
        on_select=lambda: _clicked(card.chart, key),
        alt=f"{card.title}: {card.sentence}",
    )
    _choice(card, open_)
    _table(actor, board, card)
    return mine is not None


def words_of(card: Card, mark: Mark) -> str:
    """A mark in words: `10:00–11:00 · Phone`."""
    parts = [card.mark_place(mark.bucket, card.whole)]
    return " · ".join([*parts, card.part(mark.series)] if mark.series else parts)


def _turn(chart: str) -> str:
    """A chart keeps its own idea of what is picked; a new turn makes it forget."""
    return f"live_turn_{chart}"


@acting(Role.MANAGER)
def _clicked(chart: str, key: str) -> None:
    picks = st.session_state[key]["selection"].get(bars.PICKED) or []
    open_ = filters.opened()
    if picks:
        filters.open_mark(Mark(chart, str(picks[0]["bucket"]), str(picks[0]["series"])))
    elif open_ is not None and open_.chart == chart:
        filters.open_mark(None)


@acting(Role.MANAGER)
def _chosen(chart: str, key: str) -> None:
    value = st.session_state.get(key)
    open_ = filters.opened()
    if value:
        filters.open_mark(_mark(value))
    elif open_ is not None and open_.chart == chart:
        filters.open_mark(None)
    st.session_state[_turn(chart)] = st.session_state.get(_turn(chart), 0) + 1


@acting(Role.MANAGER)
def close(chart: str) -> None:
    """Callback: close the rows."""
    filters.open_mark(None)
    st.session_state[_turn(chart)] = st.session_state.get(_turn(chart), 0) + 1


def _mark(text: str) -> Mark | None:
    chart, bucket, *series = text.split(".", 2)
    return Mark(chart, bucket, series[0] if series else None)


def _choice(card: Card, open_: Mark | None) -> None:
    """The way to the rows by keyboard: everything a click can pick, and all marks together."""
    key = f"live_pick_{card.chart}"
    wanted = str(open_) if open_ is not None and str(open_) in card.options else None
    if st.session_state.get(key) != wanted:
        st.session_state[key] = wanted
    st.selectbox(
        _("Rows behind the marks"),
        list(card.options),
        index=None,
        format_func=lambda mark: card.options.get(mark, mark),
        key=key,
        on_change=_chosen,
        args=(card.chart, key),
        placeholder=_("Open the rows behind …"),
        label_visibility="collapsed",
        disabled=len(card.options) < 2,
    )


def _table(actor: Actor, board: Board, card: Card) -> None:
    with st.expander(_("Table and files"), on_change="rerun", key=f"live_table_{card.chart}") as table:
        if table.open:
            figure.numbers_and_files(actor, f"live_{card.chart}", _numbers(board, card), (card.spec, card.frame))


def _numbers(board: Board, card: Card) -> Table:
    """One row per place, one column per series and, of several, one for all together."""
    frame, names = card.frame, list(dict.fromkeys(card.frame["name"].tolist()))
    values = frame["value"] * 10**card.digits if card.digits is not None else frame["value"]
    cells = frame.assign(value=values)
    wide = cells.pivot_table(index=["bucket", "label"], columns="name", values="value", sort=False)[names]
    several = len(names) > 1
    out = pd.DataFrame({"place": wide.index.get_level_values("label")})
    for n, name in enumerate(names):
        out[f"v{n}"] = wide[name].to_numpy()
    out["all"] = wide.sum(axis=1).to_numpy()
    whole = bool((out["all"].dropna() % 1 == 0).all())
    kind = Kind.MONEY if card.digits is not None else Kind.COUNT if whole else Kind.NUMBER
    heads = [*names, _("Together")] if several else [card.title]
    keys = [*(f"v{n}" for n in range(len(names))), *(["all"] if several else [])]
    currency = board.currency if kind is Kind.MONEY else ""
    columns = (Column("place", card.place), *(Column(k, h, kind, currency) for k, h in zip(keys, heads, strict=True)))
    about = About(card.title, _("Live board"), card.whole, board.at, ZoneInfo(board.zone), _filters(board))
    return Table(out, columns, about)


def _filters(board: Board) -> tuple[tuple[str, str], ...]:
    view = board.view
    told = {
        _("Customers of"): [a or _("No area") for a in view.regions],
        _("Contacts by"): [words.channel(c) for c in view.channels],
        _("Revenue of"): [words.category(c) for c in view.categories],
        _("Cases and promises of"): [board.teams.get(str(t), _("No team")) for t in view.teams],
    }
    return tuple((name, ", ".join(values)) for name, values in told.items() if values)
