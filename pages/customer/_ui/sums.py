"""What goods, voucher and delivery add up to, and the tax that is contained; the same in the basket and the order."""

from collections.abc import Sequence

import streamlit as st

from pages._ui.marks import bold
from pages._ui.show import md, price
from services.taxes import RateSum
from services.text import _, percent


def sums(goods: int, voucher: str, discount: int, delivery: int, total: int, rates: Sequence[RateSum]) -> None:
    """One line for each part, amounts in cents; a voucher only where it gives something."""
    off = [(_("Voucher {code}").format(code=md(voucher)), -discount)] if discount else []
    for label, cents in ((_("Goods"), goods), *off, (_("Delivery"), delivery)):
        _line(label, price(cents))
    _line(bold(_("Total")), bold(price(total)))
    for rate in rates:
        told = _("{rate} tax contained").format(rate=md(percent(rate.basis_points)))
        _line(f":gray[:small[{told}]]", f":gray[:small[{price(rate.tax_cents)}]]")


def _line(label: str, amount: str) -> None:
    with st.container(horizontal=True, horizontal_alignment="distribute"):
        st.markdown(label, width="content")
        st.markdown(amount, width="content")
