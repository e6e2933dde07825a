"""What is due, line by line. One line is marked: J and K move the mark, and the keys of its buttons act on it."""

import streamlit as st

from db.models import Role
from pages._ui.feedback import reported
from pages._ui.guard import acting, require
from pages._ui.show import day, empty, md
from pages.staff._ui.moving import moving
from services import follow_ups, promises
from services.due_lines import Due, Kind
from services.text import _, local_clock
from services.today import Today
from services.work import Actor, work

CUSTOMER = "staff/customer.py"
MARK = "today_mark"
LONG = 34  # characters from which the buttons get a row of their own where there is no room beside them


@acting(Role.STAFF)
def step(by: int, last: int) -> None:
    """Move the mark, within the list."""
    st.session_state[MARK] = max(0, min(last, st.session_state.get(MARK, 0) + by))


def due_list(seen: Today, actor: Actor, *, mine: bool) -> None:
    """The overdue first; each line is done, moved or handed over in its place. Among one's own, no owner is named."""
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
    with st.container(gap="xsmall"):
        for number, line in enumerate(seen.due):
            one(line, actor, marked=number == marked, mine=mine)


def one(line: Due, actor: Actor, *, marked: bool, mine: bool) -> None:
    """One line. The marked one stands out and has the keys."""
    key = f"{line.kind.value}_{line.id}".replace("-", "_")
    with st.container(border=marked, key=f"line_{key}", gap=None):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            named = f"**{md(line.customer)}**"
            st.page_link(CUSTOMER, label=named, icon=icon(line.kind), query_params={"customer": str(line.customer_id)})
            due_badge(line, actor)
            if line.series_id is not None:
                st.caption(f":material/repeat: {_('repeats')}")
            if not line.owner or not mine:
                st.caption(md(line.owner or _("nobody's yet")))
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.text(line.text, width="stretch" if len(line.text) < LONG else "content")
            buttons(line, key, marked=marked)
        if line.talking_points:
            st.caption(_("To speak of:"))
            st.text(line.talking_points)


def due_badge(line: Due, actor: Actor) -> None:
    """Since when it is overdue, or at what time today."""
    if line.late:
        since = _("overdue since {day}").format(day=md(day(line.on, actor)))
        st.badge(since, icon=":material/warning:", color="red")
    elif line.at is None:
        st.badge(_("today"), icon=":material/event:", color="blue")
    else:
        at = md(local_clock(line.at, actor.zone))
        st.badge(at, icon=":material/schedule:", color="orange" if line.over else "blue")


def buttons(line: Due, key: str, *, marked: bool) -> None:
    """Done (or kept), not kept, and the dialog for all else."""
    word = _("Done") if line.kind is Kind.FOLLOW_UP else _("Kept")
    keys = {"done": "D", "other": "M", "open": "O"} if marked else {}
    if st.button(word, icon=":material/check:", key=f"done_{key}", shortcut=keys.get("done"), type="tertiary"):
        settle(line, kept=True)
    if st.button(_("Later …"), icon=":material/event_repeat:", key=f"other_{key}", shortcut=keys.get("other"),
                 type="tertiary", help=_("Later or hand over")):  # fmt: skip
        moving(line)
    if st.button(_("Open"), icon=":material/person:", key=f"open_{key}", shortcut=keys.get("open"), type="tertiary"):
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
