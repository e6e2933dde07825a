"""Inviting many customers to the portal: choose, look, send bit by bit, stop."""

import streamlit as st

from db.models import CustomerKind, Role
from pages._ui.anew import anew, field
from pages._ui.feedback import reported
from pages._ui.guard import require
from pages._ui.marks import bold
from pages._ui.narrow import narrow
from pages._ui.show import md, when
from services import invitations
from services.invitations import Chosen
from services.text import _, ngettext, number
from services.work import reading, work

actor = require(Role.MANAGER)
SHOWN = 20  # of the addresses that no customer is known by


def kind_in_words(kind: CustomerKind | None) -> str:
    """Whom to invite."""
    names = {CustomerKind.INDIVIDUAL: _("Individuals"), CustomerKind.COMPANY: _("Companies")}
    return names[kind] if kind else _("All")


def of_a_list() -> Chosen | None:
    """Whom a list of addresses names; None while there is none that can be read."""
    text = st.text_area(_("Addresses, one a line"), key=field("invite_list"), height=160, max_chars=200_000)
    addresses: list[str] = []
    with reported():
        addresses = invitations.listed(text or "")
    return Chosen(emails=addresses) if addresses else None


def by_what_is_known() -> Chosen:
    """Whom kind and purchases name."""
    kind = st.selectbox(_("Customers"), [None, *CustomerKind], format_func=kind_in_words, key="invite_kind")
    lately = st.toggle(_("Only those who bought lately"), key="invite_lately")
    days = st.number_input(_("Bought within days"), 1, 3650, 365, key="invite_days") if lately else None
    return Chosen(kind=kind, bought_within_days=days)


@st.fragment
def choose() -> None:
    """The choice, how many and whom it fits, and the button."""
    who = require(Role.MANAGER)
    ways = {"known": _("Customers"), "list": _("A list")}
    way = st.segmented_control(
        _("Whom"), list(ways), default="known", required=True, format_func=ways.__getitem__, key="invite_way"
    )
    chosen = of_a_list() if way == "list" else by_what_is_known()
    if chosen is None:
        st.caption(_("Paste e-mail addresses of customers; you see whom they fit before anything is sent."))
        return
    with reading(who) as w:
        seen = invitations.preview(w, chosen)
    st.markdown(bold(ngettext("{n} customer would be invited", "{n} customers would be invited", seen.count)))
    st.caption(_("With an address, without a sign-in, not invited in the last 14 days, and without an objection."))
    for called, email in seen.examples:
        st.text(f"{called} · {email}")
    if seen.strangers:
        st.warning(_("No customer is known by these addresses; they are left out:"), icon=":material/person_search:")
        st.text("\n".join(seen.strangers[:SHOWN]) + ("\n…" if len(seen.strangers) > SHOWN else ""))
    if seen.count > invitations.MOST:
        st.caption(_("The first {most} now, the others in a further round.").format(most=number(invitations.MOST)))
    if not seen.count:
        return
    with st.popover(_("Send the invitations"), type="primary", icon=":material/send:", key="sure_round"):
        mails = min(seen.count, invitations.MOST)
        st.text(
            ngettext("{n} mail will be sent, a few each minute.", "{n} mails will be sent, a few each minute.", mails)
        )
        sure = st.button(_("Yes, send them"), type="primary", key="send_round")
    if sure:
        with reported(_("The first mail leaves in a minute; you can stop below.")) as outcome, work(who) as w:
            invitations.start(w, chosen, expected=seen.count)
        if outcome.ok:
            anew("invite_list")
            st.rerun()


@st.fragment
def rounds() -> None:
    """How far each round is."""
    who = require(Role.MANAGER)
    with reading(who) as w:
        seen = invitations.rounds(w)
    if seen:
        st.subheader(_("Rounds"), anchor=False)
    for one in seen:
        with st.container(border=True, gap="xsmall", key=f"round_{one.id}"):
            st.caption(md(when(one.started_at, who)))
            told = _("{sent} of {all} have left, {waiting} wait, {stopped} were taken back")
            st.text(
                told.format(
                    sent=number(one.invited - one.waiting - one.stopped),
                    all=number(one.invited),
                    waiting=number(one.waiting),
                    stopped=number(one.stopped),
                )
            )
            if one.waiting and st.button(_("Stop"), key=f"stop_{one.id}", icon=":material/stop_circle:"):
                with reported(_("Stopped: what had not left was taken back.")) as outcome, work(who) as w:
                    invitations.stop(w, one.id)
                if outcome.ok:
                    st.rerun()


with narrow():
    st.title(_("Invitations"), anchor=False)
    choose()
    rounds()
