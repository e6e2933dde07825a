"""Values of dimensions and spans of days as a reader of a report knows them."""

from collections.abc import Collection
from datetime import date

import pandas as pd
from babel.dates import format_skeleton, get_day_names
from sqlmodel import col, select

from db.models import Product, ReasonKind, StaffMember, Team
from services import reasons
from services.board.periods import Period
from services.charts import words
from services.charts.parts import REST
from services.cube_view import View
from services.dimensions import DIMENSIONS, NONE, OTHERS, dimension_name
from services.segments import belonging
from services.text import _, local_date, locale_name
from services.work import UTC, Work

Names = dict[str, dict[str, str]]


def names(w: Work, dimensions: Collection[str], products: Collection[str] = ()) -> Names:
    """What the house calls the numbers of these dimensions: dimension -> value -> name.

    Of products, which may be very many, only those with these article numbers.
    """
    found: Names = {}
    if "product" in dimensions:
        named = select(Product.sku, Product.name).where(col(Product.sku).in_(products), Product.name != "")
        found["product"] = {str(sku): f"{name} ({sku})" for sku, name in w.session.exec(named)}
    if "staff" in dimensions:
        found["staff"] = {str(i): n for i, n in w.session.exec(select(StaffMember.id, StaffMember.name))}
    if "team" in dimensions:
        found["team"] = {str(i): n for i, n in w.session.exec(select(Team.id, Team.name))}
    if "saved_segment" in dimensions:
        found["saved_segment"] = belonging.names(w)
    if "reason" in dimensions:
        kinds = (ReasonKind.CONTACT, ReasonKind.RETURN)
        found["reason"] = {r.code: r.label for kind in kinds for r in reasons.offered(w, kind)}
    return found


def products(view: View, answer: pd.DataFrame) -> list[str]:
    """The article numbers in an answer and in the filters of its view."""
    shown = answer["product"].map(str).tolist() if "product" in view.by else []
    return [*dict.fromkeys([*shown, *view.only.get("product", [])])]


def value(dimension: str, raw: str, known: Names) -> str:
    """One value of a dimension in words."""
    if raw in (NONE, OTHERS, REST):
        nothing = _("in no segment") if dimension == "saved_segment" else _("not recorded")
        return nothing if raw == NONE else _("All others")
    if DIMENSIONS[dimension].in_time or dimension == "cohort":
        return _time(dimension, raw)
    if dimension == "weekday":
        return str(get_day_names(locale=locale_name())[int(float(raw)) - 1])
    if dimension == "hour":
        return f"{int(float(raw)):02}:00"
    if dimension == "channel":
        return words.channel(raw)
    return known.get(dimension, {}).get(raw, raw)


def _time(dimension: str, raw: str) -> str:
    day = date.fromisoformat(raw[:10])
    if dimension in ("day", "week"):
        return local_date(day, UTC)
    if dimension == "year":
        return str(day.year)
    return str(format_skeleton("yQQQ" if dimension == "quarter" else "yMMM", day, locale=locale_name()))


def span(days: tuple[date, date]) -> str:
    """From the first day to the last, both in words."""
    return words.days(Period(*days))


def period(code: str) -> str:
    """What the period of a view is called; days are what they are."""
    return {
        "yesterday": _("Yesterday"), "7d": _("Last 7 days"), "30d": _("Last 30 days"), "90d": _("Last 90 days"),
        "365d": _("Last 365 days"), "last_week": _("Last week"), "last_month": _("Last month"),
        "last_quarter": _("Last quarter"), "last_year": _("Last year"), "12m": _("Last 12 months"),
        "month": _("This month"), "year": _("This year"), "all": _("All time"),
    }.get(code, _("From a day to a day"))  # fmt: skip


def filters(view: View, known: Names) -> tuple[tuple[str, str], ...]:
    """Each filter as its name and its values in words: ("Channel", "Phone, Letter")."""
    return tuple(
        (dimension_name(d), ", ".join(value(d, v, known) for v in allowed)) for d, allowed in view.only.items()
    )
