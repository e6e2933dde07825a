"""Templates of contacts: what the form is filled with for a reason."""

import streamlit as st

from db.models import ReasonKind, Role
from pages._ui.feedback import reported
from pages._ui.guard import require
from pages._ui.marks import bold
from pages._ui.show import empty, md
from pages.staff._ui.log_form import WAYS, way_in_words
from services import contact_templates, reasons
from services.contact_templates import MOST_DAYS, Template, TemplateInput
from services.text import _
from services.work import reading, work

actor = require(Role.MANAGER)


def fields(key: str, now: TemplateInput, words: dict[str, str]) -> TemplateInput:
    """The fields of one template."""
    with st.container(horizontal=True):
        name = st.text_input(_("Name"), now.name, key=f"{key}_name", max_chars=80)
        codes = ["", *words]
        reason = st.selectbox(
            _("For the reason"),
            codes,
            index=codes.index(now.reason) if now.reason in codes else 0,
            format_func=lambda c: words.get(c, _("any")),
            key=f"{key}_reason",
        )
        ways = ["", *WAYS]
        way = st.selectbox(
            _("How"),
            ways,
            index=ways.index(now.way) if now.way in ways else 0,
            format_func=lambda v: way_in_words(v) if v else _("as it stands in the form"),
            key=f"{key}_way",
        )
    summary = st.text_area(_("What was said"), now.summary, key=f"{key}_summary", max_chars=4000, height=90)
    outcome = st.text_input(_("Outcome"), now.outcome, key=f"{key}_outcome", max_chars=200)
    with st.container(horizontal=True):
        promise = st.text_input(_("Promised"), now.promise, key=f"{key}_promise", max_chars=400)
        until = st.number_input(_("In days"), 0, MOST_DAYS, now.promise_days, key=f"{key}_promise_days", width=130)
    with st.container(horizontal=True):
        touch = st.text_input(_("Reason of the next touch"), now.touch_reason, key=f"{key}_touch", max_chars=200)
        days = st.number_input(_("In days"), 0, MOST_DAYS, now.touch_days, key=f"{key}_touch_days", width=130)
    return TemplateInput(
        name=name,
        reason=reason or "",
        way=way or "",
        summary=summary,
        outcome=outcome,
        promise=promise,
        promise_days=until,
        touch_reason=touch,
        touch_days=days,
    )


@st.fragment
def one(template: Template, words: dict[str, str]) -> None:
    """One template: open to change it, or to switch it off."""
    who = require(Role.MANAGER)
    key = f"template_{template.id}_{template.version}"
    label = template.fields.name if template.active else template.fields.name + " · " + _("not offered")
    with st.expander(md(label), icon=":material/bolt:"):
        with st.form(key, border=False):
            new = fields(key, template.fields, words)
            sent = st.form_submit_button(_("Save"), type="primary")
        switched = st.button(_("Offer no longer") if template.active else _("Offer again"), key=f"{key}_switch")
    if sent or switched:
        with reported(_("Saved.")) as outcome, work(who) as w:
            if sent:
                contact_templates.change(w, template.id, template.version, new)
            else:
                contact_templates.switch(w, template.id, template.version, active=not template.active)
        if outcome.ok:
            st.rerun()


@st.fragment
def further(words: dict[str, str], count: int) -> None:
    """A form for one more."""
    who = require(Role.MANAGER)
    with st.form(f"further_{count}"):
        st.markdown(bold(_("A further template")))
        new = fields(f"further_{count}", TemplateInput(name=""), words)
        sent = st.form_submit_button(_("Add"), type="primary", icon=":material/add:")
    if sent:
        with reported(_("Saved.")) as outcome, work(who) as w:
            contact_templates.add(w, new)
        if outcome.ok:
            st.rerun()


st.title(_("Contact templates"))
st.caption(_("Staff fill the form of a contact with one key; what they have typed already stays."))
with reading(actor) as w:
    known = contact_templates.everything(w)
    words = {r.code: r.label for r in reasons.offered(w, ReasonKind.CONTACT)}
if not known:
    empty(_("No template yet."), _("Write one for what you are called about most."), ":material/bolt:")
for template in known:
    one(template, words)
further(words, len(known))
