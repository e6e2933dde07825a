"""Putting a text module into a field, to be finished there."""

import streamlit as st

from pages._ui.drafted import Drafted
from services import text_modules
from services.text import _
from services.text_modules import Kind
from services.work import reading


def choose(form: Drafted, kind: Kind, about: str, customer_id: int, case_id: int | None = None) -> None:
    """A button with those that fit; nothing where there are none."""
    with reading(form.actor) as w:
        known = {m.id: m.name for m in text_modules.offered(w, kind, about=about)}
    if not known:
        return
    key = f"{kind.value}_{case_id or customer_id}"
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = st.selectbox(_("Text module"), list(known), None, format_func=known.__getitem__, key=f"module_{key}",
                              placeholder=_("Choose a text"))  # fmt: skip
        pressed = st.button(_("Insert"), icon=":material/post_add:", key=f"insert_{key}", disabled=chosen is None)
    if pressed and chosen is not None:
        with reading(form.actor) as w:
            words = text_modules.filled(w, chosen, customer_id=customer_id, case_id=case_id)
        form.insert(words)
