"""Values of dimensions and spans of days as a reader of a report knows them."""

from datetime import date, timedelta

from babel.dates import format_skeleton, get_day_names
from sqlmodel import select

from db.models import ReasonKind, StaffMember, Team
from services import reasons
from services.board.periods import Period
from services.charts import words
from services.cube import NONE, OTHERS
from services.measures import DIMENSIONS, dimension_name
from services.saved_views import Definition, Named
from services.text import _, local_date, locale_name
from services.work import UTC, Work

Names = dict[str, dict[str, str]]


def names(w: Work, dimensions: list[str]) -> Names:
    """What the house calls the numbers of these dimensions: dimension -> value -> name."""
    found: Names = {}
    if "staff" in dimensions:
        found["staff"] = {str(i): n for i, n in w.session.exec(select(StaffMember.id, StaffMember.name))}
    if "team" in dimensions:
        found["team"] = {str(i): n for i, n in w.session.exec(select(Team.id, Team.name))}
    if "reason" in dimensions:
        kinds = (ReasonKind.CONTACT, ReasonKind.RETURN)
        found["reason"] = {r.code: r.label for kind in kinds for r in reasons.offered(w, kind)}
    return found


def value(dimension: str, raw: str, known: Names) -> str:
    """One value of a dimension in words."""
    if raw in (NONE, OTHERS):
        return _("not recorded") if raw == NONE else _("All others")
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
    return words.days(Period(days[0], days[1] - timedelta(days=1)))


def period(named: Named) -> str:
    """What a named period is called."""
    return {
        Named.YESTERDAY: _("Yesterday"),
        Named.LAST_7: _("Last 7 days"),
        Named.LAST_30: _("Last 30 days"),
        Named.LAST_WEEK: _("Last week"),
        Named.LAST_MONTH: _("Last month"),
        Named.LAST_QUARTER: _("Last quarter"),
        Named.LAST_YEAR: _("Last year"),
        Named.THIS_MONTH: _("This month"),
        Named.THIS_YEAR: _("This year"),
        Named.LAST_12_MONTHS: _("Last 12 months"),
        Named.RANGE: _("From a day to a day"),
    }[named]


def filters(view: Definition, known: Names) -> list[str]:
    """Each filter in a sentence: "Channel: Phone, Letter"."""
    return [
        f"{dimension_name(d)}: {', '.join(value(d, v, known) for v in allowed)}" for d, allowed in view.only.items()
    ]
