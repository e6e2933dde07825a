"""Returns on the order desk: those that wait, and the next step of one."""

from decimal import Decimal

import streamlit as st

from db.models import ReturnState, Role
from pages._ui import files as files_ui
from pages._ui.feedback import reported
from pages._ui.guard import require
from pages._ui.show import amount, day, empty, home, md
from services import money, returns
from services.returns import OfOrder, Shown, Waiting
from services.text import _, minor_digits
from services.work import Actor, reading, work

DESK = "staff/orders.py"


def waiting(actor: Actor, after: int | None, kept: dict[str, str]) -> None:
    """The returns of which something is to be done, oldest first."""
    rows: list[Waiting] = []
    with reported() as outcome, reading(actor) as w:
        rows = returns.waiting(w, after=after)
    if outcome.ok and not rows:
        empty(_("No return is waiting."), _("What customers want to send back stands here."), ":material/task_alt:")
    for row in rows:
        with st.container(border=True, gap="xsmall", key=f"waiting_{row.id}"):
            with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
                label = f"**{md(row.number)}**"
                st.page_link(DESK, label=label, icon=":material/undo:", query_params={"order": str(row.order_id)})
                st.text(row.customer, width="content")
            told = (returns.state_in_words(row.state), day(row.requested_at, actor), row.reason)
            st.caption(md(" · ".join(told)))
    with st.container(horizontal=True, horizontal_alignment="center"):
        if after is not None:
            st.page_link(DESK, label=_("Oldest returns"), icon=":material/first_page:", query_params=kept)
        if len(rows) == returns.reading.PER_PAGE:
            further = kept | {"after": str(rows[-1].id)}
            st.page_link(DESK, label=_("Newer returns"), icon=":material/chevron_right:", query_params=further)


@st.fragment
def steps(found: OfOrder) -> None:
    """The returns of the opened order, each with what may be done next."""
    actor = require(Role.STAFF)
    for one in found.returns:
        with st.container(border=True, gap="small", key=f"desk_return_{one.id}"):
            told = f":material/undo: **{returns.state_in_words(one.state)}** · {md(one.reason)}"
            st.markdown(told)
            st.text("\n".join(f"{pieces} × {name}" for name, pieces in one.lines))
            for words in (one.note, one.told):
                if words:
                    st.text(words)
            files_ui.listing(one.files, actor, key=f"desk_return_{one.id}")
            if one.state is ReturnState.REQUESTED:
                _receive(one, actor)
            elif one.state is ReturnState.RECEIVED:
                _refund(one, actor)
            elif one.state is ReturnState.REFUNDED:
                st.text(amount(one.refund_cents))


def _receive(one: Shown, actor: Actor) -> None:
    restock = st.toggle(_("Can be sold again"), value=True, key=f"restock_{one.id}")
    if st.button(_("The goods are here"), icon=":material/inventory:", key=f"receive_{one.id}", type="primary"):
        with reported(_("Received, the customer is told.")) as outcome, work(actor) as w:
            returns.receive(w, one.id, restock=bool(restock))
        if outcome.ok:
            st.rerun()
    with st.popover(_("Refuse"), icon=":material/block:"):
        reason = st.text_input(_("Reason, told to the customer"), key=f"refuse_reason_{one.id}", max_chars=200)
        if st.button(_("Yes, refuse the return"), key=f"refuse_{one.id}", type="primary"):
            with reported(_("Refused, the customer is told.")) as outcome, work(actor) as w:
                returns.refuse(w, one.id, reason or "")
            if outcome.ok:
                st.rerun()


def _refund(one: Shown, actor: Actor) -> None:
    currency = home().currency
    digits = minor_digits(currency)
    proposed = f"{Decimal(one.most_cents).scaleb(-digits):.{digits}f}"
    with st.form(f"refund_{one.id}", border=False):
        told = _("Refund in {currency}, at most {most}").format(currency=currency, most=md(amount(one.most_cents)))
        typed = st.text_input(told, value=proposed, key=f"refund_cents_{one.id}", max_chars=20)
        reason = st.text_input(_("Reason, if it is less"), key=f"refund_reason_{one.id}", max_chars=200)
        sent = st.form_submit_button(_("Refund"), icon=":material/payments:", type="primary")
    if sent:
        with reported(_("Refunded, the customer is told.")) as outcome, work(actor) as w:
            returns.refund(w, one.id, money.parse(typed or "", currency), reason=reason or "")
        if outcome.ok:
            st.rerun()
