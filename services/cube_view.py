"""A view of the cube as it is kept, sent and written into an address: codes, never words, and days or a moving period.

view = View.from_query(st.query_params)      # what it does not know is left out
answer = cube.ask(w, view.question(today))
link = urlencode(view.to_query(), doseq=True)
"""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Literal, Self

from pydantic import Field, field_validator
from sqlmodel import SQLModel

from services.cube import MOST_DIMENSIONS, CubeQuestion
from services.measures import DIMENSIONS, MEASURES

MOST_MEASURES, MOST_VALUES, LONGEST_VALUE = 6, 50, 200
#: Moving periods; all but `all` end with today.
PERIODS = ("7d", "30d", "90d", "365d", "month", "year", "last_year", "all")
EARLIEST, LATEST = date(1900, 1, 1), date(2200, 1, 1)
_ONLY = "only_"


class View(SQLModel):
    """What is shown, as JSON too. `period`: one of PERIODS or `2026-01-01..2026-01-31`, both days within."""

    measures: list[str] = Field(default=["revenue"], min_length=1, max_length=MOST_MEASURES)
    by: list[str] = Field(default_factory=lambda: ["month"], max_length=MOST_DIMENSIONS)
    period: str = "365d"
    only: dict[str, list[str]] = Field(default_factory=dict, max_length=12)
    most: int = Field(default=12, ge=1, le=200)
    compare: Literal["", "before", "year"] = ""

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
            measures=self.measures, by=self.by, from_day=first, to_day=last + timedelta(days=1), only=self.only,
            most=self.most,
        )  # fmt: skip

    def days(self, today: date) -> tuple[date, date]:
        """First and last day."""
        fixed = _days(self.period)
        if fixed is not None:
            return fixed
        if self.period == "all":
            return EARLIEST, LATEST
        if self.period == "last_year":
            return date(today.year - 1, 1, 1), date(today.year - 1, 12, 31)
        if self.period in ("month", "year"):
            return today.replace(day=1, month=today.month if self.period == "month" else 1), today
        return today - timedelta(days=int(self.period[:-1]) - 1), today

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
            values = [v for v in dict.fromkeys(given.get(_ONLY + d, ())) if len(v) <= LONGEST_VALUE][:MOST_VALUES]
            if values and len(only) < 12:
                only[d] = values
        told: dict[str, Any] = {"only": only}
        told |= {"measures": measures} if measures else {}
        told |= {"by": by} if by or given.get("by") == ["none"] else {}
        told |= {"period": period} if period in PERIODS or _days(period) else {}
        told |= {"compare": compare} if compare in ("before", "year") else {}
        fits = most.isascii() and most.isdecimal() and len(most) < 4 and 1 <= int(most) <= 200
        return cls.model_validate(told | ({"most": int(most)} if fits else {}))


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
