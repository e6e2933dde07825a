"""Macros and text modules."""

import streamlit as st

from db.models import CaseState, ReasonKind, Role
from pages._ui.guard import require
from pages._ui.show import md
from pages.manager._ui.case_lists import one_of, saved, with_state
from services import cases, contact_words, reasons, teams, text_modules
from services.cases import checklists, macros, topics
from services.cases.macros import Actions
from services.text import _
from services.text_modules import Kind
from services.work import reading

STATES = (None, CaseState.OPEN, CaseState.WAITING, CaseState.SOLVED, CaseState.CLOSED)


def places() -> str:
    """The places and what they stand for, as a help text."""
    return "\n\n".join(f"{md('{' + name + '}')}: {md(told)}" for name, told in text_modules.places_in_words().items())


@st.fragment
def macros_list() -> None:
    """What a macro does; what is left empty stays as it is."""
    actor = require(Role.MANAGER)
    with reading(actor) as w:
        rows = {m.id: m for m in macros.offered(w, retired=True)}
        named, known = {0: "–"} | teams.names(w), topics.offered(w)
        lists = {0: "–"} | {t.id: t.name for t in checklists.templates(w)}
    chosen = one_of("macro", {i: with_state(m.name, retired=m.retired_at is not None) for i, m in rows.items()})
    row = rows.get(chosen or 0)
    was, key = Actions.model_validate(row.actions if row else {}), f"macro_{chosen}"
    with st.form(key):
        name = st.text_input(_("Name"), row.name if row else "", key=f"{key}_name", max_chars=120)
        answer = st.text_area(_("Writes to the customer"), was.answer, key=f"{key}_answer", max_chars=10_000,
                              help=places())  # fmt: skip
        with st.container(horizontal=True):
            state = st.selectbox(_("State"), STATES, STATES.index(was.state), key=f"{key}_state",
                                 format_func=lambda s: contact_words.case_state(s) if s else "–")  # fmt: skip
            urgent = ["", *cases.PRIORITIES]
            priority = st.selectbox(_("Priority"), urgent, urgent.index(was.priority), key=f"{key}_priority",
                                    format_func=lambda p: cases.priority_in_words(p) if p else "–")  # fmt: skip
            about = list(dict.fromkeys(["", *known, was.topic]))
            topic = st.selectbox(_("Topic"), about, about.index(was.topic), key=f"{key}_topic",
                                 format_func=lambda t: t or "–")  # fmt: skip
        with st.container(horizontal=True):
            group = list(named)
            team = st.selectbox(_("Team"), group, group.index(was.team_id) if was.team_id in named else 0,
                                format_func=named.__getitem__, key=f"{key}_team")  # fmt: skip
            each = list(lists)
            at = each.index(was.checklist_id) if was.checklist_id in lists else 0
            checklist = st.selectbox(_("Checklist"), each, at, format_func=lists.__getitem__, key=f"{key}_list")
        step = st.text_input(_("Next step, as the customer reads it"), was.next_step, key=f"{key}_step", max_chars=400)
        to_me = st.checkbox(_("Whoever runs it becomes the owner"), was.to_me, key=f"{key}_me")
        retired = st.checkbox(_("Not offered any more"), row is not None and row.retired_at is not None,
                              key=f"{key}_old")  # fmt: skip
        pressed = st.form_submit_button(_("Save"), type="primary")
    if pressed:
        new = Actions(state=state, priority=priority, topic=topic, next_step=step, team_id=team or None, to_me=to_me,
                      checklist_id=checklist or None, answer=answer)  # fmt: skip
        saved(actor, lambda w: macros.save(w, name, new, macro_id=chosen, retired=retired))


@st.fragment
def texts_list() -> None:
    """Words for answers, notes and contacts."""
    actor = require(Role.MANAGER)
    with reading(actor) as w:
        rows, known = {m.id: m for m in text_modules.everything(w)}, topics.offered(w)
        wanted = {r.code: r.label for r in reasons.offered(w, ReasonKind.CONTACT)}
    chosen = one_of("text", {i: with_state(m.name, retired=m.retired_at is not None) for i, m in rows.items()})
    row, key = rows.get(chosen or 0), f"text_{chosen}"
    kinds = list(Kind)
    kind = st.selectbox(_("For"), kinds, kinds.index(Kind(row.kind)) if row else 0, key=f"{key}_kind",
                        format_func=text_modules.kind_in_words)  # fmt: skip
    with st.form(key):
        name = st.text_input(_("Name"), row.name if row else "", key=f"{key}_name", max_chars=120)
        topic = _about(f"{key}_about_{kind}", list(wanted if kind is Kind.CONTACT else known), wanted,
                       row.about if row is not None and row.kind == kind else "")  # fmt: skip
        body = st.text_area(_("Text"), row.body if row else "", key=f"{key}_body", max_chars=10_000, height=200,
                            help=places())  # fmt: skip
        retired = st.checkbox(_("Not offered any more"), row is not None and row.retired_at is not None,
                              key=f"{key}_old")  # fmt: skip
        pressed = st.form_submit_button(_("Save"), type="primary")
    if pressed:
        saved(
            actor,
            lambda w: text_modules.save(w, kind, name, body, about=topic or "", module_id=chosen, retired=retired),
        )


def _about(key: str, offered: list[str], wanted: dict[str, str], was: str) -> str | None:
    """The topics of cases or, for what is said in a contact, the reasons of contacts: those the forms ask by."""
    options = list(dict.fromkeys(["", *offered, was]))
    return st.selectbox(_("About"), options, options.index(was), key=key,
                        format_func=lambda t: wanted.get(t, t) or _("everything"))  # fmt: skip
