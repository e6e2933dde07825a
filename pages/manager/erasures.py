"""Wishes to be forgotten: what would happen, the decision, and the proof of what was done."""

from collections import Counter

import pandas as pd
import streamlit as st

from db.models import ErasureState, Role
from pages._ui.feedback import reported
from pages._ui.guard import require
from pages._ui.show import day, empty, md, when
from services import erasure, my_data
from services.erasure import Asked, Fate, Plan
from services.text import _, number
from services.work import Actor, reading, work

actor = require(Role.MANAGER)

CUSTOMER = "staff/customer.py"


def fate_in_words(fate: Fate, seen: Plan, actor: Actor) -> str:
    """What becomes of the rows."""
    until = day(seen.kept_until, actor) if seen.kept_until else "–"
    return {
        Fate.GONE: _("erased"),
        Fate.ANONYMOUS: _("kept without name and words"),
        Fate.LAW: _("kept by law; names and addresses until {day}").format(day=until),
        Fate.TRAIL: _("kept as who did what when; the values are erased"),
    }[fate]


def show(seen: Plan, actor: Actor) -> None:
    """The plan as a table, what has to end first, and what lies beyond."""
    counted = Counter[tuple[str, Fate]]()
    for line in seen.lines:
        kind = my_data.section_name(line.name) if line.name else _("Working copies: search, drafts, links")
        counted[kind, line.fate] += line.rows
    rows = [
        {_("Kind"): kind, _("What happens"): fate_in_words(fate, seen, actor), _("Rows"): number(rows)}
        for (kind, fate), rows in counted.items()
    ]
    st.dataframe(pd.DataFrame(rows), hide_index=True, key=f"plan_{seen.customer_id}", alt=_("The plan of the erasure"))
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
    rows = [
        {
            _("When"): when(d.decided_at, actor) if d.decided_at else "",
            _("Customer"): d.customer,
            _("Decision"): done[d.state],
            _("By"): d.decided_by,
            _("Rows"): number(sum(d.counts.values())) if d.counts else "",
            _("Reason"): d.answer,
        }
        for d in decided
    ]
    st.dataframe(pd.DataFrame(rows), hide_index=True, alt=_("Erasures that were decided, newest first"))
