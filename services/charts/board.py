"""The frames of the live board, made ready for its charts: places and series in words, values in major units."""

import math
from collections.abc import Callable, Iterable

import pandas as pd
import pyarrow as pa

from services.board import marks
from services.board.live import Board
from services.board.marks import Mark
from services.board.periods import buckets
from services.board.service import ENDS, NO_TEAM, grid
from services.charts import words
from services.text import _, minor_digits, number

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
    means = dict(zip(hours["bucket"].tolist(), hours[measure].tolist(), strict=True))
    usual = [means[bucket] for bucket in ready["bucket"].tolist()]
    scale = 10 ** minor_digits(board.currency) if cents else 1
    shown = {v: words.amount(round(v), board.currency) if cents else number(v, 1) for v in set(usual)}
    heights = [v / scale if v > 0 else math.nan for v in usual]
    return ready.assign(usual=heights, usual_shown=[shown[v] for v in usual])


def customers(board: Board, picked: Mark | None) -> pd.DataFrame:
    """In: `board.customers`. Out: as for services/charts/bars.py."""
    return _ready(board.customers.rename(columns={"joined": "value"}), lambda _name: "", picked, marks.CUSTOMERS)


def cases(board: Board, picked: Mark | None) -> pd.DataFrame:
    """In: `board.cases.frame`. Out: as for services/charts/bars.py; places are ages."""
    frame = board.cases.frame.rename(columns={"cases": "value"})
    return _ready(frame, lambda _name: "", picked, marks.CASES, place=words.age)


def by_team(board: Board, picked: Mark | None, chart: str) -> pd.DataFrame:
    """Cases opened or settled, one series per team that has any. Out: as for services/charts/bars.py."""
    counts = board.service.solved if chart == marks.SOLVED else board.service.opened
    seen = {series for (where, series), n in counts.items() if n and where.startswith("b")}
    series = sorted(seen, key=lambda s: (s == NO_TEAM, board.teams.get(s, s))) or [NO_TEAM]
    frame = grid(counts, _days(board), series)
    return _ready(frame, lambda s: board.teams.get(s, _("No team")), picked, chart)


def promises(board: Board, picked: Mark | None) -> pd.DataFrame:
    """Promises by the day they are due and how they ended. Out: as for services/charts/bars.py."""
    frame = grid(board.service.promises, _days(board), ENDS)
    return _ready(frame, words.promise_end, picked, marks.PROMISES)


def answers(board: Board, picked: Mark | None) -> pd.DataFrame:
    """The median working time of first answers, in minutes. Out: as for services/charts/bars.py."""
    medians = [(bucket, "", board.service.median(f"b{bucket}")) for bucket in _days(board)]
    frame = pd.DataFrame([(b, s, m or 0.0) for b, s, m in medians], columns=["bucket", "series", "value"])
    ready = _ready(frame, lambda _name: "", picked, marks.ANSWERS)
    shown = [words.duration(v) for v in ready["value"].tolist()]
    spoken = [f"{label}: {one}" for label, one in zip(ready["label"].tolist(), shown, strict=True)]
    return ready.assign(shown=shown, spoken=spoken)


def again(board: Board, picked: Mark | None) -> pd.DataFrame:
    """Contacts in which customers had to explain again, by channel. Out: as for services/charts/bars.py."""
    return _ready(board.again.rename(columns={"again": "value"}), words.channel, picked, marks.AGAIN)


def _days(board: Board) -> list[str]:
    return buckets(board.view.daily, board.view.daily_grain)


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
    # Plain loops: the frames are small, and most values come many times, but Babel takes its time for each.
    places, series, values = (frame[c].tolist() for c in ("bucket", "series", "value"))
    labels = {p: place(p) for p in dict.fromkeys(places)}
    names = {s: name(s) for s in dict.fromkeys(series)}
    ranks = {s: n for n, s in enumerate(names)}
    amounts = {v: words.amount(v, currency) for v in set(values)}
    scale = 10 ** minor_digits(currency) if currency else 1
    marks_ = [(labels[p], names[s], amounts[v]) for p, s, v in zip(places, series, values, strict=True)]
    return pd.DataFrame(
        {
            "bucket": places,
            "series": series,
            "label": [label for label, _name, _shown in marks_],
            "name": [part for _label, part, _shown in marks_],
            "value": [v / scale for v in values] if currency else values,
            "shown": [shown for _label, _name, shown in marks_],
            "rank": [ranks[s] for s in series],
            "strength": _strength(places, series, picked if picked and picked.chart == chart else None),
            "spoken": [f"{label}, {part}: {shown}" if part else f"{label}: {shown}" for label, part, shown in marks_],
        }
    )


def _strength(places: list[str], series: list[str], picked: Mark | None) -> list[float]:
    """For each row 1 for the picked mark and, without one, for all; the others step back."""
    if picked is None or picked.bucket not in places:
        return [1.0] * len(places)
    wanted = picked.bucket, picked.series
    pairs = zip(places, series, strict=True)
    return [1.0 if (p, s if picked.series is not None else None) == wanted else FADED for p, s in pairs]


def faded(table: pa.Table, picked: Mark) -> pa.Table:
    """The same marks (see `sent`), all but the picked one stepping back."""
    places, series = (table[c].to_pylist() for c in ("bucket", "series"))
    at = table.schema.get_field_index("strength")
    return table.set_column(at, "strength", pa.array(_strength(places, series, picked)))


def sent(frame: pd.DataFrame, columns: Iterable[str]) -> pa.Table:
    """What of a frame goes to the browser: these columns, one row at each place and else only marks of some height.

    Values are in the order of the frame; amounts of zero have no bar, so that nothing is lost.
    """
    rows = (frame["value"] != 0) | ~frame["bucket"].duplicated()
    kept = frame if rows.all() else frame[rows]
    return pa.table({c: pa.array(kept[c].tolist(), from_pandas=True) for c in columns if c in kept})
