"""What the address of a page names. It only chooses what is shown; the service decides whether it may be seen."""

import streamlit as st

LONGEST = 10  # digits; the numbers of rows are shorter


def number(name: str) -> int | None:
    """A number that the address names; anything else there is ignored."""
    text = str(st.query_params.get(name, ""))
    return int(text) if text.isascii() and text.isdecimal() and len(text) < LONGEST else None
