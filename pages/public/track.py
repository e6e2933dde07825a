"""Following an order by the link in its mails, without a sign-in."""

import streamlit as st

from db.models import OrderStatus
from pages._ui.guard import visitor
from pages._ui.narrow import narrow
from pages._ui.show import day, md, when
from services.errors import RapportError
from services.orders import in_words, next_in_words, tracking
from services.orders.tracking import Tracked
from services.text import _
from services.work import Actor

actor = visitor()
ON_ITS_WAY = (OrderStatus.PLACED, OrderStatus.PICKED, OrderStatus.SHIPPED)


def state(seen: Tracked, actor: Actor) -> None:
    """Where it stands, what comes next, and the days of each step."""
    st.subheader(in_words(seen.status), anchor=False)
    if seen.promised_on and seen.status in ON_ITS_WAY:
        st.markdown(_("With you by {day}").format(day=f"**{md(day(seen.promised_on, actor))}**"))
    if told := next_in_words(seen.status, partly_sent=bool(seen.parcels)):
        st.markdown(told)
    for label, at in (
        (_("Ordered on {day}"), seen.ordered_at),
        (_("Sent on {day}"), seen.shipped_at),
        (_("Delivered on {day}"), seen.delivered_at),
        (_("Cancelled on {day}"), seen.cancelled_at),
    ):
        if at:
            st.caption(label.format(day=md(day(at, actor))))


def contents(seen: Tracked, actor: Actor) -> None:
    """What was ordered, and the parcels."""
    with st.container(border=True, gap="small"):
        for name, quantity in seen.lines:
            st.text(f"{quantity} × {name}")
    for parcel in seen.parcels:
        with st.container(border=True, gap="xsmall"):
            st.markdown(_("Parcel of {time}").format(time=md(when(parcel.shipped_at, actor))))
            if parcel.carrier:
                st.text(_("Carried by: {carrier}").format(carrier=parcel.carrier))
            if parcel.tracking_code:
                st.text(_("Parcel number: {code}").format(code=parcel.tracking_code))
            for name, quantity in parcel.contents:
                st.text(f"{quantity} × {name}")


with narrow():
    try:
        seen = tracking.look(actor, st.query_params.get("order", ""), st.query_params.get("t", ""))
    except RapportError as refusal:
        st.title(_("Follow an order"), anchor=False)
        st.warning(md(refusal), icon=":material/link_off:")
        st.caption(_("The link stands in the mails about your order. Please open it from there, whole."))
        st.page_link("public/sign_in.py", label=_("To the sign-in"), icon=":material/login:")
    else:
        st.title(_("Order {number}").format(number=md(seen.number)), anchor=False)
        state(seen, actor)
        contents(seen, actor)
        if actor.role is None:
            st.page_link(
                "public/sign_in.py", label=_("Sign in for papers, cancelling and returns"), icon=":material/login:"
            )
