"""The distinct values of a column of text, each read once."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from services.errors import Invalid


@dataclass(frozen=True)
class Local:
    """What the company's place decides: its time zone, the decimals of its currency, the country of its numbers."""

    zone: ZoneInfo
    digits: int
    country: str


@dataclass
class Distinct:
    """The distinct values of a column: what they mean, which cannot be taken and why, and what was noticed."""

    values: Any  # list or array, aligned with the distinct texts
    problems: dict[int, str] = field(default_factory=dict)
    noticed: dict[str, set[int]] = field(default_factory=dict)

    def note(self, what: str, i: int) -> None:
        self.noticed.setdefault(what, set()).add(i)


def each(distinct: list[str], one: Callable[[str], Any], empty: Any = None) -> Distinct:
    """Read each value with `one`, which raises Invalid; the empty text means `empty`."""
    found = Distinct([empty] * len(distinct))
    for i, text in enumerate(distinct):
        if text:
            try:
                found.values[i] = one(text)
            except Invalid as error:
                found.problems[i] = reason(error)
    return found


def reason(error: Invalid) -> str:
    """What is wrong, without the name of a field (the reject line names its column)."""
    return str(error).removeprefix(": ")
