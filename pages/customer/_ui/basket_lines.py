"""The lines of a basket, each with its quantity, and in words what has changed."""

import streamlit as st

from pages._ui.feedback import reported
from pages._ui.marks import below, bold
from pages._ui.show import md, price
from pages.customer._ui.offers import product_link, stock_badge
from services import baskets
from services.baskets import Line, State, View
from services.text import _
from services.work import Actor, work


def basket_lines(view: View, actor: Actor) -> None:
    """All lines. Changing a quantity takes effect at once."""
    for line in view.lines:
        with st.container(border=True, gap="small", key=f"line_{line.product_id}"):
            with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
                product_link(line.product_id, line.name)
                if line.state is State.READY:
                    stock_badge(line.stock, line.left)
            _told(line)
            with st.container(horizontal=True, vertical_alignment="bottom", horizontal_alignment="distribute"):
                _quantity(line, actor)
                each = f"{price(line.price_cents)}" + (f" / {md(line.unit)}" if line.unit else "")
                st.markdown(below(each, bold(price(line.total_cents))), width="content")
                if st.button(_("Remove"), key=f"remove_{line.product_id}", icon=":material/delete:", type="tertiary"):
                    _change(actor, line.product_id, 0)


def _told(line: Line) -> None:
    """What stands in the way of ordering it, or is different from before."""
    if line.state is State.GONE:
        st.error(_("This is not sold any more. Please remove it."), icon=":material/block:")
    elif line.state is State.OUT:
        st.error(_("This is sold out at the moment. Please remove it."), icon=":material/block:")
    elif line.state is State.SHORT:
        told = _("Only {left} are left; please lower the quantity.").format(left=line.left)
        st.error(told, icon=":material/hourglass_top:")
    elif line.was_cents is not None:
        told = _("The price has changed: {old} when you put it in, {new} now.")
        st.warning(told.format(old=price(line.was_cents), new=price(line.price_cents)), icon=":material/sell:")


def _quantity(line: Line, actor: Actor) -> None:
    key = f"quantity_{line.product_id}_{line.quantity}"
    wanted = st.number_input(
        _("Quantity"),
        min_value=1,
        max_value=baskets.MOST_PIECES,
        value=line.quantity,
        step=1,
        key=key,
        width=130,
    )
    if wanted != line.quantity:
        _change(actor, line.product_id, int(wanted))


def _change(actor: Actor, product_id: int, quantity: int) -> None:
    with reported() as outcome, work(actor) as w:
        baskets.set_quantity(w, product_id, quantity)
    if outcome.ok:
        st.rerun()
