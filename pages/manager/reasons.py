"""The lists of reasons that customers and staff choose from: add, reword, order, switch off."""

import streamlit as st

from db.models import ReasonKind, Role
from pages._ui.anew import anew, field
from pages._ui.feedback import reported
from pages._ui.guard import require
from pages._ui.narrow import narrow
from pages._ui.show import md
from services import explained, reasons
from services.reasons import LONGEST, Offered
from services.text import _
from services.work import Actor, reading, work

actor = require(Role.MANAGER)
KINDS = {
    ReasonKind.CONTACT: _("Contacts"),
    ReasonKind.RETURN: _("Returns"),
    ReasonKind.CANCEL: _("Cancelled orders"),
    ReasonKind.STANDING: _("Standing orders"),
}


def one(row: Offered, first: bool, last_active: bool, who: Actor) -> None:
    """One reason and what can be done with it."""
    with st.container(horizontal=True, vertical_alignment="center", key=f"reason_{row.id}"):
        gone = _("not offered")
        st.markdown(md(row.label) if row.active else f":gray[{md(row.label)} · {gone}]", width="stretch")
        up = st.button(
            "",
            icon=":material/arrow_upward:",
            key=f"up_{row.id}",
            disabled=first,
            help=_("Further up"),
            type="tertiary",
        )
        with st.popover("", icon=":material/edit:", help=_("Reword"), type="tertiary"):
            label = st.text_input(_("Reads"), row.label, key=f"label_{row.id}", max_chars=LONGEST)
            renamed = st.button(_("Save"), key=f"rename_{row.id}", type="primary")
        icon, told = ("visibility_off", _("Offer no longer")) if row.active else ("visibility", _("Offer again"))
        switched = st.button(
            "",
            icon=f":material/{icon}:",
            key=f"switch_{row.id}",
            help=told,
            type="tertiary",
            disabled=row.active and last_active,
        )
    if not (up or renamed or switched):
        return
    with reported(_("Saved.")) as outcome, work(who) as w:
        if up:
            reasons.move_up(w, row.id)
        elif renamed:
            reasons.rename(w, row.id, label)
        else:
            reasons.switch(w, row.id, active=not row.active)
    if outcome.ok:
        st.rerun()


@st.fragment
def listed(kind: ReasonKind) -> None:
    """The list, and a line for one more."""
    who = require(Role.MANAGER)
    with reading(who) as w:
        rows = reasons.everything(w, kind)
    active = sum(r.active for r in rows)
    with st.container(border=True, gap="xsmall"):
        for number, row in enumerate(rows):
            one(row, number == 0, active == 1, who)
    with (
        st.form("add", clear_on_submit=False, border=False),
        st.container(horizontal=True, vertical_alignment="bottom"),
    ):
        label = st.text_input(_("A further reason"), key=field("new_reason"), max_chars=LONGEST)
        sent = st.form_submit_button(_("Add"), type="primary", icon=":material/add:")
    if sent:
        with reported(_("Saved.")) as outcome, work(who) as w:
            reasons.add(w, kind, label)
        if outcome.ok:
            anew("new_reason")
            st.rerun()


def contacts(who: Actor) -> None:
    """What belongs to the reasons of contacts: the figure, and the way to the templates."""
    with reading(who) as w:
        found = explained.figure(w, w.now - explained.WITHIN, w.now)
    told = _("Customers had to explain again in {again} of {contacts} contacts that they began within 30 days.")
    st.markdown(told.format(again=f"**{found.again}**", contacts=f"**{found.contacts}**"))
    for label, times in found.by_reason:
        named = label or _("without a reason")
        st.text(f"{times} × {named}")
    st.page_link("manager/contact_templates.py", label=_("Contact templates"), icon=":material/bolt:")


with narrow():
    st.title(_("Reasons"))
    st.caption(_("What people choose from when they say why. What was chosen once stays readable and is counted on."))
    chosen = st.segmented_control(
        _("Reasons for"),
        list(KINDS),
        default=ReasonKind.CONTACT,
        required=True,
        format_func=KINDS.__getitem__,
        key="kind",
        label_visibility="collapsed",
    )
    listed(ReasonKind(chosen or ReasonKind.CONTACT))
    if chosen == ReasonKind.CONTACT:
        contacts(actor)
