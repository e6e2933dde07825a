"""Vouchers: what was given out, how often it was used, and a form for a new one or a change."""

import streamlit as st

from db.models import Role
from pages._ui.feedback import reported
from pages._ui.guard import require
from pages._ui.narrow import narrow
from pages._ui.show import amount, day, empty, md
from pages.manager._ui.voucher_form import voucher_form
from services import vouchers
from services.text import _, ngettext, percent
from services.vouchers import NewVoucher, Row
from services.work import Actor, reading, work

actor = require(Role.MANAGER)


def worth(new: NewVoucher) -> str:
    """What it gives, in words."""
    return percent(new.percent_bp) if new.percent_bp is not None else amount(new.amount_cents)


def told(row: Row, who: Actor) -> str:
    """When it holds, for what, how often it was used."""
    new = row.new
    span = _("from {day} on").format(day=day(new.first_on, who))
    if new.last_on:
        span = _("{first} to {last}").format(first=day(new.first_on, who), last=day(new.last_on, who))
    parts = [new.name, span, ", ".join(new.categories)]
    if new.minimum_cents:
        parts.append(_("from {least} on").format(least=amount(new.minimum_cents)))
    used = ngettext("used once", "used {n} times", row.used) if row.used else _("not used yet")
    of = _("{n} of {most} uses").format(n=row.used, most=new.uses_total) if new.uses_total else used
    parts.append(f"{of}, {amount(row.given_cents)}")
    return " · ".join(p for p in parts if p)


@st.fragment
def listed() -> None:
    """All of them, the newest first."""
    who = require(Role.MANAGER)
    with reading(who) as w:
        rows, offered = vouchers.listing(w), vouchers.categories(w)
    with st.expander(_("A new voucher"), icon=":material/add:", expanded=not rows):
        voucher_form(None, offered, who)
    if not rows:
        empty(_("No vouchers yet."), _("Make one above; customers type its code in their basket."))
    for row in rows:
        with st.container(border=True, gap="xsmall", key=f"voucher_row_{row.id}"):
            with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
                st.markdown(f"**{md(row.new.code)}** · {md(worth(row.new))}", width="content")
                on = st.toggle(_("Can be used"), row.active, key=f"on_{row.id}_{row.active}")
            st.caption(md(told(row, who)))
            with st.popover(_("Change"), icon=":material/edit:", type="tertiary"):
                voucher_form(row, offered, who)
        if on != row.active:
            with reported(_("Saved.")) as outcome, work(who) as w:
                vouchers.switch(w, row.id, active=bool(on))
            if outcome.ok:
                st.rerun()


with narrow():
    st.title(_("Vouchers"))
    listed()
