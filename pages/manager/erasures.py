"""Wishes to be forgotten: what would happen, the decision, and the proof of what was done."""

from collections import Counter

import streamlit as st

from db.models import ErasureState, Role
from pages._ui.feedback import reported
from pages._ui.guard import require
from pages._ui.marks import bold
from pages._ui.show import day, empty, md, when
from services import erasure, my_data
from services.erasure import Asked, Fate, Plan
from services.text import _, ngettext, number
from services.work import Actor, reading, work

actor = require(Role.MANAGER)

CUSTOMER = "staff/customer.py"


def fate_in_words(fate: Fate, seen: Plan, actor: Actor) -> str:
    """What becomes of the rows."""
    until = day(seen.kept_until, actor) if seen.kept_until else "–"
    return {
        Fate.GONE: _("Erased"),
        Fate.ANONYMOUS: _("Kept without name and words"),
        Fate.LAW: _("Kept by law; names and addresses until {day}").format(day=until),
        Fate.TRAIL: _("Kept as who did what when; the values are erased"),
    }[fate]


def show(seen: Plan, actor: Actor) -> None:
    """What goes and what stays, kind by kind with its rows; what has to end first, and what lies beyond."""
    counted: dict[Fate, Counter[str]] = {fate: Counter() for fate in Fate}
    for line in seen.lines:
        kind = my_data.section_name(line.name) if line.name else _("Working copies: search, drafts, links")
        counted[line.fate][kind] += line.rows
    for fate, kinds in counted.items():
        if kinds:
            st.markdown(bold(md(fate_in_words(fate, seen, actor))))
            st.text("\n".join(f"{kind}: {number(rows)}" for kind, rows in kinds.items()))
    for told in seen.beyond:
        st.caption(md(told))
    if seen.obstacles:
        st.warning(_("This has to end first:"), icon=":material/pending_actions:")
        for obstacle in seen.obstacles:
            st.text(f"• {obstacle}")


@st.fragment
def one(asked: Asked) -> None:
    """A wish with its plan and the two ways to decide."""
    who = require(Role.MANAGER)
    with st.container(border=True, key=f"erasure_{asked.id}"):
        query = {"customer": str(asked.customer_id)}
        st.page_link(CUSTOMER, label=md(asked.customer), icon=":material/person_off:", query_params=query)
        st.caption(md(_("Asked on {time}").format(time=when(asked.asked_at, who))))
        if asked.wish:
            st.text(asked.wish)
        with reading(who) as w:
            seen = erasure.plan(w, asked.customer_id)
        show(seen, who)
        sure = st.checkbox(_("I have read the plan; this cannot be undone"), key=f"sure_{asked.id}")
        with st.container(horizontal=True):
            if st.button(
                _("Erase now"),
                key=f"erase_{asked.id}",
                type="primary",
                icon=":material/delete_forever:",
                disabled=not sure or bool(seen.obstacles),
            ):
                with reported(_("Erased. The proof stands below.")) as outcome, work(who) as w:
                    erasure.approve(w, asked.id)
                if outcome.ok:
                    st.rerun()
            with st.popover(_("Refuse"), icon=":material/block:"), st.form(f"refuse_{asked.id}", border=False):
                reason = st.text_input(_("Reason, as the customer reads it"), key=f"why_not_{asked.id}", max_chars=400)
                refused = st.form_submit_button(_("Refuse the erasure"))
        if refused:
            with reported(_("Refused; the customer is told.")) as outcome, work(who) as w:
                erasure.refuse(w, asked.id, reason)
            if outcome.ok:
                st.rerun()


with reading(actor) as w:
    waiting, decided = erasure.waiting(w), erasure.decided(w)
st.title(_("Erasures"), anchor=False)
if not waiting:
    empty(_("Nobody waits."), _("Customers ask for it under “My data”."), ":material/task_alt:")
for asked in waiting:
    one(asked)
if decided:
    st.subheader(_("Decided"), anchor=False)
    done = {ErasureState.DONE: _("erased"), ErasureState.REFUSED: _("refused")}
    for position, d in enumerate(decided):
        with st.container(border=True, gap="xsmall", key=f"decided_{position}"):
            st.caption(
                md(" · ".join(told for told in (d.decided_at and when(d.decided_at, actor), d.decided_by) if told))
            )
            rows = ngettext("{n} row", "{n} rows", sum(d.counts.values())) if d.counts else ""
            st.text(" · ".join(told for told in (d.customer, done[d.state], rows) if told))
            if d.answer:
                st.text(d.answer)
