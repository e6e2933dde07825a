"""A view of the cube as it is kept, sent and written into an address: codes, never words, and days or a moving period.

view = View.from_query(st.query_params)      # what it does not know is left out
answer = cube.ask(w, view.question(today))
link = urlencode(view.to_query(), doseq=True)

The page "Explore", a saved view and a report ask by this one type.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Literal, Self

from pydantic import ConfigDict, Field, ValidationError, field_validator
from sqlmodel import SQLModel

from services import cube
from services.cube import MOST_DIMENSIONS, CubeQuestion
from services.dimensions import DIMENSIONS
from services.errors import Invalid
from services.measures import MEASURES
from services.text import _

MOST_MEASURES, MOST_VALUES, LONGEST_VALUE = 6, 200, 200
MOST_IN_ADDRESS = 50
EARLIEST, LATEST = date(1900, 1, 1), date(2200, 1, 1)
DAY = timedelta(days=1)
_ONLY = "only_"


def _months(first: date, more: int) -> date:
    n = first.year * 12 + first.month - 1 + more
    return date(n // 12, n % 12 + 1, 1)


def _back(months: int, unit: int) -> Callable[[date], tuple[date, date]]:
    """The whole span of `months` before the running one; it begins in months that `unit` divides."""

    def span(today: date) -> tuple[date, date]:
        start = date(today.year, (today.month - 1) // unit * unit + 1, 1)
        return _months(start, -months), start - DAY

    return span


def _week(today: date) -> tuple[date, date]:
    monday = today - timedelta(days=today.weekday())
    return monday - timedelta(days=7), monday - DAY


#: First and last day that a moving period means today. Weeks begin on Monday; "last" ones are over.
SPANS: dict[str, Callable[[date], tuple[date, date]]] = {
    "yesterday": lambda today: (today - DAY, today - DAY),
    "7d": lambda today: (today - timedelta(days=6), today),
    "30d": lambda today: (today - timedelta(days=29), today),
    "90d": lambda today: (today - timedelta(days=89), today),
    "365d": lambda today: (today - timedelta(days=364), today),
    "last_week": _week,
    "last_month": _back(1, 1),
    "last_quarter": _back(3, 3),
    "last_year": _back(12, 12),
    "12m": _back(12, 1),
    "month": lambda today: (today.replace(day=1), today),
    "year": lambda today: (date(today.year, 1, 1), today),
    "all": lambda _today: (EARLIEST, LATEST),
}
PERIODS = tuple(SPANS)
_WHOLE_MONTHS = {"last_month": 1, "last_quarter": 3, "last_year": 12}


class View(SQLModel):
    """What is shown, as JSON too. `period`: one of PERIODS or `2026-01-01..2026-01-31`, both days within.

    `compare`: the whole is set against the days just before.
    """

    model_config = ConfigDict(extra="forbid")  # type: ignore[assignment]  # SQLModel's type of it knows less

    measures: list[str] = Field(default=["revenue"], min_length=1, max_length=MOST_MEASURES)
    by: list[str] = Field(default_factory=lambda: ["month"], max_length=MOST_DIMENSIONS)
    period: str = "365d"
    only: dict[str, list[str]] = Field(default_factory=dict, max_length=12)
    most: int = Field(default=12, ge=1, le=200)
    compare: Literal["", "before"] = ""

    @field_validator("measures")
    @classmethod
    def _known_measures(cls, given: list[str]) -> list[str]:
        if any(m not in MEASURES for m in given) or len({*given}) < len(given):
            raise ValueError("measures are codes of the dictionary, each once")
        return given

    @field_validator("by", "only")
    @classmethod
    def _known_dimensions(cls, given: Any) -> Any:
        if any(d not in DIMENSIONS for d in given) or len({*given}) < len(given):
            raise ValueError("dimensions are codes of the dictionary, each once")
        return given

    @field_validator("only")
    @classmethod
    def _bounded(cls, given: dict[str, list[str]]) -> dict[str, list[str]]:
        if any(len(v) > MOST_VALUES or any(len(text) > LONGEST_VALUE for text in v) for v in given.values()):
            raise ValueError("too many values, or too long ones")
        return given

    @field_validator("period")
    @classmethod
    def _known_period(cls, given: str) -> str:
        if given not in PERIODS and _days(given) is None:
            raise ValueError("a period is a code or two days")
        return given

    def question(self, today: date) -> CubeQuestion:
        """What the cube is asked on this day of the company."""
        first, last = self.days(today)
        return CubeQuestion(
            measures=self.measures, by=self.by, from_day=first, to_day=last + DAY, only=self.only, most=self.most
        )

    def days(self, today: date) -> tuple[date, date]:
        """First and last day."""
        return _days(self.period) or SPANS[self.period](today)

    def before(self, today: date) -> tuple[date, date]:
        """First and last day of the span just before: the month before a month, as many days before other days."""
        first, last = self.days(today)
        months = _WHOLE_MONTHS.get(self.period)
        return (first - (last + DAY - first) if months is None else _months(first, -months)), first - DAY

    def to_query(self) -> dict[str, list[str]]:
        """Parameters of an address."""
        told = {"measure": self.measures, "by": self.by or ["none"], "period": [self.period], "most": [str(self.most)]}
        told |= {"compare": [self.compare]} if self.compare else {}
        return told | {f"{_ONLY}{d}": list(values) for d, values in self.only.items() if values}

    @classmethod
    def from_query(cls, given: Mapping[str, Sequence[str]]) -> Self:
        """The view an address names. It is typed by anybody: whatever is unknown, double or too much is left out."""
        measures = _known(given.get("measure", ()), MEASURES)[:MOST_MEASURES]
        by = _known(given.get("by", ()), DIMENSIONS)[:MOST_DIMENSIONS]
        period, most, compare = (next(iter(given.get(n, ())), "") for n in ("period", "most", "compare"))
        only: dict[str, list[str]] = {}
        for d in DIMENSIONS:
            values = [v for v in dict.fromkeys(given.get(_ONLY + d, ())) if len(v) <= LONGEST_VALUE][:MOST_IN_ADDRESS]
            if values and len(only) < 12:
                only[d] = values
        told: dict[str, Any] = {"only": only}
        told |= {"measures": measures} if measures else {}
        told |= {"by": by} if by or given.get("by") == ["none"] else {}
        told |= {"period": period} if period in PERIODS or _days(period) else {}
        told |= {"compare": compare} if compare == "before" else {}
        fits = most.isascii() and most.isdecimal() and len(most) < 4 and 1 <= int(most) <= 200
        return cls.model_validate(told | ({"most": int(most)} if fits else {}))


def checked(raw: object) -> View:
    """The view in a document that came from outside or from the table. Raises Invalid.

    Asked again at every opening: what could be asked last year may not be a measure any more.
    """
    try:
        found = View.model_validate(_as_now(raw))
    except (ValidationError, ValueError, TypeError) as error:
        raise Invalid(_("View"), _("this is not a question that can be asked; please set it up again")) from error
    cube.check(found.question(date(2026, 1, 1)))
    return found


def _as_now(raw: object) -> object:
    """Views kept by earlier versions: days by themselves and after the last one, names with a hyphen."""
    if not isinstance(raw, dict) or not {"against_before", "from_day", "to_day"} & raw.keys():
        return raw
    old = dict(raw)
    first, end, period = (old.pop(k, None) for k in ("from_day", "to_day", "period"))
    old["compare"] = "before" if old.pop("against_before", False) else ""
    if (period == "range") is not (first is not None and end is not None):
        raise ValueError("a range has two days, and nothing else has")
    if period == "range":
        old["period"] = f"{first}..{date.fromisoformat(str(end)) - DAY}"
    elif period is not None:
        names = {"this-month": "month", "this-year": "year"}
        old["period"] = names.get(str(period), str(period).replace("-", "_"))
    return old


def _known(given: Sequence[str], codes: Mapping[str, object]) -> list[str]:
    return [code for code in dict.fromkeys(given) if code in codes]


def _days(text: str) -> tuple[date, date] | None:
    """The two days of `2026-01-01..2026-01-31`, None for anything else."""
    first, _dots, last = text.partition("..")
    try:
        days = date.fromisoformat(first), date.fromisoformat(last)
    except ValueError:
        return None
    return days if EARLIEST <= days[0] <= days[1] <= LATEST else None
