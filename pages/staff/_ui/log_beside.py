"""What helps while a contact is logged: the answer of the last time, templates, and the fields behind "More"."""

from collections.abc import Callable
from datetime import date
from typing import Any

import streamlit as st

from pages._ui import files as files_ui
from pages._ui.feedback import reported
from pages._ui.show import md, when, words
from pages._ui.typing import typed_area
from services import clock, contact_templates, contact_words, explained, text_modules, working_time
from services.files import NewFile
from services.text import _, ngettext
from services.text_modules import Kind, Module
from services.work import Actor, reading


def earlier(actor: Actor, customer_id: int, reason: str, key: str) -> bool:
    """What was answered to this customer for the same reason within 30 days; whether there is anything."""
    found: list[explained.Earlier] = []
    with reported(), reading(actor) as w:
        found = explained.earlier(w, customer_id, reason)
    if not found:
        return False
    told = ngettext(
        "The same reason came up {n} time within 30 days:",
        "The same reason came up {n} times within 30 days:",
        len(found),
    )
    with st.container(border=True, gap="xsmall", key=f"{key}:earlier"):
        st.markdown(f":material/history: {told}")
        for one in found:
            head = (when(one.at, actor), contact_words.channel(one.channel), one.who)
            st.caption(md(" · ".join(t for t in head if t)))
            words(one.summary)
            if one.outcome:
                st.caption(md(_("Outcome: {outcome}").format(outcome=one.outcome)))
            if one.promise:
                st.caption(md(_("Promised: {promise}").format(promise=one.promise)))
    return True


def template(actor: Actor, customer_id: int, reason: str, key: str) -> dict[str, str] | None:
    """The fields of a template, or the words of a text module, once asked for. Nothing is drawn where none fits."""
    templates: list[tuple[int, str]] = []
    modules: list[Module] = []
    with reported(), reading(actor) as w:
        templates = contact_templates.offered(w, reason)
        modules = text_modules.offered(w, Kind.CONTACT, about=reason)
    template_id = module_id = None
    with st.container(horizontal=True, gap="xsmall"):
        for one, name in templates:
            if st.button(md(name), key=f"{key}:{one}", icon=":material/bolt:", type="tertiary"):
                template_id = one
        for module in modules:
            if st.button(md(module.name), key=f"{key}:m{module.id}", icon=":material/post_add:", type="tertiary"):
                module_id = module.id
    filled: dict[str, str] | None = None
    if template_id is not None or module_id is not None:
        with reported(), reading(actor) as w:
            if template_id is not None:
                filled = contact_templates.filled(w, template_id, customer_id)
            elif module_id is not None:
                filled = {"summary": text_modules.filled(w, module_id, customer_id=customer_id)}
    return filled


def next_working_day(actor: Actor) -> date:
    """What is proposed for a promise, so that it needs no date of its own."""
    with reading(actor) as w:
        calendar = working_time.of(w)
        return calendar.days_after(clock.day_of(w.now, calendar.zone), 1)


def attached(key: str) -> list[NewFile]:
    """The files that were chosen behind "More", made safe to keep. Raises Invalid."""
    return files_ui.taken(st.session_state.get(key) or [])


def promised(field: str, value: str, epoch: int, until_key: str, first: date) -> dict[str, Any]:
    """What was promised and until when, in a line below the words; the day that stands there is only a proposal."""
    with st.container(horizontal=True, vertical_alignment="top"):
        promise = typed_area(_("Promised"), key=field, value=value, epoch=epoch, max_chars=400, single=True)
        until = st.date_input(_("Until"), first, key=until_key, width=130)
    return {"promise": promise, "promise_until": until if promise else None}


def beside(key: Callable[[str], str], actor: Actor, draft: dict[str, str], epoch: int) -> dict[str, Any]:
    """What an ordinary call does not need; its words begin with those of the draft."""

    def typed(label: str, field: str, most: int) -> str:
        return typed_area(label, key=key(field), value=draft.get(field, ""), epoch=epoch, max_chars=most, single=True)

    with st.container(horizontal=True):
        touch_reason = typed(_("Reason of the next touch"), "next_touch_reason", 200)
        touch = st.date_input(_("Next touch"), value=None, key=key("next_touch_on"), width=150)
    outcome = typed(_("Outcome"), "outcome", 200)
    participants = typed(_("Who else was there"), "participants", 400)
    with st.container(horizontal=True):
        minutes = st.number_input(_("Minutes"), 0, 1440, None, key=key("minutes"), width=120)
        at = st.datetime_input(_("When, if not now"), None, key=key("happened_at"))
    files_ui.chooser(_("Files"), key=key("files"))
    st.caption(_("Times are those of {zone}.").format(zone=actor.zone.key.replace("_", " ")))
    return {
        "next_touch_reason": touch_reason,
        "next_touch_on": touch,
        "outcome": outcome,
        "participants": participants,
        "minutes": minutes,
        "happened_at": at,
    }
