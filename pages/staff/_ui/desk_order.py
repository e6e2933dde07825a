"""One order on the desk: what is in it, where it goes, and the next step."""

import streamlit as st

from db.models import OrderStatus, ReasonKind, Role
from pages._ui.anew import anew, field
from pages._ui.feedback import reported
from pages._ui.guard import require
from pages._ui.show import amount, day, md, when
from services import contact_words, orders, reasons
from services.cases import linked_orders
from services.orders.desk import OnDesk
from services.text import _, percent
from services.work import Actor, reading, work

CUSTOMER = "staff/customer.py"


def contents(found: OnDesk) -> None:
    """The lines, and how many pieces of each are still to be sent."""
    seen = found.seen
    table = [
        {
            _("Product"): line.name,
            _("Pieces"): line.quantity,
            _("To send"): found.left.get(line.line_no, 0),
            _("Price"): amount(line.total_cents),
        }
        for line in seen.lines
    ]
    right = {_("Price"): st.column_config.Column(alignment="right")}
    st.dataframe(table, hide_index=True, column_config=right, alt=_("The lines of the order"))
    told = [_("Goods {goods}").format(goods=amount(seen.lines_cents))]
    if seen.discount_cents:
        off = amount(-seen.discount_cents)
        told.append(_("voucher {code} {off}").format(code=seen.voucher_code, off=off))
    told.append(_("delivery {delivery}").format(delivery=amount(seen.shipping_cents)))
    told.append(_("total {total}").format(total=amount(seen.summary.total_cents)))
    taxed = [f"{percent(r.basis_points)}: {amount(r.tax_cents)}" for r in seen.rates]
    told.append(_("tax in it {taxes}").format(taxes=", ".join(taxed)) if taxed else _("tax not recorded"))
    st.text(" · ".join(told))


def customer(found: OnDesk, actor: Actor) -> None:
    """Whose it is, how to reach them, where it goes."""
    if found.customer_id is not None:
        st.page_link(
            CUSTOMER,
            label=f"**{md(found.customer)}**",
            icon=":material/person:",
            query_params={"customer": str(found.customer_id)},
        )
    else:
        st.text(found.customer)
    for told in (found.email, found.phone):
        if told:
            st.text(told)
    if found.seen.address:
        st.caption(_("Deliver to"))
        st.text("\n".join(found.seen.address))
    if found.seen.requested_on:
        st.caption(_("Wished for"))
        st.text(day(found.seen.requested_on, actor))
    if found.seen.note:
        st.caption(_("Note of the customer"))
        st.text(found.seen.note)


def about(found: OnDesk, actor: Actor) -> None:
    """The cases that are about it."""
    with reading(actor) as w:
        there = linked_orders.of_order(w, found.seen.summary.order_id)
    for case in there:
        label = f"{md(case.number)}: {md(case.subject)} ({contact_words.case_state(case.state)})"
        st.page_link("staff/case.py", label=label, icon=":material/support_agent:", query_params={"case": str(case.id)})


def parcels(found: OnDesk, actor: Actor) -> None:
    """What has left already."""
    for parcel in found.seen.parcels:
        told = [_("Parcel of {time}").format(time=when(parcel.shipped_at, actor)), parcel.carrier, parcel.tracking_code]
        if parcel.delivered_at:
            told.append(_("arrived on {day}").format(day=day(parcel.delivered_at, actor)))
        st.text(" · ".join(t for t in told if t))


@st.fragment
def next_step(order_id: int, found: OnDesk, *, awaited: bool) -> None:
    """The one thing to do next, and calling it off while that is possible. `awaited`: the money has to come first."""
    actor = require(Role.STAFF)
    status = found.seen.summary.status
    if status is OrderStatus.PLACED and awaited:
        st.caption(_("It is packed once the payment has come in."))
    elif status is OrderStatus.PLACED:
        if st.button(_("Start packing"), icon=":material/package_2:", key="pick", type="primary", shortcut="P"):
            with reported(_("The order is being packed.")) as outcome, work(actor) as w:
                orders.pick(w, order_id)
            if outcome.ok:
                st.rerun()
    elif status is OrderStatus.PICKED:
        _ship(order_id, found, actor)
    elif status is OrderStatus.SHIPPED and st.button(
        _("It has arrived"), icon=":material/check:", key="deliver", type="primary", shortcut="D"
    ):
        with reported(_("The order is delivered.")) as outcome, work(actor) as w:
            orders.deliver(w, order_id)
        if outcome.ok:
            st.rerun()
    if found.seen.cancellable:
        _call_off(order_id, actor)


def _ship(order_id: int, found: OnDesk, actor: Actor) -> None:
    names = {line.line_no: line.name for line in found.seen.lines}
    sent_already = len(found.seen.parcels)  # in the keys, so that each parcel begins with all that is left
    with st.form("parcel"):
        carrier = st.text_input(_("Carrier"), key="carrier", max_chars=80)
        code = st.text_input(_("Parcel number"), key=field("code"), max_chars=120)
        packed = {
            number: st.number_input(
                _("Pieces of {name}").format(name=md(names.get(number, ""))),
                min_value=0,
                max_value=left,
                value=left,
                step=1,
                key=f"packed_{order_id}_{number}_{sent_already}",
            )
            for number, left in found.left.items()
        }
        sent = st.form_submit_button(
            _("Send the parcel"), icon=":material/local_shipping:", type="primary", shortcut="Ctrl+Enter"
        )
    if sent:
        lines = [orders.Pieces(line_no=number, quantity=int(pieces)) for number, pieces in packed.items()]
        new = orders.NewParcel(carrier=carrier or "", tracking_code=code or "", lines=lines)
        with reported(_("The parcel is on its way, the customer is told.")) as outcome, work(actor) as w:
            orders.ship(w, order_id, new)
        if outcome.ok:
            anew("code")  # the next parcel has a number of its own; who carries it is often the same
            st.rerun()


def _call_off(order_id: int, actor: Actor) -> None:
    with st.popover(_("Cancel the order"), icon=":material/close:"):
        with reading(actor) as w:
            words = {r.code: r.label for r in reasons.offered(w, ReasonKind.CANCEL)}
        why = st.selectbox(
            _("What for? (optional)"), list(words), format_func=words.__getitem__, index=None, key="desk_why"
        )
        reason = st.text_input(_("Reason, told to the customer"), key="desk_reason", max_chars=200)
        if st.button(_("Yes, cancel the order"), key="desk_cancel", type="primary"):
            with reported(_("The order is cancelled, the customer is told.")) as outcome, work(actor) as w:
                orders.cancel(w, order_id, reason=reason or "", why=why or "")
            if outcome.ok:
                st.rerun()
