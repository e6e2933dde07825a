"""The standing orders of a customer for staff: what comes when, to skip, pause or end one on the telephone."""

import streamlit as st

from db.models import Role, StandingState
from pages._ui import addressed
from pages._ui.guard import require
from pages._ui.show import day, empty, md, price
from pages._ui.standing_history import history
from pages._ui.standing_steps import steps
from services import access, standing
from services.errors import NotFound
from services.standing import Standing
from services.text import _
from services.work import Actor, reading

actor = require(Role.STAFF)
STANDING, CUSTOMER, DESK = "staff/standing.py", "staff/customer.py", "staff/orders.py"


def listing(actor: Actor, customer_id: int) -> None:
    """All of a customer, what runs first."""
    with reading(actor) as w:
        name = access.customer(w, customer_id).name or ""
        found = standing.standing_orders(w, customer_id)
    st.title(_("Standing orders"), anchor=False)
    st.page_link(CUSTOMER, label=md(name), icon=":material/person:", query_params={"customer": str(customer_id)})
    if not found:
        told = _("Customers begin one from an order of theirs.")
        empty(_("Nothing comes by itself to this customer."), told, ":material/autorenew:")
    for one in found:
        here = {"standing": str(one.id)}
        label = f"{md(one.contents)} · {standing.state_in_words(one.state)}"
        st.page_link(STANDING, label=label, icon=":material/autorenew:", query_params=here)
        if one.days:
            upcoming = _("next on {day}").format(day=md(day(one.next_on, actor)))
            st.caption(f"{one.interval} · {upcoming}")


def facts(seen: Standing, actor: Actor) -> None:
    """What comes and when; then what happened."""
    st.markdown(f"**{standing.state_in_words(seen.state)}** · {seen.interval}")
    for line in seen.lines:
        st.text(f"{line.quantity} × {line.name}")
    st.caption(_("Goods at today's prices: {price}").format(price=price(seen.worth_cents)))
    if seen.days:
        st.text(" · ".join(day(d, actor) for d in seen.days))
    if seen.note:
        st.text(seen.note)
    history(actor, seen.id, DESK)


def detail(actor: Actor, standing_id: int) -> None:
    """One of them, with what can be done."""
    with reading(actor) as w:
        seen = standing.standing_order(w, standing_id)
        customer_id = access.standing_order(w, standing_id).customer_id
    st.title(_("Standing order"), anchor=False)
    all_of = {"customer": str(customer_id)}
    st.page_link(STANDING, label=_("All of this customer"), icon=":material/arrow_back:", query_params=all_of)
    left, right = st.columns([3, 2], gap="large")
    with left:
        facts(seen, actor)
    with right:
        if seen.state is StandingState.WAITING:
            st.info(_("It waits for the customer, who agrees in the portal."), icon=":material/hourglass_top:")
        steps(seen, Role.STAFF)


try:
    if (standing_id := addressed.number("standing")) is not None:
        detail(actor, standing_id)
    elif (customer_id := addressed.number("customer")) is not None:
        listing(actor, customer_id)
    else:
        empty(_("No customer is chosen."), _("Open the customer, then “Standing orders”."), ":material/autorenew:")
except NotFound as missing:
    st.warning(md(missing))
