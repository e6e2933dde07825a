"""Confirming a basket. The order is the one that was on the screen, not the one that is there when the click arrives.

It happens in the callback of the button: a callback runs to its end whatever else is clicked, and a second click runs
it again with the same key, which gives the same order.
"""

import streamlit as st

from db.models import Role
from pages._ui.guard import acting, require
from pages._ui.show import md
from services import orders
from services.errors import RapportError
from services.work import work

#: What the page showed: the basket and the chosen address.
SHOWN = "_basket_shown"
_PLACED, _REFUSED = "_order_placed", "_order_refused"


@acting(Role.CUSTOMER)
def confirm() -> None:
    """Place the order that was shown."""
    actor = require(Role.CUSTOMER)
    shown = st.session_state.get(SHOWN)
    if shown is None:
        return
    view, _address = shown
    address_id = st.session_state.get("address", _address)
    try:
        with work(actor) as w:
            new = orders.from_basket(
                view,
                address_id=address_id,
                note=str(st.session_state.get("note") or ""),
                requested_on=st.session_state.get("requested_on"),
                payment=str(st.session_state.get("payment") or ""),
            )
            order_id = orders.place(w, new).id
    except RapportError as refused:
        st.session_state[_REFUSED] = str(refused)
    else:
        st.session_state[_PLACED] = order_id


def placed() -> int | None:
    """The order that was placed by the last click, once."""
    order_id: int | None = st.session_state.pop(_PLACED, None)
    if order_id is not None:
        st.session_state.pop(SHOWN, None)
    return order_id


def refusal() -> None:
    """Why the last click did not order, once."""
    refused = st.session_state.pop(_REFUSED, None)
    if refused:
        st.error(md(refused), icon=":material/error:")
