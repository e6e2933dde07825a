"""Ordering the same again: first every difference, then into the basket."""

import streamlit as st

from db.models import Role
from pages._ui.feedback import reported
from pages._ui.guard import require
from pages._ui.marks import bold, sign
from pages._ui.show import md, price
from services import orders
from services.orders import AgainLine, Change
from services.text import _
from services.work import reading, work

BASKET, STANDING = "customer/basket.py", "customer/standing.py"


@st.fragment
def order_again(order_id: int) -> None:
    """A button that shows what ordering again would mean today, and a second one that does it."""
    actor = require(Role.CUSTOMER)
    asked = f"_again_{order_id}"
    if st.button(_("Order again"), key="again", icon=":material/replay:", type="primary", width="stretch"):
        with reading(actor) as w:
            st.session_state[asked] = orders.again(w, order_id)
    by_itself = {"of": str(order_id)}
    st.page_link(STANDING, label=_("Let it come by itself"), icon=":material/autorenew:", query_params=by_itself)
    shown = st.session_state.get(asked)
    if shown is None:
        return
    with st.container(border=True, gap="small"):
        if shown.differs:
            st.markdown(bold(_("Not everything is as it was:")))
        else:
            st.markdown(_("Everything can be had, at the same prices."))
        for number, line in enumerate(shown.lines):
            with st.container(key=f"again_{number}", gap="xsmall"):
                _line(line)
        if not shown.wanted:
            st.caption(_("Nothing of this order can be had at the moment."))
            return
        if st.button(
            _("Put this in the basket"), key="put_again", icon=":material/add_shopping_cart:", width="stretch"
        ):
            with reported() as outcome, work(actor) as w:
                orders.put_again(w, order_id, shown)
            if outcome.ok:
                st.session_state.pop(asked, None)
                st.switch_page(BASKET)


def _line(line: AgainLine) -> None:
    name = md(line.name)
    if line.change is Change.GONE:
        st.markdown(sign("block", _("{name}: not sold any more").format(name=name)))
    elif line.change is Change.OUT:
        st.markdown(sign("block", _("{name}: sold out at the moment").format(name=name)))
    elif line.change is Change.SHORT:
        told = _("{name}: only {left} instead of {asked}")
        st.markdown(sign("hourglass_top", told.format(name=name, left=line.quantity, asked=line.asked)))
    else:
        st.markdown(sign("check", _("{n} × {name}").format(n=line.quantity, name=name)))
    if line.repriced and line.quantity:
        told = _("{new} each, it was {old}").format(new=price(line.price_cents), old=price(line.was_cents))
        st.markdown(sign("sell", told))
