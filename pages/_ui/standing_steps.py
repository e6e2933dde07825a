"""What both sides can do with a standing order: skip one, pause, go on, end; the customer also agrees."""

from collections.abc import Callable
from datetime import timedelta

import streamlit as st

from db.models import ReasonKind, Role, StandingState
from pages._ui.feedback import reported
from pages._ui.guard import require
from pages._ui.show import day, md
from services import reasons, standing
from services.standing import Standing
from services.text import _
from services.work import Actor, Work, reading, work

ORDERS = "customer/orders.py"


@st.fragment
def steps(seen: Standing, role: Role) -> None:
    """The buttons that fit its state, for the customer or for staff on the telephone; to agree is the customer's."""
    who = require(role)
    if seen.state is StandingState.WAITING and not who.is_team:
        _agree(seen, who)
    if seen.state is StandingState.PAUSED:
        if st.button(_("Go on"), key="standing_resume", type="primary", icon=":material/play_arrow:", width="stretch"):
            _done(who, _("It goes on."), lambda w: standing.resume(w, seen.id))
    elif seen.state is not StandingState.ENDED:
        label = _("Skip {day}").format(day=md(day(seen.next_on, who)))
        if st.button(label, key="standing_skip", icon=":material/skip_next:", width="stretch"):
            _done(who, _("This one is skipped."), lambda w: standing.skip(w, seen.id, seen.next_on))
        _pause(seen, who)
    if seen.state is not StandingState.ENDED:
        _end(seen, who)


def _done(who: Actor, told: str, act: Callable[[Work], None]) -> None:
    with reported(told) as outcome, work(who) as w:
        act(w)
    if outcome.ok:
        st.rerun()


def _agree(seen: Standing, who: Actor) -> None:
    if st.button(
        _("Agree and order now"), key="standing_accept", type="primary", icon=":material/check:", width="stretch"
    ):
        with reported(_("Ordered.")) as outcome, work(who) as w:
            order_id = standing.accept(w, seen.id, seen.version)
        if outcome.ok and order_id:
            st.switch_page(ORDERS, query_params={"order": str(order_id)})
        if outcome.ok:
            st.rerun()


def _why(key: str, who: Actor) -> str:
    with reading(who) as w:
        words = {r.code: r.label for r in reasons.offered(w, ReasonKind.STANDING)}
    return st.selectbox(_("Why? (optional)"), list(words), format_func=words.__getitem__, index=None, key=key) or ""


def _pause(seen: Standing, who: Actor) -> None:
    with reading(who) as w:
        first = standing.today(w) + timedelta(days=1)
    with st.popover(_("Pause"), icon=":material/pause:", width="stretch"):
        until = st.date_input(
            _("Until (empty: until you say so)"),
            value=None,
            min_value=first,
            max_value=first + timedelta(days=364),
            key="standing_until",
        )
        why = _why("standing_pause_why", who)
        if st.button(_("Pause it"), key="standing_pause", type="primary"):
            _done(who, _("It pauses."), lambda w: standing.pause(w, seen.id, until=until, why=why))


def _end(seen: Standing, who: Actor) -> None:
    with st.popover(_("End it"), icon=":material/stop_circle:", width="stretch"):
        st.markdown(_("Nothing more is ordered. Orders that are on their way still come."))
        why = _why("standing_end_why", who)
        if st.button(_("Yes, end it"), key="standing_end", type="primary"):
            _done(who, _("It has ended."), lambda w: standing.end(w, seen.id, why=why))
