"""The returns of an order, and asking for one."""

import streamlit as st

from db.models import ReasonKind, Role
from pages._ui import files as files_ui
from pages._ui.feedback import reported
from pages._ui.guard import require
from pages._ui.show import amount, day, md
from services import files, reasons, returns
from services.files import Thing
from services.orders import Detail, Pieces
from services.returns import NewReturn, OfOrder
from services.text import _
from services.work import Actor, reading, work


def returning(order_id: int, seen: Detail, found: OfOrder, actor: Actor) -> None:
    """The returns of the order, and a form for a further one where something may go back."""
    _returned(found, actor)
    if found.returnable and actor.may_order:
        _ask(order_id, seen, found)


def _returned(found: OfOrder, actor: Actor) -> None:
    for one in found.returns:
        with st.container(border=True, gap="xsmall", key=f"return_{one.id}"):
            heading = f"**{returns.state_in_words(one.state)}**"
            st.markdown(heading)
            if one.closed_at and one.refund_cents:
                st.text(amount(one.refund_cents))
            st.text("\n".join(f"{pieces} × {name}" for name, pieces in one.lines))
            told = [day(one.closed_at or one.requested_at, actor), one.reason]
            st.caption(md(" · ".join(t for t in told if t)))
            for words in (one.note, one.told):
                if words:
                    st.text(words)
            files_ui.listing(one.files, actor, key=f"return_{one.id}")


@st.fragment
def _ask(order_id: int, seen: Detail, found: OfOrder) -> None:
    actor = require(Role.CUSTOMER)
    names = {line.line_no: line.name for line in seen.lines}
    known = len(found.returns)
    with reading(actor) as w:
        words = {r.code: r.label for r in reasons.offered(w, ReasonKind.RETURN)}
    with (
        st.expander(_("Return something"), icon=":material/undo:"),
        st.form(f"ask_back_{known}", border=False),
    ):
        chosen = {
            number: st.number_input(
                _("Pieces of {name}").format(name=md(names.get(number, ""))),
                min_value=0,
                max_value=most,
                value=most if len(found.returnable) == 1 else 0,
                step=1,
                key=f"back_{number}_{known}",
            )
            for number, most in found.returnable.items()
        }
        reason = st.selectbox(
            _("Why?"), list(words), format_func=words.__getitem__, index=None, key=f"back_reason_{known}"
        )
        note = st.text_area(_("What we should know (optional)"), key=f"back_note_{known}", max_chars=2000)
        photos = files_ui.chooser(_("Photos (optional)"), key=f"back_photos_{known}", types=files_ui.PICTURES)
        if found.until:
            st.caption(_("Possible until {day}.").format(day=md(day(found.until, actor))))
        sent = st.form_submit_button(_("Ask for the return"), type="primary", width="stretch")
    if sent:
        lines = [Pieces(line_no=number, quantity=int(pieces)) for number, pieces in chosen.items()]
        new = NewReturn(lines=lines, reason=reason or "", note=note or "", known=known)
        with reported(_("We have your request and write to you.")) as outcome:
            taken = files_ui.taken(photos)
            with work(actor) as w:
                made = returns.ask(w, order_id, new)
                for one in taken:
                    files.keep(w, one, Thing.RETURN, made.id)
        if outcome.ok:
            st.rerun()
