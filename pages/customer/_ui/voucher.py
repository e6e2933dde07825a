"""The voucher of a basket: typed, taken out, and in words why it gives nothing."""

import streamlit as st

from pages._ui.anew import anew, field
from pages._ui.feedback import reported
from pages._ui.show import md
from services import baskets
from services.baskets import View
from services.text import _
from services.work import Actor, work


def voucher(view: View, actor: Actor) -> None:
    """A field for the code, or the code with a way to take it out."""
    if view.voucher:
        if view.problem:
            st.warning(md(view.problem), icon=":material/confirmation_number:")
        if st.button(
            _("Without voucher {code}").format(code=md(view.voucher)),
            key="voucher_out",
            icon=":material/close:",
            type="tertiary",
        ):
            _note(actor, "")
        return
    with st.form("voucher", border=False), st.container(horizontal=True, vertical_alignment="bottom"):
        code = st.text_input(_("Voucher (optional)"), key=field("voucher_code"), max_chars=60)
        sent = st.form_submit_button(_("Use it"))
    if sent and code:
        _note(actor, code)


def _note(actor: Actor, code: str) -> None:
    with reported() as outcome, work(actor) as w:
        baskets.set_voucher(w, code)
    if outcome.ok:
        anew("voucher_code")
        st.rerun()
