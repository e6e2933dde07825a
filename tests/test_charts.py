"""Charts: valid specifications, colours that everybody can tell apart, words that say what is drawn."""

import itertools
import tomllib
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import altair as alt
import numpy as np
import pandas as pd
import pytest

from services.board import marks, sums
from services.board.live import Board, View
from services.board.marks import Mark
from services.board.periods import Grain, Period, buckets
from services.board.service import ENDS, Service
from services.board.usual import Usual
from services.charts import bars, words
from services.charts import board as frames
from services.text import speaking
from tests.make import NOON

THEME = tomllib.loads((Path(__file__).parent.parent / ".streamlit" / "config.toml").read_text("utf-8"))["theme"]
DAY = Period(NOON.date(), NOON.date())


def _grid(places: Sequence[str], series: Sequence[str], **measures: Callable[[int], int]) -> pd.DataFrame:
    pairs = list(itertools.product(places, series))
    frame = pd.DataFrame(pairs, columns=["bucket", "series"])
    return frame.assign(**{m: [f(n) for n in range(len(pairs))] for m, f in measures.items()})


@pytest.fixture
def board() -> Board:
    hours = buckets(DAY, Grain.HOUR)
    months = Period(NOON.date() - timedelta(days=365), NOON.date())
    named = ("", "Garden & *more*", "Kitchen")
    mean = pd.DataFrame({"bucket": hours, "orders": [n / 4 for n in range(24)], "revenue_cents": [100.0] * 24})
    return Board(
        at=NOON,
        zone="Europe/Berlin",
        currency="EUR",
        view=View(DAY.first, DAY, Grain.HOUR, DAY, Grain.DAY, months, Grain.MONTH),
        extent=sums.Extent(DAY, DAY, anybody=True),
        contacts=_grid(hours, sums.CHANNELS, contacts=lambda n: n % 5),
        orders=_grid(hours, [""], orders=lambda n: n, revenue_cents=lambda n: 1250 * n),
        usual=Usual(9.0, 1000.0, 4, so_far=True, by_hour=mean),
        customers=_grid(["2026-03-01", "2026-03-02"], [""], joined=lambda n: n),
        joined=1,
        revenue=sums.Revenue(
            _grid(buckets(months, Grain.MONTH), [*named, sums.REST], revenue_cents=lambda n: n - 9),
            named,
            rest=True,
        ),
        cases=sums.OpenCases(_grid([b for b, _ in sums.AGES], [""], cases=lambda n: n), 10, 2),
        service=Service(Counter(), Counter(), Counter(), Counter()),
        again=_grid(["2026-03-02"], sums.CHANNELS, contacts=lambda n: n, begun=lambda n: n, again=lambda n: n % 2),
        figures=[],
        teams={},
    )


def _drawn(board: Board) -> dict[str, tuple[pd.DataFrame, Any]]:
    contacts, revenue = frames.contacts(board, None), frames.revenue(board, None)
    orders = frames.orders(board, None, cents=True).assign(name="Revenue", usual_name="Usual")
    channels = [words.channel(c) for c in sums.CHANNELS]
    categories = [words.category(c) for c in (*board.revenue.named, sums.REST)]
    customers, cases = frames.customers(board, None), frames.cases(board, None)
    opened, solved = (frames.by_team(board, None, chart) for chart in (marks.OPENED, marks.SOLVED))
    answers, ends, again = frames.answers(board, None), frames.promises(board, None), frames.again(board, None)
    return {
        "contacts": (contacts, bars.stacked(contacts, channels, "Hour", "Contacts")),
        "orders": (orders, bars.against_usual(orders, ("Revenue", "Usual"), "Hour", "Revenue", whole=False)),
        "revenue": (revenue, bars.stacked(revenue, categories, "Month", "Revenue", whole=False)),
        "customers": (customers, bars.plain(customers, "Day", "New customers")),
        "cases": (cases, bars.plain(cases, "Open since", "Cases")),
        "opened": (opened, bars.stacked(opened, ["No team"], "Day", "Cases")),
        "solved": (solved, bars.stacked(solved, ["No team"], "Day", "Cases")),
        "answers": (answers, bars.plain(answers, "Day", "Minutes", whole=False)),
        "promises": (ends, bars.stacked(ends, [words.promise_end(e) for e in ENDS], "Day", "Promises")),
        "again": (again, bars.stacked(again, channels, "Day", "Contacts")),
    }


def _fields(spec: Any) -> set[str]:
    """All columns a specification reads."""
    if isinstance(spec, list):
        return set().union(*map(_fields, spec)) if spec else set()
    if not isinstance(spec, dict):
        return set()
    own = {spec["field"]} if isinstance(spec.get("field"), str) else set()
    return own | set().union(*map(_fields, spec.values())) if spec else own


@pytest.mark.parametrize("chart", marks.CHARTS)
def test_a_chart_is_a_valid_specification_that_reads_only_columns_of_its_frame(board: Board, chart: str) -> None:
    frame, drawn = _drawn(board)[chart]
    spec = drawn.to_dict(validate=True)
    assert _fields({k: v for k, v in spec.items() if k != "datasets"}) <= set(frame.columns)
    assert {"bucket", "series"} <= set(spec["params"][0]["select"]["fields"])
    assert spec["params"][0]["name"] == bars.PICKED
    assert isinstance(drawn, alt.Chart | alt.LayerChart)


def test_amounts_are_drawn_in_the_currency_and_said_with_it(board: Board) -> None:
    frame = frames.orders(board, None, cents=True)
    row = frame[frame["bucket"] == "h10"].iloc[0]
    assert (row["value"], row["shown"], row["spoken"]) == (125.0, "€125.00", "10:00: €125.00")
    assert (row["usual"], row["usual_shown"]) == (1.0, "€1.00")
    with speaking("de"):
        assert frames.orders(board, None, cents=True).iloc[10]["shown"] == "125,00\xa0€"


def test_the_picked_mark_stands_out_and_only_in_its_own_chart(board: Board) -> None:
    picked = Mark(marks.CONTACTS, "h10", "phone")
    frame = frames.contacts(board, picked)
    strong = frame[frame["strength"] == 1]
    assert list(zip(strong["bucket"], strong["series"], strict=True)) == [("h10", "phone")]
    assert set(frames.orders(board, picked, cents=False)["strength"]) == {1.0}
    assert set(frames.contacts(board, Mark(marks.CONTACTS))["strength"]) == {1.0}


def test_one_sentence_says_what_a_chart_shows(board: Board) -> None:
    frame = frames.contacts(board, None)
    sentence = words.summary(frame, words.contacts(int(frame["value"].sum())))
    by_hour = frame.groupby("label")["value"].sum()
    assert sentence.startswith(f"{frame['value'].sum()} contacts. Highest: {by_hour.idxmax()}.")
    assert "Largest part:" in sentence
    nothing = frame.assign(value=0)
    assert words.summary(nothing, words.contacts(0)) == "0 contacts. There is nothing to show."


def test_a_large_amount_loses_its_pence_and_a_small_one_keeps_them() -> None:
    assert words.headline(123_456_789, "GBP") == "£1,234,568"
    assert words.headline(-12_345_650, "GBP") == "-£123,456"
    assert words.headline(9_999_999, "GBP") == "£99,999.99"
    assert words.headline(1_234_567, "JPY") == "¥1,234,567"
    with speaking("de"):
        assert words.headline(123_456_789, "EUR") == "1.234.568\xa0€"


def test_every_channel_and_age_has_a_word() -> None:
    assert all(words.channel(c) != c for c in sums.CHANNELS)
    assert all(words.age(b) != b for b, _ in sums.AGES)
    assert words.time_of("h09", "all") == "09:00–10:00"
    assert words.place("2026-03-02") == "Mar 2"
    assert words.days(Period(date(2026, 3, 2), date(2026, 3, 2))) == "Mon, Mar 2, 2026"


# Severity 1.0 matrices of Machado, Oliveira and Fernandes (2009), "A physiologically-based model for simulation of
# color vision deficiency", for linear RGB.
SEEN_BY = {
    "everybody": np.eye(3),
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "tritanopia": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}
_XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])


def _linear(colour: str) -> Any:
    c = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)


def _lab(linear: Any) -> Any:
    ratio = _XYZ @ np.clip(linear, 0, 1) / np.array([0.9505, 1, 1.089])
    x, y, z = np.where(ratio > 0.008856, np.cbrt(ratio), 7.787 * ratio + 16 / 116)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def _palettes() -> list[tuple[list[str], str]]:
    dark = THEME["dark"]
    return [
        (THEME["chartCategoricalColors"], THEME["light"]["backgroundColor"]),
        (dark["chartCategoricalColors"], dark["backgroundColor"]),
    ]


@pytest.mark.parametrize("eyes", SEEN_BY)
def test_no_two_series_look_alike_to_anybody(eyes: str) -> None:
    matrix = np.array(SEEN_BY[eyes])
    for colours, _background in _palettes():
        assert len(colours) >= sums.MOST_SERIES + 1
        for one, other in itertools.combinations(colours, 2):
            distance = np.linalg.norm(_lab(matrix @ _linear(one)) - _lab(matrix @ _linear(other)))
            assert distance >= 20, f"{one} and {other}"


def test_every_series_stands_out_from_the_page() -> None:
    weight = np.array([0.2126, 0.7152, 0.0722])
    for colours, background in _palettes():
        for colour in colours:
            lighter, darker = sorted((float(weight @ _linear(c)) for c in (colour, background)), reverse=True)
            assert (lighter + 0.05) / (darker + 0.05) >= 3, f"{colour} on {background}"
