"""The usual order: what one buys again and again, filled in with the usual quantities, due lines first."""

import streamlit as st

from db.models import Role
from pages._ui.feedback import reported
from pages._ui.guard import require
from pages._ui.marks import below, bold
from pages._ui.narrow import narrow
from pages._ui.show import day, empty, md, price
from pages.customer._ui.rights import for_ordering
from services import baskets, reorder
from services.reorder import Due, UsualLine
from services.text import _
from services.work import Actor, reading, work

actor = require(Role.CUSTOMER)
for_ordering(actor, _("Your usual order"))

BASKET, CATALOGUE, ACCOUNT = "customer/basket.py", "customer/catalogue.py", "customer/account.py"
STANDING = "customer/standing.py"


def expected(line: UsualLine, who: Actor) -> str:
    """When the next purchase would be."""
    if line.rhythm.due is Due.STOPPED:
        return _("not bought for long")
    if line.due:
        return _("due now")
    return _("again about {day}").format(day=day(line.rhythm.next_on, who))


def chosen(line: UsualLine, who: Actor) -> baskets.Wanted:
    """One line with its quantity; 0 leaves it out."""
    offer = line.offer
    with st.container(
        horizontal=True,
        vertical_alignment="center",
        horizontal_alignment="distribute",
        key=f"usual_{offer.product_id}",
    ):
        told = f"{price(offer.price_cents)} · {md(expected(line, who))}"
        st.markdown(below(bold(md(offer.name)), f":gray[{told}]"), help=md(reorder.why(line.rhythm)), width="stretch")
        quantity = st.number_input(
            _("Pieces of {name}").format(name=md(offer.name)),
            min_value=0,
            max_value=baskets.MOST_PIECES,
            value=line.quantity if line.due else 0,
            step=1,
            key=f"usual_n_{offer.product_id}",
            label_visibility="collapsed",
            width=140,
        )
    return baskets.Wanted(product_id=offer.product_id, quantity=int(quantity), price_cents=offer.price_cents)


def nothing(allowed: bool) -> None:
    """Why there is nothing."""
    if not allowed:
        empty(
            _("Suggestions are switched off."),
            _("With “Personal predictions” switched on in your account, your usual order stands here."),
            ":material/visibility_off:",
        )
        st.page_link(ACCOUNT, label=_("To your consents"), icon=":material/badge:")
        return
    told = _("What you have bought on at least {n} different days stands here, with how often you buy it.")
    empty(_("There is no usual order yet."), told.format(n=reorder.FEWEST), ":material/event_repeat:")
    st.page_link(CATALOGUE, label=_("To the catalogue"), icon=":material/storefront:")


@st.fragment
def usual_order() -> None:
    """The lines and one button."""
    who = require(Role.CUSTOMER)
    with reading(who) as w:
        found = reorder.usual(w)
    if not found.lines:
        nothing(found.allowed)
        return
    with st.form("usual_order"):
        with st.container(key="usual_lines"):
            wanted = [chosen(line, who) for line in found.lines]
        sent = st.form_submit_button(
            _("Put in the basket"), type="primary", icon=":material/add_shopping_cart:", width="stretch"
        )
    if sent:
        with reported() as outcome, work(who) as w:
            reorder.put(w, wanted)
        if outcome.ok:
            st.switch_page(BASKET)


@st.fragment
def unmuted() -> None:
    """What one does not want to be reminded of, with the way back."""
    who = require(Role.CUSTOMER)
    with reading(who) as w:
        muted = [line.offer for line in reorder.usual(w).lines if line.muted]
    if not muted:
        return
    with st.expander(_("Not reminded of"), icon=":material/notifications_off:"):
        for offer in muted:
            with st.container(horizontal=True, vertical_alignment="center", key=f"muted_{offer.product_id}"):
                st.text(offer.name, width="stretch")
                back = st.button(_("Remind me again"), key=f"unmute_{offer.product_id}")
            if back:
                with reported(_("You are reminded of it again.")) as outcome, work(who) as w:
                    reorder.unmute(w, offer.product_id)
                if outcome.ok:
                    st.rerun()


with narrow():
    st.title(_("Your usual order"))
    st.caption(_("From your own purchases of two years. What is due is filled in; 0 leaves a product out."))
    usual_order()
    unmuted()
    st.page_link(STANDING, label=_("Let it come by itself: standing orders"), icon=":material/autorenew:")
