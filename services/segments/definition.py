"""What a segment is: a tree of conditions, read from JSON that may come from anywhere.

A group joins its parts with `all`, `any` or `none`; a condition compares one field of a customer. `parse` turns plain
values into a checked tree and refuses everything else with a sentence; `plain` writes it down again.
"""

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from services.errors import Invalid
from services.inputs import line
from services.segments.fields import FIELDS, Field, Kind
from services.text import _, ngettext

DEEPEST, MOST_CONDITIONS, MOST_VALUES, MOST_DAYS, LONGEST = 4, 30, 50, 36_500, 20_000
GREATEST = 1e15


class Mode(StrEnum):
    ALL = "all"
    ANY = "any"
    NONE = "none"


class Op(StrEnum):
    AT_LEAST = "at_least"
    AT_MOST = "at_most"
    BETWEEN = "between"
    ONE_OF = "one_of"
    NONE_OF = "none_of"
    YES = "yes"
    NO = "no"
    KNOWN = "known"
    UNKNOWN = "unknown"


OPS: dict[Kind, tuple[Op, ...]] = {
    **dict.fromkeys((Kind.NUMBER, Kind.MONEY, Kind.DAYS), (Op.AT_LEAST, Op.AT_MOST, Op.BETWEEN, Op.KNOWN, Op.UNKNOWN)),
    Kind.CHOICE: (Op.ONE_OF, Op.NONE_OF, Op.KNOWN, Op.UNKNOWN),
    Kind.YES_NO: (Op.YES, Op.NO),
    Kind.SEGMENT: (Op.ONE_OF, Op.NONE_OF),
}


@dataclass(frozen=True)
class Condition:
    """One comparison. Amounts are minor units. `about` limits what is counted: (kind, value), see `Field.about`."""

    field: str
    op: Op
    low: float | None = None
    high: float | None = None
    values: tuple[str, ...] = ()
    within_days: int | None = None
    about: tuple[str, str] | None = None

    @property
    def of(self) -> Field:
        return FIELDS[self.field]


@dataclass(frozen=True)
class Group:
    """Parts joined: all of them hold, any one, or none."""

    mode: Mode
    parts: tuple["Condition | Group", ...]

    def conditions(self) -> Iterator[Condition]:
        """All of them, in the order in which they are written."""
        for part in self.parts:
            if isinstance(part, Group):
                yield from part.conditions()
            else:
                yield part

    @property
    def segments(self) -> set[int]:
        """The segments it asks about itself, not those that these ask about."""
        return {int(v) for c in self.conditions() if c.of.kind is Kind.SEGMENT for v in c.values}


EVERYBODY = Group(Mode.ALL, ())


def parse(raw: object, *, empty: bool = False) -> Group:
    """The checked tree of plain values (or of JSON). `empty`: no condition at all is allowed, as while editing.

    Raises Invalid, whatever comes.
    """
    if isinstance(raw, str):
        raw = _loaded(raw)
    tree = _group(raw, 1)
    count = sum(1 for _c in tree.conditions())
    if count > MOST_CONDITIONS:
        told = ngettext("at most {n} condition, please", "at most {n} conditions, please", MOST_CONDITIONS)
        raise Invalid(_("Rule"), told)
    if not count and not empty:
        raise Invalid(_("Rule"), _("add a condition first; without one everybody is in"))
    return tree


def plain(part: Condition | Group) -> dict[str, Any]:
    """The tree as JSON can hold it; `parse` reads it back unchanged."""
    if isinstance(part, Group):
        return {"mode": part.mode.value, "parts": [plain(p) for p in part.parts]}
    found: dict[str, Any] = {"field": part.field, "op": part.op.value}
    found |= {k: v for k in ("low", "high", "within_days") if (v := getattr(part, k)) is not None}
    if part.values:
        found["values"] = list(part.values)
    if part.about:
        found["about"] = list(part.about)
    return found


def _loaded(text: str) -> object:
    if len(text) > LONGEST:
        raise _unreadable()
    try:
        found: object = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise _unreadable() from error
    return found


def _unreadable() -> Invalid:
    return Invalid(_("Rule"), _("this cannot be read as a rule; please build it with the form"))


def _group(raw: object, depth: int) -> Group:
    if not isinstance(raw, dict) or set(raw) != {"mode", "parts"} or not isinstance(raw["parts"], list | tuple):
        raise _unreadable()
    if depth > DEEPEST or len(raw["parts"]) > MOST_CONDITIONS:
        raise Invalid(_("Rule"), _("this is nested too deeply or too long; make a segment of a part of it"))
    mode = next((m for m in Mode if m == raw["mode"]), None)
    if mode is None:
        raise _unreadable()
    parts = raw["parts"]
    return Group(mode, tuple(_group(p, depth + 1) if _is_group(p) else _condition(p) for p in parts))


def _is_group(raw: object) -> bool:
    return isinstance(raw, dict) and "parts" in raw


_KEYS = {"field", "op", "low", "high", "values", "within_days", "about"}


def _condition(raw: object) -> Condition:
    if not isinstance(raw, dict) or not set(raw) <= _KEYS or not isinstance(raw.get("field"), str):
        raise _unreadable()
    field = FIELDS.get(raw["field"])
    op = next((o for o in Op if o == raw.get("op")), None)
    if field is None or op is None or op not in OPS[field.kind]:
        raise _unreadable()
    low = _figure(raw.get("low"), field, needed=op in (Op.AT_LEAST, Op.BETWEEN))
    high = _figure(raw.get("high"), field, needed=op in (Op.AT_MOST, Op.BETWEEN))
    if low is not None and high is not None and low > high:
        raise Invalid(field.name, _("the first figure must not be above the second"))
    values = _values(raw.get("values", ()), field, op)
    return Condition(field.code, op, low, high, values, _within(raw.get("within_days"), field), _about(raw, field))


def _figure(value: object, field: Field, *, needed: bool) -> float | None:
    if not needed:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise Invalid(field.name, _("enter a figure"))
    if abs(value) > GREATEST:
        raise Invalid(field.name, _("this figure is too large"))
    return float(value)


def _values(raw: object, field: Field, op: Op) -> tuple[str, ...]:
    if op not in (Op.ONE_OF, Op.NONE_OF):
        return ()
    if not isinstance(raw, list | tuple) or not raw or len(raw) > MOST_VALUES:
        raise Invalid(field.name, _("choose at least one from the list"))
    values = tuple(dict.fromkeys(line(v, field.name, 200) for v in raw))
    if field.kind is Kind.SEGMENT and not all(v.isascii() and v.isdecimal() and len(v) < 10 for v in values):
        raise Invalid(field.name, _("choose one from the list"))
    return values


def _within(value: object, field: Field) -> int | None:
    if value is None:
        return None
    if not field.within or isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= MOST_DAYS:
        raise Invalid(field.name, _("enter days from {least} to {most}").format(least=1, most=MOST_DAYS))
    return value


def _about(raw: dict[str, Any], field: Field) -> tuple[str, str] | None:
    about = raw.get("about")
    if about is None:
        return None
    if not isinstance(about, list | tuple) or len(about) != 2 or about[0] not in field.about:
        raise Invalid(field.name, _("choose one from the list"))
    return str(about[0]), line(about[1], field.name, 200)
