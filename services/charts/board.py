"""The frames of the live board, made ready for its charts: places and series in words, values in major units."""

from collections.abc import Callable
from typing import Any

import pandas as pd

from services.board import marks
from services.board.live import Board
from services.board.marks import Mark
from services.charts import words
from services.text import minor_digits, money, number

FADED = 0.35


def contacts(board: Board, picked: Mark | None) -> pd.DataFrame:
    """In: `board.contacts`. Out: as for services/charts/bars.py."""
    frame = board.contacts.rename(columns={"contacts": "value"})
    return _ready(frame, words.channel, picked, marks.CONTACTS)


def orders(board: Board, picked: Mark | None, *, cents: bool) -> pd.DataFrame:
    """Orders, or with `cents` their revenue. Out: besides, `usual` and `usual_shown` (missing for ranges)."""
    measure = "revenue_cents" if cents else "orders"
    frame = board.orders.rename(columns={measure: "value"})
    ready = _ready(frame, lambda _name: "", picked, marks.ORDERS, board.currency if cents else None)
    hours = board.usual.by_hour if board.usual else None
    if hours is None:
        return ready
    usual = ready["bucket"].map(hours.set_index("bucket")[measure])
    scale = 10 ** minor_digits(board.currency) if cents else 1
    words_of = (lambda v: money(round(v), board.currency)) if cents else (lambda v: number(v, 1))
    return ready.assign(usual=(usual / scale).where(usual > 0), usual_shown=usual.map(words_of))


def customers(board: Board, picked: Mark | None) -> pd.DataFrame:
    """In: `board.customers`. Out: as for services/charts/bars.py."""
    return _ready(board.customers.rename(columns={"joined": "value"}), lambda _name: "", picked, marks.CUSTOMERS)


def cases(board: Board, picked: Mark | None) -> pd.DataFrame:
    """In: `board.cases.frame`. Out: as for services/charts/bars.py; places are ages."""
    frame = board.cases.frame.rename(columns={"cases": "value"})
    return _ready(frame, lambda _name: "", picked, marks.CASES, place=words.age)


def revenue(board: Board, picked: Mark | None) -> pd.DataFrame:
    """In: `board.revenue.frame`. Out: as for services/charts/bars.py, values in major units of the currency."""
    frame = board.revenue.frame.rename(columns={"revenue_cents": "value"})
    return _ready(frame, words.category, picked, marks.REVENUE, board.currency)


def _ready(
    frame: pd.DataFrame,
    name: Callable[[str], str],
    picked: Mark | None,
    chart: str,
    currency: str | None = None,
    place: Callable[[str], str] = words.place,
) -> pd.DataFrame:
    amount = (lambda v: money(int(v), currency)) if currency else number
    shown = frame["value"].map({v: amount(v) for v in frame["value"].unique()}).astype("str")
    ready = pd.DataFrame(
        {
            "bucket": frame["bucket"],
            "series": frame["series"],
            "label": frame["bucket"].map(_once(frame["bucket"], place)).astype("str"),
            "name": frame["series"].map(_once(frame["series"], name)).astype("str"),
            "value": frame["value"] / 10 ** minor_digits(currency) if currency else frame["value"],
            "shown": shown,
            "rank": frame["series"].map({name: n for n, name in enumerate(frame["series"].unique())}),
            "strength": _strength(frame, picked if picked and picked.chart == chart else None),
        }
    )
    part = ready["name"].map(lambda n: f", {n}" if n else "")
    return ready.assign(spoken=ready["label"] + part + ": " + ready["shown"])


def _once(values: "pd.Series[Any]", words_of: Callable[[str], str]) -> dict[str, str]:
    """Each different value in words; there are few of them and Babel takes its time."""
    return {value: words_of(value) for value in values.unique()}


def _strength(frame: pd.DataFrame, picked: Mark | None) -> "pd.Series[float]":
    """1 for the picked mark and, without one, for all; the others step back."""
    if picked is None or picked.bucket not in set(frame["bucket"]):
        return pd.Series(1.0, index=frame.index)
    same = frame["bucket"] == picked.bucket
    if picked.series is not None:
        same &= frame["series"] == picked.series
    return same.map({True: 1.0, False: FADED})
