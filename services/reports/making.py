"""From a saved view to a report: a table with its heads, what it is about, and the bars of its chart.

The figures are those of the cube, asked with the rights of whoever reads; a page and a mail show the same report.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd

from services import clock, company, cube
from services.charts import parts
from services.cube import Cube, CubeQuestion
from services.cube_view import View
from services.dimensions import dimension_name
from services.exports import About, Column, Kind, Table
from services.measures import MEASURES, Unit, told
from services.reports import words
from services.reports.marks import Mark, alone
from services.text import _, minor_digits, money, number, percent
from services.work import Work

DAY = timedelta(days=1)
DAYS_OF_CHART = 62


@dataclass(frozen=True)
class Cell:
    """A value: text where `unit` is None, else a figure (money in cents), None where there is none.

    `change`: a share that is shown with its sign.
    """

    value: str | float | None
    unit: Unit | None = None
    change: bool = False


@dataclass(frozen=True)
class Bars:
    """The chart. In `frame`: `place` and `series` (words), `bucket` and `part` (what they stand for: codes, or a day),
    `value` (money in major units, shares in per cent) and `shown` (the value in words); in the order to draw.

    `title`: the measure with its unit; `beside`: two series to be compared, not parts of a whole.
    """

    frame: pd.DataFrame
    title: str
    series: tuple[str, ...]
    measure: str
    currency: str
    beside: bool = False

    def in_words(self, value: float) -> str:
        """A value of the chart as a reader knows it."""
        return _in_words(self.measure, value, self.currency)


@dataclass(frozen=True)
class Report:
    """Everything that is shown, printed or written into a workbook.

    `view`: what was asked, without figures that the reader may not see; `cells`: the group of each row, in codes.
    """

    title: str
    about: tuple[str, ...]
    as_of: datetime
    made_at: datetime
    zone: ZoneInfo
    currency: str
    heads: tuple[str, ...]
    rows: list[tuple[Cell, ...]]
    whole: tuple[Cell, ...] | None
    bars: Bars | None
    period: str
    filters: tuple[tuple[str, str], ...]
    view: View
    cells: list[dict[str, str]]

    def behind_row(self, n: int) -> Mark:
        """What a row of the table stands for; the last one is the whole, and a comparison has a row per measure."""
        if n < len(self.cells):
            return Mark(self.view, self.cells[n])
        measures = self.view.measures if self.whole is not None else self.view.measures[n : n + 1]
        return Mark(alone(self.view, measures or self.view.measures), {})

    def behind_bar(self, bucket: str, part: str) -> Mark | None:
        """What a bar stands for; None where there is no such bar, and for the smaller parts together."""
        if self.bars is None or part == parts.REST:
            return None
        if not ((self.bars.frame["bucket"] == bucket) & (self.bars.frame["part"] == part)).any():
            return None
        if self.bars.beside:
            day = alone(self.view, self.view.measures[:1], f"{bucket}..{bucket}")
            return Mark(day.model_copy(update={"by": ["day"]}), {"day": bucket})
        return Mark(self.view, dict(zip(self.view.by[:2], (bucket, part), strict=False)))

    @property
    def summary(self) -> str:
        """The chart in a sentence."""
        if self.bars is None or self.bars.frame.empty:
            return ""
        single = self.bars.frame[self.bars.frame["bucket"] != cube.OTHERS]  # many in one are no place
        sums = single.groupby("series" if self.bars.beside else "place", sort=False)["value"].sum()
        if self.bars.beside:
            return "; ".join(f"{name}: {self.bars.in_words(value)}" for name, value in sums.items())
        told_so, highest = _("{title}. Highest: {place}."), self.bars.in_words(float(sums.max()))
        return told_so.format(title=told(self.bars.measure)[0], place=f"{sums.idxmax()}, {highest}")

    def table(self) -> Table:
        """The same for the component of figures and for files; the whole is the last row."""
        rows = [*self.rows, *([self.whole] if self.whole else [])]
        names = [f"c{n}" for n in range(len(self.heads))]
        frame = pd.DataFrame([[c.value for c in row] for row in rows], columns=names)
        columns = []
        for n, (name, head) in enumerate(zip(names, self.heads, strict=True)):
            kinds = [_kind(row[n]) for row in rows]
            currency = self.currency if Kind.MONEY in kinds else ""
            mixed = len(set(kinds)) > 1
            if mixed:
                frame[f"k{n}"] = kinds
            columns.append(Column(name, head, kinds[0] if kinds else Kind.TEXT, currency, f"k{n}" if mixed else ""))
        about = About(self.title, _("Measures of the dictionary"), self.period, self.as_of, self.zone, self.filters)
        return Table(frame, tuple(columns), about)


def _kind(cell: Cell) -> Kind:
    kinds = {None: Kind.TEXT, Unit.MONEY: Kind.MONEY, Unit.SHARE: Kind.SHARE, Unit.COUNT: Kind.COUNT}
    return kinds[cell.unit]


def made(w: Work, name: str, view: View) -> Report:
    """The report of this moment. Managers only. Raises Invalid, Preparing, Unavailable."""
    home = company.of(w)
    today = clock.day_of(w.now, home.zone)
    view = permitted(w, view)
    asked = view.question(today)
    answer = cube.ask(w, asked)
    known = words.names(w, [*view.by, *view.only], words.products(view, answer.frame))
    span = _("All time") if view.period == "all" else words.span(view.days(today))
    about = [f"{words.period(view.period)}: {span}"]
    compared = bool(view.compare) and not view.by and view.period != "all"
    if compared:
        about.append(_("against {days}").format(days=words.span(view.before(today))))
        heads, rows, whole, as_of = _compared(w, view, asked, answer, today)
        bars = _weeks(w, view, asked, today, home.currency)
    else:
        heads, rows, whole = _divided(view, answer, known)
        bars, as_of = _bars(view, answer, known, home.currency), answer.as_of
    cells = [] if compared or not view.by else _codes(view, answer)
    filters = words.filters(view, known)
    about += [f"{d}: {values}" for d, values in filters]
    return Report(
        name, tuple(about), as_of, w.now, home.zone, home.currency, heads, rows, whole, bars, span, filters, view, cells
    )


def permitted(w: Work, view: View) -> View:
    """The view without figures that the actor may not see. Raises Invalid where nothing is left."""
    seen = [m for m in view.measures if cube.seen(w, m)]
    if not seen:
        cube.allowed(w, view.measures)
    return view if seen == view.measures else view.model_copy(update={"measures": seen})


def shown(cell: Cell, currency: str) -> str:
    """A cell in words; empty where there is no figure."""
    if cell.value is None or cell.unit is None:
        return str(cell.value or "")
    figure = float(cell.value)
    if cell.unit is Unit.MONEY:
        return money(round(figure), currency)
    if cell.unit is Unit.SHARE:
        sign = "+" if cell.change and figure > 0 else ""
        return sign + percent(round(figure * 1000) * 10)
    return number(figure, 0 if figure.is_integer() else 1)


def _figure(measure: str, value: Any) -> Cell:
    """A count of nothing is 0, a ratio of nothing is none."""
    if value is None or pd.isna(value):
        return Cell(None if MEASURES[measure].ratio else 0.0, MEASURES[measure].unit)
    return Cell(float(value), MEASURES[measure].unit)


def _codes(view: View, answer: Cube) -> list[dict[str, str]]:
    return [{d: str(record[d]) for d in view.by} for record in answer.frame[view.by].to_dict("records")]


def _divided(
    view: View, answer: Cube, known: words.Names
) -> tuple[tuple[str, ...], list[tuple[Cell, ...]], tuple[Cell, ...] | None]:
    """One row per group; below them the whole, which is not their sum where a measure does not add up."""
    heads = (*(dimension_name(d) for d in view.by), *(told(m)[0] for m in view.measures))
    rows = [
        (
            *(Cell(words.value(d, str(record[d]), known)) for d in view.by),
            *(_figure(m, record[m]) for m in view.measures),
        )
        for record in answer.frame.to_dict("records")
    ]
    whole = tuple(_figure(m, answer.whole[m]) for m in view.measures)
    if not view.by:
        return heads, [whole], None
    return heads, rows, (Cell(_("Altogether")), *(Cell("") for _d in view.by[1:]), *whole)


def _compared(
    w: Work, view: View, asked: CubeQuestion, answer: Cube, today: date
) -> tuple[tuple[str, ...], list[tuple[Cell, ...]], None, datetime]:
    """One row per measure: the span, the one before, the change."""
    first, last = view.before(today)
    earlier = cube.ask(w, asked.model_copy(update={"from_day": first, "to_day": last + DAY}))
    heads = (_("Measure"), words.period(view.period), _("Before"), _("Change"))
    rows: list[tuple[Cell, ...]] = []
    for m in view.measures:
        now, then = _figure(m, answer.whole[m]), _figure(m, earlier.whole[m])
        change = None
        if now.value is not None and then.value:
            change = float(now.value) / float(then.value) - 1
        rows.append((Cell(told(m)[0]), now, then, Cell(change, Unit.SHARE, change=True)))
    return heads, rows, None, min(answer.as_of, earlier.as_of)


def _major(measure: str, value: Any, currency: str) -> float:
    figure = _figure(measure, value).value
    if MEASURES[measure].unit is Unit.SHARE:
        return 100 * float(figure or 0)
    scale = 10 ** minor_digits(currency) if MEASURES[measure].unit is Unit.MONEY else 1
    return float(figure or 0) / scale


def _in_words(measure: str, value: float, currency: str) -> str:
    """What `_major` made, as a reader knows it."""
    unit = MEASURES[measure].unit
    if unit is Unit.MONEY:
        return money(round(value * 10 ** minor_digits(currency)), currency)
    return percent(round(value * 100)) if unit is Unit.SHARE else number(value, 2)


def _chart(measure: str, frame: pd.DataFrame, currency: str, *, beside: bool = False) -> Bars:
    """The chart of these bars, in the order of the frame."""
    unit = {Unit.MONEY: f" ({currency})", Unit.SHARE: " (%)"}.get(MEASURES[measure].unit, "")
    shown = frame.assign(shown=[_in_words(measure, v, currency) for v in frame["value"]])
    series = tuple(parts.ordered(frame["part"], frame["series"]))
    return Bars(shown, told(measure)[0] + unit, series, measure, currency, beside)


def _bars(view: View, answer: Cube, known: words.Names, currency: str) -> Bars | None:
    """Bars of the first measure by the first dimension, split by the second. None where they would not add up."""
    measure = view.measures[0]
    if not view.by or answer.frame.empty:
        return None
    if view.by[1:] and not MEASURES[measure].additive([*view.by, *view.only]):
        return None
    marks = pd.DataFrame({"bucket": answer.frame[view.by[0]].map(str)})
    marks["part"] = answer.frame[view.by[1]].map(str) if view.by[1:] else measure
    marks["value"] = [_major(measure, v, currency) for v in answer.frame[measure]]
    marks["part"] = marks["part"].mask(parts.small(marks["part"], marks["value"]), parts.REST)
    frame = marks.groupby(["bucket", "part"], sort=False)["value"].sum().reset_index()
    frame["place"] = [words.value(view.by[0], v, known) for v in frame["bucket"]]
    series = [words.value(view.by[1], v, known) for v in frame["part"]] if view.by[1:] else told(measure)[0]
    return _chart(measure, frame.assign(series=series), currency)


def _weeks(w: Work, view: View, asked: CubeQuestion, today: date, currency: str) -> Bars | None:
    """The first measure day by day beside the days of the span before."""
    measure, spans = view.measures[0], (view.before(today), view.days(today))
    if (spans[1][1] - spans[1][0]).days >= DAYS_OF_CHART:
        return None
    series = tuple(words.span(s) for s in spans)
    rows = []
    for name, (first, last) in zip(series, spans, strict=True):
        daily = asked.model_copy(update={"measures": [measure], "by": ["day"], "from_day": first, "to_day": last + DAY})
        found = cube.ask(w, daily).frame
        value = {str(d)[:10]: v for d, v in zip(found["day"], found[measure], strict=True)}
        for n in range((last - first).days + 1):
            day = first + timedelta(days=n)
            figure = _major(measure, value.get(str(day)), currency)
            group = {"place": _place(spans[1], n), "series": name, "bucket": str(day), "part": name}
            rows.append({**group, "value": figure})
    return _chart(measure, pd.DataFrame(rows), currency, beside=True)


def _place(span: tuple[date, date], n: int) -> str:
    """A week is told by its weekdays, anything longer by the number of the day."""
    if (span[1] - span[0]).days == 6:
        return words.value("weekday", str((span[0] + timedelta(days=n)).isoweekday()), {})
    return str(n + 1)
