"""Schedules of reports as their owner and administrators see them."""

import streamlit as st

from db.models import ReportState, Role
from pages._ui.feedback import reported
from pages._ui.guard import require
from pages._ui.show import md, when
from pages.manager._ui.schedule_form import schedule_form
from services import reports
from services.reports import Listed
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
