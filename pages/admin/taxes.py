"""Tax rates with the day they begin on, what is taxed as what, and the table of delivery fees."""

from datetime import date

import streamlit as st

from db.models import Role
from pages._ui.anew import anew, field
from pages._ui.feedback import reported
from pages._ui.guard import require
from pages._ui.marks import bold
from pages._ui.narrow import narrow
from pages._ui.show import day, md
from pages.admin._ui.fees import fees
from services import clock, taxes
from services.taxes import Class, NewRate
from services.text import _, percent
from services.work import Actor, reading, work

actor = require(Role.ADMIN)


def listed(classes: list[Class], who: Actor) -> None:
    """The classes with their rates; a rate that was typed wrongly can be taken back."""
    for one in classes:
        with st.container(border=True, gap="xsmall", key=f"class_{one.code}"):
            rest = " · " + _("for everything else") if one.is_default else ""
            st.markdown(bold(md(one.name)) + rest)
            if not one.rates:
                st.caption(_("No rate yet: it counts as soon as you add one."))
            for since, bp in one.rates:
                with st.container(horizontal=True, vertical_alignment="center"):
                    told = _("{rate} from {day} on").format(rate=percent(bp), day=day(since, who))
                    st.text(told, width="stretch")
                    key, told = f"rate_{one.code}_{since}", _("Take back")
                    if st.button("", icon=":material/delete:", key=key, help=told, type="tertiary"):
                        with reported(_("Taken back.")) as outcome, work(who) as w:
                            taxes.remove_rate(w, one.code, since)
                        if outcome.ok:
                            st.rerun()


def new_rate(classes: list[Class], today: date, who: Actor) -> None:
    """A further rate, of a class that is there or a new one."""
    names = {c.code: c.name for c in classes} | {"": _("A new class ...")}
    chosen = st.selectbox(_("Tax class"), list(names), format_func=names.__getitem__, key="rate_class")
    with st.form("rate", border=False):
        name = st.text_input(_("Name of the new class"), key=field("class_name"), max_chars=80) if not chosen else ""
        left, right = st.columns(2)
        typed = left.text_input(_("Per cent"), key=field("rate_percent"), max_chars=10, placeholder="19")
        since = right.date_input(_("From"), value=today, key="rate_from")
        sent = st.form_submit_button(_("Add the rate"), type="primary", icon=":material/add:")
    if sent:
        with reported(_("Saved. It counts for orders from that day on.")) as outcome, work(who) as w:
            code = chosen or taxes.save_class(w, name)
            taxes.save_rate(w, NewRate(tax_class=code, percent=typed or "", valid_from=since))
        if outcome.ok:
            anew("class_name", "rate_percent")
            st.rerun()


def assigned(classes: list[Class], used: dict[str, dict[str, int]], who: Actor) -> None:
    """What the products of a category are taxed as."""
    names = {c.code: c.name for c in classes}
    category = st.selectbox(_("Products of"), list(used), format_func=lambda c: c or _("Others"), key="tax_category")
    now = used.get(category or "", {})
    told = ", ".join(f"{names.get(code, _('as everything else'))}: {n}" for code, n in now.items())
    st.caption(md(told))
    options = {"": _("as everything else")} | names
    code = st.selectbox(_("are taxed as"), list(options), format_func=options.__getitem__, key="tax_as")
    if st.button(_("Tax them so"), key="assign"):
        with reported(_("Saved. Orders placed before stay as they are.")) as outcome, work(who) as w:
            taxes.assign(w, category or "", code or "")
        if outcome.ok:
            st.rerun()


@st.fragment
def rates() -> None:
    """Everything about taxes."""
    who = require(Role.ADMIN)
    with reading(who) as w:
        classes, used, today = taxes.classes(w), taxes.of_categories(w), clock.day_of(w.now, who.zone)
    if not classes:
        st.info(_("Without rates orders are taken, and their tax is not recorded."), icon=":material/info:")
    listed(classes, who)
    new_rate(classes, today, who)
    if len(classes) > 1:
        st.subheader(_("What is taxed as what"), anchor=False)
        assigned(classes, used, who)


with narrow():
    st.title(_("Taxes and delivery"))
    st.caption(_("Prices include their tax. An order keeps the rates of its day."))
    rates()
    st.subheader(_("What delivery costs"), anchor=False)
    fees()
