"""What the fields of a customer said before, who changed them when, and a button that puts an old value back."""

from collections.abc import Callable

import streamlit as st

from db.models import Role
from pages._ui.feedback import reported
from pages._ui.guard import acting, require
from pages._ui.show import md, when
from services import customer_edit
from services.accounts.details import all_labels
from services.customer_edit import FieldChange, Past
from services.text import _
from services.work import Actor, reading, work


@st.fragment
def past(customer_id: int, restored: Callable[[], object]) -> None:
    """All changes or those of one field, page by page. `restored` is called after a value was put back."""
    actor = require(Role.STAFF)
    words = all_labels()
    key = f"edit:{customer_id}:past"
    field = st.pills(_("Before"), list(words), format_func=lambda f: words[f], key=f"{key}_field") or ""
    behind: list[int] = st.session_state.setdefault(f"{key}:{field}", [0])
    page = Past([])
    with reported(), reading(actor) as w:
        page = customer_edit.past(w, customer_id, field=field, after=behind[-1])
    for number, change in enumerate(page.changes):
        row(customer_id, number, change, actor, restored)
    if not page.changes:
        st.caption(_("Nothing was changed yet."))
    with st.container(horizontal=True):
        if len(behind) > 1:
            st.button(_("Newer changes"), key=f"{key}_newer", on_click=turn, args=(f"{key}:{field}", 0))
        if page.older:
            st.button(_("Older changes"), key=f"{key}_older", on_click=turn, args=(f"{key}:{field}", page.older))


def row(customer_id: int, number: int, change: FieldChange, actor: Actor, restored: Callable[[], object]) -> None:
    """Who, when, old and new in a line, and the way back."""
    key = f"edit:{customer_id}:restore_{number}_{change.entry_id}_{change.field}"
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.caption(md(f"{change.label} · {when(change.at, actor)} · {change.who}"), width="content")
        st.text(f"{change.old or '–'} → {change.new or '–'}", width="content")
        wanted = change.restorable and st.button(_("Restore"), key=key, icon=":material/undo:", type="tertiary")
    if not wanted:
        return
    with reported(_("The old value stands again.")) as outcome, work(actor) as w:
        customer_edit.restore(w, customer_id, change.entry_id, change.field)
    if outcome.ok:
        restored()
        st.rerun()


@acting(Role.STAFF)
def turn(key: str, older: int) -> None:
    """Go on to the page that begins after `older`, or back to the one before."""
    behind: list[int] = st.session_state[key]
    if older:
        behind.append(older)
    elif len(behind) > 1:
        behind.pop()
