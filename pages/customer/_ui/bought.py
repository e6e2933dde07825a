"""What one has had of a product: when, how many, until when there is a warranty."""

import streamlit as st

from pages._ui.marks import bold
from pages._ui.show import day, md
from pages.customer._ui.order_rows import ORDERS
from services.catalogue import Bought
from services.text import _, ngettext
from services.work import Actor


def bought(mine: list[Bought], actor: Actor) -> None:
    """When one has bought it, and until when there is a warranty."""
    st.subheader(_("Yours"), anchor=False)
    for one in mine:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.page_link(ORDERS, label=bold(md(one.number)), query_params={"order": str(one.order_id)})
            told = [day(one.ordered_at, actor), ngettext("{n} piece", "{n} pieces", one.pieces)]
            if one.warranty_until:
                told.append(_("warranty until {day}").format(day=day(one.warranty_until, actor)))
            st.caption(md(" · ".join(told)), width="content")
