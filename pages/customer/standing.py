"""Standing orders: the list, one of them with its days and its history, and beginning one from an order."""

import streamlit as st

from db.models import Role, StandingState
from pages._ui import addressed
from pages._ui.guard import require
from pages._ui.marks import below, bold
from pages._ui.show import day, empty, md, price
from pages._ui.standing_history import history
from pages._ui.standing_steps import steps
from pages.customer._ui.rights import for_ordering, for_orders
from pages.customer._ui.standing_form import begin, change
from services import standing
from services.errors import NotFound
from services.standing import Standing
from services.text import _
from services.work import Actor, reading

actor = require(Role.CUSTOMER)
for_orders(actor, _("Standing orders"))

STANDING, ORDERS, USUAL = "customer/standing.py", "customer/orders.py", "customer/usual.py"
COLOURS = {StandingState.ACTIVE: "green", StandingState.WAITING: "orange", StandingState.PAUSED: "gray"}


def listing(actor: Actor) -> None:
    """All of them, what runs first."""
    st.title(_("Standing orders"))
    with reading(actor) as w:
        found = standing.standing_orders(w)
    if not found:
        empty(
            _("Nothing comes by itself yet."),
            _("Open an order you would like again and again, and choose “Let it come by itself”."),
            ":material/autorenew:",
        )
        st.page_link(ORDERS, label=_("To your orders"), icon=":material/package_2:")
        return
    for one in found:
        with st.container(border=True, gap="xsmall", key=f"standing_{one.id}"):
            with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
                here = {"standing": str(one.id)}
                st.page_link(STANDING, label=bold(md(one.contents)), query_params=here, width="content")
                st.badge(standing.state_in_words(one.state), color=COLOURS.get(one.state, "gray"))  # type: ignore[arg-type] # one of the names of colours
            if one.days:
                upcoming = _("next on {day}").format(day=md(day(one.next_on, actor)))
                st.caption(f"{one.interval} · {upcoming}")


def facts(seen: Standing, actor: Actor) -> None:
    """What comes, when, and what became of it."""
    st.badge(standing.state_in_words(seen.state), color=COLOURS.get(seen.state, "gray"))  # type: ignore[arg-type] # one of the names of colours
    for line in seen.lines:
        now = price(line.price_cents) if line.price_cents is not None else _("not sold any more")
        told = _("{now} each").format(now=now)
        if line.price_cents is not None and line.price_cents != line.agreed_cents:
            told = _("{now} each, agreed were {old}").format(now=now, old=price(line.agreed_cents))
        st.markdown(below(bold(f"{line.quantity} × {md(line.name)}"), f":gray[{told}]"))
    if seen.days:
        days = " · ".join(md(day(d, actor)) for d in seen.days)
        st.markdown(f"{seen.interval}: **{days}** …")
    if seen.paused_until:
        st.markdown(_("Paused until {day}").format(day=md(day(seen.paused_until, actor))))
    history(actor, seen.id, ORDERS)


def detail(actor: Actor, standing_id: int) -> None:
    """One of them."""
    st.page_link(STANDING, label=_("All standing orders"), icon=":material/arrow_back:")
    with reading(actor) as w:
        seen = standing.standing_order(w, standing_id)
    st.title(_("Standing order"))
    left, right = st.columns([3, 2], gap="large")
    with left:
        facts(seen, actor)
    with right:
        if actor.may_order:
            steps(seen, Role.CUSTOMER)
        if actor.may_order and seen.state is not StandingState.ENDED:
            change(seen)


try:
    if (standing_id := addressed.number("standing")) is not None:
        detail(actor, standing_id)
    elif (order_id := addressed.number("of")) is not None:
        st.title(_("Let it come by itself"))
        for_ordering(actor)
        begin(order_id)
    else:
        listing(actor)
except NotFound as missing:
    st.warning(md(missing))
