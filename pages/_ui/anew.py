"""Fields that begin anew once what was typed into them was taken.

A browser keeps what stands in a field for as long as it is the same field, whatever the server forgets of it: even a
password stays there after it was changed. So the field gets another name, and is another one.
"""

import streamlit as st


def field(key: str) -> str:
    """The name of a field now: `key` itself until `anew` was asked for it."""
    times = int(st.session_state.get(_counted(key), 0))
    return f"{key}_{times}" if times else key


def anew(*keys: str) -> None:
    """What stands in these fields was taken; with the next run they are empty, or as the page fills them."""
    for key in keys:
        st.session_state[_counted(key)] = int(st.session_state.get(_counted(key), 0)) + 1


def _counted(key: str) -> str:
    return f"_anew_{key}"
