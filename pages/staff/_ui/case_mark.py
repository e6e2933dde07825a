"""The marked case of a list: J and K move the mark, O opens the case, X chooses it.

The mark belongs to a case and not to a place: when the list changes meanwhile, the keys still act on what was marked.
"""

import streamlit as st

from db.models import Role
from pages._ui.guard import acting
from services.text import _

CASE, MARK, TO_OPEN = "staff/case.py", "cases_mark", "cases_to_open"
NOWHERE = (0, 0)


def opened() -> None:
    """Go to the case that was asked for with a key, if one was."""
    asked = st.session_state.pop(TO_OPEN, None)
    if asked is not None:
        st.switch_page(CASE, query_params={"case": str(asked)})


def to_the_top() -> None:
    """Another page of the list begins with its first case."""
    st.session_state[MARK] = NOWHERE


def marking(ids: list[int]) -> int:
    """The keys for the cases of the page, in their order; which of them is marked: the same as before, or the one that
    stands where it was, if it is gone.
    """
    at = _place(ids)
    marked = ids[at]
    st.session_state[MARK] = (marked, at)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.button(_("Next line"), key="mark_next", shortcut="J", type="tertiary", on_click=_step, args=(1, ids))
        st.button(_("Line before"), key="mark_before", shortcut="K", type="tertiary", on_click=_step, args=(-1, ids))
        st.button(_("Open"), icon=":material/support_agent:", key="open_case", shortcut="O", type="tertiary",
                  on_click=_ask_for, args=(marked,))  # fmt: skip
        st.button(_("Choose"), icon=":material/check_box:", key="tick_marked", shortcut="X", type="tertiary",
                  on_click=_tick, args=(marked,))  # fmt: skip
    return marked


def _place(ids: list[int]) -> int:
    case_id, place = st.session_state.get(MARK, NOWHERE)
    return ids.index(case_id) if case_id in ids else min(place, len(ids) - 1)


@acting(Role.STAFF)
def _step(by: int, ids: list[int]) -> None:
    at = max(0, min(len(ids) - 1, _place(ids) + by))
    st.session_state[MARK] = (ids[at], at)


@acting(Role.STAFF)
def _ask_for(case_id: int) -> None:
    st.session_state[TO_OPEN] = case_id


@acting(Role.STAFF)
def _tick(case_id: int) -> None:
    """Choose it for a macro, or not any more."""
    st.session_state[f"tick_{case_id}"] = not st.session_state.get(f"tick_{case_id}")
