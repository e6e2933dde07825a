"""The figures at the top of the board, and its five charts."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import streamlit as st

from pages._ui.show import md
from pages.manager._ui import cards, filters
from pages.manager._ui.cards import Card
from services.board import marks
from services.board.live import Board
from services.board.periods import Grain, Period, month_of
from services.board.sums import CHANNELS
from services.charts import bars, words
from services.charts import board as frames
from services.text import _, minor_digits, money, number

#: The days of a month that are too few to be looked at by themselves.
BEGUN = 7
#: A difference from so many units of the currency on is shown without the minor ones: what it is against stands beside.
MANY = 1_000


def hints(board: Board) -> None:
    """Where the days asked for are empty but others are not: the way to the latest ones, in one click."""
    data = board.extent.period
    if not board.quiet or data is None:
        return
    latest, told = month_of(data.last), words.place(f"{data.last:%Y-%m}")
    if data.last.day <= BEGUN:  # a month that has hardly begun would look like a collapse
        latest = Period(data.last - timedelta(days=29), data.last)
        told = words.days(latest)
    with st.container(border=True, horizontal=True, vertical_alignment="center", key="live_hint"):
        st.text(_("Nothing was bought, said or joined in these days."))
        st.button(
            _("Show the latest data: {month}").format(month=told),
            icon=":material/history:",
            key="live_latest",
            on_click=filters.show,
            args=(latest,),
        )


def metrics(board: Board) -> tuple[dict[str, Any], ...]:
    """Contacts, orders, revenue, new customers and open cases of the period, beside what is usual, for `figures`."""
    orders, cents = (int(board.orders[c].sum()) for c in ("orders", "revenue_cents"))
    usual, late, currency = board.usual, board.cases.overdue, board.currency
    against = None if usual is None else _("vs usual") if usual.weeks else _("vs prior")
    more = less = None
    if usual:
        more = _signed(number(orders - usual.orders, 1))
        less = _signed(words.headline(round(cents - usual.revenue_cents), currency, MANY))
    overdue = _("{n} overdue").format(n=number(late)) if late else None
    cases = {"label": _("Open cases"), "value": md(number(board.cases.total)), "delta": overdue}
    return (
        {"label": _("Contacts"), "value": md(number(int(board.contacts["contacts"].sum())))},
        {"label": _("Orders"), "value": md(number(orders)), "delta": more, "delta_description": against},
        {"label": _("Revenue"), "value": md(words.headline(cents, currency)), "delta": less}
        | {"delta_description": against},
        {"label": _("Customers joined"), "value": md(number(board.joined))},
        cases | {"delta_color": "inverse", "delta_arrow": "off"},
    )


def figures(ready: Iterable[dict[str, Any]], compared: str) -> None:
    """The figures side by side, and what they are compared with."""
    tiles = list(ready)
    with st.grid(min(len(tiles), 5) if len(tiles) % 3 else 3, min_column_width=150, gap="small"):
        for one in tiles:
            st.metric(**one, border=True, height="stretch")
    if compared:
        st.caption(md(compared))


def _signed(shown: str) -> str | int:
    """A difference in words, with its sign in front, as the arrow is drawn by it."""
    nothing = not any(ch in "123456789" for ch in shown)
    return 0 if nothing else f"-{md(shown.replace('-', ''))}" if "-" in shown else md(shown)


def usual_line(board: Board) -> str:
    """What orders and revenue are compared with, in one sentence."""
    usual, currency = board.usual, board.currency
    if usual is None:
        return _("No earlier days to compare with.")
    mean = _several(usual.orders, round(usual.revenue_cents), currency)
    if not usual.weeks:
        return _("The {n} days before: {mean}.").format(n=number(board.view.period.days), mean=mean)
    day = words.weekday(board.view.period.first)
    last = _several(usual.last_orders, usual.last_revenue_cents, currency)
    sentence = (
        _("Usual on a {day} up to this time of day (mean of {n}): {mean}. The whole {day} of last week: {last}.")
        if usual.so_far
        else _("Usual on a {day} (mean of {n}): {mean}. The {day} of the week before: {last}.")
    )
    return sentence.format(day=day, n=usual.weeks, mean=mean, last=last)


def _several(orders: float, revenue_cents: int, currency: str) -> str:
    """`4 orders, €462.10`; a mean may have a fraction, and then it is several."""
    told = _("{orders} order, {revenue}") if round(orders, 1) == 1 else _("{orders} orders, {revenue}")
    return told.format(orders=number(orders, 1), revenue=money(revenue_cents, currency))


def contacts(board: Board) -> Card:
    frame = frames.contacts(board, None)
    names = [words.channel(c) for c in CHANNELS]
    place = grain_in_words(board.view.grain)
    total = words.contacts(int(frame["value"].sum()))
    return cards.made(
        marks.CONTACTS,
        _("Contacts by channel"),
        frame,
        total,
        f"contacts {place}",
        lambda: bars.stacked(frame, names, place, _("Contacts")),
        place,
        words.days(board.view.period),
        part=words.channel,
    )


def orders(board: Board, *, cents: bool) -> Card:
    frame = frames.orders(board, None, cents=cents)
    place = grain_in_words(board.view.grain)
    count = words.orders(int(board.orders["orders"].sum()))
    total = money(int(board.orders["revenue_cents"].sum()), board.currency) if cents else count
    title = _("Revenue") if cents else _("Orders")
    axis = _("Revenue ({currency})").format(currency=board.currency) if cents else title
    usual = "usual" in frame
    names = (title, _("Usual on {day}").format(day=words.weekday(board.view.period.first)))
    frame = frame.assign(name=names[0], usual_name=names[1])
    return cards.made(
        marks.ORDERS,
        title,
        frame,
        total,
        f"orders {axis} {place} {names if usual else 0}",
        lambda: (
            bars.against_usual(frame, names, place, axis, whole=not cents)
            if usual
            else bars.plain(frame, place, axis, whole=not cents)
        ),
        place,
        words.days(board.view.period),
        digits=minor_digits(board.currency) if cents else None,
        control=filters.measure,
    )


def revenue(board: Board) -> Card:
    frame = frames.revenue(board, None)
    names = [words.category(c) for c in board.revenue.frame["series"].unique()]
    cents = int(board.revenue.frame["revenue_cents"].sum())
    place = grain_in_words(board.view.monthly_grain)
    total = money(cents, board.currency)
    return cards.made(
        marks.REVENUE,
        _("Revenue by category"),
        frame,
        total,
        f"revenue {place} {board.currency} {names}",
        lambda: bars.stacked(
            frame, names, place, _("Revenue ({currency})").format(currency=board.currency), whole=False
        ),
        place,
        words.days(board.view.monthly),
        part=words.category,
        digits=minor_digits(board.currency),
    )


def customers(board: Board) -> Card:
    frame = frames.customers(board, None)
    place = grain_in_words(board.view.daily_grain)
    total = words.customers(int(frame["value"].sum()))
    return cards.made(
        marks.CUSTOMERS,
        _("Customers joined"),
        frame,
        total,
        f"customers {place}",
        lambda: bars.plain(frame, place, _("Customers joined")),
        place,
        words.days(board.view.daily),
    )


def cases(board: Board) -> Card:
    frame = frames.cases(board, None)
    total = words.cases(board.cases.total)
    return cards.made(
        marks.CASES,
        _("Open cases by age"),
        frame,
        total,
        "cases",
        lambda: bars.plain(frame, _("Open since"), _("Cases")),
        _("Open since"),
        _("All open cases"),
        mark_place=lambda bucket, whole: whole if bucket == "all" else words.age(bucket),
    )


def grain_in_words(grain: Grain) -> str:
    """What a place on the time axis is called."""
    return {Grain.HOUR: _("Hour"), Grain.DAY: _("Day"), Grain.MONTH: _("Month"), Grain.YEAR: _("Year")}[grain]


def period_line(board: Board) -> str:
    """Which days are shown, and by whose clock."""
    shown: Period = board.view.period
    return _("{days}, days and hours in {zone}").format(days=words.days(shown), zone=board.zone)
