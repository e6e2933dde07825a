"""The forms of a case. What goes to the customer and what stays in the house are two forms in two colours."""

import streamlit as st

from db.models import STILL_OPEN, CaseState, Channel, Direction, Role
from pages._ui import files as files_ui
from pages._ui.drafted import Drafted
from pages._ui.feedback import reported
from pages._ui.guard import require
from pages._ui.show import md
from pages.staff._ui import text_choice
from services import cases, contact_words, drafts, due, files, interactions, teams
from services.cases import CaseChange, CaseView, NewAnswer
from services.cases import topics as topic_list
from services.files import Thing
from services.interactions import NewInteraction
from services.text import _, ngettext
from services.text_modules import Kind
from services.work import reading, work

MOST = 10_000
AFTER_ANSWER = (CaseState.WAITING, CaseState.SOLVED, CaseState.OPEN)


@st.fragment
def answer(case: CaseView) -> None:
    """To the customer: they read it and get a mail. The button names them."""
    actor = require(Role.STAFF)
    st.info(_("To the customer: they read this."), icon=":material/visibility:")
    form = Drafted(actor, f"case-answer:{case.row.id}", _("Answer"), most=MOST, pressed="A")
    text_choice.choose(form, Kind.ANSWER, case.row.topic, case.customer_id, case.row.id)
    uploads = files_ui.chooser(_("Photos or documents"), key=f"answer_files_{form.key}")
    then = st.selectbox(
        _("Then the case is"), AFTER_ANSWER, format_func=contact_words.case_state, key=f"then_{case.row.id}"
    )
    why = despite(case, then, "answer")
    label = _("Send to {name}").format(name=md(case.customer))
    pressed = st.button(label, type="primary", icon=":material/send:", key=f"send_{case.row.id}")
    if not (pressed or form.asked_to_send):
        return
    with reported(_("Sent.")) as outcome:
        kept = files_ui.taken(uploads)
        with work(actor) as w:
            new = NewAnswer(
                idempotency_key=form.key, text=form.words, last_seen=case.last_message, then=then, despite=why
            )
            message = cases.write(w, case.row.id, new)
            for one in kept:
                files.keep(w, one, Thing.MESSAGE, message.id, visible=True)
            drafts.clear(w, form.name)
    if outcome.ok:
        form.done()
        st.rerun()


def despite(case: CaseView, then: CaseState, key: str) -> str:
    """Why it is settled although steps of its checklist are not done; asked only then."""
    if then in STILL_OPEN or not case.steps_left:
        return ""
    st.warning(
        ngettext("{n} step of the checklist is not done.", "{n} steps of the checklist are not done.", case.steps_left),
        icon=":material/checklist:",
    )
    return str(st.text_input(_("Settle it all the same, because"), key=f"despite_{key}_{case.row.id}", max_chars=400))


@st.fragment
def note(case: CaseView) -> None:
    """A contact of the case, for colleagues only."""
    actor = require(Role.STAFF)
    st.warning(_("Internal: the customer never sees this."), icon=":material/lock:")
    form = Drafted(actor, f"case-note:{case.row.id}", _("Note"), most=MOST, height=90, pressed="I")
    text_choice.choose(form, Kind.NOTE, case.row.topic, case.customer_id, case.row.id)
    uploads = files_ui.chooser(_("Internal files"), key=f"note_files_{form.key}")
    pressed = st.button(_("Keep the note"), icon=":material/sticky_note_2:", key=f"note_{case.row.id}")
    if not (pressed or form.asked_to_send):
        return
    with reported(_("Note kept.")) as outcome:
        kept = files_ui.taken(uploads)
        with work(actor) as w:
            new = NewInteraction(
                idempotency_key=form.key,
                summary=form.words,
                channel=Channel.OTHER,
                direction=Direction.OUT,
                case_id=case.row.id,
            )
            contact = interactions.log(w, case.customer_id, new)
            for one in kept:
                files.keep(w, one, Thing.CONTACT, contact.id)
            drafts.clear(w, form.name)
    if outcome.ok:
        form.done()
        st.rerun()


@st.fragment
def change(case: CaseView) -> None:
    """State, owner, team, topic, priority and the next step; a colleague's change is told, not overwritten.

    Each widget bears the value it began with in its key: what somebody else changes is drawn anew, and what is being
    typed or chosen in the others stays.
    """
    actor = require(Role.STAFF)
    with reading(actor) as w:
        people, named = due.owners_to_choose(w, case.owner_id), teams.names(w)
        known = topic_list.offered(w)
    with st.form(f"case_form_{case.row.id}", border=True):
        step = st.text_input(
            _("Next step, as the customer reads it"), case.row.next_step, max_chars=400,
            key=_named(case, "next_step", case.row.next_step),
        )  # fmt: skip
        with st.container(horizontal=True):
            form = CaseChange(
                seen=case.seen,
                state=_state(case),
                owner_id=_one(_("Owner"), people, case.owner_id, _("nobody"), _named(case, "owner", case.owner_id)),
                team_id=_one(_("Team"), named, case.team_id, _("none"), _named(case, "team", case.team_id)),
                priority=_priority(case),
                topic=_topic(case, known),
                next_step=step,
                despite=_because(case),
            )
        pressed = st.form_submit_button(_("Save"), icon=":material/save:")
    if not pressed:
        return
    with reported(_("Saved.")) as outcome, work(actor) as w:
        cases.change(w, case.row.id, form)
    if outcome.ok:
        st.rerun()


def _named(case: CaseView, field: str, value: object) -> str:
    """The key of a widget that began with this value."""
    return f"case_{field}_{case.row.id}_{value}"


def _state(case: CaseView) -> CaseState:
    states = [case.row.state, *cases.next_states(case.row.state)]
    key = _named(case, "state", case.row.state)
    return st.selectbox(_("State"), states, format_func=contact_words.case_state, key=key)


def _one(label: str, known: dict[int, str], now: int | None, nobody: str, key: str) -> int | None:
    """One of the house or nobody; who has left stays chosen until another is."""
    choices = list(dict.fromkeys([None, *known, now]))
    return st.selectbox(
        label, choices, choices.index(now), format_func=lambda i: known.get(i, _("former")) if i else nobody, key=key
    )


def _priority(case: CaseView) -> str:
    choices = list(dict.fromkeys([*cases.PRIORITIES, case.priority]))
    key = _named(case, "priority", case.priority)
    return st.selectbox(
        _("Priority"), choices, choices.index(case.priority), format_func=cases.priority_in_words, key=key
    )


def _topic(case: CaseView, known: list[str]) -> str:
    choices = list(dict.fromkeys(["", *known, case.row.topic]))
    key = _named(case, "topic", case.row.topic)
    return st.selectbox(
        _("Topic"), choices, choices.index(case.row.topic), format_func=lambda t: t or _("none"), key=key
    )


def _because(case: CaseView) -> str:
    """Asked only while steps of the checklist are not done."""
    if not case.steps_left:
        return ""
    label = ngettext(
        "To settle it although {n} step is not done: because",
        "To settle it although {n} steps are not done: because",
        case.steps_left,
    )
    return str(st.text_input(label, key=f"why_settled_{case.row.id}", max_chars=400))
