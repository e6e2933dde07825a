"""The form of a saved view: its name and what it asks."""

from datetime import date, timedelta
from typing import Any

import streamlit as st

from db.models import Role
from pages._ui.feedback import reported
from pages._ui.guard import require
from services import saved_views
from services.measures import DIMENSIONS, MEASURES, dimension_name, told
from services.reports.words import period
from services.saved_views import Definition, Named, Saved
from services.text import _
from services.work import work

PAGE = "manager/saved_view.py"


def _measure(code: str) -> str:
    return told(code)[0]


def view_form(view: Saved | None) -> None:
    """A new view, or another content of one's own; its filters stay as they are."""
    who = require(Role.MANAGER)
    now = view.definition if view and view.definition else Definition(measures=["revenue"], by=["category"])
    key = f"view_form_{view.id if view else 0}"
    name = st.text_input(_("Name"), view.name if view else "", key=f"{key}_name", max_chars=120)
    measures = st.multiselect(
        _("Figures"),
        list(MEASURES),
        default=[m for m in now.measures if m in MEASURES],
        format_func=_measure,
        max_selections=6,
        key=f"{key}_measures",
    )
    facts = {MEASURES[m].fact for m in measures}
    fitting = [d.code for d in DIMENSIONS.values() if facts <= d.sql.keys()]
    by = st.multiselect(
        _("Divided by"),
        fitting,
        default=[d for d in now.by if d in fitting],
        format_func=dimension_name,
        max_selections=3,
        key=f"{key}_by_{'-'.join(sorted(facts))}",
        help=_("Only what all these figures can be divided by is offered."),
    )
    days = _days(now, key)
    against = not by and st.checkbox(_("Against the time before"), now.against_before, key=f"{key}_before")
    if st.button(_("Save"), type="primary", key=f"{key}_save"):
        asked = now.model_dump() | {"measures": measures, "by": by, "against_before": against, **days}
        with reported(_("Saved.")) as outcome, work(who) as w:
            if view is None:
                view_id = saved_views.save(w, name, asked)
            else:
                view_id = view.id
                saved_views.change(w, view_id, view.version, name=name, asked=asked)
        if outcome.ok:
            st.switch_page(PAGE, query_params={"view": str(view_id)})


def _days(now: Definition, key: str) -> dict[str, Any]:
    """A period by its name, or a first and a last day."""
    names = list(Named)
    named = st.selectbox(_("Days"), names, index=names.index(now.period), format_func=period, key=f"{key}_period")
    if named is not Named.RANGE:
        return {"period": named, "from_day": None, "to_day": None}
    known: list[Any] = [now.from_day, now.to_day - timedelta(days=1)] if now.from_day and now.to_day else []
    span = st.date_input(_("From and to"), known, key=f"{key}_range")
    ends: list[date] = list(span) if isinstance(span, tuple | list) else []
    end = ends[1] + timedelta(days=1) if len(ends) > 1 else None
    return {"period": named, "from_day": ends[0] if ends else None, "to_day": end}
