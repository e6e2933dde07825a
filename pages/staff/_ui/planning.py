"""On a customer's page: plan a follow-up, once or repeating, and the specialised line of service."""

from collections.abc import Callable
from datetime import time, timedelta
from typing import Any

import streamlit as st

from db.models import Every, Role
from pages._ui.feedback import reported
from pages._ui.guard import require
from pages._ui.show import day
from services import contact_rules, due, follow_ups, series, service_lines, teams
from services.series import SeriesInput
from services.text import _
from services.work import reading, work


def plan_button(customer_id: int) -> None:
    """Plan a follow-up, once or repeating."""
    if st.button(_("Plan a follow-up"), icon=":material/event:", key="plan_one", shortcut="P", type="tertiary"):
        st.dialog(_("Plan a follow-up"))(plan)(customer_id)


def line_button(customer_id: int) -> None:
    """Put the customer on a specialised line, change or end it; the head names the line."""
    if st.button(_("Special service"), icon=":material/verified_user:", key="put_line", type="tertiary"):
        st.dialog(_("Special service"))(_line_form)(customer_id)


def talking_points(customer_id: int) -> None:
    """What rules suggest to speak of."""
    actor = require(Role.STAFF)
    points = list[str]()
    with reported(), reading(actor) as w:
        points = contact_rules.talking_points(w, customer_id)
    for text in points:
        with st.container(border=True, gap=None):
            st.caption(_("To speak of:"))
            st.text(text)


def plan(customer_id: int, why: str = "", then: Callable[[], None] = lambda: None) -> None:
    """Once, or every so often until a day or a count. `why`: the proposed reason; `then` is called when done."""
    actor = require(Role.STAFF)
    with reading(actor) as w:
        today, people = w.now.astimezone(actor.zone).date(), due.colleagues(w)
    reason = st.text_input(_("Reason"), why[:200], key="plan_reason", max_chars=200)
    with st.container(horizontal=True):
        on = st.date_input(_("On"), today + timedelta(days=1), min_value=today, key="plan_on")
        at = st.time_input(_("At"), None, key="plan_at")
    owner = st.selectbox(_("For"), list(people), None, format_func=lambda i: people[i], placeholder=_("Me"),
                         key="plan_owner")  # fmt: skip
    repeats = st.toggle(_("Repeats"), key="plan_repeats")
    rhythm = _rhythm() if repeats else None
    if not st.button(_("Plan it"), type="primary", icon=":material/check:", key="plan_it"):
        return
    with reported(_("Planned.")) as outcome, work(actor) as w:
        if rhythm is None:
            follow_ups.plan(w, customer_id, reason, on, at=at, owner_id=owner)
        else:
            new = SeriesInput(reason=reason, at=at or time(9), owner_id=owner, **rhythm)
            series.begin(w, customer_id, on, new)
    if outcome.ok:
        then()
        st.rerun()


def _rhythm() -> dict[str, Any]:
    with st.container(horizontal=True):
        every = st.number_input(_("Every"), 1, series.MOST_EVERY, 1, key="plan_every")
        unit = st.selectbox(_("Unit"), list(Every), 1, format_func=series.unit_in_words, key="plan_unit")
    with st.container(horizontal=True):
        until = st.date_input(_("Until, if there is an end"), None, key="plan_until")
        times = st.number_input(_("How many, if there is an end"), 1, series.MOST_TIMES, None, key="plan_times")
    return {"every": every, "unit": unit, "until_on": until, "times": times}


def _line_form(customer_id: int) -> None:
    """Which team looks after this customer, why, and until when."""
    actor = require(Role.STAFF)
    with reading(actor) as w:
        names, line = teams.names(w), service_lines.of(w, customer_id)
    st.caption(_("New cases go to the team, and only the team or a manager may settle them."))
    if line is not None:
        st.text(_("Since {day}, by {name}.").format(day=day(line.set_at, actor), name=line.set_by))
    ids = list(names)
    chosen = ids.index(line.team_id) if line is not None and line.team_id in names else None
    team = st.selectbox(_("Team"), ids, chosen, format_func=lambda i: names[i], key="line_team")
    reason = st.text_input(_("Reason, as colleagues read it"), line.reason if line else "", 400, key="line_reason")
    until = st.date_input(_("Until, if there is an end"), line.until_on if line else None, key="line_until")
    with st.container(horizontal=True):
        put = st.button(_("Save"), type="primary", icon=":material/check:", key="line_save", disabled=team is None)
        gone = line is not None and st.button(_("End it"), icon=":material/close:", key="line_end")
    if put and team is not None:
        with reported(_("Saved.")) as outcome, work(actor) as w:
            service_lines.put(w, customer_id, team, reason, until)
        if outcome.ok:
            st.rerun()
    elif gone:
        with reported(_("Ended.")) as outcome, work(actor) as w:
            service_lines.end(w, customer_id)
        if outcome.ok:
            st.rerun()
