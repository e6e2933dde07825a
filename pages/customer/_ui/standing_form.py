"""The form of a standing order: what, how often, from when, where to; for beginning one and for changing one."""

from collections.abc import Sequence
from datetime import date, timedelta

import streamlit as st

from db.models import IntervalUnit, Role
from pages._ui.feedback import reported
from pages._ui.guard import require
from pages._ui.marks import below, bold
from pages._ui.show import md, price
from services import accounts, baskets, orders, standing
from services.accounts import Address
from services.standing import Line, NewStanding, Standing, StandingLineAsked
from services.text import _
from services.work import reading, work

STANDING = "customer/standing.py"

UNITS = (IntervalUnit.WEEK, IntervalUnit.MONTH)


def _asked(
    key: str, lines: Sequence[Line], addresses: Sequence[Address], tomorrow: date, now: Standing | None, label: str
) -> NewStanding | None:
    """Draw the form; what was typed once it is sent, else None. `now` is the standing order that is changed."""
    with st.form(key, border=True):
        wanted = [_line(key, line) for line in lines if line.price_cents is not None]
        every, unit, next_on = _when(key, tomorrow, now)
        address_id = _address(key, addresses, now)
        note = st.text_area(
            _("Note to us (optional)"), now.note if now else "", key=f"{key}_note", max_chars=1000, height=68
        )
        sent = st.form_submit_button(label, type="primary", icon=":material/autorenew:", width="stretch")
    if not sent or next_on is None:
        return None
    return NewStanding(
        lines=[line for line in wanted if line.quantity],
        every=every,
        unit=unit,
        next_on=next_on,
        address_id=address_id,
        note=note or "",
    )


def _when(key: str, tomorrow: date, now: Standing | None) -> tuple[int, IntervalUnit, date | None]:
    words = {IntervalUnit.WEEK: _("weeks"), IntervalUnit.MONTH: _("months")}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        every = st.number_input(
            _("Every"),
            min_value=1,
            max_value=52,
            value=now.every if now else 4,
            step=1,
            key=f"{key}_every",
            width=130,
        )
        unit = st.selectbox(
            _("Weeks or months"),
            UNITS,
            index=UNITS.index(now.unit) if now else 0,
            format_func=words.__getitem__,
            key=f"{key}_unit",
            width=150,
        )
        first = max(now.next_on, tomorrow) if now else tomorrow
        next_on = st.date_input(
            _("Next on") if now else _("First on"),
            value=first,
            min_value=tomorrow,
            max_value=tomorrow + timedelta(days=365),
            key=f"{key}_on",
            width=170,
        )
    return int(every), unit, next_on


def _line(key: str, line: Line) -> StandingLineAsked:
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        each = f":gray[{price(line.price_cents)}]"
        st.markdown(below(bold(md(line.name)), each), width="content")
        quantity = st.number_input(
            _("Pieces of {name}").format(name=md(line.name)),
            min_value=0,
            max_value=baskets.MOST_PIECES,
            value=line.quantity,
            step=1,
            key=f"{key}_n_{line.product_id}",
            label_visibility="collapsed",
            width=140,
        )
    return StandingLineAsked(product_id=line.product_id, quantity=int(quantity), price_cents=line.price_cents or 0)


def _address(key: str, addresses: Sequence[Address], now: Standing | None) -> int | None:
    if not addresses:
        st.warning(_("Where shall we deliver? Please add an address to your account first."))
        return None
    lines = {a.id: a.line for a in addresses}
    chosen = list(lines).index(now.address_id) if now and now.address_id in lines else 0
    return st.selectbox(
        _("Delivery address"), list(lines), index=chosen, format_func=lambda i: lines[i], key=f"{key}_address"
    )


@st.fragment
def change(seen: Standing) -> None:
    """Everything about it, in one form."""
    who = require(Role.CUSTOMER)
    with reading(who) as w:
        addresses, first = accounts.view(w).addresses, standing.today(w) + timedelta(days=1)
    with st.expander(_("Change it"), icon=":material/edit:"):
        new = _asked(f"change_{seen.id}_{seen.version}", seen.lines, addresses, first, seen, _("Save"))
    if new is not None:
        with reported(_("Saved.")) as outcome, work(who) as w:
            standing.change(w, seen.id, seen.version, new)
        if outcome.ok:
            st.rerun()


@st.fragment
def begin(order_id: int) -> None:
    """A new one from the lines of an order, at today's prices."""
    who = require(Role.CUSTOMER)
    with reading(who) as w:
        again = orders.again(w, order_id)
        addresses, first = accounts.view(w).addresses, standing.today(w) + timedelta(days=1)
    lines = [
        Line(i.product_id, i.name, i.asked, i.price_cents, i.price_cents, i.quantity > 0, is_service=False)
        for i in again.lines
        if i.product_id is not None and i.price_cents is not None
    ]
    if not lines:
        st.warning(_("Nothing of this order is sold any more."))
        return
    if gone := [i.name for i in again.lines if i.price_cents is None]:
        st.caption(md(_("Not sold any more: {names}").format(names=", ".join(gone))))
    new = _asked(f"begin_{order_id}", lines, addresses, first, None, _("Start the standing order"))
    if new is not None:
        with reported(_("It comes by itself from now on.")) as outcome, work(who) as w:
            made = standing.start(w, new).id
        if outcome.ok:
            st.switch_page(STANDING, query_params={"standing": str(made)})
