"""What is due again: reminders with their reason and the switch that ends them."""

import streamlit as st

from pages._ui.feedback import reported
from pages._ui.marks import bold
from pages._ui.show import md, price
from pages.customer._ui.offers import stock_badge
from services import baskets, reorder
from services.reorder import UsualLine
from services.text import _
from services.work import Actor, work

USUAL, STANDING, ACCOUNT = "customer/usual.py", "customer/standing.py", "customer/account.py"


def comes_again(who: Actor) -> None:
    """The two ways of not having to think of it."""
    with st.container(horizontal=True):
        if who.may_order:
            st.page_link(USUAL, label=_("Your usual order"), icon=":material/event_repeat:")
        st.page_link(STANDING, label=_("Standing orders"), icon=":material/autorenew:")


def due_again(lines: list[UsualLine], who: Actor) -> None:
    """Each of them with its reason. To be called in a fragment."""
    for column, line in zip(st.columns(3) if lines else (), lines, strict=False):
        with column, st.container(border=True, height="stretch", gap="small", key=f"due_{line.offer.product_id}"):
            _card(line, who)


def _card(line: UsualLine, who: Actor) -> None:
    offer = line.offer
    st.markdown(bold(f"{line.quantity} × {md(offer.name)}"))
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.markdown(price(offer.price_cents * line.quantity), width="content")
        stock_badge(offer.stock, offer.left)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        added = st.button(
            _("Add to basket"), key=f"due_add_{offer.product_id}", icon=":material/add_shopping_cart:", type="primary"
        )
        with st.popover(_("Why?"), icon=":material/help:", type="tertiary"):
            st.text(reorder.why(line.rhythm))
            ended = st.button(_("Do not remind me of this"), key=f"mute_{offer.product_id}")
            st.page_link(ACCOUNT, label=_("Switch all such suggestions off"))
    if added:
        with reported(_("In your basket: {name}").format(name=offer.name)) as outcome, work(who) as w:
            wanted = baskets.Wanted(product_id=offer.product_id, quantity=line.quantity, price_cents=offer.price_cents)
            reorder.put(w, [wanted])
        if outcome.ok:
            st.rerun(scope="fragment")
    if ended:
        with reported(_("You are not reminded of it any more.")) as outcome, work(who) as w:
            reorder.mute(w, offer.product_id)
        if outcome.ok:
            st.rerun(scope="fragment")
