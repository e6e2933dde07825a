"""The lines of an order, each leading to its product, and the sums below them."""

import streamlit as st

from pages._ui.show import md, price
from pages.customer._ui.offers import product_link
from pages.customer._ui.sums import sums
from services.orders import Detail
from services.text import _


def lines(seen: Detail) -> None:
    """What was ordered and what it cost."""
    with st.container(border=True, gap="small"):
        for number, line in enumerate(seen.lines):
            with st.container(horizontal=True, horizontal_alignment="distribute", key=f"detail_{number}"):
                each = f":gray[{line.quantity} × {price(line.unit_price_cents)}]"
                with st.container(width="content", gap=None):
                    if line.product_id is None:
                        st.markdown(md(line.name))
                    else:
                        product_link(line.product_id, line.name)
                    st.markdown(each)
                st.markdown(price(line.total_cents), width="content")
        st.divider()
        total = seen.summary.total_cents
        sums(seen.lines_cents, seen.voucher_code, seen.discount_cents, seen.shipping_cents, total, seen.rates)
        if seen.tax_cents is None:
            st.caption(_("The tax of this order is not recorded."))
