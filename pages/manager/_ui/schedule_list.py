"""Schedules of reports as their owner and administrators see them, and the form of one."""

from datetime import time

import streamlit as st

from db.models import ReportRhythm, ReportState, Role
from pages._ui.feedback import reported
from pages._ui.guard import require
from pages._ui.show import md, when
from services import company, reports
from services.reports import Listed, NewSchedule
from services.reports.times import weekday
from services.text import _
from services.work import Actor, reading, work

VIEW = "manager/saved_view.py"
_COLOURS = {ReportState.ACTIVE: "green", ReportState.PAUSED: "gray", ReportState.STOPPED: "red"}


def _state(state: ReportState) -> str:
    return {
        ReportState.ACTIVE: _("is sent"),
        ReportState.PAUSED: _("rests"),
        ReportState.STOPPED: _("was stopped"),
        ReportState.ENDED: _("has ended"),
    }[state]


@st.fragment
def schedules_of(view_id: int) -> None:
    """The own schedules of one view, and a button for a further one."""
    who = require(Role.MANAGER)
    st.subheader(_("By mail"), anchor=False)
    with reading(who) as w:
        found = reports.listed(w, view_id=view_id)
    for one in found:
        schedule(one, with_view=False)
    if st.button(_("Send it regularly"), icon=":material/schedule_send:", key="schedule_new"):
        st.dialog(_("Send it regularly"), width="medium")(schedule_form)(view_id, None)


@st.fragment
def schedule(one: Listed, *, with_view: bool) -> None:
    """One schedule and what can be done with it."""
    who = require(Role.MANAGER)
    with st.container(border=True):
        with st.container(horizontal=True, vertical_alignment="center"):
            if with_view and one.mine:
                st.page_link(VIEW, label=md(one.view), query_params={"view": str(one.view_id)})
            elif with_view:
                st.text(f"{one.view} · {one.owner}")
            st.badge(_state(one.state), color=_COLOURS.get(one.state, "gray"))  # type: ignore[arg-type]  # names of colours
            files = " + ".join(n for n, on in (("PDF", one.plan.as_pdf), ("XLSX", one.plan.as_xlsx)) if on)
            st.text(f"{one.rhythm} · {files}")
        st.text(_("to {names}").format(names=", ".join(one.to)))
        st.caption(md(_times(one, who)))
        if one.error:
            st.warning(md(one.error), icon=":material/error:")
        _buttons(one, who)


def _times(one: Listed, who: Actor) -> str:
    told = [
        _("not sent yet") if one.last_sent_at is None else _("last sent {at}").format(at=when(one.last_sent_at, who))
    ]
    if one.due_at is not None:
        told.append(_("next {at}").format(at=when(one.due_at, who)))
    return " · ".join(told)


def _buttons(one: Listed, who: Actor) -> None:
    """Pause, resume, end; for the owner also change and one now."""
    key = f"schedule_{one.id}_{one.version}"
    runs = one.state is ReportState.ACTIVE
    with st.container(horizontal=True):
        now = one.mine and st.button(_("Send me one now"), icon=":material/send:", key=f"{key}_now", type="tertiary")
        if one.mine and st.button(_("Change"), icon=":material/edit:", key=f"{key}_change", type="tertiary"):
            st.dialog(_("Send it regularly"), width="medium")(schedule_form)(one.view_id, one)
        label, icon = (_("Pause"), ":material/pause:") if runs else (_("Go on"), ":material/play_arrow:")
        turned = st.button(label, icon=icon, key=f"{key}_turn", type="tertiary")
        ended = st.button(_("End"), icon=":material/stop:", key=f"{key}_end", type="tertiary")
    if now:
        with reported(_("It is on its way to you.")):
            with reading(who) as w:
                ready = reports.prepared(w, one.id)
            with work(who) as w:
                reports.send_now(w, one.id, ready)
    if turned or ended:
        to = ReportState.ENDED if ended else ReportState.PAUSED if runs else ReportState.ACTIVE
        with reported(_("Saved.")) as outcome, work(who) as w:
            reports.switch(w, one.id, one.version, to)
        if outcome.ok:
            st.rerun()


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
            pdf = st.checkbox("PDF", now.as_pdf, key=f"{key}_pdf")
            xlsx = st.checkbox("XLSX", now.as_xlsx, key=f"{key}_xlsx")
        sent = st.form_submit_button(_("Save"), type="primary")
    if sent:
        with reported(_("Saved.")) as outcome, work(who) as w:
            new = NewSchedule(
                every=every,
                day=0 if every is ReportRhythm.WEEKDAYS else day,
                minute=at.hour * 60 + at.minute,
                recipients=to,
                as_pdf=pdf,
                as_xlsx=xlsx,
            )
            if one:
                reports.change(w, one.id, one.version, new)
            else:
                reports.add(w, view_id, new)
        if outcome.ok:
            st.rerun()
