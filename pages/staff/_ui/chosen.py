"""One of a few, chosen by a row of buttons and kept in the address under a word that is the same in every language."""

from collections.abc import Callable, Sequence

import streamlit as st

from db.models import Role
from pages._ui.guard import acting


def chosen(
    label: str, name: str, options: Sequence[str], in_words: Callable[[str], str], *, disabled: bool = False
) -> str:
    """The choice; the first option is the usual one. What the address says counts when the page is opened."""
    if name not in st.session_state:
        asked = str(st.query_params.get(name, ""))
        st.session_state[name] = asked if asked in options else options[0]
    value = st.segmented_control(
        label,
        options,
        format_func=in_words,
        required=True,
        key=name,
        on_change=_noticed,
        args=(name,),
        disabled=disabled,
    )
    return str(value)


@acting(Role.STAFF)
def _noticed(name: str) -> None:
    st.query_params[name] = st.session_state[name]
    st.query_params.pop("after", None)  # another choice begins at its first page
