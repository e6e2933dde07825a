"""Pages for those who may see the orders of their customer."""

import streamlit as st

from services.text import _
from services.work import Actor


def for_ordering(actor: Actor, title: str = "") -> None:
    """The page ends here, under its title, for somebody who may not order; the services refuse as well."""
    if not actor.may_order:
        if title:
            st.title(title)
        st.info(
            _("You may not order here. Somebody who manages your people can allow it."),
            icon=":material/shopping_cart_off:",
        )
        st.stop()


def own_affairs(actor: Actor) -> bool:
    """Whether addresses, numbers and the company's name are this person's to change."""
    return actor.may_order or actor.manages_people


def no_orders() -> None:
    """What stands where orders would stand, for somebody who may not see them."""
    st.info(
        _("You may not see the orders here. Somebody who manages your people can allow it."),
        icon=":material/visibility_off:",
    )


def for_orders(actor: Actor, title: str) -> None:
    """The page ends here, under its title, for somebody without that right; the services refuse as well."""
    if not actor.sees_orders:
        st.title(title)
        no_orders()
        st.stop()
