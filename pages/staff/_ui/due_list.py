"""What is due, line by line. One line is marked: J and K move the mark, and the keys of its buttons act on it."""

from datetime import timedelta

import streamlit as st

from db.models import Role
from pages._ui.feedback import reported
from pages._ui.guard import acting, require
from pages._ui.show import day, empty, md
from services import due, follow_ups, promises
from services.due_lines import Due, Kind
from services.text import _
from services.today import Today
from services.work import Actor, reading, work

CUSTOMER = "staff/customer.py"
MARK = "today_mark"


@acting(Role.STAFF)
def step(by: int, last: int) -> None:
    """Move the mark, within the list."""
    st.session_state[MARK] = max(0, min(last, st.session_state.get(MARK, 0) + by))


def due_list(seen: Today, actor: Actor) -> None:
    """The overdue first; each line is done, moved or handed over in its place."""
    if not seen.due:
        empty(_("Nothing is due."), _("The lists above show customers nobody has an eye on."), ":material/task_alt:")
        return
    last = len(seen.due) - 1
    marked = st.session_state[MARK] = min(st.session_state.get(MARK, 0), last)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.button(_("Next line"), key="mark_next", shortcut="J", type="tertiary", on_click=step, args=(1, last))
        st.button(_("Line before"), key="mark_before", shortcut="K", type="tertiary", on_click=step, args=(-1, last))
        if seen.more_due:
            st.caption(_("There is more; it moves up as these are done."))
    for number, line in enumerate(seen.due):
        one(line, actor, marked=number == marked)


def one(line: Due, actor: Actor, *, marked: bool) -> None:
    """One line. The marked one stands out and has the keys."""
    key = f"{line.kind.value}_{line.id}".replace("-", "_")
    with st.container(border=marked, key=f"line_{key}", gap="xsmall"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            named = f"**{md(line.customer)}**"
            st.page_link(CUSTOMER, label=named, icon=icon(line.kind), query_params={"customer": str(line.customer_id)})
            until = md(day(line.on, actor))
            if line.late:
                st.badge(_("overdue since {day}").format(day=until), icon=":material/warning:", color="red")
            else:
                st.badge(_("today"), icon=":material/event:", color="blue")
            st.caption(md(line.owner or _("nobody's yet")))
        st.text(line.text)
        with st.container(horizontal=True, gap="small"):
            buttons(line, key, marked=marked)


def buttons(line: Due, key: str, *, marked: bool) -> None:
    """Done (or kept), not kept, and the dialog for all else."""
    word = _("Done") if line.kind is Kind.FOLLOW_UP else _("Kept")
    keys = {"done": "D", "other": "M", "open": "O"} if marked else {}
    if st.button(word, icon=":material/check:", key=f"done_{key}", shortcut=keys.get("done")):
        settle(line, kept=True)
    if st.button(
        _("Move or hand over"), icon=":material/event_repeat:", key=f"other_{key}", shortcut=keys.get("other")
    ):
        st.dialog(_("Move or hand over"))(_body)(line)
    if st.button(_("Open"), icon=":material/person:", key=f"open_{key}", shortcut=keys.get("open")):
        st.switch_page(CUSTOMER, query_params={"customer": str(line.customer_id)})


def icon(kind: Kind) -> str:
    return ":material/handshake:" if kind is Kind.PROMISE else ":material/call:"


def settle(line: Due, *, kept: bool) -> None:
    """Done, kept or broken; the list is drawn anew, also when a colleague was faster."""
    actor = require(Role.STAFF)
    with reported(_("Done.")) as outcome, work(actor) as w:
        if line.kind is Kind.FOLLOW_UP:
            follow_ups.done(w, line.id)
        elif kept:
            promises.kept(w, line.id)
        else:
            promises.broken(w, line.id)
    if outcome.ok:
        st.rerun()


def _body(line: Due) -> None:
    """Another day, another owner, or a promise that was not kept."""
    actor = require(Role.STAFF)
    with reading(actor) as w:
        people, today = due.colleagues(w), w.now.astimezone(actor.zone).date()
    st.text(f"{line.customer}: {line.text}")
    later = st.date_input(_("To"), today + timedelta(days=1), min_value=today, key=f"to_{line.kind}_{line.id}")
    if st.button(_("Move"), icon=":material/event:", key="move_it", type="primary", width="stretch"):
        verb = follow_ups.move if line.kind is Kind.FOLLOW_UP else promises.move
        with reported(_("Moved.")) as outcome, work(actor) as w:
            verb(w, line.id, later, seen=line.seen)
        if outcome.ok:
            st.rerun()
    ids = [i for i in people if i != line.owner_id]
    mate = st.selectbox(_("Colleague"), ids, None, format_func=lambda i: people[i], key=f"mate_{line.kind}_{line.id}")
    pressed = st.button(
        _("Hand over"), icon=":material/forward:", key="hand_it", disabled=mate is None, width="stretch"
    )
    if pressed and mate is not None:
        give = follow_ups.hand_over if line.kind is Kind.FOLLOW_UP else promises.hand_over
        with reported(_("Handed over.")) as outcome, work(actor) as w:
            give(w, line.id, mate, seen=line.seen)
        if outcome.ok:
            st.rerun()
    if line.kind is Kind.PROMISE and st.button(
        _("Could not be kept"), icon=":material/heart_broken:", key="break_it", width="stretch"
    ):
        settle(line, kept=False)
