"""The people of a customer: for those who manage them, and for staff on the customer's page."""

import streamlit as st

from db.models import Role
from pages._ui.anew import anew, field
from pages._ui.feedback import reported
from pages._ui.guard import require
from pages._ui.marks import bold
from pages._ui.show import day, empty, md
from services import colleagues
from services.colleagues import EVERYTHING, Colleague, Rights
from services.text import _
from services.work import Actor, reading, work


@st.fragment
def people_of(role: Role, customer_id: int | None = None, known: tuple[str, ...] = (), name: str = "") -> None:
    """Who signs in with which rights, who is invited, and a form to invite.

    `known` are addresses to propose for the first person, `name` is what it may be called.
    """
    actor = require(role)
    with reading(actor) as w:
        people, invited = colleagues.people(w, customer_id), colleagues.invited(w, customer_id)
    if not people:
        empty(_("Nobody signs in yet."), _("Invite the first person; it may do everything."), ":material/person_add:")
    for person in people:
        _one(person, actor, customer_id)
    for waiting in invited:
        with st.container(border=True, gap="xsmall", key=f"invited_{waiting.key[:16]}"):
            st.text(f"{waiting.name}\n{waiting.email}")
            st.badge(_("invited, not used yet"), icon=":material/hourglass_top:", color="orange")
            st.caption(md(_("The link works until {day}.").format(day=day(waiting.until, actor))))
            if st.button(_("Take back"), key=f"take_back_{waiting.key[:16]}", icon=":material/undo:", type="tertiary"):
                with reported(_("The invitation does not work any more.")) as outcome, work(actor) as w:
                    colleagues.take_back(w, waiting.key, customer_id)
                if outcome.ok:
                    st.rerun()
    _invite(actor, customer_id, () if people else known, "" if people else name, first=not people)


def _one(person: Colleague, actor: Actor, customer_id: int | None) -> None:
    with st.container(border=True, gap="xsmall", key=f"colleague_{person.id}"):
        st.text(f"{person.name}\n{person.email}")
        told = day(person.last_sign_in_at, actor) if person.last_sign_in_at else _("never")
        st.caption(md(_("Last sign-in: {day}").format(day=told)) + (" · " + _("that is you") if person.me else ""))
        chosen = _rights(f"of_{person.id}", person.rights)
        if person.me and person.rights.manages_people and not chosen.manages_people:
            st.caption(_("You give this up yourself; another who manages the people can give it back to you."))
        with st.container(horizontal=True):
            if st.button(_("Save rights"), key=f"rights_{person.id}", disabled=chosen.checked() == person.rights):
                with reported(_("Saved; it counts at once.")) as outcome, work(actor) as w:
                    colleagues.set_rights(w, person.id, chosen, customer_id)
                if outcome.ok:
                    st.rerun()
            with st.popover(_("Remove"), icon=":material/person_remove:"):
                st.caption(_("Signed out everywhere at once. Orders and questions stay."))
                if st.button(_("Remove this person"), key=f"remove_{person.id}", type="primary"):
                    with reported(_("Removed.")) as outcome, work(actor) as w:
                        colleagues.remove(w, person.id, customer_id)
                    if outcome.ok:
                        st.rerun()


def _rights(key: str, now: Rights) -> Rights:
    with st.container(horizontal=True):
        return Rights(
            sees_orders=st.checkbox(_("See orders"), now.sees_orders, key=f"sees_{key}"),
            may_order=st.checkbox(_("Order"), now.may_order, key=f"order_{key}"),
            manages_people=st.checkbox(_("Manage people"), now.manages_people, key=f"manage_{key}"),
        )


def _invite(actor: Actor, customer_id: int | None, known: tuple[str, ...], called: str, *, first: bool) -> None:
    with st.form(f"invite_{customer_id}", clear_on_submit=False):
        st.markdown(bold(_("Invite somebody")))
        name = st.text_input(_("Name"), called[:120], key=field("invite_name"), max_chars=120)
        email = st.text_input(_("E-mail"), next(iter(known), ""), key=field("invite_email"), type="email", validate="")
        rights = EVERYTHING if first else _rights("new", Rights())
        if first:
            st.caption(_("The first person sees orders, orders, and manages the people."))
        sent = st.form_submit_button(_("Send the invitation"), type="primary", icon=":material/send:")
    if sent:
        with reported(_("The invitation is on its way.")) as outcome, work(actor) as w:
            colleagues.invite(w, name, email, rights, customer_id)
        if outcome.ok:
            anew("invite_name", "invite_email")
            st.rerun()
