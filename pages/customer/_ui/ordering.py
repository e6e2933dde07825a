"""Confirming a basket. The order is the one that was on the screen, not the one that is there when the click arrives.

It happens in the callback of the button: a callback runs to its end whatever else is clicked, and a second click runs
it again with the same key, which gives the same order.
"""

import streamlit as st

from db.models import Role
from pages._ui.feedback import reported
from pages._ui.guard import acting, require
from pages._ui.show import md
from services import drafts, orders
from services.baskets import View
from services.errors import RapportError
from services.text import _
from services.work import Actor, reading, work

#: What the page showed: the basket and the chosen address.
SHOWN = "_basket_shown"
_PLACED, _REFUSED, _TYPED = "_order_placed", "_order_refused", "_basket_typed"
#: The draft of the note: it survives a session that ends before the confirmation.
NOTE = "basket-note"
MOST = 1000


def remember(view: View, address_id: int | None) -> None:
    """What is on the screen from now on.

    Not after a run that only took what was typed: it comes as the field is left, and that may be by the click that
    confirms, before anybody can have seen what the run has drawn.
    """
    if not st.session_state.pop(_TYPED, False) or SHOWN not in st.session_state:
        st.session_state[SHOWN] = (view, address_id)


@acting(Role.CUSTOMER)
def typed() -> None:
    """A field of the confirmation was left."""
    st.session_state[_TYPED] = True


def note(actor: Actor) -> None:
    """The field for a note; what was typed before the sign-in ended stands in it again."""
    if "note" not in st.session_state:
        with reported(), reading(actor) as w:
            st.session_state["note"] = drafts.load(w, NOTE).get("text", "")[:MOST]
    st.text_area(_("Note to us (optional)"), key="note", max_chars=MOST, height=68, on_change=_keep_note)


@acting(Role.CUSTOMER)
def _keep_note() -> None:
    with reported(), work(require(Role.CUSTOMER)) as w:
        drafts.save(w, NOTE, {"text": str(st.session_state.get("note") or "")})
    st.session_state[_TYPED] = True


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
            drafts.clear(w, NOTE)
    except RapportError as refused:
        st.session_state[_REFUSED] = str(refused)
        st.session_state.pop(SHOWN, None)  # what is drawn now is looked at with the reason above it
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
