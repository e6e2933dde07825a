"""Purchase patterns: what is bought again after how long, who is due, the season, what goes together, who stays."""

import streamlit as st

from db.models import Role
from pages._ui import addressed
from pages._ui.feedback import reported
from pages._ui.guard import require
from pages._ui.show import md
from pages.manager._ui import drawn, pattern_due, pattern_intervals, pattern_season, pattern_staying, pattern_together
from services import patterns, products
from services.columnar import Preparing
from services.patterns import View
from services.text import _
from services.work import Actor, reading

actor = require(Role.MANAGER)


def looks() -> dict[str, str]:
    """What there is to look at."""
    return {
        "intervals": _("Intervals"),
        "due": _("Due and overdue"),
        "season": _("Season"),
        "together": _("Bought together"),
        "after": _("Bought afterwards"),
        "staying": _("Who stays"),
    }


def periods() -> dict[str, str]:
    """How far back."""
    return {
        "all": _("All time"),
        "730": _("2 years"),
        "365": _("1 year"),
        "180": _("180 days"),
        "90": _("90 days"),
        "30": _("30 days"),
    }


def filters(who: Actor) -> View | None:
    """Period, category and product, kept in the address; None while there is nothing to ask."""
    with reported() as outcome, reading(who) as w:
        categories = patterns.categories(w)
    if not outcome.ok:
        if isinstance(outcome.refused, Preparing):
            st.button(_("Look again"), icon=":material/refresh:", key="patterns_again")
        return None
    named = periods()
    with st.container(horizontal=True, vertical_alignment="bottom", key="patterns_filters"):
        period = addressed.pick(_("Period"), named, "period", "all", width=150) or "all"
        groups = {c: c for c in categories}
        category = addressed.pick(_("Category"), groups, "category", None, width=220, empty=_("All"))
        with reading(who) as w:
            sold = patterns.products(w, category)
            fees = products.suggested(w, sold)
            offered = {str(i): name for i, name in sold.items()}
        product = addressed.pick(_("Product"), offered, "product", None, width=260, empty=_("All"))
    with reading(who) as w:
        days = None if period == "all" else int(period)
        view = patterns.view(w, days, category, int(product) if product else None)
    drawn.past(view, who)
    if fees:
        told = _("Perhaps fees and no products: {names}. Until somebody says so, they count here as bought again.")
        st.page_link(
            "staff/products.py", label=md(told.format(names=", ".join(fees))), icon=":material/receipt_long:",
            query_params={"fees": "true", "off_shelf": "true"},
        )  # fmt: skip
    return view


@st.fragment
def shown() -> None:
    """What was chosen."""
    who = require(Role.MANAGER)
    named = looks()
    look = addressed.tab(_("Look at"), named, "look", "intervals")
    view = filters(who)
    if view is None:
        return
    with reported():
        {
            "intervals": pattern_intervals.intervals,
            "due": pattern_due.due,
            "season": pattern_season.season,
            "together": pattern_together.pairs,
            "after": pattern_together.sequences,
            "staying": pattern_staying.staying,
        }[look](who, view)


st.title(_("Purchase patterns"), anchor=False)
shown()
