"""Purchase patterns: what customers are due to buy again by their own interval."""

from dataclasses import replace

import streamlit as st

from pages._ui import addressed
from pages._ui.show import empty
from pages.manager._ui import drawn
from pages.manager._ui.namesakes import apart
from pages.manager._ui.pattern_people import with_names
from services.patterns import Answer, View
from services.patterns import intervals as asked
from services.text import _, number
from services.work import Actor, reading


def due(actor: Actor, view: View) -> None:
    """Customers and products, or customers with anything; longest overdue first."""
    words = {"overdue": _("Overdue"), "due": _("Due now"), "all": _("Both")}
    with st.container(horizontal=True, vertical_alignment="center"):
        state = addressed.tab(_("State"), words, "state", "all")
        anything = addressed.switch(_("Any purchase, not product by product"), "anything")
    found = _asked(actor, view, state, anything)
    rows = found.frame
    if rows.empty:
        empty(_("Nobody is due here."), _("An own interval needs at least three intervals of a customer."))
        return
    late = int((rows["state"] == "overdue").sum())
    told = _("{late} overdue, {due} due: past the upper quartile, or past the median, of the customer's own interval.")
    told = told.format(late=number(late), due=number(len(rows) - late))
    drawn.sentence(told)
    _list(actor, found, words, told)


def _asked(actor: Actor, view: View, state: str, anything: bool) -> Answer:
    with reading(actor) as w:
        if not anything:
            return asked.due(w, view, state=None if state == "all" else state, most=asked.MOST_EXPORTED)
        found = asked.by_customer(w, view, due_only=True, most=asked.MOST_EXPORTED)
    kept = found.frame if state == "all" else found.frame[found.frame["state"] == state]
    return replace(found, frame=kept)


def _list(actor: Actor, found: Answer, words: dict[str, str], told: str) -> None:
    """The longest overdue; the files hold all."""
    rows = found.frame.assign(state=[words[s] for s in found.frame["state"]])
    if "product_id" in rows:
        rows = apart(rows, ("product_id", "name"))
    labels = {
        "customer": _("Customer"),
        "name": _("Product"),
        "category": _("Category"),
        "state": _("State"),
        "days_over": _("Days over"),
        "due_on": _("Due on"),
        "last_on": _("Last on"),
        "median": _("Own interval"),
        "upper": _("Upper quartile"),
        "gaps": _("Intervals"),
    }
    labels = {c: label for c, label in labels.items() if c in rows or c == "customer"}
    config = drawn.customer_link() | {c: st.column_config.DateColumn(labels[c]) for c in ("due_on", "last_on")}
    shown = with_names(actor, rows.head(asked.MOST))
    drawn.table("due", shown, {"link": _("Open"), **labels}, config)
    of = _("customers with at least 3 intervals; who objects to predictions is left out")
    of = drawn.as_of(found.as_of, actor, of)
    st.caption(of)
    if len(rows) > asked.MOST:
        st.caption(_("The first {n} of {all}; the files hold all.").format(n=asked.MOST, all=number(len(rows))))
    drawn.files("due", with_names(actor, rows), {"customer_id": _("Number"), **labels}, [told, of])
