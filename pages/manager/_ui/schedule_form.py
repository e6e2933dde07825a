"""The form of a schedule: when a report is mailed, to whom, as what."""

from datetime import time

import streamlit as st

from db.models import ReportRhythm, Role
from pages._ui.feedback import reported
from pages._ui.guard import require
from pages._ui.show import md
from services import company, reports
from services.reports import Listed, NewSchedule
from services.reports.times import weekday
from services.text import _
from services.work import reading, work


def _rhythm(every: ReportRhythm) -> str:
    return {
        ReportRhythm.WEEK: _("Every week"),
        ReportRhythm.MONTH: _("Every month"),
        ReportRhythm.WEEKDAYS: _("Monday to Friday"),
    }[every]


def schedule_form(view_id: int, one: Listed | None) -> None:
    """When, to whom, as what. Times are those of the company."""
    who = require(Role.MANAGER)
    with reading(who) as w:
        people, zone = dict(reports.may_receive(w)), company.of(w).time_zone
    now = one.plan if one else NewSchedule(
        every=ReportRhythm.WEEK, day=1, minute=7 * 60, recipients=[who.person_id or 0]
    )  # fmt: skip
    key = f"schedule_form_{one.id if one else 0}"
    every = st.segmented_control(
        _("How often"), list(ReportRhythm), default=now.every, format_func=_rhythm, key=f"{key}_every", required=True
    )
    new = _fields(now, key, every, people, zone)
    if new is not None:
        with reported(_("Saved.")) as outcome, work(who) as w:
            if one:
                reports.change(w, one.id, one.version, new)
            else:
                reports.add(w, view_id, new)
        if outcome.ok:
            st.rerun()


def _fields(now: NewSchedule, key: str, every: ReportRhythm, people: dict[int, str], zone: str) -> NewSchedule | None:
    """The fields; what was filled in once the form is sent."""
    with st.form(key, border=False):
        day = now.day if every is now.every else 1
        if every is ReportRhythm.WEEK:
            day = st.selectbox(_("On"), range(1, 8), index=day - 1, format_func=weekday, key=f"{key}_weekday")
        elif every is ReportRhythm.MONTH:
            day = st.number_input(_("On day"), 1, 31, day, key=f"{key}_day", help=_("A shorter month: its last day."))
        at = st.time_input(
            _("At ({zone})").format(zone=md(zone)), time(now.minute // 60, now.minute % 60), key=f"{key}_at"
        )
        chosen = [i for i in now.recipients if i in people]
        to = st.multiselect(_("To"), list(people), default=chosen, format_func=people.__getitem__, key=f"{key}_to")
        with st.container(horizontal=True):
            pdf = st.checkbox(_("PDF"), now.as_pdf, key=f"{key}_pdf")
            xlsx = st.checkbox(_("XLSX"), now.as_xlsx, key=f"{key}_xlsx")
        sent = st.form_submit_button(_("Save"), type="primary")
    if not sent:
        return None
    return NewSchedule(
        every=every,
        day=0 if every is ReportRhythm.WEEKDAYS else day,
        minute=at.hour * 60 + at.minute,
        recipients=to,
        as_pdf=pdf,
        as_xlsx=xlsx,
    )
