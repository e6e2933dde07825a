"""The dialog of a line of the day: put off, another day and time, another owner; a series is skipped or ended."""

from collections.abc import Callable
from datetime import timedelta

import streamlit as st

from db.models import Role
from pages._ui.feedback import reported
from pages._ui.guard import acting, require
from pages.staff._ui.series_form import series_form
from services import due, follow_ups, promises, series
from services.due_lines import Due, Kind
from services.due_times import Snooze
from services.text import _
from services.work import Work, reading, work

OPEN = "today_moving"


def is_moving() -> bool:
    """Whether the dialog is open."""
    return bool(st.session_state.get(OPEN))


def close() -> None:
    """The dialog is done with; the lists may be drawn anew."""
    st.session_state[OPEN] = False


_closed = acting(Role.STAFF)(close)


def moving(line: Due) -> None:
    """Open it for a line."""
    opened(_("Later or hand over"), _body, line)


def opened(title: str, body: Callable[..., None], *of: object) -> None:
    """Open a dialog on Today; as long as it is open the lists behind it are not drawn anew."""
    st.session_state[OPEN] = True
    st.dialog(title, on_dismiss=_closed)(body)(*of)


def _act(success: str, verb: Callable[[Work], object]) -> None:
    """Do it, close the dialog and draw the list anew; a refusal stays in the dialog."""
    actor = require(Role.STAFF)
    with reported(success) as outcome, work(actor) as w:
        verb(w)
    if outcome.ok:
        close()
        st.rerun()


def _body(line: Due) -> None:
    require(Role.STAFF)
    st.text(f"{line.customer}: {line.text}")
    _put_off(line)
    _other_day(line)
    _other_owner(line)
    if line.series_id is not None:
        _series(line, line.series_id)
    if line.kind is Kind.PROMISE and st.button(
        _("Could not be kept"), icon=":material/heart_broken:", key="break_it", width="stretch"
    ):
        _act(_("Done."), lambda w: promises.broken(w, line.id))


def _put_off(line: Due) -> None:
    """One key each. What was promised to a customer stays promised."""
    verb = follow_ups.snooze if line.kind is Kind.FOLLOW_UP else promises.snooze
    offers = (
        (Snooze.HOUR, _("In an hour"), "H"),
        (Snooze.TOMORROW, _("Tomorrow morning"), "T"),
        (Snooze.NEXT_WEEK, _("Next Monday"), "W"),
    )
    with st.container(horizontal=True, gap="small"):
        for how, word, key in offers:
            if st.button(word, icon=":material/snooze:", key=f"snooze_{how.value}", shortcut=key):
                _act(_("Put off."), lambda w, how=how: verb(w, line.id, how, seen=line.seen))  # type: ignore[misc]  # mypy cannot tell a default of a lambda
    if line.kind is Kind.PROMISE:
        st.caption(_("Putting off reminds you later; what was promised to the customer stays."))


def _other_day(line: Due) -> None:
    actor = require(Role.STAFF)
    with reading(actor) as w:
        today = w.now.astimezone(actor.zone).date()
    name = f"{line.kind}_{line.id}"
    with st.container(horizontal=True, vertical_alignment="bottom"):
        to = st.date_input(_("To"), today + timedelta(days=1), min_value=today, key=f"to_{name}")
        at = st.time_input(_("Time, if it matters"), None, key=f"at_{name}")
        pressed = st.button(_("Move"), icon=":material/event:", key="move_it", type="primary")
    if pressed:
        verb = follow_ups.move if line.kind is Kind.FOLLOW_UP else promises.move
        _act(_("Moved."), lambda w: verb(w, line.id, to, at=at, seen=line.seen))


def _other_owner(line: Due) -> None:
    actor = require(Role.STAFF)
    with reading(actor) as w:
        people = due.colleagues(w)
    ids = [i for i in people if i != line.owner_id]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        mate = st.selectbox(
            _("Colleague"), ids, None, format_func=lambda i: people[i], key=f"mate_{line.kind}_{line.id}"
        )
        pressed = st.button(_("Hand over"), icon=":material/forward:", key="hand_it", disabled=mate is None)
    if pressed and mate is not None:
        give = follow_ups.hand_over if line.kind is Kind.FOLLOW_UP else promises.hand_over
        _act(_("Handed over."), lambda w: give(w, line.id, mate, seen=line.seen))


def _series(line: Due, series_id: int) -> None:
    st.caption(_("This one repeats."))
    with st.container(horizontal=True):
        if st.button(_("Skip this one"), icon=":material/skip_next:", key="skip_it"):
            _act(_("Skipped."), lambda w: follow_ups.skip(w, line.id))
        if st.button(_("End the series"), icon=":material/event_busy:", key="end_series"):
            _act(_("The series has ended."), lambda w: series.end(w, series_id))
    with st.expander(_("Change the series"), on_change="rerun", key=f"change_series_{series_id}") as box:
        if box.open:
            series_form(line.id, _act)
