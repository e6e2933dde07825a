"""The form of a saved view: its name and what it asks."""

from datetime import date
from typing import Any

import streamlit as st

from db.models import Role
from pages._ui.feedback import reported
from pages._ui.guard import require
from pages._ui.show import home
from services import explore, saved_views
from services.cube_view import PERIODS, View
from services.dimensions import dimension_name
from services.measures import told
from services.reports.words import period
from services.saved_views import Saved
from services.text import _
from services.work import work

PAGE = "manager/saved_view.py"
OWN = "own"


def _measure(code: str) -> str:
    return told(code)[0]


def view_form(view: Saved | None) -> None:
    """A new view, or another content of one's own; its filters stay as they are."""
    who = require(Role.MANAGER)
    now = view.definition if view and view.definition else View(by=["category"], period="last_week")
    key = f"view_form_{view.id if view else 0}"
    name = st.text_input(_("Name"), view.name if view else "", key=f"{key}_name", max_chars=120)
    among = [m.code for m in explore.measures_for(who, home())]
    measures = st.multiselect(
        _("Figures"),
        among,
        default=[m for m in now.measures if m in among],
        format_func=_measure,
        max_selections=6,
        key=f"{key}_measures",
    )
    fitting = explore.fitting(measures, now.only)
    by = st.multiselect(
        _("Divided by"),
        fitting,
        default=[d for d in now.by if d in fitting],
        format_func=dimension_name,
        max_selections=3,
        key=f"{key}_by_{len(fitting)}",
        help=_("Only what all these figures can be divided by is offered."),
    )
    days = _days(now, key)
    against = not by and st.checkbox(_("Against the time before"), bool(now.compare), key=f"{key}_before")
    if st.button(_("Save"), type="primary", key=f"{key}_save"):
        asked = now.model_dump() | {
            "measures": measures,
            "by": by,
            "compare": "before" if against else "",
            "period": days,
        }
        with reported(_("Saved.")) as outcome, work(who) as w:
            if view is None:
                view_id = saved_views.save(w, name, asked)
            else:
                view_id = view.id
                saved_views.change(w, view_id, view.version, name=name, asked=asked)
        if outcome.ok:
            st.switch_page(PAGE, query_params={"view": str(view_id)})


def _days(now: View, key: str) -> str:
    """A period by its name, or a first and a last day."""
    names = [*PERIODS, OWN]
    chosen = now.period if now.period in PERIODS else OWN
    named = st.selectbox(_("Days"), names, index=names.index(chosen), format_func=period, key=f"{key}_period")
    if named != OWN:
        return named
    known: list[Any] = [] if now.period in PERIODS else list(now.days(date(2000, 1, 1)))
    span = st.date_input(_("From and to"), known, key=f"{key}_range")
    ends: list[date] = list(span) if isinstance(span, tuple | list) else []
    return f"{ends[0]}..{ends[1]}" if len(ends) > 1 else OWN
