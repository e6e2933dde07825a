"""Rules in plain words: a condition, a whole rule, and a customer's value of a condition."""

from typing import Any

import pandas as pd
from sqlmodel import col, select

from db.models import Product, Segment
from services import company
from services.charts import words as charts
from services.segments.definition import Condition, Group, Mode, Op
from services.segments.fields import Kind, cell_names
from services.text import _, money, ngettext, number
from services.work import Work


def cells() -> dict[str, str]:
    """The fields of the grid."""
    return cell_names()


def operator(op: Op, kind: Kind) -> str:
    """What stands between a field and a figure or a list."""
    if kind is Kind.SEGMENT:
        return _("is in one of") if op is Op.ONE_OF else _("is in none of")
    return {
        Op.AT_LEAST: _("at least"),
        Op.AT_MOST: _("at most"),
        Op.BETWEEN: _("between"),
        Op.ONE_OF: _("is one of"),
        Op.NONE_OF: _("is none of"),
        Op.YES: _("yes"),
        Op.NO: _("no"),
        Op.KNOWN: _("is known"),
        Op.UNKNOWN: _("is not known"),
    }[op]


def mode(how: Mode) -> str:
    """How the parts of a group are joined."""
    return {
        Mode.ALL: _("all of these"),
        Mode.ANY: _("at least one of these"),
        Mode.NONE: _("none of these"),
    }[how]


def choice(field: str, value: str) -> str:
    """A value of a list."""
    if field == "grid":
        return cells().get(value, value)
    if field == "kind":
        return {"individual": _("Individual"), "company": _("Company")}.get(value, value)
    return value


def about_names() -> dict[str, str]:
    """What a count can be limited to."""
    return {
        "category": _("Category"),
        "product": _("Product"),
        "reason": _("Reason"),
        "channel": _("Channel"),
        "direction": _("Direction"),
        "topic": _("Topic"),
        "survey": _("Survey"),
    }


def about_value(kind: str, value: str) -> str:
    """A value that a count is limited to."""
    if kind == "channel":
        return charts.channel(value)
    if kind == "direction":
        return {"in": _("from the customer"), "out": _("from us")}.get(value, value)
    return value


def condition(w: Work, c: Condition) -> str:
    """`Complaints in the last 60 days: at least 1`."""
    name = c.of.name
    if c.about:
        kind, wanted = c.about
        told = _product(w, wanted) if kind == "product" else about_value(kind, wanted)
        name = f"{name} ({told})"
    if c.within_days is not None:
        name += " " + ngettext("in the last day", "in the last {n} days", c.within_days)
    if c.op in (Op.KNOWN, Op.UNKNOWN):
        return f"{name} {operator(c.op, c.of.kind)}"
    return f"{name}: {_asked(w, c)}"


def _asked(w: Work, c: Condition) -> str:
    if c.op in (Op.YES, Op.NO):
        return operator(c.op, c.of.kind)
    if c.of.kind is Kind.SEGMENT:
        return f"{operator(c.op, c.of.kind)} {', '.join(_segments(w, c.values))}"
    if c.op in (Op.ONE_OF, Op.NONE_OF):
        values = ", ".join(choice(c.field, v) for v in c.values)
        return values if c.op is Op.ONE_OF and len(c.values) == 1 else f"{operator(c.op, c.of.kind)} {values}"
    low, high = (None if v is None else figure(w, c.of.kind, v) for v in (c.low, c.high))
    if c.op is Op.BETWEEN:
        return _("{low} to {high}").format(low=low, high=high)
    return f"{operator(c.op, c.of.kind)} {low if low is not None else high}"


def rule(w: Work, group: Group) -> str:
    """The whole rule in one sentence."""
    if not group.parts:
        return _("everybody")
    told = [f"({rule(w, p)})" if isinstance(p, Group) else condition(w, p) for p in group.parts]
    if group.mode is Mode.NONE:
        return _("none of: {parts}").format(parts="; ".join(told))
    return (_(" and ") if group.mode is Mode.ALL else _(" or ")).join(told)


def value(w: Work, c: Condition, found: Any) -> str:
    """A customer's value of a condition."""
    if c.of.kind in (Kind.YES_NO, Kind.SEGMENT):
        return _("yes") if not pd.isna(found) and bool(found) else _("no")
    if found is None or pd.isna(found):
        return _("not known")
    if c.of.kind is Kind.CHOICE:
        return choice(c.field, str(found))
    return figure(w, c.of.kind, float(found))


def figure(w: Work, kind: Kind, amount: float) -> str:
    """A figure with its unit."""
    if kind is Kind.MONEY:
        return money(round(amount), company.of(w).currency)
    if kind is Kind.DAYS:
        return ngettext("{n} day", "{n} days", round(amount))
    return number(amount, 0 if amount == round(amount) else 2)


def _product(w: Work, value: str) -> str:
    row = w.session.get(Product, int(value)) if value.isascii() and value.isdecimal() and len(value) < 10 else None
    return (row.name or row.sku or value) if row else value


def _segments(w: Work, values: tuple[str, ...]) -> list[str]:
    rows = w.session.exec(select(Segment.id, Segment.name).where(col(Segment.id).in_([int(v) for v in values])))
    names = dict(rows.all())
    return [names.get(int(v), v) for v in values]
