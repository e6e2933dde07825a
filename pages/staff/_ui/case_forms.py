"""The forms of a case. What goes to the customer and what stays in the house are two forms in two colours."""

import streamlit as st

from db.models import CaseState, Channel, Direction, Role
from pages._ui.drafted import Drafted
from pages._ui.feedback import reported
from pages._ui.guard import require, token
from pages._ui.show import md
from services import cases, contact_words, drafts, due, interactions, teams
from services.cases import CaseChange, CaseView, NewAnswer
from services.interactions import NewInteraction
from services.text import _
from services.work import reading, work

MOST = 10_000
AFTER_ANSWER = (CaseState.WAITING, CaseState.SOLVED, CaseState.OPEN)


@st.fragment
def answer(case: CaseView) -> None:
    """To the customer: they read it and get a mail. The button names them."""
    actor = require(Role.STAFF)
    st.info(_("To the customer: they read this."), icon=":material/visibility:")
    form = Drafted(actor, f"case-answer:{case.row.id}", _("Answer"), most=MOST)
    then = st.selectbox(
        _("Then the case is"), AFTER_ANSWER, format_func=contact_words.case_state, key=f"then_{case.row.id}"
    )
    label = _("Send to {name}").format(name=md(case.customer))
    pressed = st.button(label, type="primary", icon=":material/send:", key=f"send_{case.row.id}")
    if not (pressed or form.asked_to_send):
        return
    with reported(_("Sent.")) as outcome, work(actor) as w:
        new = NewAnswer(idempotency_key=form.key, text=form.words, last_seen=case.last_message, then=then)
        cases.write(w, case.row.id, new)
        drafts.clear(w, form.name)
    if outcome.ok:
        form.done()
        st.rerun()


@st.fragment
def note(case: CaseView) -> None:
    """A contact of the case, for colleagues only."""
    actor = require(Role.STAFF)
    st.warning(_("Internal: the customer never sees this."), icon=":material/lock:")
    form = Drafted(actor, f"case-note:{case.row.id}", _("Note"), most=MOST, height=90)
    pressed = st.button(_("Keep the note"), icon=":material/sticky_note_2:", key=f"note_{case.row.id}")
    if not (pressed or form.asked_to_send):
        return
    with reported(_("Note kept.")) as outcome, work(actor) as w:
        new = NewInteraction(
            idempotency_key=form.key,
            summary=form.words,
            channel=Channel.OTHER,
            direction=Direction.OUT,
            reason=case.row.subject,
            case_id=case.row.id,
        )
        interactions.log(w, case.customer_id, new)
        drafts.clear(w, form.name)
    if outcome.ok:
        form.done()
        st.rerun()


@st.fragment
def change(case: CaseView) -> None:
    """State, owner, priority and the next step; a colleague's change meanwhile is told, not overwritten."""
    actor = require(Role.STAFF)
    with reading(actor) as w:
        people, named = due.colleagues(w), teams.names(w)
    row, key = case.row, f"{case.row.id}_{token(case.seen)}"  # new widgets whenever the case stands otherwise
    states, owners = [row.state, *cases.next_states(row.state)], [None, *people]
    if case.owner_id is not None and case.owner_id not in people:
        owners.append(case.owner_id)
    groups = list(dict.fromkeys([None, *named, case.team_id]))
    priorities = list(dict.fromkeys([*cases.PRIORITIES, case.priority]))
    with st.form(f"case_{key}", border=True):
        step = st.text_input(_("Next step, as the customer reads it"), row.next_step, key=f"step_{key}", max_chars=400)
        with st.container(horizontal=True):
            state = st.selectbox(_("State"), states, format_func=contact_words.case_state, key=f"state_{key}")
            owner = st.selectbox(
                _("Owner"), owners, owners.index(case.owner_id),
                format_func=lambda i: people.get(i, _("former colleague")) if i else _("nobody"), key=f"owner_{key}",
            )  # fmt: skip
            priority = st.selectbox(
                _("Priority"), priorities, priorities.index(case.priority), format_func=cases.priority_in_words,
                key=f"priority_{key}",
            )  # fmt: skip
            team = st.selectbox(
                _("Team"), groups, groups.index(case.team_id),
                format_func=lambda i: named.get(i, _("former team")) if i else _("none"), key=f"team_{key}",
            )  # fmt: skip
        pressed = st.form_submit_button(_("Save"), icon=":material/save:")
    if not pressed:
        return
    with reported(_("Saved.")) as outcome, work(actor) as w:
        form = CaseChange(seen=case.seen, state=state, owner_id=owner, team_id=team, priority=priority, next_step=step)
        cases.change(w, row.id, form)
    if outcome.ok:
        st.rerun()
